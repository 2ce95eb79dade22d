import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { chainFrom, diskLayers } from './chain.ts';
import { type DiskImage, type Image, imagesOf, type StoredDisks } from './libvirt/disks.ts';
import { diskWith } from './libvirt/fixtures.ts';

const image = (path: string): Image => ({ path, type: 'file', format: 'qcow2' });
const disk = (path: string, ...below: string[]): DiskImage => ({
  target: 'vda',
  ...image(path),
  below: below.map(image),
});
const external = (name: string, at: string, made: string | null, reverted: string[] = []): StoredDisks => ({
  name,
  config: [diskWith(disk(at))],
  disks: [{ target: 'vda', kind: 'external', ...(made === null ? {} : { file: made }) }],
  reverted: reverted.map((file) => ({ target: 'vda', file })),
});
const layersOf = (now: DiskImage[], snapshots: StoredDisks[], probed?: ReadonlyMap<string, Image | null>) => {
  const [only] = diskLayers(now, snapshots, probed);
  if (!only) throw new Error('no disk');
  return only;
};
const paths = (nodes: readonly { path: string }[]) => nodes.map(({ path }) => path);

describe('one disk', () => {
  test('an external snapshot holds the image below the overlay that it made', () => {
    const layers = layersOf(
      [disk('d.b', 'd.a', 'd.qcow2')],
      [external('a', 'd.qcow2', 'd.a'), external('b', 'd.a', 'd.b')],
    );
    expect(chainFrom(layers, layers.active)).toMatchObject([
      { path: 'd.b', active: true, holds: [], made: { by: 'snapshot', snapshot: 'b' } },
      { path: 'd.a', active: false, holds: ['b'], made: { by: 'snapshot', snapshot: 'a' } },
      { path: 'd.qcow2', active: false, holds: ['a'], made: null },
    ]);
  });

  test('a revert leaves another branch, whose images are known from the snapshots', () => {
    const layers = layersOf(
      [disk('d.17', 'd.qcow2')],
      [external('a', 'd.qcow2', 'd.a', ['d.17']), external('b', 'd.a', 'd.b')],
    );
    expect(chainFrom(layers, 'd.17')).toMatchObject([
      { path: 'd.17', active: true, made: { by: 'revert', snapshot: 'a' } },
      { path: 'd.qcow2', holds: ['a'] },
    ]);
    expect(chainFrom(layers, 'd.a')).toMatchObject([{ path: 'd.a', active: false, holds: ['b'] }, { path: 'd.qcow2' }]);
  });

  test('internal snapshots are inside the image; a disk that is no part of one is not claimed', () => {
    const layers = layersOf(
      [disk('d.qcow2')],
      [
        {
          name: 'i',
          config: [diskWith(disk('d.qcow2'))],
          disks: [{ target: 'vda', kind: 'internal' }],
          reverted: [],
        },
        { name: 'n', config: [diskWith(disk('d.qcow2'))], disks: [{ target: 'vda', kind: 'none' }], reverted: [] },
      ],
    );
    expect(chainFrom(layers, 'd.qcow2')).toMatchObject([{ inside: ['i'], holds: [] }]);
  });

  test('what the storage tells counts more than what was stored', () => {
    // “a” was merged away: “b” lies on the base now, while the chain stored with “c” still names a’s overlay.
    const stale: StoredDisks = {
      ...external('c', 'd.b', 'd.c'),
      config: [diskWith(disk('d.b', 'd.a', 'd.qcow2'))],
    };
    const merged = layersOf([disk('d.c')], [external('b', 'd.qcow2', 'd.b'), stale]);
    expect(paths(chainFrom(merged, 'd.c'))).toEqual(['d.c', 'd.b', 'd.qcow2']);
    const probed = new Map<string, Image | null>([
      ['d.b', image('other')],
      ['other', null],
    ]);
    expect(paths(chainFrom(layersOf([disk('d.c')], [stale], probed), 'd.c'))).toEqual(['d.c', 'd.b', 'other']);
  });

  test('images that claim to lie on one another do not go round', () => {
    const layers = layersOf([disk('x', 'y', 'z')], [external('a', 'x', 'z'), external('b', 'x', 'x')]);
    expect(paths(chainFrom(layers, 'x'))).toEqual(['x', 'y', 'z']);
    const probed = new Map<string, Image | null>([
      ['x', image('y')],
      ['y', image('x')],
    ]);
    expect(paths(chainFrom(layersOf([disk('x')], [], probed), 'x'))).toEqual(['x', 'y']);
  });

  test('five thousand images deep', () => {
    const snapshots = Array.from({ length: 5_000 }, (_, n) => external(`s${n}`, `d.${n}`, `d.${n + 1}`));
    const layers = layersOf([disk('d.5000')], snapshots.toReversed());
    expect(chainFrom(layers, layers.active)).toHaveLength(5_001);
    const probed = new Map(snapshots.map((_, n) => [`d.${n + 1}`, image(`d.${n}`)]));
    expect(chainFrom(layersOf([disk('d.5000')], [], probed), 'd.5000')).toHaveLength(5_001);
  });
});

/** What libvirt does to one disk, as far as its metadata tells. */
type Act = { kind: 'take' } | { kind: 'revert' | 'forget'; at: number };

function live(acts: readonly Act[]): { now: DiskImage; snapshots: StoredDisks[] } {
  let files = 0;
  const fresh = () => `d.${++files}`;
  let chain = ['d.0'];
  let snapshots: (StoredDisks & { chain: string[] })[] = [];
  for (const act of acts) {
    if (act.kind === 'take') {
      const made = fresh();
      const point = external(`s${files}`, chain[0] ?? '', made);
      snapshots.push({ ...point, config: [diskWith(disk(chain[0] ?? '', ...chain.slice(1)))], chain });
      chain = [made, ...chain];
      continue;
    }
    const at = snapshots[act.at % Math.max(1, snapshots.length)];
    if (!at) continue;
    if (act.kind === 'forget') snapshots = snapshots.filter((each) => each !== at);
    else {
      const made = fresh();
      snapshots = snapshots.map((each) =>
        each === at ? { ...each, reverted: [{ target: 'vda', file: made }] } : each,
      );
      chain = [made, ...at.chain];
    }
  }
  return { now: disk(chain[0] ?? '', ...chain.slice(1)), snapshots };
}

const act: fc.Arbitrary<Act> = fc.oneof(
  fc.constant<Act>({ kind: 'take' }),
  fc.record({ kind: fc.constantFrom('revert' as const, 'forget' as const), at: fc.nat() }),
);

test('whatever was taken, reverted to and forgotten: every chain ends, and none is invented', () => {
  fc.assert(
    fc.property(fc.array(act, { maxLength: 40 }), (acts) => {
      const { now, snapshots } = live(acts);
      const layers = layersOf([now], snapshots);
      expect(paths(chainFrom(layers, now.path))).toEqual([now.path, ...paths(now.below)]);
      for (const { config } of snapshots)
        for (const { path, below } of imagesOf(config))
          expect(paths(chainFrom(layers, path))).toEqual([path, ...paths(below)]);
    }),
  );
});

test('whatever is claimed: no image is met twice on the way down', () => {
  const name = fc.constantFrom('a', 'b', 'c', 'd', 'e');
  const claims = fc.array(fc.record({ at: name, made: name, below: fc.array(name, { maxLength: 4 }) }));
  fc.assert(
    fc.property(claims, fc.array(fc.tuple(name, fc.option(name))), (stored, told) => {
      const snapshots = stored.map(({ at, made, below }, n) => ({
        ...external(`s${n}`, at, made),
        config: [diskWith(disk(at, ...below))],
      }));
      const probed = new Map(told.map(([over, under]) => [over, under === null ? null : image(under)]));
      const layers = layersOf([disk('a')], snapshots, probed);
      for (const path of layers.nodes.keys()) {
        const chain = paths(chainFrom(layers, path));
        expect(new Set(chain).size).toBe(chain.length);
      }
    }),
  );
});
