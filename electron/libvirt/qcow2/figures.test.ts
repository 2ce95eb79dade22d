import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Drawn, imageBytes } from './build.ts';
import { Qcow2Error } from './error.ts';
import { Figures } from './figures.ts';
import { type ImageHead, readHead } from './image.ts';
import type { Range, ReadRanges } from './ranges.ts';

const disk = (...places: readonly (readonly [number, number])[]) => ({ disk: new Map(places) });
const tag = (id: string, name: string, vmStateBytes = 0) => ({ id, name, dateSec: 7, vmStateBytes });
/** Two snapshots and what was written since: contents 1, 2, 3. */
const drawn: Drawn = {
  clusterBits: 9,
  refcountBits: 16,
  clusters: 200,
  now: disk([0, 3], [1, 1], [70, 3], [150, 1]),
  snapshots: [
    { ...tag('1', 'first'), ...disk([0, 1], [1, 1], [150, 1]) },
    { ...tag('2', 'second', 1_000), ...disk([0, 2], [1, 1], [70, 2], [150, 1]) },
  ],
};
const CLUSTER = 512;

function reading(image: Buffer): { read: ReadRanges; asked: Range[] } {
  const asked: Range[] = [];
  return {
    asked,
    read: async (ranges) => {
      asked.push(...ranges);
      return ranges.map(({ offset, length }) => image.subarray(offset, offset + length));
    },
  };
}
async function of(image: Buffer): Promise<{ figures: Figures; head: ImageHead; asked: Range[] }> {
  const { read, asked } = reading(image);
  const head = await readHead(read);
  return { figures: new Figures({ header: head.header, read }), head, asked };
}
async function faultOf(image: Buffer, ask: (figures: Figures, head: ImageHead) => Promise<unknown>): Promise<unknown> {
  try {
    const { figures, head } = await of(image);
    return await ask(figures, head);
  } catch (error) {
    if (error instanceof Qcow2Error) return error.fault;
    throw error;
  }
}
function all(figures: Figures, { snapshots }: ImageHead): Promise<number[]> {
  return Promise.all([
    figures.freedByDeleting(snapshots),
    figures.freedByReverting(),
    figures.used(),
    ...snapshots.map((each) => figures.changedSince(each)),
  ]);
}
const changed = (image: Buffer, change: (copy: Buffer) => unknown): Buffer => {
  const copy = Buffer.from(image);
  change(copy);
  return copy;
};

describe('the figures of an image', () => {
  it('are counted in clusters', async () => {
    const { figures, head } = await of(imageBytes(drawn));
    const [first, second] = head.snapshots as [(typeof head.snapshots)[0], (typeof head.snapshots)[0]];
    // What is in places 0 and 70; place 1 and 150 are the same.
    expect(await figures.changedSince(first)).toBe(2 * CLUSTER);
    expect(await figures.changedSince(second)).toBe(2 * CLUSTER);
    // An L1 table, an L2 table, and what was in place 0.
    expect(await figures.freedByDeleting([first])).toBe(3 * CLUSTER);
    // L1; two L2 tables and one of the memory; two clusters of data and two of memory.
    expect(await figures.freedByDeleting([second])).toBe(8 * CLUSTER);
    expect(await figures.freedByDeleting([first, second])).toBe(11 * CLUSTER);
    // Two L2 tables, and two clusters.
    expect(await figures.freedByReverting()).toBe(4 * CLUSTER);
  });

  it.each([2, 4, 8, 16, 32, 64])('are the same with refcounts of %i bits', async (refcountBits) => {
    const { figures, head } = await of(imageBytes({ ...drawn, refcountBits }));
    expect((await all(figures, head)).toSpliced(2, 1)).toEqual([11 * CLUSTER, 4 * CLUSTER, 2 * CLUSTER, 2 * CLUSTER]);
  });

  it('of several together are more than their sum, where they share what nothing else has', async () => {
    const same = disk([0, 1], [1, 1]);
    const image = imageBytes({
      ...drawn,
      now: disk(),
      snapshots: [
        { ...tag('1', 'a'), ...same },
        { ...tag('2', 'b'), ...same },
      ],
    });
    const { figures, head } = await of(image);
    const alone = await Promise.all(head.snapshots.map((each) => figures.freedByDeleting([each])));
    expect(alone).toEqual([CLUSTER, CLUSTER]); // their L1 tables
    expect(await figures.freedByDeleting(head.snapshots)).toBe(5 * CLUSTER);
  });

  it('are read from metadata alone, and of those only what is needed', async () => {
    const image = imageBytes({ ...drawn, now: drawn.snapshots[0] as Drawn['now'] });
    const { figures, head, asked } = await of(image);
    asked.length = 0;
    expect(await figures.changedSince(head.snapshots[0] as (typeof head.snapshots)[0])).toBe(0);
    expect(asked).toHaveLength(2); // both L1 tables, which lead to the same
    const { figures: others, head: same, asked: more } = await of(imageBytes(drawn));
    await all(others, same);
    const data = (offset: bigint) => more.some((each) => each.offset === Number(offset));
    expect(data(0n)).toBe(true);
    for (const { offset, length } of more) expect(length).toBeLessThanOrEqual(offset === 0 ? 104 : 8 * CLUSTER);
  });

  it('end where the signal says so', async () => {
    const { read } = reading(imageBytes(drawn));
    const { header, snapshots } = await readHead(read);
    const figures = new Figures({ header, read, signal: AbortSignal.abort(new Error('enough')) });
    await expect(figures.freedByDeleting(snapshots)).rejects.toThrow('enough');
  });
});

const hasQemuImg = (() => {
  try {
    execFileSync('qemu-img', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
})();
if (!hasQemuImg) console.warn('What qemu-img says of built images is left out: there is no qemu-img on this machine');

it.skipIf(!hasQemuImg)('what is built is what qemu-img takes for sound', () => {
  const folder = mkdtempSync(join(tmpdir(), 'snapkeel-built-'));
  try {
    for (const clusterBits of [9, 16]) {
      const path = join(folder, `${clusterBits}.qcow2`);
      const image = imageBytes({ ...drawn, clusterBits });
      writeFileSync(path, image);
      const told = JSON.parse(execFileSync('qemu-img', ['check', '--output=json', path], { encoding: 'utf8' }));
      expect(told).toMatchObject({ 'check-errors': 0, 'image-end-offset': image.length });
      expect(told).not.toHaveProperty('corruptions');
      expect(told).not.toHaveProperty('leaks');
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
});

describe('damaged images', () => {
  const good = imageBytes(drawn);
  const large = imageBytes({ ...drawn, clusterBits: 16 });
  const L1_AT = CLUSTER;
  it.each<[string, Buffer, string]>([
    ['an L1 table that is no place', changed(good, (bytes) => bytes.writeBigUInt64BE(7n, 40)), 'damaged'],
    ['an L1 table beyond the end', changed(good, (bytes) => bytes.writeBigUInt64BE(2n ** 40n, 40)), 'damaged'],
    ['an L1 table without end', changed(good, (bytes) => bytes.writeUInt32BE(2 ** 31, 36)), 'damaged'],
    ['an L1 table that is too short', changed(good, (bytes) => bytes.writeUInt32BE(1, 36)), 'damaged'],
    ['an L2 table in two places', changed(good, (bytes) => bytes.copy(bytes, L1_AT + 8, L1_AT, L1_AT + 8)), 'damaged'],
    ['refcounts nowhere', changed(good, (bytes) => bytes.writeUInt32BE(0, 56)), 'damaged'],
    ['refcounts without end', changed(good, (bytes) => bytes.writeUInt32BE(2 ** 20, 56)), 'damaged'],
    ['refcounts that are behind', changed(good, (bytes) => bytes.writeUInt8(1, 79)), 'dirty'],
    ['a mark of QEMU’s', changed(good, (bytes) => bytes.writeUInt8(2, 79)), 'corrupt'],
    ['data elsewhere', changed(good, (bytes) => bytes.writeUInt8(4, 79)), 'unsupported'],
    ['an end in the middle', good.subarray(0, 3 * CLUSTER), 'damaged'],
    ['an entry that leads into a cluster', changed(large, (bytes) => bytes.writeUInt8(2, 2 ** 16 + 6)), 'damaged'],
  ])('%s', async (_, image, fault) => {
    expect(await faultOf(image, all)).toBe(fault);
  });

  it('end in figures or in a Qcow2Error, whatever is changed', async () => {
    const flips = fc.array(fc.record({ at: fc.nat(), byte: fc.nat({ max: 255 }) }), { minLength: 1, maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(flips, fc.nat(), async (changes, cut) => {
        const image = Buffer.from(good);
        for (const { at, byte } of changes) image[at % image.length] = byte;
        const found = await faultOf(image.subarray(0, cut % 5 === 0 ? cut % image.length : image.length), all);
        if (Array.isArray(found)) for (const each of found) expect(Number.isSafeInteger(each)).toBe(true);
      }),
      { numRuns: 2_000 },
    );
  });
});
