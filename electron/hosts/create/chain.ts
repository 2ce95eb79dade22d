import { type Disk, hostPath, type Image } from '../../../shared/libvirt/disks.ts';
import type { ImageTag } from '../../../shared/libvirt/image-tags.ts';
import type { CreateDisk } from '../../../shared/schema.ts';
import type { StreamCaller } from '../../libvirt/domains.ts';
import { readSnapshotTable } from '../../libvirt/snapshot-table.ts';
import { type Volume, volumeAt } from '../../libvirt/volumes.ts';
import type { HostSession } from '../host-session.ts';
import { limitedLook } from './files.ts';

/** libvirt opens no deeper chains (VIR_STORAGE_MAX_CHAIN_DEPTH). */
const MOST = 200;

/**
 * Whether a disk's images are there, and how many. While the guest is on, libvirt tells the whole chain; of one that is
 * off the storage pools are asked, each image for the next.
 * @throws ConnectionError
 */
export async function readChain(
  session: HostSession,
  { image, below }: Pick<Disk, 'image' | 'below'>,
  active: boolean,
): Promise<Pick<CreateDisk, 'exists' | 'depth' | 'gone' | 'tags'>> {
  if (!image) return { exists: null, depth: null, gone: [], tags: null };
  const looks = (each: Image) => {
    const path = hostPath(each);
    return path === null ? null : limitedLook(session, path);
  };
  const exists = await looks(image);
  const images = active ? { all: [image, ...below], whole: true } : await walk(session, image, exists);
  const gone = await Promise.all(
    images.all.slice(1).map(async (each) => ((await looks(each)) === false ? each.path : null)),
  );
  return {
    exists,
    depth: images.whole ? images.all.length : null,
    gone: gone.filter((path) => path !== null),
    tags: exists === false ? null : await tagsIn(session.reads, image),
  };
}

/** The internal snapshots in an image; null where they cannot be read. @throws ConnectionError */
export async function tagsIn(reads: StreamCaller, image: Image): Promise<ImageTag[] | null> {
  const path = hostPath(image);
  if (path === null || image.format !== 'qcow2') return null;
  const table = await readSnapshotTable(reads, path);
  return table.known ? [...table.tags] : null;
}

async function walk(
  session: HostSession,
  top: Image,
  exists: boolean | null,
): Promise<{ all: readonly Image[]; whole: boolean }> {
  const all: Image[] = [];
  for (let at: Image | null = top; at; ) {
    if (all.length > MOST || all.some(({ path }) => path === at?.path)) return { all, whole: false };
    all.push(at);
    if (at.format === 'raw') break;
    const path: string | null = exists === false ? null : hostPath(at);
    const volume: Volume | null = path === null ? null : await volumeAt(session.reads, path);
    if (!volume) return { all, whole: false };
    at = volume.backing;
  }
  return { all, whole: true };
}
