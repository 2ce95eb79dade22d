import { CLUSTER_BYTES, headerBytes, tableBytes } from '../libvirt/qcow2/write.ts';
import type { ImageFile } from './files.ts';
import type { TagModel } from './model.ts';

/** Where QEMU puts the first snapshot table of a small image. */
const TABLE_AT = 5 * CLUSTER_BYTES;

/**
 * Bytes of an image: of a qcow2 one its header and its snapshot table, and zeros elsewhere.
 * @returns fewer than `length` where the file ends
 */
export function readImage(file: ImageFile, tags: readonly TagModel[], offset: number, length: number): Buffer {
  const { format, backing, virtualBytes, allocatedBytes } = file;
  const table = format === 'qcow2' ? tableBytes(tags.map((tag) => entry(tag, virtualBytes))) : Buffer.alloc(0);
  const header =
    format === 'qcow2'
      ? headerBytes({
          diskBytes: virtualBytes,
          snapshotCount: tags.length,
          snapshotsOffset: TABLE_AT,
          backing: backing ?? undefined,
        })
      : Buffer.alloc(0);
  const end = Math.max(Number(allocatedBytes), TABLE_AT + table.length);
  const bytes = Buffer.alloc(Math.max(0, Math.min(length, end - offset)));
  const parts: readonly (readonly [number, Buffer])[] = [
    [0, header],
    [TABLE_AT, table],
  ];
  for (const [at, part] of parts) part.subarray(Math.max(0, offset - at)).copy(bytes, Math.max(0, at - offset));
  return bytes;
}

function entry({ id, name, createdAt, memoryBytes }: TagModel, diskBytes: bigint) {
  const times = { dateSec: createdAt, dateNsec: 0, clockNsec: 0n };
  return {
    id: String(id),
    name,
    ...times,
    vmStateBytes: memoryBytes,
    diskBytes,
    icount: null,
    l1: { offset: 0n, entries: 0 },
  };
}
