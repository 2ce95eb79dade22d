import { Qcow2Error } from './error.ts';

/** What a header says of snapshots and bitmaps (QEMU docs/interop/qcow2: Header). */
export interface Qcow2Header {
  readonly version: 2 | 3;
  /** Bytes. */
  readonly clusterBytes: number;
  /** Of the disk that the guest sees, bytes. */
  readonly diskBytes: bigint;
  readonly snapshotCount: number;
  /** Where the snapshot table begins, bytes; of no meaning without snapshots. */
  readonly snapshotsOffset: number;
  /** Where the name of the image below begins, and its length; bytes. Null for nothing below. */
  readonly backing: { readonly offset: number; readonly length: number } | null;
  /** The image holds dirty bitmaps, as backups with checkpoints leave them. */
  readonly hasBitmaps: boolean;
}

/** As much of an image's beginning as a header of any version can be; bytes. */
export const HEADER_BYTES = 104;
/** QCOW_MAX_SNAPSHOTS */
export const MAX_SNAPSHOTS = 65_536;

const MAGIC = 0x51_46_49_fb;
const V2_BYTES = 72;
/** Incompatible features, bit 1: QEMU found the metadata corrupt, and opens the image for reading only. */
const CORRUPT = 0b10n;
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
  if (version === 3 && (bytes.readBigUInt64BE(72) & CORRUPT) !== 0n)
    throw new Qcow2Error('damaged', 'QEMU marked the image as corrupt');
  const clusterBits = bytes.readUInt32BE(20);
  if (clusterBits < 9 || clusterBits > 21) throw new Qcow2Error('damaged', `clusters of 2^${clusterBits} bytes`);
  const clusterBytes = 2 ** clusterBits;
  const snapshotCount = bytes.readUInt32BE(60);
  if (snapshotCount > MAX_SNAPSHOTS) throw new Qcow2Error('damaged', `${snapshotCount} snapshots`);
  const offset = bytes.readBigUInt64BE(64);
  if (snapshotCount > 0 && (offset < clusterBytes || offset % BigInt(clusterBytes) !== 0n || offset >= 2n ** 53n))
    throw new Qcow2Error('damaged', `a snapshot table at ${offset}`);
  return {
    version,
    clusterBytes,
    diskBytes: bytes.readBigUInt64BE(24),
    snapshotCount,
    snapshotsOffset: snapshotCount > 0 ? Number(offset) : 0,
    backing: backingAt(bytes),
    hasBitmaps: version === 3 && (bytes.readBigUInt64BE(88) & BITMAPS) !== 0n,
  };
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
