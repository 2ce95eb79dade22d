import { expect, it } from 'vitest';
import { diskLayers } from '../../../shared/chain.ts';
import type { Image } from '../../../shared/libvirt/disks.ts';
import { DomainSnapshots, StoredSnapshot } from '../../libvirt/stored-snapshot.ts';
import { imagesSpoiled, leftOn } from './spoiled.ts';

/** A snapshot that was taken in an image; the overlay that was made then, or one that a revert to it made. */
const taken = (name: string, path: string, made: { overlay?: string; reverted?: string } = {}) => {
  const kind = made.overlay === undefined ? 'internal' : 'external';
  const file = made.overlay === undefined ? '' : `<source file='${made.overlay}'/>`;
  const record = `<revertDisks><disk name='vda' snapshot='external'><source file='${made.reverted}'/></disk></revertDisks>`;
  return StoredSnapshot.parse(
    name,
    `<domainsnapshot><name>${name}</name><state>shutoff</state>
      <disks><disk name='vda' snapshot='${kind}'>${file}</disk></disks>${made.reverted ? record : ''}
      <domain><name>web</name><devices><disk type='file' device='disk'><driver type='qcow2'/>
        <source file='${path}'/><target dev='vda'/></disk></devices></domain></domainsnapshot>`,
  );
};
const image = (path: string): Image => ({ path, type: 'file', format: 'qcow2' });
const read = { '/a': null, '/b': '/a', '/c': '/b', '/left': '/b', '/upon': '/left' };
const spoiled = (aimed: StoredSnapshot, others: readonly StoredSnapshot[], writes: string, current: string) => {
  const all = new DomainSnapshots([aimed, ...others], current);
  const layers = diskLayers(
    [{ ...image(writes), target: 'vda', below: [] }],
    all.all.map(({ disks }) => disks),
    new Map(Object.entries(read).map(([path, under]) => [path, under === null ? null : image(under)])),
  );
  const images = imagesSpoiled(aimed, all);
  return { images, left: leftOn(images, layers, all) };
};
const inside = taken('in', '/b');
/** Its own image is needed; the overlay of its last revert is left where the domain writes elsewhere. */
const over = taken('over', '/b', { overlay: '/c', reverted: '/left' });

it('an internal revert writes to its image: an overlay that was left there is spoiled, and what lies on that', () => {
  expect(spoiled(inside, [over], '/b', 'in')).toEqual({
    images: ['/b'],
    left: [
      { path: '/c', on: '/b' },
      { path: '/left', on: '/b' },
    ],
  });
  expect(spoiled(inside, [over, taken('top', '/left', { overlay: '/upon' })], '/b', 'in').left).toEqual([
    { path: '/c', on: '/b' },
    { path: '/upon', on: '/b' },
  ]);
});

it('what the domain or a snapshot needs is told of elsewhere', () => {
  const { left } = spoiled(inside, [over, taken('kept', '/left')], '/c', 'over');
  expect(left).toEqual([]);
});

it('an external revert deletes the overlays of the current snapshot alone', () => {
  const first = taken('first', '/a', { overlay: '/b' });
  expect(spoiled(first, [over], '/b', 'first')).toEqual({
    images: ['/b'],
    left: [
      { path: '/c', on: '/b' },
      { path: '/left', on: '/b' },
    ],
  });
  expect(spoiled(first, [inside], '/b', 'in')).toEqual({ images: [], left: [] });
});
