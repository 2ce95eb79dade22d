import { posix } from 'node:path';
import { storagePoolListFlag } from '../../shared/libvirt/flags.ts';
import type { StreamCaller } from './domains.ts';
import { LibvirtError, StreamLimitError } from './errors.ts';
import { fewAtATime } from './few-at-a-time.ts';
import { procedures, type WireStorageVol } from './procedures.ts';
import { Qcow2Error, type Qcow2Fault } from './qcow2/error.ts';
import { type ImageHead, isStill, readHead } from './qcow2/image.ts';
import { piecesOf, type Range, type ReadRanges, spansOf } from './qcow2/ranges.ts';
import { readXml, XmlError } from './xml.ts';

/**
 * Why an image cannot be looked into. `no-pool`: no storage pool has its folder, or the driver has no pools.
 * `inactive-pool`: one has, and is not active. `newer-than-pool`: one has, but did not know of the file when it was scanned
 * last. `gone`: the pool knows of it, and it is not there any more. `read-only`: the connection may not read volumes.
 * `changing`: it was changed while it was read, twice. `refused`: libvirt answered otherwise. The rest is of the bytes.
 */
export type UnknownImage =
  | 'no-pool'
  | 'inactive-pool'
  | 'newer-than-pool'
  | 'gone'
  | 'read-only'
  | 'changing'
  | 'refused'
  | Qcow2Fault;

export type Looked<T> =
  | { readonly known: true; readonly value: T }
  | { readonly known: false; readonly why: UnknownImage };

export interface LookOptions {
  /** Aborting it ends the streams that are under way, and rejects with its reason. */
  readonly signal?: AbortSignal | undefined;
  /** The most bytes that are read of the image, each time; what many streams cost counts, too. */
  readonly budget?: number;
  /** Asked before libvirt is: what it throws ends the look. */
  readonly before?: (() => void) | undefined;
}

/** Of one look; an image of 100 GiB takes up to 28 MiB for one snapshot. Bytes. */
const BUDGET = 64 * 1024 * 1024;
/** What a stream counts for beside its bytes, so that there are no more than some thousands. */
const STREAM_COSTS = 16 * 1024;
/** What a range counts for at least: so that there are no more of them than are worked on in a moment. */
const RANGE_COSTS = 8 * 1024;
/** Streams at a time. */
const IN_FLIGHT = 4;
/** errno of a file that is not there: ENOENT, ENOTDIR. */
const GONE: readonly (number | null)[] = [2, 20];
/** More inactive pools than these are not asked where they are. */
const POOLS = 64;

/**
 * Looks into a qcow2 image through the storage pool that has it (virStorageVolDownload, which takes no lock): a running
 * guest is not disturbed, nothing changes, and no more than the given ranges is read. What the header and the snapshot
 * table are once `look` is done is held against what they were before; an image that was changed meanwhile, or makes no
 * sense, as it may while QEMU changes it, is looked into once more.
 * @param path absolute, as the domain names it
 * @throws ConnectionError; the signal's reason; what `before` throws
 */
export async function lookInto<T>(
  caller: StreamCaller,
  path: string,
  look: (head: ImageHead, read: ReadRanges) => Promise<T> | T,
  options: LookOptions = {},
): Promise<Looked<T>> {
  options.signal?.throwIfAborted();
  options.before?.();
  const vol = await volumeOf(caller, path);
  options.signal?.throwIfAborted();
  if (typeof vol === 'string') return { known: false, why: vol };
  const first = await lookOnce(caller, vol, look, options);
  return first.known || !mayPass.has(first.why) ? first : await lookOnce(caller, vol, look, options);
}

/** What may be otherwise at the next look. */
const mayPass: ReadonlySet<UnknownImage> = new Set(['changing', 'damaged']);

async function lookOnce<T>(
  caller: StreamCaller,
  vol: WireStorageVol,
  look: (head: ImageHead, read: ReadRanges) => Promise<T> | T,
  options: LookOptions,
): Promise<Looked<T>> {
  const read = rangesOf(caller, vol, options);
  try {
    const head = await readHead(read);
    let found: Looked<T>;
    try {
      found = { known: true, value: await look(head, read) };
    } catch (error) {
      if (!(error instanceof Qcow2Error) || error.fault !== 'damaged') throw error;
      found = { known: false, why: 'damaged' };
    }
    return (await isStill(rangesOf(caller, vol, options), head)) ? found : { known: false, why: 'changing' };
  } catch (error) {
    return { known: false, why: reasonOf(error) };
  }
}

/**
 * A few bytes of a volume at a time: near ones joined, long ones in pieces, four of them in flight.
 * @throws (the reading) Qcow2Error `too-much`; LibvirtError; ConnectionError; the signal's reason; what `before` throws
 */
export function rangesOf(
  caller: StreamCaller,
  vol: WireStorageVol,
  { signal, budget = BUDGET, before }: LookOptions = {},
): ReadRanges {
  let left = budget;
  const piece = async ({ offset, length }: Range): Promise<Buffer> => {
    before?.();
    const args = { vol, offset: BigInt(offset), length: BigInt(length), flags: 0 };
    return (await caller.receive(procedures.storageVolDownload, args, { limit: length, signal })).data;
  };
  return async (ranges) => {
    const spans = spansOf(ranges); // never of no length, which would be the whole file
    const pieces = spans.map(piecesOf);
    const all = pieces.flat();
    const cost = Math.max(costOf(ranges), bytesIn(spans)) + all.length * STREAM_COSTS;
    // What is too much of it leaves the rest for others.
    if (cost > left) throw new Qcow2Error('too-much', `more than ${budget} bytes would have to be read`);
    left -= cost;
    const read = await fewAtATime(all, piece, IN_FLIGHT);
    const found: Buffer[] = ranges.map(() => Buffer.alloc(0));
    let next = 0;
    for (const [index, span] of spans.entries()) {
      const parts = read.slice(next, next + (pieces[index]?.length ?? 0));
      next += parts.length;
      const bytes = parts.length === 1 ? (parts[0] as Buffer) : Buffer.concat(parts);
      for (const each of span.holds) {
        const { offset, length } = ranges[each] as Range;
        found[each] = bytes.subarray(offset - span.offset, offset - span.offset + length);
      }
    }
    return found;
  };
}

/** The volume of a path, or why there is none. @throws ConnectionError */
export async function volumeOf(caller: StreamCaller, path: string): Promise<WireStorageVol | UnknownImage> {
  if (!path.startsWith('/')) return 'no-pool';
  try {
    return (await caller.call(procedures.storageVolLookupByPath, { path })).vol;
  } catch (error) {
    if (!(error instanceof LibvirtError)) throw error;
    if (error.is('NO_SUPPORT')) return 'no-pool'; // no storage driver at all
    if (!error.is('NO_STORAGE_VOL')) return reasonOf(error);
  }
  const folder = posix.dirname(path);
  try {
    await caller.call(procedures.storagePoolLookupByTargetPath, { path: folder });
    return 'newer-than-pool';
  } catch (error) {
    if (!(error instanceof LibvirtError)) throw error;
    if (!error.is('NO_STORAGE_POOL', 'NO_SUPPORT')) return reasonOf(error);
  }
  return (await isInactive(caller, folder)) ? 'inactive-pool' : 'no-pool';
}

/** Whether a pool that is not active has the folder: libvirt finds active ones alone by it. @throws ConnectionError */
async function isInactive(caller: StreamCaller, folder: string): Promise<boolean> {
  try {
    const flags = storagePoolListFlag.inactive;
    const { pools } = await caller.call(procedures.connectListAllStoragePools, { needResults: 1, flags });
    for (const pool of pools.slice(0, POOLS)) {
      const { xml } = await caller.call(procedures.storagePoolGetXmlDesc, { pool, flags: 0 });
      const target = (await readXml(xml, 'pool')).at('target', 'path')?.text;
      if (target !== undefined && posix.resolve(target) === folder) return true;
    }
    return false;
  } catch (error) {
    if (error instanceof LibvirtError || error instanceof XmlError) return false;
    throw error;
  }
}

/** @throws what is no reason of this kind */
export function reasonOf(error: unknown): UnknownImage {
  if (error instanceof Qcow2Error) return error.fault;
  if (error instanceof StreamLimitError) return 'refused';
  if (!(error instanceof LibvirtError)) throw error;
  if (error.is('OPERATION_DENIED')) return 'read-only';
  if (error.is('OPERATION_INVALID')) return 'inactive-pool'; // it was stopped meanwhile
  return GONE.includes(error.errno) ? 'gone' : 'refused';
}

function costOf(ranges: readonly Range[]): number {
  return ranges.reduce((sum, { length }) => sum + Math.max(length, RANGE_COSTS), 0);
}

function bytesIn(ranges: readonly Range[]): number {
  return ranges.reduce((sum, { length }) => sum + length, 0);
}
