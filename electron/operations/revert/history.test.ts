import { describe, expect, it } from 'vitest';
import { diskLayers } from '../../../shared/chain.ts';
import { type DiskImage, imagesOf, type StoredDisks } from '../../../shared/libvirt/disks.ts';
import { diskWith } from '../../../shared/libvirt/fixtures.ts';
import type { Snapshot } from '../../../shared/schema.ts';
import { destroyedBy, leftBehind } from './history.ts';

const snapshot = (name: string, parent: string | null): Snapshot => ({
  name,
  parent,
  kind: 'internal',
  description: '',
  createdAt: 0,
  state: 'shutoff',
  memory: 'none',
  disks: [],
});

describe('what the domain would no longer descend from', () => {
  /** a ─ b ─ c ─ d, and e below b. */
  const tree = [snapshot('a', null), snapshot('b', 'a'), snapshot('c', 'b'), snapshot('d', 'c'), snapshot('e', 'b')];
  it.each<[string | null, string, string[]]>([
    ['d', 'b', ['d', 'c']],
    ['d', 'e', ['d', 'c']],
    ['b', 'b', []],
    ['a', 'd', []],
    [null, 'b', []],
    ['gone', 'b', []],
  ])('from %s to %s', (current, target, expected) => {
    expect(leftBehind({ snapshots: tree, current }, target)).toEqual(expected);
  });

  it('survives deep chains, missing parents and circles', () => {
    const deep = Array.from({ length: 20_000 }, (_, index) =>
      snapshot(`${index}`, index === 0 ? null : `${index - 1}`),
    );
    expect(leftBehind({ snapshots: deep, current: '19999' }, '5')).toHaveLength(19_994);
    const odd = [snapshot('x', 'y'), snapshot('y', 'x'), snapshot('z', 'nowhere')];
    expect(leftBehind({ snapshots: odd, current: 'x' }, 'z')).toEqual(['x', 'y']);
  });
});

describe('whose data a revert writes over', () => {
  const image = (target: string, [path = '', ...below]: readonly string[]): DiskImage => ({
    target,
    path,
    type: 'file',
    format: 'qcow2',
    below: below.map((each) => ({ path: each, type: 'file', format: 'qcow2' })),
  });
  type Chains = Readonly<Record<string, readonly string[]>>;
  /** By target, the image that it was taken in and those below. */
  const taken = (name: string, kind: 'internal' | 'external', chains: Chains): StoredDisks => ({
    name,
    config: Object.entries(chains).map(([target, chain]) => diskWith(image(target, chain))),
    disks: Object.entries(chains).map(([target, [path]]) =>
      kind === 'internal' ? { target, kind } : { target, kind, file: `${path}.${name}` },
    ),
    reverted: [],
  });
  const fates = (
    target: StoredDisks,
    others: readonly StoredDisks[],
    now: Chains = {},
    read: readonly string[] = [],
  ) => {
    const all = [target, ...others];
    const images = Object.entries(now).map(([disk, chain]) => image(disk, chain));
    const layers = diskLayers(images, all, new Map(read.map((path) => [path, null])));
    expect(layers.flatMap(({ nodes }) => [...nodes.keys()])).toEqual(
      expect.arrayContaining(all.flatMap(({ config }) => imagesOf(config).map(({ path }) => path))),
    );
    return destroyedBy(target, all, layers);
  };
  const lost = (...args: Parameters<typeof fates>) => fates(...args).destroyed;
  const inBase = taken('a', 'internal', { vda: ['base'] });

  it('those on the image itself, on whatever branch', () => {
    expect(lost(inBase, [taken('e', 'external', { vda: ['base'] })], { vda: ['base.e', 'base'] })).toEqual(['e']);
  });

  it('those on overlays of it, however high, outside and inside', () => {
    const e = taken('e', 'external', { vda: ['base'] });
    const f = taken('f', 'external', { vda: ['base.e', 'base'] });
    const g = taken('g', 'internal', { vda: ['base.e.f', 'base.e', 'base'] });
    expect(lost(inBase, [e, f, g])).toEqual(['e', 'f', 'g']);
    expect(lost(taken('h', 'internal', { vda: ['base.e', 'base'] }), [e, f, g])).toEqual(['f', 'g']);
  });

  it('not those inside the same image, nor on another', () => {
    const others = [taken('b', 'internal', { vda: ['base'] }), taken('e', 'external', { vda: ['copy'] })];
    expect(lost(inBase, others)).toEqual([]);
  });

  it('one disk is enough, and disks are told apart', () => {
    const both = taken('a', 'internal', { vda: ['base'], vdb: ['data'] });
    expect(lost(both, [taken('e', 'external', { vda: ['x'], vdb: ['data'] })])).toEqual(['e']);
    expect(lost(inBase, [taken('e', 'external', { vda: ['x'], vdb: ['data'] })])).toEqual([]);
  });

  it('none with an external snapshot: it writes to new overlays', () => {
    expect(lost(taken('a', 'external', { vda: ['base'] }), [taken('e', 'external', { vda: ['base'] })])).toEqual([]);
  });

  it('unknown where nobody has read what the last image lies on', () => {
    const others = [
      taken('b', 'internal', { vda: ['base'] }),
      taken('e', 'external', { vda: ['base.x', 'copy'] }),
      taken('f', 'external', { vda: ['base.y', 'base'] }),
    ];
    expect(fates(inBase, others)).toEqual({ destroyed: ['f'], unsure: ['e'] });
    expect(fates(inBase, others, {}, ['copy'])).toEqual({ destroyed: ['f'], unsure: [] });
  });
});
