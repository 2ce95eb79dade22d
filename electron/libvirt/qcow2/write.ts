import type { Qcow2Header } from './header.ts';
import type { Qcow2Snapshot } from './snapshots.ts';

const CLUSTER_BITS = 16;
const V3_HEADER = 104;
const NO_ICOUNT = 2n ** 64n - 1n;

/** Bytes of a cluster in the headers that `headerBytes` writes, unless it is told otherwise. */
export const CLUSTER_BYTES = 2 ** CLUSTER_BITS;

/**
 * A version 3 header, as far as a reader of the snapshot table looks at it: of simulated images, and of tests. An image
 * that QEMU can open needs its L1 and refcount tables too, which `imageBytes` adds.
 */
export function headerBytes(image: {
  diskBytes: bigint;
  snapshotCount: number;
  snapshotsOffset: number;
  hasBitmaps?: boolean;
  /** The name of the image below, which stands behind the header. */
  backing?: string | undefined;
  clusterBits?: number;
  l1?: Qcow2Header['l1'];
  refcounts?: Qcow2Header['refcounts'];
}): Buffer {
  const name = Buffer.from(image.backing ?? '');
  const bytes = Buffer.concat([Buffer.alloc(V3_HEADER), name]);
  bytes.writeBigUInt64BE(BigInt(name.length > 0 ? V3_HEADER : 0), 8);
  bytes.writeUInt32BE(name.length, 16);
  bytes.write('QFI\xfb', 0, 'latin1');
  bytes.writeUInt32BE(3, 4);
  bytes.writeUInt32BE(image.clusterBits ?? CLUSTER_BITS, 20);
  bytes.writeBigUInt64BE(image.diskBytes, 24);
  bytes.writeUInt32BE(image.l1?.entries ?? 0, 36);
  bytes.writeBigUInt64BE(image.l1?.offset ?? 0n, 40);
  bytes.writeBigUInt64BE(image.refcounts?.offset ?? 0n, 48);
  bytes.writeUInt32BE(image.refcounts?.clusters ?? 0, 56);
  bytes.writeUInt32BE(image.snapshotCount, 60);
  bytes.writeBigUInt64BE(BigInt(image.snapshotCount > 0 ? image.snapshotsOffset : 0), 64);
  bytes.writeBigUInt64BE(image.hasBitmaps ? 1n : 0n, 88);
  bytes.writeUInt32BE(Math.log2(image.refcounts?.bits ?? 16), 96);
  bytes.writeUInt32BE(V3_HEADER, 100);
  return bytes;
}

/** A snapshot table; each entry with as much extra data as QEMU writes for it. */
export function tableBytes(snapshots: readonly Qcow2Snapshot[]): Buffer {
  return Buffer.concat(snapshots.map(entryBytes));
}

function entryBytes(snapshot: Qcow2Snapshot): Buffer {
  const { id, name, dateSec, dateNsec, clockNsec, vmStateBytes, diskBytes, icount, l1 } = snapshot;
  const [idText, nameText] = [Buffer.from(id), Buffer.from(name)];
  const extra = diskBytes === null ? [] : [BigInt(vmStateBytes), diskBytes, icount ?? NO_ICOUNT];
  const bytes = Buffer.alloc(Math.ceil((40 + extra.length * 8 + idText.length + nameText.length) / 8) * 8);
  bytes.writeBigUInt64BE(l1.offset, 0);
  bytes.writeUInt32BE(l1.entries, 8);
  bytes.writeUInt16BE(idText.length, 12);
  bytes.writeUInt16BE(nameText.length, 14);
  bytes.writeUInt32BE(dateSec, 16);
  bytes.writeUInt32BE(dateNsec, 20);
  bytes.writeBigUInt64BE(clockNsec, 24);
  bytes.writeUInt32BE(extra.length > 0 ? 0 : vmStateBytes, 32);
  bytes.writeUInt32BE(extra.length * 8, 36);
  for (const [index, value] of extra.entries()) bytes.writeBigUInt64BE(value, 40 + index * 8);
  Buffer.concat([idText, nameText]).copy(bytes, 40 + extra.length * 8);
  return bytes;
}
