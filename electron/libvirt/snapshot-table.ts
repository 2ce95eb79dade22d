import { posix } from 'node:path';
import type { ImageTag } from '../../shared/libvirt/image-tags.ts';
import type { StreamCaller } from './domains.ts';
import { LibvirtError, StreamLimitError } from './errors.ts';
import { procedures, type WireStorageVol } from './procedures.ts';
import { Qcow2Error } from './qcow2/error.ts';
import { HEADER_BYTES, type Qcow2Header, readHeader } from './qcow2/header.ts';
import { MAX_TABLE, minTableBytes, type Qcow2Snapshot, readSnapshots } from './qcow2/snapshots.ts';

/**
 * Why an image's snapshots are not known. `no-pool`: no active storage pool has the image's folder. `newer-than-pool`:
 * one has, but did not know of the file when it was scanned last. `gone`: the pool knows of it, and it is not there any
 * more. `read-only`: the connection may not read volumes. `damaged`: its metadata make no sense, or changed while they
 * were read, twice. `refused`: libvirt answered otherwise.
 */
export type UnknownTable = 'no-pool' | 'newer-than-pool' | 'not-qcow2' | 'gone' | 'read-only' | 'damaged' | 'refused';

export type SnapshotTable =
  | ({ readonly known: true } & ImageContent)
  | { readonly known: false; readonly why: UnknownTable };

/** What is inside an image besides the disk. */
export interface ImageContent {
  readonly tags: readonly ImageTag[];
  /** It holds dirty bitmaps; of an image that a guest writes to, those that its file has so far. */
  readonly hasBitmaps: boolean;
}

/** The most that is read at once, bytes. */
const LONGEST_PIECE = 4 * 1024 * 1024;
/** errno of a file that is not there: ENOENT, ENOTDIR. */
const GONE: readonly (number | null)[] = [2, 20];

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
  { signal }: { readonly signal?: AbortSignal } = {},
): Promise<SnapshotTable> {
  signal?.throwIfAborted();
  const found = await volumeOf(caller, path);
  signal?.throwIfAborted();
  if (typeof found === 'string') return { known: false, why: found };
  const read = rangesOf(caller, found, signal);
  try {
    const content = (await readTwice(read)) ?? (await readTwice(read));
    return content === null ? { known: false, why: 'damaged' } : { known: true, ...content };
  } catch (error) {
    return { known: false, why: reasonOf(error) };
  }
}

/**
 * The same where the reason does not matter: null is unknown. An image that is no qcow2 holds nothing of the kind.
 * @throws as readSnapshotTable
 */
export async function contentOf(
  caller: StreamCaller,
  path: string,
  options: { readonly signal?: AbortSignal } = {},
): Promise<ImageContent | null> {
  const table = await readSnapshotTable(caller, path, options);
  if (table.known) return table;
  return table.why === 'not-qcow2' ? { tags: [], hasBitmaps: false } : null;
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
    const { backing } = readHeader(await read(0, HEADER_BYTES));
    if (backing === null) return null;
    const name = (await read(backing.offset, backing.length)).toString('utf8');
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

/** The volume of a path, or why there is none. */
async function volumeOf(caller: StreamCaller, path: string): Promise<WireStorageVol | UnknownTable> {
  if (!path.startsWith('/')) return 'no-pool';
  try {
    return (await caller.call(procedures.storageVolLookupByPath, { path })).vol;
  } catch (error) {
    if (!(error instanceof LibvirtError)) throw error;
    if (error.is('NO_SUPPORT')) return 'no-pool'; // no storage driver at all
    if (!error.is('NO_STORAGE_VOL')) return reasonOf(error);
  }
  try {
    await caller.call(procedures.storagePoolLookupByTargetPath, { path: posix.dirname(path) });
    return 'newer-than-pool';
  } catch (error) {
    if (!(error instanceof LibvirtError)) throw error;
    return error.is('NO_STORAGE_POOL', 'NO_SUPPORT') ? 'no-pool' : reasonOf(error);
  }
}

type Read = (offset: number, length: number) => Promise<Buffer>;

function rangesOf(caller: StreamCaller, vol: WireStorageVol, signal?: AbortSignal): Read {
  return async (offset, length) => {
    const args = { vol, offset: BigInt(offset), length: BigInt(length), flags: 0 };
    return (await caller.receive(procedures.storageVolDownload, args, { limit: length, signal })).data;
  };
}

/**
 * The content, if two looks agree; null if they do not, or if what was seen makes no sense, as it may while QEMU
 * changes it.
 * @throws Qcow2Error `not-qcow2`; LibvirtError
 */
async function readTwice(read: Read): Promise<ImageContent | null> {
  const head = await read(0, HEADER_BYTES);
  try {
    const header = readHeader(head);
    const { snapshots, bytes } = await readTable(read, header);
    const [headAgain, bytesAgain] = await Promise.all([
      read(0, HEADER_BYTES),
      bytes.length > 0 && bytes.length <= LONGEST_PIECE ? read(header.snapshotsOffset, bytes.length) : bytes,
    ]);
    if (!headAgain.equals(head) || !bytesAgain.equals(bytes)) return null;
    return { tags: snapshots.map(tagOf), hasBitmaps: header.hasBitmaps };
  } catch (error) {
    if (error instanceof Qcow2Error && error.fault !== 'not-qcow2') return null;
    throw error;
  }
}

/**
 * Reads a table in pieces, each as long as the entries that are missing are at least: no cluster is read that is not
 * the table's.
 * @throws Qcow2Error, LibvirtError
 */
async function readTable(
  read: Read,
  { snapshotCount, snapshotsOffset, clusterBytes }: Qcow2Header,
): Promise<{ snapshots: readonly Qcow2Snapshot[]; bytes: Buffer }> {
  const snapshots: Qcow2Snapshot[] = [];
  let bytes = Buffer.alloc(0);
  for (let parsed = 0; snapshots.length < snapshotCount; ) {
    const missing = minTableBytes(snapshotCount - snapshots.length) - (bytes.length - parsed);
    const length = Math.min(Math.ceil(Math.max(missing, 1) / clusterBytes) * clusterBytes, LONGEST_PIECE);
    if (bytes.length + length > MAX_TABLE + clusterBytes) throw new Qcow2Error('damaged', 'a table without end');
    const piece = await read(snapshotsOffset + bytes.length, length);
    bytes = Buffer.concat([bytes, piece]);
    const whole = readSnapshots(bytes.subarray(parsed), snapshotCount - snapshots.length);
    for (const each of whole.snapshots) snapshots.push(each);
    parsed += whole.bytes;
    if (snapshots.length === snapshotCount) bytes = bytes.subarray(0, parsed);
    else if (piece.length < length) throw new Qcow2Error('damaged', 'a table beyond the end of the file');
  }
  return { snapshots, bytes };
}

function reasonOf(error: unknown): UnknownTable {
  if (error instanceof Qcow2Error) return error.fault === 'not-qcow2' ? 'not-qcow2' : 'damaged';
  if (error instanceof StreamLimitError) return 'refused';
  if (!(error instanceof LibvirtError)) throw error;
  if (error.is('OPERATION_DENIED')) return 'read-only';
  return GONE.includes(error.errno) ? 'gone' : 'refused';
}

function tagOf({ id, name, vmStateBytes, dateSec, diskBytes }: Qcow2Snapshot): ImageTag {
  return { id, name, vmStateBytes, dateSec, diskBytes: diskBytes === null ? null : Number(diskBytes) };
}
