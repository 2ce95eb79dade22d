import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { labAvailable } from '../lab/available.ts';
import { run } from '../lab/run.ts';
import { contentOfDisk, markOf, overwriteMark, readContent, writeCommands } from './marks.ts';
import { backingOf, ImageError, imageSnapshots } from './qcow2.ts';

const available = labAvailable();
if (!available.ok) console.warn(`The reader of images is not tried: ${available.reason}`);

describe.skipIf(!available.ok)('the oracle’s reader of images, beside qemu-img', () => {
  let dir: string;
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'snapkeel-marks-'));
  });
  afterEach(() => rm(dir, { recursive: true }));

  const path = (name: string) => join(dir, name);
  const img = (...args: string[]) => run(['qemu-img', ...args]);
  const write = (image: string, mark: number, format = 'qcow2') =>
    run(['qemu-io', '-f', format, ...writeCommands(mark).flatMap((each) => ['-c', each]), image]);
  const converted = async (image: string, id?: string) => {
    const chosen = id === undefined ? [] : ['-l', `snapshot.id=${id}`];
    await img('convert', '-f', 'qcow2', ...chosen, '-O', 'raw', image, path('converted.raw'));
    return contentOfDisk(await readFile(path('converted.raw')));
  };
  const readMark = (image: string, id?: string) => markOf(readContent(image, id));

  it.for(['64k', '4k', '2M'])(
    'reads what is written, and each snapshot by its ID, with clusters of %s',
    async (cluster) => {
      const image = path('a.qcow2');
      await img('create', '-q', '-f', 'qcow2', '-o', `cluster_size=${cluster}`, image, '1M');
      expect(readMark(image)).toBe(0);
      for (const [mark, name] of [
        [300, '2'],
        [301, '1'],
        [302, 'a"b\\c, ü'],
      ] as const) {
        await write(image, mark);
        await img('snapshot', '-c', name, image);
      }
      await write(image, 65_000);
      expect(imageSnapshots(image).map(({ id, name }) => [id, name])).toEqual([
        ['1', '2'],
        ['2', '1'],
        ['3', 'a"b\\c, ü'],
      ]);
      expect(new Set(imageSnapshots(image).map(({ taken }) => taken)).size).toBe(3);
      expect([readMark(image), readMark(image, '1'), readMark(image, '2'), readMark(image, '3')]).toEqual([
        65_000, 300, 301, 302,
      ]);
      for (const id of ['1', '2', '3']) expect(await converted(image, id)).toBe(readContent(image, id));
      expect(await converted(image)).toBe(readContent(image));
      expect(() => readMark(image, '9')).toThrow(ImageError);
    },
  );

  it('writes over a mark only where nothing else uses its place', async () => {
    const image = path('b.qcow2');
    await img('create', '-q', '-f', 'qcow2', image, '1M');
    expect(overwriteMark(image, 5)).toBe(false);
    await write(image, 3);
    expect(overwriteMark(image, 7)).toBe(true);
    expect(markOf(await converted(image))).toBe(7);
    await img('snapshot', '-c', 'a', image);
    expect(overwriteMark(image, 11)).toBe(false);
    await write(image, 11);
    expect(overwriteMark(image, 15)).toBe(true);
    expect([await converted(image), await converted(image, '1')].map(markOf)).toEqual([15, 7]);
    await img('check', '-q', image);
    await img('create', '-q', '-f', 'qcow2', '-b', image, '-F', 'qcow2', path('c.qcow2'));
    expect(overwriteMark(path('c.qcow2'), 11)).toBe(false);
  });

  it('looks through layers, down to a raw one, and tells one that is gone', async () => {
    const [base, middle, top] = [path('base.raw'), path('mid,dle.qcow2'), path('top.qcow2')];
    await img('create', '-q', '-f', 'raw', base, '1M');
    await write(base, 7, 'raw');
    const json = (file: string) =>
      `json:${JSON.stringify({ driver: 'qcow2', file: { driver: 'file', filename: file } })}`;
    await img('create', '-q', '-f', 'qcow2', '-b', base, '-F', 'raw', middle);
    await img('create', '-q', '-f', 'qcow2', '-b', json(middle), '-F', 'qcow2', top);
    expect([readMark(top), readMark(middle), readMark(base)]).toEqual([7, 7, 7]);
    expect(backingOf(top)).toBe(middle);
    await write(top, 8);
    expect([readMark(top), readMark(middle)]).toEqual([8, 7]);
    const before = [readContent(top), readContent(middle)];
    await write(base, 9, 'raw');
    expect([readMark(top), readMark(middle)]).toEqual([8, 9]);
    expect(readContent(top)).not.toBe(before[0]);
    await img('rebase', '-u', '-f', 'qcow2', '-b', top, '-F', 'qcow2', middle);
    expect(() => readContent(top)).toThrow(/gone/);
    await img('rebase', '-u', '-f', 'qcow2', '-b', base, '-F', 'raw', middle);
    await rm(base);
    expect(() => readMark(top)).toThrow(/gone/);
    expect(() => readMark(middle)).toThrow(/gone/);
  });
});
