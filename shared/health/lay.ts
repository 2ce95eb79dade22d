import type { LayerNode } from '../chain.ts';
import { imagesOf, type StoredDisks } from '../libvirt/disks.ts';

/** By image, what it lies on as stored configurations say. */
export type Chains = ReadonlyMap<string, ReadonlySet<string>>;

interface Taken {
  readonly parent: string | null;
  readonly stored: StoredDisks;
}
interface Known<T extends Taken> {
  readonly byName: ReadonlyMap<string, T>;
  readonly chains: Chains;
}

export function chainsStored(snapshots: readonly Pick<Taken, 'stored'>[]): Chains {
  const chains = new Map<string, Set<string>>();
  for (const { stored } of snapshots)
    for (const { path, below } of imagesOf(stored.config))
      [path, ...below.map((image) => image.path)].forEach((over, index) => {
        const under = below[index]?.path;
        if (under !== undefined) chains.set(over, (chains.get(over) ?? new Set()).add(under));
      });
  return chains;
}

/**
 * What an image that a snapshot is inside of lay on when that was taken; undefined where nobody says. libvirt mends what
 * the snapshot says that made the image, and the next external one above, when it merges; the chains that are stored
 * with others it does not.
 */
export function laidOn<T extends Taken>(
  { path, made, under }: Pick<LayerNode, 'path' | 'made' | 'under'>,
  target: string,
  snapshot: T,
  { byName, chains }: Known<T>,
): string | undefined {
  const maker = made ? imageIn(byName.get(made.snapshot), target) : undefined;
  if (maker !== undefined) return maker;
  if (under !== null && imageIn(externalAbove(snapshot, target, byName), target) === under) return under;
  const said = [...(chains.get(path) ?? [])];
  return said.find((each) => each !== under) ?? said[0];
}

const imageIn = (of: Taken | undefined, target: string): string | undefined =>
  of?.stored.config.find((disk) => disk.target === target)?.image?.path;

function externalAbove<T extends Taken>(of: T, target: string, byName: ReadonlyMap<string, T>): T | undefined {
  const seen = new Set<T>();
  for (let at = of.parent === null ? undefined : byName.get(of.parent); at && !seen.has(at); ) {
    if (at.stored.disks.some((disk) => disk.target === target && disk.kind === 'external')) return at;
    seen.add(at);
    at = at.parent === null ? undefined : byName.get(at.parent);
  }
  return undefined;
}

/**
 * An image that is named as libvirt names overlays, after a snapshot or a moment. Of a guest that was on when the snapshot
 * was taken the stored configuration would tell what lay below (seen on 7.0–12.8).
 */
export function seemsOverlay({ path, type }: Pick<LayerNode, 'path' | 'type'>, { memoryInside }: StoredDisks): boolean {
  const suffix = /\.([^./]+)$/.exec(path)?.[1];
  return suffix !== undefined && type === 'file' && memoryInside !== true && !ofImages.has(suffix.toLowerCase());
}
const ofImages: ReadonlySet<string> = new Set(
  'qcow qcow2 qcow3 qed raw img image disk dsk hd hdd vmdk vdi vhd vhdx vpc bin luks'.split(' '),
);
