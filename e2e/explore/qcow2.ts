import { closeSync, openSync, readSync, writeSync } from 'node:fs';
import { dirname, resolve } from 'node:path';

/** One entry of an image's snapshot table. */
export interface ImageSnapshot {
  readonly id: string;
  readonly name: string;
  readonly vmStateBytes: number;
  /** When it was taken, to the nanosecond: another of the same ID and name has another. */
  readonly taken: string;
}

/** Why an image can't be read; `gone`: there is no such file. */
export class ImageError extends Error {
  override readonly name = 'ImageError';
  constructor(
    readonly reason: 'gone' | 'no such snapshot' | 'not understood',
    path: string,
  ) {
    super(`${path}: ${reason}`);
  }
}

/**
 * The bytes at an offset as a guest would see them, of an image and everything below it, or of the snapshot with this
 * ID inside it. Reads what the file holds now: a running guest's image has to be flushed before.
 * Only what qemu-img makes by default is understood (docs/interop/qcow2.txt of QEMU): no compression, no encryption.
 * @throws ImageError
 */
export function readImage(
  path: string,
  offset: number,
  length: number,
  snapshotId?: string,
  over: ReadonlySet<string> = new Set(),
): Buffer {
  return withFile(path, (file) => {
    const header = readHeader(file, path);
    if (!header) return file.read(offset, length);
    let l1 = { offset: header.l1Offset, size: header.l1Size };
    if (snapshotId !== undefined) {
      const snapshot = readTable(file, header).find(({ id }) => id === snapshotId);
      if (!snapshot) throw new ImageError('no such snapshot', path);
      l1 = snapshot.l1;
    }
    const cluster = 2 ** header.clusterBits;
    const index = Math.floor(offset / cluster);
    const perTable = cluster / 8;
    const within = offset % cluster;
    const l1Index = Math.floor(index / perTable);
    const table = l1Index < l1.size ? hostOffset(file.read(l1.offset + 8 * l1Index, 8)) : 0;
    const entry = table === 0 ? Buffer.alloc(8) : file.read(table + 8 * (index % perTable), 8);
    if ((entry[0] ?? 0) & 0x40) throw new ImageError('not understood', path);
    if ((entry[7] ?? 0) & 1) return Buffer.alloc(length);
    const host = hostOffset(entry);
    if (host !== 0) return file.read(host + within, length);
    if (header.backing === null) return Buffer.alloc(length);
    if (over.has(path)) throw new ImageError('gone', path); // a ring, which QEMU would not open
    return readImage(header.backing, offset, length, undefined, new Set([...over, path]));
  });
}

/**
 * Writes bytes into the cluster that holds them already, where nothing else uses it: the COPIED bits of both tables say
 * that (docs/interop/qcow2.txt). Answers false where QEMU has to find a place for them. Of an image that nobody has open.
 * @throws ImageError
 */
export function writeInPlace(path: string, offset: number, bytes: Uint8Array): boolean {
  const host = withFile(path, (file) => {
    const header = readHeader(file, path);
    if (!header) return offset;
    const cluster = 2 ** header.clusterBits;
    const index = Math.floor(offset / cluster);
    const l1 = file.read(header.l1Offset + 8 * Math.floor(index / (cluster / 8)), 8);
    if (!isCopied(l1)) return null;
    const l2 = file.read(hostOffset(l1) + 8 * (index % (cluster / 8)), 8);
    const plain = isCopied(l2) && ((l2[0] ?? 0) & 0x40) === 0 && ((l2[7] ?? 0) & 1) === 0 && hostOffset(l2) !== 0;
    return plain && (offset % cluster) + bytes.length <= cluster ? hostOffset(l2) + (offset % cluster) : null;
  });
  if (host === null) return false;
  const fd = openSync(path, 'r+');
  try {
    return writeSync(fd, bytes, 0, bytes.length, host) === bytes.length;
  } finally {
    closeSync(fd);
  }
}

/** The snapshots inside an image; none in one that is no qcow2. @throws ImageError */
export function imageSnapshots(path: string): ImageSnapshot[] {
  return withFile(path, (file) => {
    const header = readHeader(file, path);
    return header ? readTable(file, header).map(({ l1: _, ...snapshot }) => snapshot) : [];
  });
}

/** The image that this one lies on; null without one. @throws ImageError */
export function backingOf(path: string): string | null {
  return withFile(path, (file) => readHeader(file, path)?.backing ?? null);
}

interface Header {
  readonly backing: string | null;
  readonly clusterBits: number;
  readonly l1Size: number;
  readonly l1Offset: number;
  readonly snapshotCount: number;
  readonly snapshotsOffset: number;
}
interface File {
  /** Zeros beyond the end. */
  read(offset: number, length: number): Buffer;
}

function withFile<T>(path: string, use: (file: File) => T): T {
  let fd: number;
  try {
    fd = openSync(path, 'r');
  } catch {
    throw new ImageError('gone', path);
  }
  try {
    return use({
      read(offset, length) {
        const bytes = Buffer.alloc(length);
        readSync(fd, bytes, 0, length, offset);
        return bytes;
      },
    });
  } finally {
    closeSync(fd);
  }
}

/** Null for what is no qcow2. */
function readHeader(file: File, path: string): Header | null {
  const bytes = file.read(0, 104);
  if (bytes.toString('latin1', 0, 4) !== 'QFI\xfb') return null;
  const backingOffset = number64(bytes, 8);
  const backing = backingOffset === 0 ? null : file.read(backingOffset, bytes.readUInt32BE(16)).toString();
  return {
    backing: backing === null ? null : backingPath(backing, path),
    clusterBits: bytes.readUInt32BE(20),
    l1Size: bytes.readUInt32BE(36),
    l1Offset: number64(bytes, 40),
    snapshotCount: bytes.readUInt32BE(60),
    snapshotsOffset: number64(bytes, 64),
  };
}

/** A path, or since some file names need it, `json:{…}` with the path inside. */
function backingPath(text: string, path: string): string {
  if (!text.startsWith('json:')) return resolve(dirname(path), text);
  const found = /"filename"\s*:\s*("(?:[^"\\]|\\.)*")/.exec(text)?.[1];
  if (found === undefined) throw new ImageError('not understood', path);
  return resolve(dirname(path), JSON.parse(found) as string);
}

function readTable(file: File, { snapshotCount, snapshotsOffset }: Header) {
  const found: (ImageSnapshot & { readonly l1: { readonly offset: number; readonly size: number } })[] = [];
  let at = snapshotsOffset;
  for (let n = 0; n < snapshotCount; n++) {
    const fixed = file.read(at, 40);
    const [idBytes, nameBytes, extraBytes] = [fixed.readUInt16BE(12), fixed.readUInt16BE(14), fixed.readUInt32BE(36)];
    const rest = file.read(at + 40, extraBytes + idBytes + nameBytes);
    const words = rest.subarray(extraBytes);
    found.push({
      id: words.toString('utf8', 0, idBytes),
      name: words.toString('utf8', idBytes),
      vmStateBytes: extraBytes >= 8 ? number64(rest, 0) : fixed.readUInt32BE(32),
      taken: `${fixed.readUInt32BE(16)}.${fixed.readUInt32BE(20)}`,
      l1: { offset: number64(fixed, 0), size: fixed.readUInt32BE(8) },
    });
    at += Math.ceil((40 + rest.length) / 8) * 8;
  }
  return found;
}

/** Whether an L1 or L2 entry points at what nothing else points at. */
function isCopied(entry: Buffer): boolean {
  return ((entry[0] ?? 0) & 0x80) !== 0;
}

/** The offset in an L1 or L2 entry. */
function hostOffset(entry: Buffer): number {
  return Number(entry.readBigUInt64BE() & 0x00fffffffffffe00n);
}

function number64(bytes: Buffer, at: number): number {
  return Number(bytes.readBigUInt64BE(at));
}
