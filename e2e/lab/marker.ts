import { closeSync, openSync, readSync } from 'node:fs';
import { dirname, isAbsolute, join } from 'node:path';

/** Where the byte is that tells one state of a disk from another. */
export const markerOffset = 1 << 20;

/** An internal snapshot in an image. */
export interface ImageTag {
  readonly id: string;
  readonly name: string;
}

const QCOW2 = 0x514649fb;
const offsetBits = 0x00ff_ffff_ffff_fe00n;
/** Chains that are longer are taken for circles. */
const DEEPEST = 64;

/**
 * The byte at the marked place of a disk, read from its image and those below it, in its active state or in that of an
 * internal snapshot; null where an image is not there or says nothing that is known. It reads the files itself
 * (qcow2 as QEMU's docs/interop/qcow2.txt has it, uncompressed), also while a guest has them open.
 * @param id the ID of an internal snapshot in the uppermost image
 */
export function markerIn(path: string, id: string | null = null, depth = 0): number | null {
  if (depth > DEEPEST) return null;
  const image = open(path);
  if (!image) return null;
  try {
    const header = image.read(0n, 72);
    if (header.readUInt32BE(0) !== QCOW2) return image.read(BigInt(markerOffset), 1)[0] ?? null;
    const table = id === null ? activeTable(header) : tagsOf(image, header).find((tag) => tag.id === id)?.table;
    if (!table) return null;
    const place = look(image, header.readUInt32BE(20), table);
    if (place !== null) return place === 'zero' ? 0 : (image.read(place, 1)[0] ?? null);
    const below = backing(image, header);
    if (below === null) return 0;
    return markerIn(isAbsolute(below) ? below : join(dirname(path), below), null, depth + 1);
  } finally {
    image.close();
  }
}

/** The internal snapshots in an image, in its order; none where it is not there or not qcow2. */
export function tagsIn(path: string): ImageTag[] {
  const image = open(path);
  if (!image) return [];
  try {
    const header = image.read(0n, 72);
    if (header.readUInt32BE(0) !== QCOW2) return [];
    return tagsOf(image, header).map(({ id, name }) => ({ id, name }));
  } finally {
    image.close();
  }
}

interface Table {
  readonly offset: bigint;
  readonly length: number;
}
interface Image {
  /** Short of bytes at the end of the file. */
  read(offset: bigint, length: number): Buffer;
  close(): void;
}

function open(path: string): Image | null {
  let file: number;
  try {
    file = openSync(path, 'r');
  } catch {
    return null;
  }
  return {
    read(offset, length) {
      const bytes = Buffer.alloc(length);
      readSync(file, bytes, 0, length, offset);
      return bytes;
    },
    close: () => closeSync(file),
  };
}

function activeTable(header: Buffer): Table {
  return { length: header.readUInt32BE(36), offset: header.readBigUInt64BE(40) };
}

function tagsOf(image: Image, header: Buffer): (ImageTag & { table: Table })[] {
  const tags: (ImageTag & { table: Table })[] = [];
  let at = header.readBigUInt64BE(64);
  for (let left = header.readUInt32BE(60); left > 0; left--) {
    const fixed = image.read(at, 40);
    const [idLength, nameLength, extra] = [fixed.readUInt16BE(12), fixed.readUInt16BE(14), fixed.readUInt32BE(36)];
    const text = image.read(at + 40n + BigInt(extra), idLength + nameLength);
    tags.push({
      id: text.subarray(0, idLength).toString(),
      name: text.subarray(idLength).toString(),
      table: { offset: fixed.readBigUInt64BE(0), length: fixed.readUInt32BE(8) },
    });
    at += BigInt((40 + extra + idLength + nameLength + 7) & ~7);
  }
  return tags;
}

/** Where the marked byte is in the file; `zero`: nowhere, and it is 0; null: not in this image. */
function look(image: Image, clusterBits: number, { offset, length }: Table): bigint | 'zero' | null {
  const entries = 1 << (clusterBits - 3);
  const cluster = markerOffset >> clusterBits;
  const first = Math.floor(cluster / entries);
  if (first >= length) return null;
  const second = image.read(offset + BigInt(first * 8), 8).readBigUInt64BE() & offsetBits;
  if (second === 0n) return null;
  const entry = image.read(second + BigInt((cluster % entries) * 8), 8).readBigUInt64BE();
  if (entry & 1n) return 'zero';
  const data = entry & offsetBits;
  return data === 0n ? null : data + BigInt(markerOffset & ((1 << clusterBits) - 1));
}

function backing(image: Image, header: Buffer): string | null {
  const [at, length] = [header.readBigUInt64BE(8), header.readUInt32BE(16)];
  return at === 0n ? null : image.read(at, length).toString();
}
