import { join } from 'node:path';
import type { HostSession } from '../../../electron/hosts/host-session.ts';
import { Hub } from '../../../electron/hosts/hub.ts';
import { watchSnapshots } from '../../../electron/hosts/snapshot-watch.ts';
import { appendFile } from '../../../electron/kept/journal/file.ts';
import { Journal } from '../../../electron/kept/journal/journal.ts';
import { MarkStore } from '../../../electron/kept/marks.ts';
import { SettingsStore } from '../../../electron/kept/settings.ts';
import { Thumbnails } from '../../../electron/kept/thumbnails/store.ts';
import { procedures } from '../../../electron/libvirt/procedures.ts';
import { Engine } from '../../../electron/operations/engine/engine.ts';
import { Operations } from '../../../electron/operations/engine/operations.ts';
import { drivers } from '../../../electron/operations/registry.ts';
import { consentsOfButton } from '../../../shared/operations/operation.ts';
import { revertType } from '../../../shared/operations/revert/type.ts';
import type { Measurement } from '../measurement.ts';
import { virshOnce } from '../rivals/virsh.ts';
import { inRounds, ratios } from '../rounds.ts';
import { type Bench, LeftOut } from '../section.ts';
import { median } from '../statistics.ts';
import { connectOurs } from '../world/ours.ts';
import { snapshotName } from '../world/snapshot-xml.ts';

const DEPTHS = [2, 500, 5_000] as const;
const ROUNDS = 9;
/** Of all rounds of one depth, milliseconds. */
const WITHIN_MS = 15_000;
const choice = { startState: 'as-saved', safetySnapshot: false, removeManagedSave: false, resetNvram: false } as const;

/** What a revert takes besides libvirt's own work: the plan that is read, and all that comes before and after the call. */
export async function* measureReverts(bench: Bench): AsyncGenerator<Measurement> {
  const world = await bench.world();
  const { ours, theirs } = await world.ways.get('local');
  for (const snapshots of DEPTHS) {
    if (bench.left() <= 0) throw new LeftOut('its time was over');
    const domain = await world.deep(snapshots);
    const { session, calls } = await connectOurs(ours, world.lab.dir, { counts: true });
    const { engine, close } = await engineOf(session, join(world.lab.dir, `data-${snapshots}`));
    const [name, of] = [snapshotName(1), `of ${snapshots.toLocaleString('en')} snapshots`];
    const found = { planMs: [], planCalls: [], raw: [], runCalls: [] } as Record<string, number[]>;
    /** Plans and reverts once. @returns what was not libvirt's own work, milliseconds */
    const revert = async () => {
      let calledBefore = calls.count;
      const planned = performance.now();
      const plan = await engine.plan('revert', session.host.id, domain.uuid, { kind: 'named', name });
      found.planMs?.push(performance.now() - planned);
      found.planCalls?.push(calls.count - calledBefore);
      const acknowledged = consentsOfButton(revertType.assess(plan, plan.facts, choice));
      calledBefore = calls.count;
      const began = performance.now();
      const { result, problem } = await engine.run('revert', { planId: plan.planId, choice, acknowledged });
      const took = performance.now() - began;
      if (result !== 'done') throw new Error(`a revert ended as ${result}: ${problem?.what}`);
      const raw = calls.lastOf(procedures.domainRevertToSnapshot);
      found.raw?.push(raw);
      found.runCalls?.push(calls.count - calledBefore);
      return took - raw;
    };
    const virsh = () => virshOnce(theirs, 'snapshot-revert', domain.name, name);
    await revert();
    for (const values of Object.values(found)) values.length = 0;
    const rivals = [
      { name: 'ours', run: revert },
      { name: 'virsh', run: virsh },
    ];
    const times = await inRounds(rivals, { atMost: ROUNDS, withinMs: Math.min(WITHIN_MS, bench.left()) });
    const { planMs = [], planCalls = [], raw = [], runCalls = [] } = found;
    const theirsOver = (times.get('virsh') ?? []).map((each) => each - median(raw));
    yield { name: `revert ${of}: libvirt’s own work`, unit: 'ms', values: raw };
    yield { name: `revert ${of}: what virsh adds`, unit: 'ms', values: theirsOver };
    yield { name: `revert ${of}: what Snapkeel adds`, unit: 'ms', values: times.get('ours') ?? [] };
    yield {
      ...{ name: `revert ${of}: what Snapkeel adds, of what virsh adds`, unit: '×', target: 1 },
      values: ratios(new Map([...times, ['virsh', theirsOver]]), 'ours', 'virsh'),
    };
    yield { name: `revert ${of}: calls`, unit: 'calls', values: runCalls };
    yield { name: `revert ${of}: the plan`, unit: 'ms', values: planMs };
    yield { name: `revert ${of}: the plan, calls`, unit: 'calls', values: planCalls };
    const added = await whileOpen(session, domain.uuid, revert);
    yield { name: `revert ${of}, which the window has open: what Snapkeel adds`, unit: 'ms', values: added };
    await close();
    await session.disconnect();
  }
}

/** The same while somebody watches the domain, as a window does that shows it. */
async function whileOpen(session: HostSession, uuid: string, revert: () => Promise<number>): Promise<number[]> {
  const closed = new AbortController();
  let seen = () => {};
  const first = new Promise<void>((resolve) => (seen = resolve));
  const watching = (async () => {
    for await (const _ of watchSnapshots(session, uuid, closed.signal)) seen();
  })();
  await first;
  try {
    const times = await inRounds([{ name: 'ours', run: revert }], { withinMs: WITHIN_MS / 3 });
    return [...(times.get('ours') ?? [])];
  } finally {
    closed.abort();
    await watching;
  }
}

/** What changes go through in the app, with a journal on the disk. */
async function engineOf(session: HostSession, folder: string) {
  const log = () => {};
  const hub = new Hub();
  const settings = await SettingsStore.open(join(folder, 'settings.json'), hub, log);
  const journal = await Journal.open({ file: appendFile(join(folder, 'journal.jsonl')), who: 'bench', log });
  const services = {
    operations: new Operations(hub),
    journal,
    marks: await MarkStore.open(join(folder, 'marks.json'), hub, () => [session.host], log),
    settings,
    thumbnails: await Thumbnails.open(join(folder, 'thumbnails'), () => settings.get(), log),
    log,
  };
  return { engine: new Engine(drivers, services, () => session), close: () => journal.close() };
}
