/** A kind of image, and what is done to one. */
export interface ImageKind {
  readonly name: string;
  /** For `qemu-img create -o`. */
  readonly options: string;
  readonly mebibytes: number;
  /** Of what size what differs is counted: a cluster, or a subcluster. Bytes. */
  readonly unitBytes: number;
  /** What differs is counted exactly; else it is what differs at most. */
  readonly isExact: boolean;
  /** It lies on another image that has data. */
  readonly isOverlay?: boolean;
  readonly compressed?: boolean;
  /** Clusters of zeros that were never written would become others, which no content tells. */
  readonly withoutZeros?: boolean;
  /** QEMU can make the disk larger although there are snapshots. */
  readonly grows?: boolean;
  /** So many snapshots it takes: refcounts of two bits count up to three states, one of which is needed on the way back. */
  readonly atMost?: number;
  /** Goes back to snapshots more often than others. */
  readonly branches?: boolean;
}

const K = 1024;
const M = 1024 * K;

export const kinds: readonly ImageKind[] = [
  { name: 'plain', options: 'compat=1.1', mebibytes: 32, unitBytes: 64 * K, isExact: true },
  { name: 'version 2', options: 'compat=0.10', mebibytes: 32, unitBytes: 64 * K, isExact: true },
  { name: 'clusters of 512 B', options: 'cluster_size=512', mebibytes: 4, unitBytes: 512, isExact: true },
  { name: 'clusters of 4 KiB', options: 'cluster_size=4k', mebibytes: 16, unitBytes: 4 * K, isExact: true },
  { name: 'clusters of 2 MiB', options: 'cluster_size=2M', mebibytes: 64, unitBytes: 2 * M, isExact: true },
  {
    name: 'refcounts of 2 bits',
    options: 'refcount_bits=2',
    mebibytes: 16,
    unitBytes: 64 * K,
    isExact: true,
    atMost: 1,
  },
  { name: 'refcounts of 4 bits', options: 'refcount_bits=4', mebibytes: 32, unitBytes: 64 * K, isExact: true },
  { name: 'refcounts of 8 bits', options: 'refcount_bits=8', mebibytes: 32, unitBytes: 64 * K, isExact: true },
  { name: 'refcounts of 32 bits', options: 'refcount_bits=32', mebibytes: 32, unitBytes: 64 * K, isExact: true },
  {
    name: 'refcounts of 64 bits, small clusters',
    options: 'refcount_bits=64,cluster_size=1k',
    mebibytes: 8,
    unitBytes: K,
    isExact: true,
  },
  { name: 'subclusters', options: 'extended_l2=on', mebibytes: 32, unitBytes: 2 * K, isExact: false },
  {
    name: 'subclusters of large clusters',
    options: 'extended_l2=on,cluster_size=256k',
    mebibytes: 32,
    unitBytes: 8 * K,
    isExact: false,
  },
  { name: 'compressed', options: 'compat=1.1', mebibytes: 16, unitBytes: 64 * K, isExact: true, compressed: true },
  {
    name: 'compressed, small clusters',
    options: 'cluster_size=4k',
    mebibytes: 8,
    unitBytes: 4 * K,
    isExact: true,
    compressed: true,
  },
  {
    name: 'compressed with zstd',
    options: 'compression_type=zstd,cluster_size=2M',
    mebibytes: 64,
    unitBytes: 2 * M,
    isExact: true,
    compressed: true,
  },
  {
    name: 'preallocated',
    options: 'preallocation=metadata',
    mebibytes: 32,
    unitBytes: 64 * K,
    isExact: true,
    withoutZeros: true,
  },
  { name: 'lazy refcounts', options: 'lazy_refcounts=on', mebibytes: 32, unitBytes: 64 * K, isExact: true },
  { name: 'grown', options: 'cluster_size=8k', mebibytes: 8, unitBytes: 8 * K, isExact: true, grows: true },
  { name: 'branches', options: 'cluster_size=16k', mebibytes: 16, unitBytes: 16 * K, isExact: true, branches: true },
  { name: 'overlay', options: 'compat=1.1', mebibytes: 32, unitBytes: 64 * K, isExact: false, isOverlay: true },
  {
    name: 'overlay with subclusters',
    options: 'extended_l2=on,cluster_size=16k',
    mebibytes: 16,
    unitBytes: 512,
    isExact: false,
    isOverlay: true,
  },
];
