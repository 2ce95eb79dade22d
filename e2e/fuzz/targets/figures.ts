import { FakeCaller } from '../../../electron/libvirt/fake-caller.ts';
import { type Drawn, imageBytes } from '../../../electron/libvirt/qcow2/build.ts';
import { Figures } from '../../../electron/libvirt/qcow2/figures.ts';
import { lookInto } from '../../../electron/libvirt/volume-reader.ts';
import { Random } from '../../explore/random.ts';
import { mutatedBytes } from '../mutate.ts';
import { holds, refused, type Target, taken } from '../target.ts';

/** What is read of an image at most; those here are of some kilobytes. */
const BUDGET = 8 * 1024 * 1024;
const path = '/images/vm.qcow2';
const vol = { pool: 'default', name: 'vm.qcow2', key: path };

function drawn(seed: number, clusterBits: number, refcountBits: number, backing?: string): Drawn {
  const random = new Random(seed);
  const clusters = 300;
  const disk = new Map<number, number>();
  const written = (content: number) => {
    for (let n = 0; n < 12; n++) disk.set(random.below(clusters), content);
    return { disk: new Map(disk) };
  };
  const snapshots = [1, 2, 3].map((n) => ({
    ...{ id: `${n}`, name: `s${n}`, dateSec: 1_700_000_000 + n, vmStateBytes: n * 900 },
    ...written(n),
  }));
  return { clusterBits, refcountBits, clusters, snapshots, now: written(4), backing };
}
const seeds = [
  imageBytes(drawn(1, 9, 16)),
  imageBytes(drawn(2, 9, 4)),
  imageBytes(drawn(3, 10, 64)),
  imageBytes(drawn(4, 9, 32, 'base.qcow2')),
];

/** Whole images, read through libvirt as far as their sizes go; some of them are replaced meanwhile. */
export const figures: Target = {
  name: 'figures',
  unit: 'images',
  full: 100_000,
  longest: 300,
  draw: (random) => mutatedBytes(random, random.pick(seeds), seeds),
  async read(input) {
    const image = input as Buffer;
    const later = image.length % 5 === 0 ? (seeds[image.length % seeds.length] as Buffer) : image;
    let [reads, bytes] = [0, 0];
    const caller = new FakeCaller(
      { storageVolLookupByPath: () => ({ vol }), storageVolDownload: () => ({}) },
      {
        storageVolDownload({ offset, length }) {
          holds(length > 0n, 'no stream is of everything');
          bytes += Number(length);
          const from = reads++ < 6 ? image : later;
          return from.subarray(Number(offset), Number(offset + length));
        },
      },
    );
    const looked = await lookInto(
      caller,
      path,
      async ({ header, snapshots }, read) => {
        const all = new Figures({ header, read });
        const few = snapshots.slice(0, 3);
        const changed = [];
        for (const each of few) changed.push(await all.changedSince(each));
        return [await all.used(), await all.freedByReverting(), await all.freedByDeleting(few), ...changed];
      },
      { budget: BUDGET },
    );
    holds(bytes <= 2 * BUDGET, 'no more is read than may be, once and once more');
    if (!looked.known) return refused;
    for (const each of looked.value) holds(Number.isSafeInteger(each) && each >= 0, 'sizes can be counted with');
    return taken;
  },
};
