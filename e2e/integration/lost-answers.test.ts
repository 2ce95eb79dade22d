import { setImmediate as written } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readDomain } from '../../electron/libvirt/domains.ts';
import { settleLater } from '../../electron/operations/engine/settle-later.ts';
import { conclusions } from '../../electron/operations/registry.ts';
import type { Outcome } from '../../shared/schema.ts';
import { canBuildGenerations, isRoot, labAvailable } from '../lab/available.ts';
import { wantedGenerations } from '../lab/extent.ts';
import { fillMemory } from '../lab/fill-memory.ts';
import { holdMemory } from '../lab/hold-memory.ts';
import { type Generation, type Guest, type Lab, startLab } from '../lab/lab.ts';
import { retry } from '../lab/run.ts';
import { type Connected, connectTo } from './connected.ts';
import { askVirsh, type LostKind, lostKinds, type Said } from './lost-kinds.ts';

/** A request of a guest of its own, on connections of its own: libvirt takes one after the other from each. */
interface Lost {
  readonly place: Connected;
  readonly guest: Guest;
  readonly uuid: string;
  readonly before: Said;
  readonly requestId: string;
  /** Lets it be asked, and resolves when it is on its way. */
  go(): Promise<void>;
  readonly outcome: Promise<Pick<Outcome, 'result' | 'problem'>>;
}

/** What becomes of requests, all at once, that stand in the journal and are to be asked now. */
interface Fate {
  readonly how: string;
  readonly isDone: boolean;
  readonly kinds: readonly LostKind[];
  /** What has to be so with a guest before. */
  ready?(lab: Lab, guest: Guest): Promise<void>;
  /** Answers with why nobody knows what libvirt did, where that is so. */
  befall(lab: Lab, all: readonly Lost[]): Promise<string | undefined>;
  /** What virsh says besides in the end. */
  readonly besides?: Partial<Said>;
  readonly needsRoot?: true;
}

/**
 * Asks for them all. A sign of life that was not read yet would be read first, and libvirt reads nothing more of a
 * connection that is closed: there is none shortly after an answer.
 */
async function ask(all: readonly Lost[], before?: () => Promise<void>): Promise<void> {
  await Promise.all(all.map(({ place: { session }, uuid }) => readDomain(session.writes, uuid)));
  await before?.();
  await Promise.all(all.map(({ go }) => go()));
  await written();
}
async function untilLost({ session }: Connected): Promise<void> {
  const patience = AbortSignal.timeout(300_000);
  while (session.isConnected) {
    patience.throwIfAborted();
    await session.nextChange(patience);
  }
}

const fates: readonly Fate[] = [
  {
    how: 'it hangs, and does it late',
    isDone: true,
    kinds: lostKinds,
    async befall(lab, all) {
      await ask(all, () => lab.signalDaemon('STOP'));
      await Promise.all(all.map(({ place }) => untilLost(place)));
      const end = await lab.resumeDaemon();
      return end === 'crashed' ? 'libvirtd crashed when it went on, before or after it' : undefined;
    },
  },
  {
    how: 'it dies before it does it',
    isDone: false,
    kinds: lostKinds,
    async befall(lab, all) {
      await ask(all, () => lab.signalDaemon('STOP'));
      await lab.signalDaemon('KILL');
      await lab.restartDaemon();
    },
  },
  {
    how: 'cut off while it waits for somebody’s managed save, and is done after that',
    isDone: true,
    // Not more: libvirtd has five threads at first, and each of these and its managed save keep one.
    kinds: lostKinds.filter(({ what }) => ['make current', 'rename, at the last step'].includes(what)),
    async ready(lab, guest) {
      await guest.start('--paused');
      await fillMemory(lab, guest, 16);
    },
    async befall(lab, all) {
      const memory = await holdMemory(lab);
      const saved = Promise.all(all.map(({ guest }) => guest.managedSave()));
      saved.catch(() => {}); // it is looked at in the end
      await Promise.all(all.map(({ guest }) => retry(() => hasJob(lab, guest), 30_000)));
      const said = () => Promise.all(all.map(({ guest }) => askVirsh(lab, guest)));
      const unasked = await said();
      await ask(all);
      await Promise.all(
        all.map(async ({ place }) => {
          place.cut();
          await untilLost(place);
          await place.session.whenConnected(AbortSignal.timeout(120_000));
        }),
      );
      expect(await said()).toEqual(unasked);
      await memory.release();
      await saved;
    },
    besides: { state: 'shut off', managedSave: true },
    needsRoot: true,
  },
];
async function hasJob(lab: Lab, { name }: Guest): Promise<void> {
  const info = await lab.virsh('domjobinfo', name);
  if (!/bounded/i.test(info)) throw new Error(`${name} has no job: ${info}`);
}

const cases = wantedGenerations('host', '11.3').flatMap((generation) => fates.map((fate) => ({ generation, ...fate })));

describe.concurrent.each(cases)('answers that never come from libvirt $generation: $how', ({ generation, ...fate }) => {
  const { how, isDone, kinds } = fate;
  const reason = whyNot(generation, fate);
  if (reason !== null) console.log(`Left out: answers that are lost on ${generation}, ${how}: ${reason}.`);
  let lab: Lab;
  let undecided: string | undefined;
  const ends: (() => Promise<void>)[] = [];
  const lost = new Map<LostKind, Lost>();

  /** Plans, and runs as far as to where the request stands in the journal. */
  const begin = async (kind: LostKind, index: number): Promise<Lost> => {
    const guest = await lab.guest({ name: `lost${index}`, memoryInFile: fate.ready !== undefined });
    await kind.prepare(lab, guest);
    await fate.ready?.(lab, guest);
    const place = await connectTo(lab);
    const stop = settleLater(place.session, place.services, conclusions);
    ends.push(async () => {
      stop();
      await place.session.disconnect();
    });
    const before = await askVirsh(lab, guest);
    const { uuid } = before;
    await tag(place, uuid);
    const run = await kind.plan({ at: place, guest, uuid });
    const held = heldAtAsking(place, kind.lost);
    const outcome = run();
    outcome.catch(() => {}); // it is looked at in the end
    const early = outcome.then((end) => Promise.reject(new Error(`ended unasked: ${JSON.stringify(end)}`)));
    return { place, guest, uuid, before, outcome, ...(await Promise.race([held, early])) };
  };

  beforeAll(async () => {
    if (reason !== null) return;
    lab = await startLab({ generation });
    await Promise.all(kinds.map(async (kind, index) => lost.set(kind, await begin(kind, index))));
    undecided = await fate.befall(lab, [...lost.values()]);
    if (undecided) console.log(`Left out: answers that are lost on ${generation}, ${how}: ${undecided}.`);
  });
  afterAll(async () => {
    await Promise.all(ends.map((end) => end()));
    await lab?.stop();
  });

  test.skipIf(reason !== null).for(kinds)('$what', { timeout: 300_000 }, async (kind, { expect, skip }) => {
    if (undecided) skip(undecided);
    const { place, guest, uuid, before, requestId, outcome } = lost.get(kind) as Lost;
    const { result, problem } = await outcome;
    const said = await askVirsh(lab, guest);
    expect(said).toEqual({ ...before, ...(isDone ? kind.done(before, guest) : {}), ...fate.besides });
    expect(result).toBe(isDone || kind.told === 'refused' ? kind.told : 'unknown');
    expect(problem?.code).toBe(result === 'done' ? undefined : (kind.problem ?? 'OUTCOME_UNKNOWN'));

    const { journal, marks } = place.services;
    const entry = () => journal.list({ limit: 20 }).find((each) => each.requestId === requestId);
    const state = said.state.replace(' ', '');
    await expect.poll(() => entry()?.found).toMatchObject({ state, current: said.current });
    const settled = [...(isDone ? ['done'] : []), ...(result === 'done' ? [] : ['unknown'])];
    expect(entry()).toMatchObject({ resolved: true, result: expect.toBeOneOf(settled) });

    const { host } = place.session;
    const names = Object.keys(said.snapshots);
    const isSafety = (name: string) => !['one', 'two', 'eins'].includes(name);
    expect([...marks.taggedWith(host, uuid, 'kept')]).toEqual(['one', 'eins'].filter((name) => names.includes(name)));
    expect(marks.safety(host, uuid).map(({ name }) => name)).toEqual(names.filter(isSafety));
    const marked = marks.marked(host, uuid, 'imported');
    const imported = names.filter((name) => marked.has(name));
    expect(imported).toEqual(isDone && kind.imports ? [kind.imports] : []);
    // A revert may have been begun, so that the way back from it is remembered; not of one that was not asked for.
    expect(marks.lastRevert(host, uuid)?.revertedTo).toBe(entry()?.kind === 'revert' ? 'one' : undefined);
  });
});

/** null: it can be done here. */
function whyNot(generation: Generation, { needsRoot }: Fate): string | null {
  const available = generation === 'host' ? labAvailable() : canBuildGenerations();
  if (!available.ok) return available.reason;
  return needsRoot && !isRoot() ? 'a lab must run as root' : null;
}

/** Marks “one”. */
async function tag({ session, services }: Connected, uuid: string): Promise<void> {
  const { snapshots } = (await session.readSnapshots(uuid)).list;
  const { createdAt = 0 } = snapshots.find(({ name }) => name === 'one') ?? {};
  await services.marks.tag(session.host, uuid, 'one', createdAt, ['kept']);
}

/** Holds a request where it stands in the journal, right before libvirt is asked. */
function heldAtAsking(place: Connected, which: LostKind['lost'] = {}): Promise<Pick<Lost, 'requestId' | 'go'>> {
  const { file } = place;
  const append = file.append.bind(file);
  return new Promise((resolve) => {
    file.append = async (...lines) => {
      await append(...lines);
      const { type, requestId, kind, snapshot } = JSON.parse(lines[0] ?? '{}');
      const { kind: wanted = kind, snapshotName = snapshot } = which;
      if (type !== 'asked' || kind !== wanted || snapshot !== snapshotName) return;
      file.append = append;
      await new Promise<void>((release) => {
        const go = () => {
          const called = nextCall(place.session.writes);
          release();
          return called;
        };
        resolve({ requestId, go });
      });
    };
  });
}

/** Resolves when the next call is made. */
function nextCall(gate: Connected['session']['writes']): Promise<void> {
  const { call } = gate;
  return new Promise((resolve) => {
    gate.call = (procedure, args) => {
      gate.call = call;
      resolve();
      return call.call(gate, procedure, args) as never;
    };
  });
}
