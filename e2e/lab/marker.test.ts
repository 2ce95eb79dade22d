import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { labAvailable } from './available.ts';
import { markerIn, markerOffset, tagsIn } from './marker.ts';
import { run } from './run.ts';

const available = labAvailable();
if (!available.ok) console.log(`Left out: the marker of a disk: ${available.reason}.`);

describe.skipIf(!available.ok)('the marker of a disk, read from the files', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'snapkeel-marker-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  const write = (path: string, value: number, format = 'qcow2') =>
    run(['qemu-io', '-f', format, '-c', `write -P ${value} ${markerOffset} 512`, path]);
  const image = async (name: string, ...more: string[]) => {
    const path = join(folder, name);
    await run(['qemu-img', 'create', '-q', '-f', 'qcow2', ...more, path, '64M']);
    return path;
  };

  it('of each internal snapshot and of the active state', async () => {
    const path = await image('tags.qcow2');
    for (const [value, name] of [
      [7, 'a'],
      [8, 'two words'],
    ] as const) {
      await write(path, value);
      await run(['qemu-img', 'snapshot', '-c', name, path]);
    }
    await write(path, 9);
    expect(tagsIn(path)).toEqual([
      { id: '1', name: 'a' },
      { id: '2', name: 'two words' },
    ]);
    expect([null, '1', '2', '3'].map((id) => markerIn(path, id))).toEqual([9, 7, 8, null]);
  });

  it('through overlays, and of an image that is not there', async () => {
    const base = await image('base.qcow2', '-o', 'cluster_size=4096');
    expect(markerIn(base)).toBe(0);
    const top = await image('top.qcow2', '-F', 'qcow2', '-b', 'base.qcow2');
    await write(base, 5);
    expect(markerIn(top)).toBe(5);
    await run(['qemu-img', 'snapshot', '-c', 'below', top]);
    await write(top, 6);
    expect([markerIn(top), markerIn(top, '1'), markerIn(base)]).toEqual([6, 5, 5]);
    await rm(base);
    expect([markerIn(top), markerIn(top, '1'), markerIn(base)]).toEqual([6, null, null]);
    expect(tagsIn(base)).toEqual([]);
  });

  it('of a raw image', async () => {
    const path = join(folder, 'disk.raw');
    await run(['qemu-img', 'create', '-q', '-f', 'raw', path, '2M']);
    await write(path, 3, 'raw');
    expect(markerIn(path)).toBe(3);
    expect(tagsIn(path)).toEqual([]);
  });
});
