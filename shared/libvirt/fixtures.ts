import type { Disk, DiskImage } from './disks.ts';

/** For tests: the disk of a configuration that has this image. */
export function diskWith({ target, path, type, format, below }: DiskImage, change: Partial<Disk> = {}): Disk {
  return {
    target,
    device: 'disk',
    type,
    image: { path, type, format },
    below,
    snapshot: null,
    readonly: false,
    shareable: false,
    transient: false,
    startupPolicy: null,
    ...change,
  };
}
