import { readFileSync } from 'node:fs';
import { decodePicture } from '../../../electron/kept/thumbnails/picture.ts';
import { encodePng } from '../../../electron/kept/thumbnails/thumbnail.ts';
import { Qcow2Error } from '../../../electron/libvirt/qcow2/error.ts';
import { readHeader } from '../../../electron/libvirt/qcow2/header.ts';
import { readSnapshots } from '../../../electron/libvirt/qcow2/snapshots.ts';
import { CLUSTER_BYTES, headerBytes, tableBytes } from '../../../electron/libvirt/qcow2/write.ts';
import { mutatedBytes } from '../mutate.ts';
import { holds, mayRefuse, type Target } from '../target.ts';

const snapshot = (n: number) => ({
  id: `${n}`,
  name: `s${n}`,
  dateSec: 1_700_000_000,
  dateNsec: 5,
  clockNsec: 7n,
  vmStateBytes: 4_096 * n,
  diskBytes: 2n ** 30n,
  icount: null,
  l1: { offset: 0n, entries: 0 },
});
const headers = ['', 'base.qcow2'].map((backing) =>
  headerBytes({ diskBytes: 2n ** 30n, snapshotCount: 3, snapshotsOffset: CLUSTER_BYTES, backing, hasBitmaps: true }),
);
const tables = [tableBytes([1, 2, 3].map(snapshot))];

/** Heads and snapshot tables of images. */
export const qcow2: Target = {
  name: 'qcow2',
  unit: 'images',
  full: 200_000,
  draw: (random) => mutatedBytes(random, Buffer.concat([random.pick(headers), random.pick(tables)]), tables),
  read: (input) =>
    mayRefuse([Qcow2Error], () => {
      const bytes = input as Buffer;
      const header = readHeader(bytes.subarray(0, 512));
      holds(Number.isSafeInteger(header.snapshotsOffset), 'the table has a place');
      const { snapshots, bytes: length } = readSnapshots(bytes.subarray(headers[0]?.length), header.snapshotCount);
      holds(length <= bytes.length, 'no more is read than there is');
      for (const { vmStateBytes } of snapshots) holds(Number.isSafeInteger(vmStateBytes), 'sizes can be counted with');
    }),
};

const dots = { width: 7, height: 5, rgb: new Uint8Array(105).map((_, n) => n * 3) };
const pictureSeeds = [
  encodePng(dots),
  Buffer.concat([Buffer.from('P6\n# a comment\n7 5\n255\n'), dots.rgb]),
  readFileSync(new URL('../../../assets/icon.png', import.meta.url)),
];

/** Pictures of consoles. */
export const pictures: Target = {
  name: 'pictures',
  unit: 'pictures',
  full: 20_000,
  longest: 1_000, // on a thread of its own
  draw: (random) =>
    mutatedBytes(random, pictureSeeds[random.chance(0.02) ? 2 : random.below(2)] as Buffer, pictureSeeds.slice(0, 2)),
  read: (input) =>
    mayRefuse([RangeError], () => {
      const { width, height, rgb } = decodePicture(input as Buffer);
      holds(rgb.length === width * height * 3, 'every dot has its colours');
    }),
};
