import { describe, expect, it } from 'vitest';
import { diskLayers } from '../../../shared/chain.ts';
import type { Image } from '../../../shared/libvirt/disks.ts';
import { DomainSnapshots, StoredSnapshot } from '../../libvirt/stored-snapshot.ts';
import { imagesAround, overlaysUnlinked } from './overlays.ts';

/** An external snapshot that was taken in an image, and the overlay made then. */
const taken = (name: string, image: string, overlay: string, kind = 'external') =>
  StoredSnapshot.parse(
    name,
    `<domainsnapshot><name>${name}</name><state>shutoff</state>
      <disks><disk name='vda' snapshot='${kind}'>${kind === 'external' ? `<source file='${overlay}'/>` : ''}</disk></disks>
      <domain><name>web</name><devices><disk type='file' device='disk'><driver type='qcow2'/>
        <source file='${image}'/><target dev='vda'/></disk></devices></domain></domainsnapshot>`,
  );
const image = (path: string): Image => ({ path, type: 'file', format: 'qcow2' });
interface World {
  readonly snapshots: readonly StoredSnapshot[];
  readonly current: string;
  readonly writes: string;
  /** What the storage told that lies on what. */
  readonly read: Readonly<Record<string, string | null>>;
}
const layersOf = ({ snapshots, writes, read }: World) =>
  diskLayers(
    [{ ...image(writes), target: 'vda', below: [] }],
    snapshots.map(({ disks }) => disks),
    new Map(Object.entries(read).map(([path, under]) => [path, under === null ? null : image(under)])),
  );
const unlinked = (world: World) => {
  const stored = new DomainSnapshots(world.snapshots, world.current);
  const disks = [{ target: 'vda', file: world.writes, allocationBytes: 5 }];
  return overlaysUnlinked({ stored, disks: layersOf(world) }, disks);
};
const all = { '/a': null, '/b': '/a', '/c': '/b' };
const a = taken('one', '/a', '/b');
const plain = { snapshots: [a], current: 'one', writes: '/b', read: all };

describe('what an external revert unlinks', () => {
  it('is what the domain writes to, as a rule', () => {
    expect(unlinked(plain)).toEqual([
      { target: 'vda', file: '/b', bytes: 5, inUse: true, under: null, neededBy: [], mayNeed: [] },
    ]);
  });

  it.each<[string, Partial<World>, object]>([
    ['below the image of now, which nobody lists', { writes: '/c' }, { under: '/c', neededBy: [], mayNeed: [] }],
    ['below it, as far as anybody knows', { writes: '/c', read: { '/a': null } }, { under: null }],
    [
      'a snapshot higher up needs it',
      { writes: '/d', snapshots: [a, taken('three', '/c', '/d')], read: { ...all, '/d': '/c' } },
      { under: '/d', neededBy: ['three'] },
    ],
    ['one inside it does', { writes: '/c', snapshots: [a, taken('in', '/b', '', 'internal')] }, { neededBy: ['in'] }],
    ['another may', { writes: '/c', snapshots: [a, taken('x', '/x', '/y')] }, { neededBy: [], mayNeed: ['x'] }],
    ['its own image was not read', { writes: '/c', read: { '/c': '/b' } }, { under: '/c', mayNeed: ['one'] }],
    ['on another branch', { writes: '/z', read: { ...all, '/z': null } }, { under: null, neededBy: [], mayNeed: [] }],
  ])('%s', (_, change, expected) => {
    expect(unlinked({ ...plain, ...change })).toMatchObject([{ file: '/b', inUse: false, bytes: null, ...expected }]);
  });

  it('a snapshot on top of what is written to needs it too', () => {
    expect(unlinked({ ...plain, snapshots: [a, taken('two', '/c', '/d')] })).toMatchObject([
      { inUse: true, neededBy: ['two'], mayNeed: [] },
    ]);
  });

  it('is none without a current snapshot, and of a disk that was taken out not known', () => {
    expect(unlinked({ ...plain, current: 'gone' })).toEqual([]);
    const stored = new DomainSnapshots([a], 'one');
    expect(overlaysUnlinked({ stored, disks: layersOf(plain) }, [])).toMatchObject([{ inUse: null, under: null }]);
  });

  it('more is read where the domain writes elsewhere, and nothing otherwise', () => {
    const around = (world: World) => imagesAround(new DomainSnapshots(world.snapshots, world.current), layersOf(world));
    expect(around(plain)).toEqual([]);
    expect(new Set(around({ ...plain, writes: '/c' }))).toEqual(new Set(['/a', '/b', '/c']));
  });

  it('survives histories of thousands', () => {
    const many = Array.from({ length: 8_000 }, (_, n) => taken(`s${n}`, `/i${n}`, `/i${n + 1}`));
    const found = unlinked({ snapshots: many, current: 's0', writes: '/i8000', read: {} });
    expect(found[0]?.neededBy).toHaveLength(7_999);
  });
});
