import { once } from '../once.ts';
import type { Disk, DiskImage, Image } from '../schema/disk.ts';

export type {
  Disk,
  DiskImage,
  Image,
  SnapshotDisk,
  SnapshotLocation,
  StoredDisks,
  StrayOverlay,
} from '../schema/disk.ts';

const drives: ReadonlySet<string> = new Set(['disk', 'lun']);
const removable: ReadonlySet<string> = new Set(['cdrom', 'floppy']);
const onHost: ReadonlySet<string> = new Set(['file', 'block', 'dir']);

/** A hard disk, as opposed to a drive for media. */
export const isDrive = ({ device }: Pick<Disk, 'device'>): boolean => drives.has(device);

/** Every part of a disk is of a kind that the rules know. */
export const isUnderstood = ({ device, type, snapshot, image, below }: Disk): boolean =>
  (drives.has(device) || removable.has(device)) &&
  [type, ...(image ? [image.type] : []), ...below.map((each) => each.type)].every((each) => knownTypes.has(each)) &&
  snapshot !== 'unknown';
const knownTypes: ReadonlySet<string> = new Set([
  'file',
  'block',
  'volume',
  'network',
  'nvme',
  'dir',
  'vhostuser',
  'vhostvdpa',
]);

/** It has an image that the guest can write to. */
export const isWritable = ({ image, readonly }: Pick<Disk, 'image' | 'readonly'>): boolean =>
  image !== null && !readonly;

/** QEMU would not open an image as what it is said to be; it takes anything for raw. Null is unknown. */
export const isUnlike = (said: string | null, found: string | null): boolean =>
  said !== null && said !== 'raw' && found !== null && said !== found;

/** The image as a path on the host that libvirt can be asked about; null where it has none. */
export function hostPath(image: Image | null): string | null {
  return image !== null && onHost.has(image.type) && image.path.startsWith('/') ? image.path : null;
}

/**
 * The image that stays when the guest stops: a transient disk in use writes to an overlay `<image>.TRANSIENT-<domain>`, which
 * libvirt deletes then (formatdomain, `<transient>`; observed on 9.0–12.8).
 */
export function lastingImage({ image, below, transient }: Pick<Disk, 'image' | 'below' | 'transient'>): Image | null {
  const path = image?.path.replace(/\.TRANSIENT-[^/]*$/, '');
  if (!transient || !image || path === undefined || path === image.path) return image;
  return below.find((each) => each.path === path) ?? { ...image, path, format: null };
}

/** The images of disks, with their chains; drives without a medium are left out. */
export const imagesOf = once((disks: readonly Disk[]): readonly DiskImage[] =>
  disks.flatMap(({ target, image, below, readonly }) => (image ? [{ ...image, target, below, readonly }] : [])),
);
