import { headerBytes, tableBytes } from '../../electron/libvirt/qcow2/write.ts';

const CLUSTER = 512;
/** Of each state of the disk: 2 GiB. */
const TABLES = 60_000;
/** Clusters that have refcounts, of one each; the L2 tables are said to lie behind them. */
const COUNTED = 16_384;
const REFCOUNTS = 2;
const TABLE_OF = (nth: number) => 2_048 * (nth + 1);

/**
 * An image whose metadata are small, and say of each of its snapshots that it has so many tables that one can be measured
 * and two together are too much. Each of them has nothing of its own but its L1 table.
 */
export function manyTables(names: readonly string[]): Buffer {
  const l1 = (nth: number) => ({ offset: BigInt(TABLE_OF(nth) * CLUSTER), entries: TABLES });
  const diskBytes = BigInt(TABLES * (CLUSTER / 8) * CLUSTER);
  const image = Buffer.alloc(TABLE_OF(names.length) * CLUSTER + TABLES * 8);
  const header = headerBytes({
    diskBytes,
    clusterBits: 9,
    snapshotCount: names.length,
    snapshotsOffset: CLUSTER,
    l1: l1(0),
    refcounts: { offset: BigInt(REFCOUNTS * CLUSTER), clusters: 1, bits: 16 },
  });
  const common = { dateSec: 1_700_000_000, dateNsec: 0, clockNsec: 0n, vmStateBytes: 0, diskBytes, icount: null };
  const snapshots = names.map((name, index) => ({ ...common, id: `${index + 1}`, name, l1: l1(index + 1) }));
  header.copy(image);
  tableBytes(snapshots).copy(image, CLUSTER);
  for (let block = 0; block < CLUSTER / 8; block++) {
    const at = REFCOUNTS + 1 + block;
    image.writeBigUInt64BE(BigInt(at * CLUSTER), REFCOUNTS * CLUSTER + block * 8);
    for (let n = 1; n < CLUSTER; n += 2) image[at * CLUSTER + n] = 1;
  }
  for (let nth = 0; nth <= names.length; nth++)
    for (let n = 0; n < TABLES; n++)
      image.writeBigUInt64BE(BigInt((COUNTED + n) * CLUSTER), TABLE_OF(nth) * CLUSTER + n * 8);
  return image;
}
