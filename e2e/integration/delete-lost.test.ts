import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { cancelBlockJobs } from '../../electron/libvirt/block-jobs.ts';
import { lost } from '../../electron/operations/engine/settle.ts';
import { canBuildGenerations, labAvailable } from '../lab/available.ts';
import { wantedGenerations } from '../lab/extent.ts';
import { startLab } from '../lab/lab.ts';
import { retry } from '../lab/run.ts';
import { type Connected, connectTo } from './connected.ts';
import { mark } from './delete-stages.ts';
import { planDelete } from './deletion.ts';
import { fillLayer, throttleMerge } from './slow-merge.ts';

const slow = 1 << 20;
const everySpeed = 0;
const timeout = 120_000;

describe.each(wantedGenerations('host', '11.3'))('a deletion whose answer is lost: %s', (generation) => {
  const available = generation === 'host' ? labAvailable() : canBuildGenerations();
  if (!available.ok) console.log(`Left out: lost answers of a deletion on ${generation}: ${available.reason}.`);
  let place: Connected;
  /** Somebody else’s connection. */
  let other: Connected;
  beforeAll(async () => {
    if (!available.ok) return;
    place = await connectTo(await startLab({ generation }));
    other = await connectTo(place.lab);
  });
  // A connection that is lost again and again is tried ever more slowly: each test begins with a new one.
  beforeEach(async () => {
    await place?.session.disconnect();
    place?.session.connect();
    await place?.session.whenConnected(AbortSignal.timeout(120_000));
  });
  afterAll(async () => {
    await other?.session.disconnect();
    await place?.session.disconnect();
    await place?.lab.stop();
  });

  /** “b” is deleted, which would take minutes. */
  async function merging(name: string, isOn: boolean) {
    const { lab, session } = place;
    const guest = await lab.guest({ name, diskMiB: 1024 });
    for (const each of ['a', 'b']) await guest.snapshot(each, '--disk-only');
    await fillLayer(await guest.diskPath(), 600);
    await guest.writeBytes(mark.offset, 'here');
    if (isOn) await guest.start('--paused');
    const uuid = await lab.virsh('domuuid', guest.name);
    const { run } = await planDelete(place, uuid, ['b']);
    const outcome = run();
    outcome.catch(() => {}); // it is looked at in the end
    await throttleMerge(session, uuid, slow);
    return { guest, uuid, outcome };
  }
  const isLooking = () => place.session.isConnected && place.services.operations.list().at(-1)?.phase === 'verifying';
  const entries = (uuid: string) => place.services.journal.list({ uuid, limit: 5 });
  const isMarked = (uuid: string, name: string) => place.services.marks.isInterrupted(place.session.host, uuid, name);

  const states = [{ state: 'on' }, { state: 'off' }];
  test.skipIf(!available.ok).each(states)('cut while it merges, $state', { timeout }, async ({ state }) => {
    const { guest, uuid, outcome } = await merging(`cut-${state}`, state === 'on');
    place.cut();
    await expect.poll(isLooking).toBe(true);
    await throttleMerge(other.session, uuid, everySpeed);
    expect(await outcome).toMatchObject({ result: 'done', differences: [], notes: [lost] });
    expect(await guest.snapshots()).toEqual(['a']);
    expect(entries(uuid)).toMatchObject([
      { result: 'done', resolved: true, differences: [lost], found: { current: 'a' } },
    ]);
    expect(isMarked(uuid, 'b')).toBe(false);
    expect(await guest.readBytes(mark.offset, mark.length)).toBe('here');
  });

  test.skipIf(!available.ok)('lost once it is done', { timeout }, async () => {
    const { guest, uuid, outcome } = await merging('deaf', true);
    place.deafen();
    await throttleMerge(other.session, uuid, everySpeed);
    await retry(async () => expect(await guest.snapshots()).toEqual(['a']), 60_000);
    place.cut();
    expect(await outcome).toMatchObject({ result: 'done', differences: [], notes: [lost] });
    expect(entries(uuid)).toMatchObject([{ result: 'done', resolved: true, differences: [lost] }]);
    expect(isMarked(uuid, 'b')).toBe(false);
  });

  test.skipIf(!available.ok).each([
    {
      how: 'somebody cancels it',
      async end(uuid: string) {
        place.cut();
        await expect.poll(isLooking).toBe(true);
        await cancelBlockJobs(other.session.reads, uuid);
      },
    },
    {
      // Seen on 9.0 and 11.3: it does not go on with the block job.
      how: 'libvirt dies, and is back',
      async end() {
        await place.lab.run(['sh', '-c', 'kill -KILL $(cat "$0")', join(place.lab.dir, 'run/libvirtd.pid')]);
        await place.lab.restartDaemon();
      },
    },
  ])('and the merge is broken off: $how', { timeout }, async ({ how, end }) => {
    const { guest, uuid, outcome } = await merging(how.replaceAll(/\W+/g, '-'), true);
    await end(uuid);
    const { result, notes, problem } = await outcome;
    expect({ result, problem }).toMatchObject({ result: 'unknown', problem: { code: 'ANSWER_LOST' } });
    expect(notes).toEqual([
      'Still there: “b”.',
      expect.stringContaining('do not revert to “b” any more'),
      expect.stringContaining('libvirt recorded at “a”'),
    ]);
    expect(entries(uuid)).toMatchObject([{ result: 'unknown', resolved: true, differences: [lost, ...notes] }]);
    expect(isMarked(uuid, 'b')).toBe(true);
    expect(await (await planDelete(place, uuid, ['b'])).run()).toMatchObject({ result: 'done', differences: [] });
    expect(isMarked(uuid, 'b')).toBe(false);
    expect(await guest.snapshots()).toEqual(['a']);
  });
});
