import { posix } from 'node:path';
import type { ImageTag } from '../../shared/libvirt/image-tags.ts';
import type { StreamCaller } from './domains.ts';
import { Qcow2Error } from './qcow2/error.ts';
import { HEADER_BYTES, readHeader } from './qcow2/header.ts';
import type { Qcow2Snapshot } from './qcow2/snapshots.ts';
import { type LookOptions, lookInto, rangesOf, reasonOf, type UnknownImage, volumeOf } from './volume-reader.ts';

export type SnapshotTable =
  | ({ readonly known: true } & ImageContent)
  | { readonly known: false; readonly why: UnknownImage };

/** What is inside an image besides the disk. */
export interface ImageContent {
  readonly tags: readonly ImageTag[];
  /** It holds dirty bitmaps; of an image that a guest writes to, those that its file has so far. */
  readonly hasBitmaps: boolean;
  /** Its refcounts may be behind (lazy refcounts); QEMU sees to that when it opens the image next. */
  readonly isDirty: boolean;
}

/**
 * The internal snapshots in an image, from its own table, in its order. A few small ranges of the file are read through
 * the storage pool that has it (virStorageVolDownload, which takes no lock): a running guest is not disturbed, nothing
 * changes, and no data of the guest is read. A table that changes meanwhile is read once more.
 * @param path absolute, as the domain names it
 * @throws ConnectionError, the signal's reason
 */
export async function readSnapshotTable(
  caller: StreamCaller,
  path: string,
  options: LookOptions = {},
): Promise<SnapshotTable> {
  const looked = await lookInto(
    caller,
    path,
    ({ header, snapshots }): ImageContent => {
      if (header.isCorrupt) throw new Qcow2Error('corrupt', 'QEMU marked the image as corrupt');
      return { tags: snapshots.map(tagOf), hasBitmaps: header.hasBitmaps, isDirty: header.isDirty };
    },
    options,
  );
  return looked.known ? { known: true, ...looked.value } : looked;
}

/**
 * The same where the reason does not matter: null is unknown.
 * @throws as readSnapshotTable
 */
export async function contentOf(
  caller: StreamCaller,
  path: string,
  options: { readonly signal?: AbortSignal } = {},
): Promise<ImageContent | null> {
  return contentIn(await readSnapshotTable(caller, path, options));
}

/** What a table says of an image; null where it is not known. One that is no qcow2 holds nothing of the kind. */
export function contentIn(table: SnapshotTable): ImageContent | null {
  if (table.known) return table;
  return table.why === 'not-qcow2' ? { tags: [], hasBitmaps: false, isDirty: false } : null;
}

/**
 * The image that one lies on, from its own header: null for nothing, undefined where it cannot be read. A pool goes on
 * telling what it found when it was scanned last, also of a file that another one has taken the place of since.
 * @throws ConnectionError
 */
export async function backingIn(caller: StreamCaller, path: string): Promise<string | null | undefined> {
  const vol = await volumeOf(caller, path);
  if (typeof vol === 'string') return undefined;
  const read = rangesOf(caller, vol);
  try {
    const [head = Buffer.alloc(0)] = await read([{ offset: 0, length: HEADER_BYTES }]);
    const { backing } = readHeader(head);
    if (backing === null) return null;
    const [named = Buffer.alloc(0)] = await read([backing]);
    const name = named.toString('utf8');
    if (/^[a-z]+:/.test(name)) return undefined; // json:{…}, nbd://…: no path
    return posix.resolve(posix.dirname(path), name);
  } catch (error) {
    reasonOf(error);
    return undefined;
  }
}

/** The internal snapshots alone. @throws as readSnapshotTable */
export async function tagsIn(...args: Parameters<typeof contentOf>): Promise<readonly ImageTag[] | null> {
  return (await contentOf(...args))?.tags ?? null;
}

/** As the window and the rules know it. */
export function tagOf({ id, name, vmStateBytes, dateSec, diskBytes }: Qcow2Snapshot): ImageTag {
  return { id, name, vmStateBytes, dateSec, diskBytes: diskBytes === null ? null : Number(diskBytes) };
}
