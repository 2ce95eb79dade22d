import { Qcow2Error } from './error.ts';

/** What a header says (QEMU docs/interop/qcow2: Header). Where tables lie is not checked before they are read. */
export interface Qcow2Header {
  readonly version: 2 | 3;
  /** Bytes. */
  readonly clusterBytes: number;
  /** Of the disk that the guest sees, bytes. */
  readonly diskBytes: bigint;
  /** The L1 table of the disk as it is now. */
  readonly l1: TablePlace;
  readonly refcounts: {
    /** The table of refcount blocks: where it begins, bytes, and how many clusters it takes. */
    readonly offset: bigint;
    readonly clusters: number;
    /** Of one refcount: a power of two up to 64. */
    readonly bits: number;
  };
  readonly snapshotCount: number;
  /** Where the snapshot table begins, bytes; of no meaning without snapshots. */
  readonly snapshotsOffset: number;
  /** Where the name of the image below begins, and its length; bytes. Null for nothing below. */
  readonly backing: { readonly offset: number; readonly length: number } | null;
  /** The image holds dirty bitmaps, as backups with checkpoints leave them. */
  readonly hasBitmaps: boolean;
  /** The refcounts may be behind (lazy refcounts), until QEMU closes the image or repairs it. */
  readonly isDirty: boolean;
  /** QEMU found the metadata corrupt, and opens the image for reading only. */
  readonly isCorrupt: boolean;
  /** Entries of L2 tables are of 128 bits, with 32 subclusters each. */
  readonly hasSubclusters: boolean;
  /** What is not read here of the image, as a file of its own for the data; null for nothing. */
  readonly unsupported: string | null;
}

/** Where an L1 table begins, bytes, and how many entries it has. */
export interface TablePlace {
  readonly offset: bigint;
  readonly entries: number;
}

/** As much of an image's beginning as a header of any version can be; bytes. */
export const HEADER_BYTES = 104;
/** QCOW_MAX_SNAPSHOTS */
export const MAX_SNAPSHOTS = 65_536;

const MAGIC = 0x51_46_49_fb;
const V2_BYTES = 72;
/** Of version 2: 16 bits. */
const V2_REFCOUNT_ORDER = 4;
/** Incompatible features. */
const DIRTY = 1n << 0n;
const CORRUPT = 1n << 1n;
const DATA_FILE = 1n << 2n;
/** Clusters are compressed with something else than deflate: of no matter here. */
const COMPRESSION = 1n << 3n;
const EXTENDED_L2 = 1n << 4n;
const UNDERSTOOD = DIRTY | CORRUPT | COMPRESSION | EXTENDED_L2;
/** Autoclear features, bit 0: the bitmaps fit the data. QEMU sets it with the first and clears it with the last. */
const BITMAPS = 0b1n;

/**
 * Reads the header at the beginning of an image.
 * @throws Qcow2Error
 */
export function readHeader(image: Uint8Array): Qcow2Header {
  const bytes = Buffer.from(image.buffer, image.byteOffset, image.byteLength);
  if (bytes.length < 8 || bytes.readUInt32BE(0) !== MAGIC) throw new Qcow2Error('not-qcow2', 'no qcow2 magic');
  const version = bytes.readUInt32BE(4);
  if (version !== 2 && version !== 3) throw new Qcow2Error('not-qcow2', `version ${version} of the format`);
  const size = version === 2 ? V2_BYTES : HEADER_BYTES;
  if (bytes.length < size) throw new Qcow2Error('damaged', `a header of ${bytes.length} bytes`);
  const clusterBits = bytes.readUInt32BE(20);
  if (clusterBits < 9 || clusterBits > 21) throw new Qcow2Error('damaged', `clusters of 2^${clusterBits} bytes`);
  const clusterBytes = 2 ** clusterBits;
  const snapshotCount = bytes.readUInt32BE(60);
  if (snapshotCount > MAX_SNAPSHOTS) throw new Qcow2Error('damaged', `${snapshotCount} snapshots`);
  const offset = bytes.readBigUInt64BE(64);
  if (snapshotCount > 0 && (offset < clusterBytes || offset % BigInt(clusterBytes) !== 0n || offset >= 2n ** 53n))
    throw new Qcow2Error('damaged', `a snapshot table at ${offset}`);
  const incompatible = version === 3 ? bytes.readBigUInt64BE(72) : 0n;
  if ((incompatible & EXTENDED_L2) !== 0n && clusterBits < 14)
    throw new Qcow2Error('damaged', `subclusters in clusters of 2^${clusterBits} bytes`);
  const order = version === 3 ? bytes.readUInt32BE(96) : V2_REFCOUNT_ORDER;
  if (order > 6) throw new Qcow2Error('damaged', `refcounts of 2^${order} bits`);
  return {
    version,
    clusterBytes,
    diskBytes: bytes.readBigUInt64BE(24),
    l1: { offset: bytes.readBigUInt64BE(40), entries: bytes.readUInt32BE(36) },
    refcounts: { offset: bytes.readBigUInt64BE(48), clusters: bytes.readUInt32BE(56), bits: 2 ** order },
    snapshotCount,
    snapshotsOffset: snapshotCount > 0 ? Number(offset) : 0,
    backing: backingAt(bytes),
    hasBitmaps: version === 3 && (bytes.readBigUInt64BE(88) & BITMAPS) !== 0n,
    isDirty: (incompatible & DIRTY) !== 0n,
    isCorrupt: (incompatible & CORRUPT) !== 0n,
    hasSubclusters: (incompatible & EXTENDED_L2) !== 0n,
    unsupported: unsupportedBy(incompatible),
  };
}

function unsupportedBy(incompatible: bigint): string | null {
  if ((incompatible & DATA_FILE) !== 0n) return 'the data are in a file of their own';
  const unknown = incompatible & ~UNDERSTOOD;
  return unknown === 0n ? null : `features ${unknown.toString(2)}`;
}

/** @throws Qcow2Error `damaged`: QEMU takes no longer names than 1023 bytes */
function backingAt(bytes: Buffer): Qcow2Header['backing'] {
  const offset = bytes.readBigUInt64BE(8);
  const length = bytes.readUInt32BE(16);
  if (offset === 0n) return null;
  if (length === 0 || length > 1023 || offset >= 2n ** 53n)
    throw new Qcow2Error('damaged', `a name of ${length} bytes at ${offset} of the image below`);
  return { offset: Number(offset), length };
}
