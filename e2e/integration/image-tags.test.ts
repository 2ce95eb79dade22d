import { copyFile, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readHeader } from '../../electron/libvirt/qcow2/header.ts';
import { readSnapshots } from '../../electron/libvirt/qcow2/snapshots.ts';
import {
  deletes,
  type ImageTag,
  loadsMemory,
  nextTagId,
  type Resolution,
  type RevertedBy,
  resolveTag,
} from '../../shared/libvirt/image-tags.ts';
import { canBuildGenerations, labAvailable } from '../lab/available.ts';
import { isProof, wantedGenerations } from '../lab/extent.ts';
import { type Guest, type Lab, startLab } from '../lab/lab.ts';
import { run } from '../lab/run.ts';

/** How the tags of an image come about, each with bytes of its own, and what a name then means. */
interface Case {
  readonly title: string;
  /** Taken through libvirt, with memory when QEMU is to revert them. */
  readonly take: readonly string[];
  /** Taken by qemu-img, behind libvirt's back and without memory: before that, and after it. */
  readonly before?: string;
  readonly after?: string;
  /** Then deleted by qemu-img. */
  readonly drop?: string;
  /** Then given another name in the image. */
  readonly rename?: readonly [from: string, to: string];
  readonly ask: string;
  readonly means: Readonly<Record<RevertedBy, Resolution['kind']>>;
  /** Only told apart by memory. */
  readonly memory?: true;
  /** With memory it is tried only as a proof. */
  readonly long?: true;
}

const wanted = wantedGenerations('host', '11.3');

const cases: readonly Case[] = [
  { title: 'an ID goes before a name', take: ['2', '1'], ask: '2', means: { 'qemu-img': 'other', qemu: 'other' } },
  {
    title: 'an ID alone is enough for qemu-img, not for QEMU',
    take: ['a', 'b', '2'],
    drop: '2',
    ask: '2',
    means: { 'qemu-img': 'other', qemu: 'missing' },
  },
  {
    title: 'of two that have the name the first is meant',
    take: ['s', 't'],
    rename: ['t', 's'],
    ask: 's',
    long: true,
    means: { 'qemu-img': 'twice', qemu: 'twice' },
  },
  {
    title: 'but that of the ID, if the name is one',
    take: ['2', 't'],
    rename: ['t', '2'],
    ask: '2',
    long: true,
    means: { 'qemu-img': 'twice', qemu: 'twice' },
  },
  {
    title: 'a name that is its own ID',
    take: ['a', '2'],
    ask: '2',
    long: true,
    means: { 'qemu-img': 'found', qemu: 'found' },
  },
  {
    title: 'a second one without memory',
    take: ['s'],
    after: 's',
    ask: 's',
    means: { 'qemu-img': 'twice', qemu: 'twice' },
    memory: true,
  },
  {
    title: 'one of that ID without memory',
    take: ['2'],
    after: '2',
    ask: '2',
    long: true,
    means: { 'qemu-img': 'twice', qemu: 'twice' },
    memory: true,
  },
  {
    title: 'another one of that ID without memory',
    take: ['2'],
    after: '1',
    ask: '2',
    means: { 'qemu-img': 'other', qemu: 'other' },
    memory: true,
  },
  {
    title: 'a first one without memory',
    before: 'x',
    take: ['s'],
    rename: ['x', 's'],
    ask: 's',
    long: true,
    means: { 'qemu-img': 'twice', qemu: 'twice' },
    memory: true,
  },
];

async function tagsOf(guest: Guest, target = 'hda'): Promise<ImageTag[]> {
  const text = await run(['qemu-img', 'info', '-U', '--output=json', await guest.diskPath(target)]);
  const { snapshots = [] } = JSON.parse(text) as {
    snapshots?: { id: string; name: string; 'vm-state-size': number; 'date-sec': number }[];
  };
  return snapshots.map((each) => ({
    id: each.id,
    name: each.name,
    vmStateBytes: each['vm-state-size'],
    dateSec: each['date-sec'],
    diskBytes: null,
  }));
}

describe.each(wanted)('what a name means in an image: libvirt %s', (generation) => {
  const available = generation === 'host' ? labAvailable() : canBuildGenerations();
  if (!available.ok) console.warn(`Names of tags on ${generation} are left out: ${available.reason}`);
  let lab: Lab;
  let made = 0;
  beforeAll(async () => {
    if (available.ok) lab = await startLab({ generation });
  });
  afterAll(async () => lab?.stop());
  const test = it.skipIf(!available.ok);

  /** Whether libvirt uses QEMU's jobs for snapshots with memory. */
  const byJobs = () => Number(lab.version.split('.')[0]) > 10;
  const put = (guest: Guest, text: string) => guest.writeBytes(1 << 20, text.padEnd(16));
  const get = async (guest: Guest) => (await guest.readBytes(1 << 20, 16)).trimEnd();
  const image = async (guest: Guest, ...args: string[]) =>
    run(['qemu-img', 'snapshot', ...args, await guest.diskPath()]);
  const off = async (guest: Guest) => {
    if ((await guest.state()) !== 'shut off') await guest.destroy();
  };
  /** What libvirt answers: nothing, or its error. */
  const answer = (call: Promise<unknown>) =>
    call.then(
      () => 'ok',
      () => 'failed',
    );

  /** Gives a tag another name of the same length, in the image's own table. */
  const renameTag = async (guest: Guest, from: string, to: string) => {
    const bytes = await readFile(await guest.diskPath());
    const { snapshotCount, snapshotsOffset } = readHeader(bytes);
    const { snapshots } = readSnapshots(bytes.subarray(snapshotsOffset), snapshotCount);
    const nth = snapshots.findIndex(({ name }) => name === from);
    const { bytes: start } = readSnapshots(bytes.subarray(snapshotsOffset), nth);
    bytes.write(
      to,
      bytes.indexOf(from, snapshotsOffset + start + 40 + bytes.readUInt32BE(snapshotsOffset + start + 36)),
    );
    await writeFile(await guest.diskPath(), bytes);
  };
  const told = (tags: readonly ImageTag[]) => tags.map(({ id, name }) => `${id}=${name}`);

  const tryCase = async ({ take, before, after, drop, rename: renames, ask, means }: Case, by: RevertedBy) => {
    const guest = await lab.guest({ name: `guest-${made++}` });
    const bytes = new Map<string, string>();
    const next = async (text: string) => {
      bytes.set(nextTagId(await tagsOf(guest)), text);
      await put(guest, text);
    };
    const copy = async (name: string) => {
      await next(`qemu-img's ${name}`);
      await image(guest, '-c', name);
    };
    if (before !== undefined) await copy(before);
    for (const name of take) {
      await next(`libvirt's ${name}`);
      if (by === 'qemu') await lab.virsh('start', guest.name);
      await guest.snapshot(name);
      await off(guest);
    }
    if (after !== undefined) await copy(after);
    if (drop !== undefined) await image(guest, '-d', drop);
    if (renames) await renameTag(guest, ...renames);
    await put(guest, 'now');

    const tags = await tagsOf(guest);
    const meant = resolveTag(tags, ask, by);
    expect(meant.kind).toBe(means[by]);
    const memory = by === 'qemu' ? loadsMemory([tags], ask, byJobs()) : 'none';
    const done = memory === 'loads' || memory === 'none';
    expect(await answer(guest.revert(ask))).toBe(done ? 'ok' : 'failed');
    expect(await guest.state()).toBe(memory === 'loads' ? 'running' : 'shut off');
    const replaced = memory !== 'fails' && meant.kind !== 'missing';
    expect(await get(guest)).toBe(replaced ? bytes.get(meant.tag.id) : 'now');

    const goes = deletes(tags, ask);
    await lab.virsh('snapshot-delete', guest.name, ask);
    const left = tags.filter((tag) => goes.kind === 'missing' || tag.id !== goes.tag.id);
    expect(told(await tagsOf(guest))).toEqual(told(left));
    await off(guest);
  };

  for (const by of ['qemu-img', 'qemu'] as const)
    for (const each of cases.filter(({ memory, long }) => (by === 'qemu' ? isProof || !long : !memory)))
      test(`${by}: ${each.title}`, { timeout: 120_000 }, () => tryCase(each, by));

  test('the memory is looked for in the first image, or where libvirt finds it', { timeout: 120_000 }, async () => {
    const guest = await lab.guest({ name: 'two', disks: 2 });
    const [hda, hdb] = [await guest.diskPath('hda'), await guest.diskPath('hdb')];
    await lab.virsh('start', guest.name);
    await guest.snapshot('s');
    await off(guest);
    const tries = async () => {
      const images = [await tagsOf(guest, 'hda'), await tagsOf(guest, 'hdb')];
      const memory = loadsMemory(images, 's', byJobs());
      expect(await answer(guest.revert('s'))).toBe(memory === 'loads' ? 'ok' : 'failed');
      await off(guest);
      return [...images.map(([tag]) => (tag?.vmStateBytes ?? 0) > 0), memory];
    };
    expect(await tries()).toEqual([true, false, 'loads']);
    await rename(hda, join(guest.folder, 'swap'));
    await rename(hdb, hda);
    await rename(join(guest.folder, 'swap'), hdb);
    expect(await tries()).toEqual([false, true, byJobs() ? 'loads' : 'fails']);
    await copyFile(hdb, hda);
    expect(await tries()).toEqual([true, true, byJobs() ? 'fails' : 'loads']);
  });

  test('a name taken anew after its metadata were deleted', { timeout: 120_000 }, async () => {
    const guest = await lab.guest({ name: 'anew' });
    for (const text of ['first', 'second']) {
      await put(guest, text);
      await guest.snapshot('s');
      if (text === 'first') await lab.virsh('snapshot-delete', guest.name, 's', '--metadata');
    }
    expect(told(await tagsOf(guest))).toEqual(['1=s', '2=s']);
    await guest.revert('s');
    expect(await get(guest)).toBe('first');
    await lab.virsh('snapshot-delete', guest.name, 's', '--metadata');
    // With memory QEMU replaces the first of that name, or wants none.
    await put(guest, 'third');
    await lab.virsh('start', guest.name);
    const replaces = !byJobs();
    expect(await answer(guest.snapshot('s'))).toBe(replaces ? 'ok' : 'failed');
    const after = (await tagsOf(guest)).map(({ id, name, vmStateBytes }) => `${id}=${name} ${vmStateBytes > 0}`);
    expect(after).toEqual(replaces ? ['2=s false', '3=s true'] : ['1=s false', '2=s false']);
    await off(guest);
  });
});
