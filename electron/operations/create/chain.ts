import { type DiskLayers, diskLayers } from '../../../shared/chain.ts';
import { type Disk, hostPath, type Image, imagesOf } from '../../../shared/libvirt/disks.ts';
import type { ImageTag } from '../../../shared/libvirt/image-tags.ts';
import type { CreateDisk } from '../../../shared/schema.ts';
import type { HostSession } from '../../hosts/host-session.ts';
import type { StreamCaller } from '../../libvirt/domains.ts';
import { tagsIn } from '../../libvirt/snapshot-table.ts';
import type { DomainSnapshots } from '../../libvirt/stored-snapshot.ts';
import { type Volume, volumeAt } from '../../libvirt/volumes.ts';
import { limitedLook } from './files.ts';

/** libvirt opens no deeper chains (VIR_STORAGE_MAX_CHAIN_DEPTH). */
const MOST = 200;

type ChainFacts = Pick<CreateDisk, 'exists' | 'depth' | 'gone' | 'tags' | 'found'>;
interface Chain {
  readonly images: readonly Image[];
  /** It is known that nothing lies below the last one. */
  readonly whole: boolean;
  /** What the storage says the first one is. */
  readonly found: string | null;
}

/**
 * Whether the images of a domain's disks are there, how many they are, and what snapshots they hold. While the guest is
 * on, libvirt tells the whole chain. Of one that is off the storage pools are asked, each image for the next; where none
 * knows it, the metadata of snapshots may.
 * @throws ConnectionError
 */
export async function readChains(
  session: HostSession,
  disks: readonly Disk[],
  snapshots: DomainSnapshots,
  active: boolean,
): Promise<ReadonlyMap<string, ChainFacts>> {
  const layers = active
    ? []
    : diskLayers(
        imagesOf(disks),
        (await snapshots.parsed()).map((each) => each.disks),
      );
  const facts = await Promise.all(
    disks.map(async ({ target, image, below }): Promise<[string, ChainFacts]> => {
      if (!image) return [target, { exists: null, depth: null, gone: [], tags: null, found: null }];
      const exists = await isThere(session, image);
      const chain = active
        ? { images: [image, ...below], whole: true, found: null }
        : await walk(
            session,
            image,
            exists,
            layers.find((each) => each.target === target),
          );
      return [target, await factsOf(session, chain, exists, below)];
    }),
  );
  return new Map(facts);
}

/** The internal snapshots in an image; null where they cannot be read. @throws ConnectionError */
export async function tagsOf(reads: StreamCaller, image: Image): Promise<ImageTag[] | null> {
  const path = hostPath(image);
  if (path === null || image.format !== 'qcow2') return null;
  const tags = await tagsIn(reads, path);
  return tags && [...tags];
}

async function factsOf(
  session: HostSession,
  { images, whole, found }: Chain,
  exists: boolean | null,
  named: readonly Image[],
): Promise<ChainFacts> {
  const [top, ...lower] = images;
  // libvirt opens what a configuration names below an image, whatever that lies on.
  const below = new Map([...lower, ...named].map((image) => [image.path, image]));
  const there = await Promise.all(
    [...below.values()].map(async (image) => ({ image, there: await isThere(session, image) })),
  );
  const gone = there.filter((each) => each.there === false).map(({ image }) => image.path);
  return {
    exists,
    depth: whole ? images.length : null,
    gone,
    tags: top && exists !== false ? await tagsOf(session.reads, top) : null,
    found,
  };
}

async function walk(
  session: HostSession,
  top: Image,
  exists: boolean | null,
  layers: DiskLayers | undefined,
): Promise<Chain> {
  const images: Image[] = [];
  let found: string | null = null;
  for (let at: Image | null = top; at; ) {
    if (images.length > MOST || images.some(({ path }) => path === at?.path)) return { images, whole: false, found };
    images.push(at);
    if (at.format === 'raw') break;
    const path: string | null = exists === false && at === top ? null : hostPath(at);
    const volume: Volume | null = path === null ? null : await volumeAt(session.reads, path);
    if (at === top) found = volume?.format ?? null;
    const under: string | null = volume ? null : (layers?.nodes.get(at.path)?.under ?? null);
    if (!volume && under === null) return { images, whole: false, found };
    at = volume ? volume.backing : (layers?.nodes.get(under ?? '') ?? null);
  }
  return { images, whole: true, found };
}

async function isThere(session: HostSession, image: Image): Promise<boolean | null> {
  const path = hostPath(image);
  return path === null ? null : limitedLook(session, path);
}
