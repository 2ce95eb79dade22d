import { existsSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { LibvirtError } from '../../electron/libvirt/errors.ts';
import { deleteSnapshot } from '../../electron/libvirt/snapshots.ts';
import { gatherDeleteFacts } from '../../electron/operations/delete/gather.ts';
import { pointsOf } from '../../shared/chain.ts';
import { errorCode } from '../../shared/libvirt/flags.ts';
import { assessDelete } from '../../shared/operations/delete/assess.ts';
import { deleteRules } from '../../shared/operations/delete/rules.ts';
import type { DeleteFacts, DeleteMode } from '../../shared/schema.ts';
import { canBuildGenerations, labAvailable } from '../lab/available.ts';
import { readDisk } from '../lab/disk.ts';
import { isProof, wantedGenerations } from '../lab/extent.ts';
import type { Generation } from '../lab/generations.ts';
import type { Guest } from '../lab/guest.ts';
import { startLab } from '../lab/lab.ts';
import { run } from '../lab/run.ts';
import { type Connected, connectTo } from './connected.ts';
import { cases } from './delete-cases.ts';
import { mark, type Stage, stages } from './delete-stages.ts';
import { planDelete } from './deletion.ts';
import { fillLayer, throttleMerge } from './slow-merge.ts';

/** By default the machine's own libvirt and one that can revert to external snapshots. */
const wanted = wantedGenerations('host', '11.3');
/** What is run each time: where generations differ, and where data is at stake. */
const short: Readonly<Partial<Record<Generation, readonly string[]>>> = {
  host: ['internal, off', 'external, running', 'hole, running', 'left-out disk, running', 'in progress, off'],
  '11.3': [
    'internal, running',
    'external, running',
    'external, metadata alone, off',
    'internal on external, off',
    'children with children, off',
    'managed save, off',
    'leaf on internal, off',
    'medium overlaid and ejected, off',
  ],
};
const everything: Readonly<Record<string, Stage>> = { ...stages, ...cases };
const MIB = 1 << 20;

describe.each(wanted)('deletion on a real libvirt: %s', (generation) => {
  const available = generation === 'host' ? labAvailable() : canBuildGenerations();
  const reverts = generation === '11.3' || generation === '12.8';
  let place: Connected;
  beforeAll(async () => {
    if (available.ok) place = await connectTo(await startLab({ generation }));
  });
  afterAll(async () => {
    await place?.session.disconnect();
    await place?.lab.stop();
  });
  if (!isProof) console.log(`Left out: most of deletion on ${generation}: “npm run proofs” runs all of it.`);
  if (!available.ok) console.log(`Left out: deletion on ${generation}: ${available.reason}.`);
  else if (!reverts)
    console.log(`Left out: branches of external snapshots on ${generation}: it cannot revert to them.`);

  const rows = Object.entries(everything)
    .flatMap(([name, stage]) =>
      stage.reverts && !reverts ? [] : stage.states.map((state) => ({ name, stage, state })),
    )
    .filter(({ name, state }) => isProof || short[generation]?.includes(`${name}, ${state}`));
  test.skipIf(!available.ok).for(rows)('$name, $state', { timeout: 240_000 }, async ({ name, stage, state }) => {
    for (const [index, deletions] of stage.runs.entries()) {
      const guest = await stage.build(place.lab, `${name}-${state}-${index}`.replaceAll(/\W+/g, '-'));
      if (state === 'running' && (await guest.state()) !== 'running') await place.lab.virsh('start', guest.name);
      for (const [names, mode] of deletions) await attempt(place, guest, names.split(','), mode);
      if (state === 'running') await guest.destroy();
    }
  });

  test.skipIf(!available.ok || !reverts)(
    'a merge tells how far it is, is cancelled, and done again',
    { timeout: 240_000 },
    async () => {
      const { lab, session, services } = place;
      const guest = await lab.guest({ name: 'slow', diskMiB: 1024 });
      await guest.snapshot('a', '--disk-only');
      await guest.snapshot('b', '--disk-only');
      await fillLayer(await guest.diskPath(), 600);
      await guest.writeBytes(mark.offset, 'here');
      await guest.start('--paused');
      const uuid = await lab.virsh('domuuid', guest.name);
      const { host } = session;
      const before = await look(place, uuid);
      const running = (await planDelete(place, uuid, ['b'])).run();
      await throttleMerge(session, uuid, 2 * MIB);
      const operation = () => services.operations.list().find(({ phase }) => phase !== 'ended');
      await expect
        .poll(() => operation()?.progress, { timeout: 30_000, interval: 50 })
        .toMatchObject({ doneBytes: expect.any(Number), totalBytes: expect.any(Number) });
      expect(operation()).toMatchObject({ kind: 'delete', phase: 'working', cancellable: true });
      const { doneBytes, totalBytes } = operation()?.progress ?? {};
      expect(doneBytes).toBeLessThan(totalBytes ?? 0);
      services.operations.cancel(operation()?.id ?? '');
      expect(await running).toMatchObject({
        result: 'cancelled',
        notes: expect.arrayContaining(['Still there: “b”.']),
      });

      const after = await look(place, uuid);
      // tree, current, chains, state; and libvirt’s own record of what was begun, on the parent
      expect(unmarked(after.facts)).toEqual(unmarked(before.facts));
      const [record] = after.facts.snapshots.find(({ name }) => name === 'a')?.stored.disks ?? [];
      expect(record).toMatchObject({ target: 'hda', deleteInProgress: true });
      expect(assessDelete(after.facts, ['a'], 'this').blockers).toMatchObject([{ code: 'IN_PROGRESS' }]);
      expect(after.bytes.get('hda now')).toBe('here');
      expect(services.marks.isInterrupted(host, uuid, 'b')).toBe(true);

      const again = await planDelete(place, uuid, ['b']);
      expect(await again.run()).toMatchObject({ result: 'done', differences: [] });
      expect(services.marks.isInterrupted(host, uuid, 'b')).toBe(false);
      expect(await guest.snapshots()).toEqual(['a']);
      expect(await guest.readBytes(mark.offset, mark.length)).toBe('here');
      await guest.destroy();
    },
  );
});

/** Carries out what has no blocker, and asks libvirt whether it refuses what it is said to refuse. */
async function attempt(place: Connected, guest: Guest, names: readonly string[], mode: DeleteMode): Promise<void> {
  const { lab, session } = place;
  const about = `${guest.name}: ${names} ${mode}`;
  const uuid = await lab.virsh('domuuid', guest.name);
  const before = await look(place, uuid);
  // What an earlier deletion of the run took is not there to be deleted again.
  if (!names.every((name) => before.facts.snapshots.some((snapshot) => snapshot.name === name))) return;
  const assessment = assessDelete(before.facts, names, mode);
  const [blocker] = assessment.blockers;
  if (blocker) {
    const rule = deleteRules.find(({ code }) => code === blocker.code);
    const [step, ...more] = assessment.steps;
    // What is a crash or does harm is not asked for; what takes several may be refused half way.
    if (rule?.effect !== 'refused' || !step || more.length > 0) return;
    const refusal = await deleteSnapshot(session.writes, uuid, step.name, step.flags).then(
      () => 'done',
      (error: unknown) => (error instanceof LibvirtError ? error.code : String(error)),
    );
    expect(refusal, `${about}: ${blocker.code}`).toBe(errorCode[rule.error ?? 'INTERNAL_ERROR']);
    expect(lasting((await look(place, uuid)).facts), about).toEqual(lasting(before.facts));
    return;
  }
  const outcome = await (await planDelete(place, uuid, names)).run(mode);
  expect(outcome, `${about}: ${JSON.stringify(outcome)}`).toMatchObject({ result: 'done', differences: [] });
  const after = await look(place, uuid);
  const { goes, merges, unlinks, verdict } = assessment;
  expect(verdict, about).not.toBe('willFail');
  for (const { from } of merges) expect(existsSync(from), `${about}: ${from} is merged away`).toBe(false);
  for (const path of unlinks) expect(existsSync(path), `${about}: ${path} is unlinked`).toBe(false);
  const kept = [...before.bytes].filter(([what]) => !goes.some((name) => what.endsWith(` of ${name}`)));
  expect(after.bytes, `${about}: what is kept has its bytes`).toEqual(new Map(kept));
  if (mode === 'metadata-only') return;
  const tags = before.tags.filter((tag) => !goes.includes(tag));
  expect(after.tags, `${about}: internal snapshots in the images`).toEqual(tags);
}

interface Seen {
  readonly facts: DeleteFacts;
  /** By disk what the guest sees, and of each external snapshot what it would see after a revert. */
  readonly bytes: ReadonlyMap<string, string>;
  /** The internal snapshots in all images. */
  readonly tags: readonly string[];
}

async function look({ session, services }: Connected, uuid: string): Promise<Seen> {
  const facts = await gatherDeleteFacts(session, uuid, services.marks);
  const read = async (path: string) =>
    existsSync(path) ? (await readDisk(path, mark.offset, mark.length)).toString() : 'gone';
  const bytes = new Map<string, string>();
  const images = new Set<string>();
  for (const { target, device, image } of facts.domain.disks)
    if (image && device === 'disk') {
      bytes.set(`${target} now`, await read(image.path));
      images.add(image.path);
    }
  for (const { name, stored } of facts.snapshots)
    for (const { target, kind, path } of pointsOf(stored))
      if (kind === 'internal') images.add(path);
      else if (path.endsWith('.iso') === false) bytes.set(`${target} of ${name}`, await read(path));
  const tags = await Promise.all([...images].filter(existsSync).map(tagsIn));
  return { facts, bytes, tags: tags.flat().sort() };
}

/** Without the reason why it is off: libvirt starts it, and stops it again, before it refuses. */
function lasting({ domain: { reason, ...domain }, ...facts }: DeleteFacts) {
  return { ...facts, domain: domain.active ? { ...domain, reason } : domain };
}

/** Without what is remembered and recorded of a deletion that was broken off. */
function unmarked(facts: DeleteFacts): DeleteFacts {
  return {
    ...facts,
    snapshots: facts.snapshots.map((each) => ({
      ...each,
      interrupted: false,
      stored: { ...each.stored, disks: each.stored.disks.map(({ deleteInProgress: _, ...disk }) => disk) },
    })),
  };
}

async function tagsIn(path: string): Promise<string[]> {
  const { snapshots = [] } = JSON.parse(await run(['qemu-img', 'info', '-U', '--output=json', path])) as {
    snapshots?: { name: string }[];
  };
  return snapshots.map(({ name }) => name);
}
