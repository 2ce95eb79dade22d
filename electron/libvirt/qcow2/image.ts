import { Qcow2Error } from './error.ts';
import { HEADER_BYTES, type Qcow2Header, readHeader } from './header.ts';
import { LONGEST_PIECE, type Range, type ReadRanges } from './ranges.ts';
import { MAX_TABLE, minTableBytes, type Qcow2Snapshot, readSnapshots } from './snapshots.ts';

/** What an image says of itself: its header and its internal snapshots, in the order of its table. */
export interface ImageHead {
  readonly header: Qcow2Header;
  readonly snapshots: readonly Qcow2Snapshot[];
  /** The bytes of both, which change with each snapshot that is taken, deleted or gone back to. */
  readonly bytes: readonly Buffer[];
  /** Where those are. */
  readonly ranges: readonly Range[];
}

const HEADER: Range = { offset: 0, length: HEADER_BYTES };

/**
 * Reads the header and the snapshot table of an image, and no cluster that is not theirs.
 * @throws Qcow2Error; what reading throws
 */
export async function readHead(read: ReadRanges): Promise<ImageHead> {
  const [head = Buffer.alloc(0)] = await read([HEADER]);
  const header = readHeader(head);
  const { snapshots, bytes } = await readTable(read, header);
  const table = { offset: header.snapshotsOffset, length: bytes.length };
  if (bytes.length === 0) return { header, snapshots, bytes: [head], ranges: [HEADER] };
  return { header, snapshots, bytes: [head, bytes], ranges: [HEADER, table] };
}

/** Whether the header and the snapshot table are still as they were read. @throws what reading throws */
export async function isStill(read: ReadRanges, { bytes, ranges }: ImageHead): Promise<boolean> {
  const again = await read(ranges);
  return bytes.every((each, index) => again[index]?.equals(each));
}

/**
 * Reads a table in pieces, each as long as the entries that are missing are at least.
 * @throws Qcow2Error; what reading throws
 */
async function readTable(
  read: ReadRanges,
  { snapshotCount, snapshotsOffset, clusterBytes }: Qcow2Header,
): Promise<{ snapshots: readonly Qcow2Snapshot[]; bytes: Buffer }> {
  const snapshots: Qcow2Snapshot[] = [];
  let bytes = Buffer.alloc(0);
  for (let parsed = 0; snapshots.length < snapshotCount; ) {
    const missing = minTableBytes(snapshotCount - snapshots.length) - (bytes.length - parsed);
    const length = Math.min(Math.ceil(Math.max(missing, 1) / clusterBytes) * clusterBytes, LONGEST_PIECE);
    if (bytes.length + length > MAX_TABLE + clusterBytes) throw new Qcow2Error('damaged', 'a table without end');
    const [piece = Buffer.alloc(0)] = await read([{ offset: snapshotsOffset + bytes.length, length }]);
    bytes = Buffer.concat([bytes, piece]);
    const whole = readSnapshots(bytes.subarray(parsed), snapshotCount - snapshots.length);
    for (const each of whole.snapshots) snapshots.push(each);
    parsed += whole.bytes;
    if (snapshots.length === snapshotCount) bytes = bytes.subarray(0, parsed);
    else if (piece.length < length) throw new Qcow2Error('damaged', 'a table beyond the end of the file');
  }
  return { snapshots, bytes };
}
