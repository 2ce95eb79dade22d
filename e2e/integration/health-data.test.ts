import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { healthOf } from '../../electron/inspect/health/report.ts';
import { canBuildGenerations, labAvailable } from '../lab/available.ts';
import { wantedGenerations } from '../lab/extent.ts';
import type { Guest } from '../lab/guest.ts';
import { type Lab, startLab } from '../lab/lab.ts';
import { run } from '../lab/run.ts';
import { type Connected, connectTo } from './connected.ts';

const wanted = wantedGenerations('host', '11.3');
const never = new AbortController().signal;
const offset = 1 << 20;

/** What health says of the data of snapshots, held against what a revert brings. */
describe.each(wanted)('the data of snapshots on a real libvirt: %s', (generation) => {
  const available = generation === 'host' ? labAvailable() : canBuildGenerations();
  if (!available.ok) console.log(`Left out: the data of snapshots on ${generation}: ${available.reason}.`);
  let place: Connected;
  let lab: Lab;
  beforeAll(async () => {
    if (!available.ok) return;
    lab = await startLab({ generation });
    place = await connectTo(lab);
  }, 60_000);
  afterAll(async () => {
    await place?.session.disconnect();
    await lab?.stop();
  });

  const health = async (guest: Guest) =>
    healthOf(place.session, await lab.virsh('domuuid', guest.name), never, place.services.marks);
  /** Only then the images can be read. */
  const cover = (guest: Guest) => lab.virsh('pool-create-as', guest.name, 'dir', '--target', guest.folder);
  const states = async (guest: Guest) =>
    Object.fromEntries((await health(guest)).data.map(({ name, state }) => [name, state]));
  const taken = async (guest: Guest, name: string, text: string) => {
    await guest.writeBytes(offset, text);
    await guest.snapshot(name);
  };
  const brought = async (guest: Guest, name: string, length: number) => {
    await guest.revert(name);
    return guest.readBytes(offset, length);
  };

  test.skipIf(!available.ok)('names of digits, by the IDs in the image', { timeout: 120_000 }, async () => {
    const guest = await lab.guest({ name: 'digits', pool: false });
    await taken(guest, '2', 'of two');
    await taken(guest, '1', 'of one');
    await taken(guest, 'x', 'of x..');
    const unread = await health(guest);
    expect(unread.findings).toMatchObject([{ code: 'digits-name', level: 'warning', snapshots: ['2', '1'] }]);
    expect(unread.data).toEqual([]);
    await cover(guest);
    expect(await states(guest)).toEqual({ '1': 'other', '2': 'other' });
    expect(await brought(guest, 'x', 6)).toBe('of x..');
    expect(await brought(guest, '2', 6)).toBe('of one');
    expect(await brought(guest, '1', 6)).toBe('of two');
  });

  test.skipIf(!available.ok)('a name that stands there twice, and one that is gone', { timeout: 120_000 }, async () => {
    const guest = await lab.guest({ name: 'twice', pool: false });
    await taken(guest, 's', 'older');
    await lab.virsh('snapshot-delete', guest.name, 's', '--metadata');
    await taken(guest, 's', 'newer');
    await taken(guest, 'gone', 'other');
    await run(['qemu-img', 'snapshot', '-d', 'gone', await guest.diskPath()]);
    await cover(guest);
    expect(await states(guest)).toEqual({ s: 'other', gone: 'gone' });
    expect((await health(guest)).findings.map(({ code }) => code).sort()).toEqual(['tag-gone', 'tag-twice']);
    expect(await brought(guest, 's', 5)).toBe('older');
    await lab.virsh('snapshot-delete', guest.name, 's', '--metadata');
    expect((await health(guest)).findings).toMatchObject([
      { code: 'tag-gone' },
      { code: 'unlisted-tag', level: 'note' },
    ]);
  });

  test.skipIf(!available.ok)('a deletion that was broken off, by libvirt’s record', { timeout: 120_000 }, async () => {
    const guest = await lab.guest({ name: 'broken', pool: false });
    for (const name of ['a', 'b', 'c'])
      await guest.snapshot(name, '--disk-only', '--diskspec', `hda,file=${join(guest.folder, `hda.${name}`)}`);
    const xml = await lab.virsh('snapshot-dumpxml', guest.name, 'a', '--security-info');
    const file = join(guest.folder, 'a.xml');
    await writeFile(file, xml.replace(/(<disk name='hda'[^>]*>)/, '$1<snapshotDeleteInProgress/>'));
    await lab.virsh('snapshot-create', guest.name, file, '--redefine');
    await cover(guest);
    expect(await states(guest)).toEqual({ b: 'mixture' });
    const [finding] = (await health(guest)).findings;
    expect(finding).toMatchObject({
      code: 'merge-broken-off',
      level: 'broken',
      snapshots: ['b'],
      files: [join(guest.folder, 'hda.a')],
      offers: [{ command: 'snapshot.delete', snapshot: 'b' }],
    });
    if (generation !== 'host') {
      await lab.virsh('snapshot-delete', guest.name, 'b');
      expect(await states(guest)).toEqual({});
    }
  });

  test.skipIf(!available.ok)(
    'checkpoints, which keep internal snapshots from being reverted to',
    { timeout: 120_000 },
    async () => {
      const guest = await lab.guest({ name: 'points', pool: false });
      await guest.start();
      await guest.snapshot('live');
      expect((await health(guest)).findings).toEqual([]);
      await lab.virsh('checkpoint-create-as', guest.name, 'cp1');
      expect((await health(guest)).findings).toMatchObject([
        { code: 'checkpoints', level: 'warning', snapshots: ['live'] },
      ]);
      await expect(guest.revert('live')).rejects.toThrow(/bitmap/);
    },
  );

  test.skipIf(!available.ok)(
    'images that are written to below a snapshot, and a base that is gone',
    { timeout: 120_000 },
    async () => {
      const guest = await lab.guest({ name: 'below', pool: false });
      const base = await guest.diskPath();
      await taken(guest, 'i', 'inside');
      await guest.writeBytes(offset, 'base..');
      await guest.snapshot('e', '--disk-only', '--diskspec', `hda,file=${join(guest.folder, 'hda.e')}`);
      await cover(guest);
      expect(await states(guest)).toEqual({});
      await guest.revert('i'); // the domain writes to what the overlay of e lies on, on another branch
      expect(await states(guest)).toEqual({ e: 'mixture' });
      expect((await health(guest)).findings[0]).toMatchObject({ code: 'written-under', snapshots: ['e'] });
      await rm(base);
      expect(await states(guest)).toEqual({ i: 'gone', e: 'gone' });
    },
  );
});
