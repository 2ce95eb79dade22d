import { CLUSTER_BYTES } from '../libvirt/qcow2/write.ts';
import type { ImageFile } from './files.ts';
import { type Layout, layoutOf } from './image-layout.ts';
import type { TagModel } from './model.ts';
import { clustersWritten, type Written, writtenOver } from './written.ts';

/** What an image holds, and until when. */
export interface Holds {
  readonly file: ImageFile;
  readonly tags: readonly TagModel[];
  /** What its disk goes on from; undefined where nothing is known of it. */
  readonly from: Written | undefined;
  /** Seconds since 1970. */
  readonly now: number;
}

/**
 * Bytes of an image: of a qcow2 one its metadata, and zeros elsewhere.
 * @returns fewer than `length` where the file ends
 */
export function readImage(holds: Holds, offset: number, length: number): Buffer {
  const { file } = holds;
  const { regions, end } = file.format === 'qcow2' ? layoutAt(holds) : { regions: [], end: 0 };
  const fileEnd = Math.max(Number(file.allocatedBytes), end * CLUSTER_BYTES);
  const bytes = Buffer.alloc(Math.max(0, Math.min(length, fileEnd - offset)));
  for (const region of regions) {
    if (!region.bytes) continue;
    const first = Math.max(region.first, Math.floor(offset / CLUSTER_BYTES));
    const last = Math.min(region.first + region.count, Math.ceil((offset + bytes.length) / CLUSTER_BYTES));
    for (let cluster = first; cluster < last; cluster++) {
      const at = cluster * CLUSTER_BYTES;
      const part = region.bytes(cluster - region.first);
      part.subarray(Math.max(0, offset - at)).copy(bytes, Math.max(0, at - offset));
    }
  }
  return bytes;
}

const laidOut = new Map<string, { about: readonly unknown[]; layout: Layout }>();

/** By image the last one: it is read in many ranges, one after the other. */
function layoutAt({ file, tags, from, now }: Holds): Layout {
  const clusters = from ? clustersWritten(file.path, now - from.since) : 0;
  const about = [file.allocatedBytes, file.backing, from, clusters, ...tags];
  const known = laidOut.get(file.path);
  if (known && known.about.length === about.length && known.about.every((each, at) => each === about[at]))
    return known.layout;
  const layout = layoutOf(file, tags, writtenOver(from?.steps ?? [], 'now', clusters));
  laidOut.set(file.path, { about, layout });
  return layout;
}
