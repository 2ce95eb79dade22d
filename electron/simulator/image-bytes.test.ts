import { describe, expect, it } from 'vitest';
import { references } from '../libvirt/qcow2/entries.ts';
import { Figures } from '../libvirt/qcow2/figures.ts';
import { readHead } from '../libvirt/qcow2/image.ts';
import type { ReadRanges } from '../libvirt/qcow2/ranges.ts';
import { eachL2, l1Clusters, readL1 } from '../libvirt/qcow2/tables.ts';
import { CLUSTER_BYTES } from '../libvirt/qcow2/write.ts';
import { buildDomain } from './build.ts';
import { demoDomains } from './demo.ts';
import { imageFiles } from './files.ts';
import { type Holds, readImage } from './image-bytes.ts';
import type { DomainModel } from './model.ts';
import { clustersWritten, type Step, writtenOver } from './written.ts';

const now = 1_700_000_000;
const day = 86_400;
const path = '/var/lib/libvirt/images/g.qcow2';
const PER_TABLE = CLUSTER_BYTES / 8;

const branched = buildDomain(
  {
    name: 'g',
    uuid: '00000000-0000-4000-8000-000000000001',
    memoryMiB: 700,
    current: 'c',
    snapshots: [
      { name: 'a', ago: 90 * day },
      { name: 'b', ago: 60 * day, state: 'running' },
      { name: 'b2', ago: 59 * day },
      { name: 'c', ago: 9 * day, parent: 'a', state: 'running' },
      { name: 'd', ago: 8 * day },
    ],
  },
  now,
);

function holds({ tags, written, ...domain }: DomainModel, image = path): Holds {
  const file = imageFiles([{ tags, written, ...domain }]).get(image);
  if (!file) throw new Error(`no ${image}`);
  const from = written.find((each) => each.path === image);
  return { file, tags: tags.filter((tag) => tag.path === image), from, now };
}

const reader =
  (image: Holds): ReadRanges =>
  async (ranges) =>
    ranges.map(({ offset, length }) => readImage(image, offset, length));

async function opened(image: Holds) {
  const read = reader(image);
  const { header, snapshots } = await readHead(read);
  return { header, snapshots, read, figures: new Figures({ header, read }) };
}

/** What each state has, spelled out: its L1 table, its L2 tables by what is in them, and clusters by what they hold. */
function spelledOut({ tags, from, file }: Holds): ReadonlyMap<string, ReadonlySet<string>> {
  const steps = writtenOver(from?.steps ?? [], 'now', from ? clustersWritten(path, now - from.since) : 0);
  const old = Math.floor(Number(file.allocatedBytes) / CLUSTER_BYTES / PER_TABLE);
  const of = (name: string, written: readonly Step[], memoryBytes: number): [string, Set<string>] => {
    const disk = diskOf(written);
    const all = new Set([`L1 of ${name}`, ...disk.map((by, at) => `${at} ${by}`)]);
    for (let at = 0; at < disk.length; at += PER_TABLE) all.add(`L2 ${at} ${disk.slice(at, at + PER_TABLE).join()}`);
    for (let table = 0; table < old; table++) all.add(`L2 of old ${table}`);
    for (let cluster = 0; cluster < old * PER_TABLE; cluster++) all.add(`old ${cluster}`);
    const memory = Math.ceil(memoryBytes / CLUSTER_BYTES);
    for (let cluster = 0; cluster < memory; cluster++) all.add(`memory of ${name} ${cluster}`);
    for (let at = 0; at < memory; at += PER_TABLE) all.add(`L2 of memory of ${name} ${at}`);
    return [name, all];
  };
  return new Map([of('now', steps, 0), ...tags.map((tag) => of(tag.name, tag.steps, tag.memoryBytes))]);
}

function diskOf(steps: readonly Step[]): string[] {
  return steps.flatMap(({ by, until }, nth) => Array(until - (steps[nth - 1]?.until ?? 0)).fill(by));
}

function freed(states: ReadonlyMap<string, ReadonlySet<string>>, names: readonly string[]): number {
  const left = new Set([...states].flatMap(([name, all]) => (names.includes(name) ? [] : [...all])));
  const gone = new Set(names.flatMap((name) => [...(states.get(name) ?? [])]));
  return [...gone].filter((each) => !left.has(each)).length * CLUSTER_BYTES;
}

describe('the metadata of a simulated image', () => {
  it('tell what deleting frees, alone and together, and what a revert frees', async () => {
    const image = holds(branched);
    const { snapshots, figures } = await opened(image);
    const states = spelledOut(image);
    const some = [['a'], ['b'], ['b2'], ['c'], ['d'], ['b', 'b2'], ['a', 'c'], ['a', 'b', 'b2', 'c', 'd']];
    const told: number[] = [];
    for (const names of some) {
      const bytes = await figures.freedByDeleting(snapshots.filter(({ name }) => names.includes(name)));
      expect(bytes, names.join()).toBe(freed(states, names));
      told.push(bytes);
    }
    const [, b = 0, b2 = 0, , , both = 0] = told;
    expect(both).toBeGreaterThan(b + b2);
    // The L1 table is kept, and written anew.
    expect(await figures.freedByReverting()).toBe(freed(states, ['now']) - CLUSTER_BYTES);
    expect(told[1]).toBeGreaterThan(700 * 2 ** 18); // with its memory
  });

  it('tell what a revert changes', async () => {
    const image = holds(branched);
    const { snapshots, figures } = await opened(image);
    const { tags, from } = image;
    const written = clustersWritten(path, now - (from?.since ?? now));
    const present = diskOf(writtenOver(from?.steps ?? [], 'now', written));
    for (const snapshot of snapshots) {
      const then = diskOf(tags.find(({ name }) => name === snapshot.name)?.steps ?? []);
      const longer = present.length > then.length ? present : then;
      const differ = longer.filter((_, at) => present[at] !== then[at]).length;
      expect(await figures.changedSince(snapshot), snapshot.name).toBe(differ * CLUSTER_BYTES);
    }
    const [, , , c] = snapshots;
    expect(c && (await figures.changedSince(c))).toBe(written * CLUSTER_BYTES);
    expect(written).toBeGreaterThan(0);
  });

  it('have a refcount for each time that something is referred to, in every image of the demo', async () => {
    for (const domain of demoDomains(now * 1000))
      for (const image of new Set(domain.tags.map((tag) => tag.path))) {
        const { header, snapshots, read, figures } = await opened(holds(domain, image));
        const counts = new Map<number, number>();
        const refer = (cluster: number, times: number) => counts.set(cluster, (counts.get(cluster) ?? 0) + times);
        const tables = new Map<number, number>();
        for (const { l1 } of [header, ...snapshots]) {
          const { first, count } = l1Clusters(header, l1);
          for (let nth = 0; nth < count; nth++) refer(first + nth, 1);
          for (const offset of await readL1({ header, read }, l1))
            if (offset !== 0) tables.set(offset, (tables.get(offset) ?? 0) + 1);
        }
        for (const [offset, times] of tables) refer(offset / header.clusterBytes, times);
        await eachL2({ header, read }, [...tables.keys()], (table, index) =>
          references(header, table, [...tables.values()][index] as number, refer),
        );
        const [blocks] = await read([{ offset: Number(header.refcounts.offset), length: CLUSTER_BYTES }]);
        const wrong: string[] = [];
        let used = 0;
        for (let block = 0; blocks && blocks.readBigUInt64BE(block * 8) !== 0n; block++) {
          const [bytes] = await read([{ offset: Number(blocks.readBigUInt64BE(block * 8)), length: CLUSTER_BYTES }]);
          for (let nth = 0; bytes && nth < CLUSTER_BYTES / 2; nth++) {
            const cluster = block * (CLUSTER_BYTES / 2) + nth;
            const refcount = bytes.readUInt16BE(nth * 2);
            if (refcount > 0) used++;
            const times = counts.get(cluster);
            if (times !== undefined && times !== refcount) wrong.push(`${cluster}: ${refcount}, not ${times}`);
          }
        }
        expect(wrong.slice(0, 5), image).toEqual([]);
        expect(await figures.used(), image).toBe(used * CLUSTER_BYTES);
        // Beside what is referred to: the header, both kinds of tables and the refcounts.
        expect(used - counts.size, image).toBeLessThan(60);
      }
  }, 60_000);

  it('change with what is taken, and not before an hour has passed', async () => {
    const image = holds(branched);
    const fresh = { ...image, from: { path, since: now - 100, steps: image.tags[4]?.steps ?? [] } };
    const { snapshots, figures } = await opened(fresh);
    expect(await figures.changedSince(snapshots[4] as never)).toBe(0);
  });
});
