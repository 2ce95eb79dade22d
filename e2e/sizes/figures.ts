import { closeSync, openSync, readSync } from 'node:fs';
import { Figures } from '../../electron/libvirt/qcow2/figures.ts';
import { readHead } from '../../electron/libvirt/qcow2/image.ts';
import type { ReadRanges } from '../../electron/libvirt/qcow2/ranges.ts';
import type { Qcow2Snapshot } from '../../electron/libvirt/qcow2/snapshots.ts';

/** Reads a file of this machine. */
export function fileRanges(path: string): { readonly read: ReadRanges; readonly close: () => void } {
  const file = openSync(path, 'r');
  const read: ReadRanges = async (ranges) =>
    ranges.map(({ offset, length }) => {
      const bytes = Buffer.alloc(length);
      return bytes.subarray(0, readSync(file, bytes, 0, length, offset));
    });
  return { read, close: () => closeSync(file) };
}

/** What an image's metadata tell. */
export async function measure(read: ReadRanges) {
  const head = await readHead(read);
  const figures = new Figures({ header: head.header, read });
  const tag = (name: string) => head.snapshots.find((each) => each.name === name) as Qcow2Snapshot;
  return {
    tags: head.snapshots.map(({ name }) => name),
    changed: (name: string) => figures.changedSince(tag(name)),
    deleted: (names: readonly string[]) => figures.freedByDeleting(names.map(tag)),
    reverted: () => figures.freedByReverting(),
    used: () => figures.used(),
  };
}
