import { Qcow2Error } from './error.ts';
import { MAX_SNAPSHOTS, type TablePlace } from './header.ts';

/** An entry of an image's snapshot table (QEMU docs/interop/qcow2: Snapshots). */
export interface Qcow2Snapshot {
  /** QEMU gives each one the number after the highest that there is. */
  readonly id: string;
  readonly name: string;
  /** When it was taken: seconds since 1970, and nanoseconds. */
  readonly dateSec: number;
  readonly dateNsec: number;
  /** How long the guest had run, nanoseconds. */
  readonly clockNsec: bigint;
  /** Of the guest's memory; 0 without. */
  readonly vmStateBytes: number;
  /** Of the disk that the guest saw; null where the entry does not say. */
  readonly diskBytes: bigint | null;
  /** Instructions executed, of a guest whose execution is recorded; else null. */
  readonly icount: bigint | null;
  /** The L1 table of the disk as it was, which leads to the memory, too. */
  readonly l1: TablePlace;
}

const FIXED_BYTES = 40;
/** QCOW_MAX_SNAPSHOT_EXTRA_DATA */
const MAX_EXTRA = 1024;
/** QEMUSnapshotInfo holds no longer ones (id_str[128], name[256], each with its zero). */
const MAX_ID = 127;
const MAX_NAME = 255;
/** No table is read beyond this: 65 536 of the longest entries that QEMU writes are 28 MiB. */
export const MAX_TABLE = 32 * 1024 * 1024;
const NO_ICOUNT = 2n ** 64n - 1n;

/** The least bytes that so many entries take. */
export function minTableBytes(count: number): number {
  return count * FIXED_BYTES;
}

/**
 * Reads up to `count` entries of a snapshot table, from the first byte of an entry on.
 * @returns those that are there as a whole, and how many bytes they take, with the padding up to the next one
 * @throws Qcow2Error `damaged` for an entry that cannot be
 */
export function readSnapshots(
  table: Uint8Array,
  count: number,
): { snapshots: readonly Qcow2Snapshot[]; bytes: number } {
  if (count > MAX_SNAPSHOTS) throw new Qcow2Error('damaged', `${count} snapshots`);
  const bytes = Buffer.from(table.buffer, table.byteOffset, table.byteLength);
  const snapshots: Qcow2Snapshot[] = [];
  let at = 0;
  for (let index = 0; index < count; index++) {
    const entry = readEntry(bytes, at);
    if (!entry) break;
    snapshots.push(entry.snapshot);
    at = entry.end;
  }
  return { snapshots, bytes: at };
}

function readEntry(bytes: Buffer, at: number): { snapshot: Qcow2Snapshot; end: number } | null {
  if (at + FIXED_BYTES > bytes.length) return null;
  const idBytes = bytes.readUInt16BE(at + 12);
  const nameBytes = bytes.readUInt16BE(at + 14);
  const extraBytes = bytes.readUInt32BE(at + 36);
  if (extraBytes > MAX_EXTRA) throw new Qcow2Error('damaged', `extra data of ${extraBytes} bytes`);
  if (idBytes > MAX_ID) throw new Qcow2Error('damaged', `an ID of ${idBytes} bytes`);
  if (nameBytes > MAX_NAME) throw new Qcow2Error('damaged', `a name of ${nameBytes} bytes`);
  const extra = at + FIXED_BYTES;
  const id = extra + extraBytes;
  const name = id + idBytes;
  const end = Math.ceil((name + nameBytes) / 8) * 8; // entries begin at multiples of eight, counted from the table
  if (name + nameBytes > bytes.length) return null;
  const field = (index: number) => (extraBytes >= index * 8 + 8 ? bytes.readBigUInt64BE(extra + index * 8) : null);
  const vmState = field(0) ?? BigInt(bytes.readUInt32BE(at + 32));
  if (vmState > BigInt(Number.MAX_SAFE_INTEGER)) throw new Qcow2Error('damaged', `memory of ${vmState} bytes`);
  const icount = field(2);
  const snapshot = {
    id: text(bytes.subarray(id, name)),
    name: text(bytes.subarray(name, name + nameBytes)),
    dateSec: bytes.readUInt32BE(at + 16),
    dateNsec: bytes.readUInt32BE(at + 20),
    clockNsec: bytes.readBigUInt64BE(at + 24),
    vmStateBytes: Number(vmState),
    diskBytes: field(1),
    icount: icount === NO_ICOUNT ? null : icount,
    l1: { offset: bytes.readBigUInt64BE(at), entries: bytes.readUInt32BE(at + 8) },
  };
  return { snapshot, end };
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * To QEMU names are C strings: a zero ends them. Bytes that are no UTF-8 become lone surrogates (U+DC80 to U+DCFF, one
 * a byte), so that two names stay two, and none of them is a name of libvirt's.
 */
function text(bytes: Buffer): string {
  const zero = bytes.indexOf(0);
  const kept = zero < 0 ? bytes : bytes.subarray(0, zero);
  try {
    return utf8.decode(kept);
  } catch {
    return Array.from(kept, (byte) => String.fromCharCode(byte < 0x80 ? byte : 0xdc00 + byte)).join('');
  }
}
