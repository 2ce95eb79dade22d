import { chainFrom } from '../../../shared/chain.ts';
import type { HealthSnapshot } from '../../../shared/health/facts.ts';
import { imagesOf } from '../../../shared/libvirt/disks.ts';
import type { Size, SizeTruth, SnapshotSizes } from '../../../shared/schema.ts';
import { atMost, leastTrue, sumOf, truthWhile, unknown } from '../../../shared/sizes.ts';
import { ProblemError } from '../../hosts/problems.ts';
import { readDomain } from '../../libvirt/domains.ts';
import { volumeAt } from '../../libvirt/volumes.ts';
import type { KnownLayers } from '../health/layers.ts';
import { limited } from '../health/limited.ts';
import { type Sized, unlessBusy } from './busy.ts';
import { asSizes, measureImage } from './image.ts';
import type { KeptFigures } from './kept-figures.ts';
import { fileSize, ownFiles, readFiles, type SizedLayers } from './list.ts';

/** One image after the other: each reads as much at a time as may be. */
const AT_ONCE = 1;

/**
 * What a revert to a snapshot changes of the disks and frees, and what deleting it frees; of several, what deleting all of
 * them frees. Of internal ones that is read from their images' metadata, of external ones it is what their files take up at
 * most. Only reads, and not while Snapkeel itself changes the domain.
 * @throws ProblemError NOT_CONNECTED, NO_DOMAIN, SNAPSHOT_GONE; LibvirtError; ConnectionError; what the signal was aborted with
 */
export async function snapshotSizes(
  session: Sized,
  uuid: string,
  names: readonly string[],
  kept: KeptFigures,
  signal: AbortSignal,
): Promise<SnapshotSizes> {
  const measuredAt = Date.now();
  const measure = async (before: () => void): Promise<SnapshotSizes> => {
    const named = new Set(names);
    const layers = await readFiles(session, uuid, (disks, all) => wantedFiles(disks, all, named), signal);
    const snapshots = layers.snapshots.filter(({ name }) => named.has(name));
    const listed = new Set(snapshots.map(({ name }) => name));
    for (const name of named) if (!listed.has(name)) throw new ProblemError('SNAPSHOT_GONE', { snapshot: name });
    const inside = imagesInside(layers, named);
    const isOff = layers.domain.state === 'shutoff';
    const { reads } = session;
    const figures = await limited(inside, AT_ONCE, signal, async ({ path, names: those }) => {
      const version = async () => (isOff ? ((await volumeAt(reads, path))?.version ?? null) : null);
      return await measureImage(reads, { path, names: those, version }, kept, { signal, before });
    });
    const truth = leastTrue(truthWhile(layers.domain.state), await truthNow(session, uuid));
    const images = inside.map(({ path, targets }, index) => ({
      path,
      targets,
      ...asSizes(figures[index] as (typeof figures)[number], truth),
    }));
    const [one, another] = snapshots;
    const isOne = one !== undefined && another === undefined;
    const files = [...new Set(snapshots.flatMap(ownFiles))].map((path) => fileSize(layers, path));
    const above = isOne ? filesAbove(layers, one) : [];
    return {
      measuredAt,
      names: [...names],
      changed: isOne ? sumOf([...images.flatMap(({ changed }) => changed ?? []), ...above]) : null,
      frees: sumOf([...images.map(({ frees }) => frees), ...files.map(atMost)]),
      revertFrees: isOne ? revertFrees(images, above) : null,
      images,
    };
  };
  return unlessBusy(session, uuid, measure, () => {
    const busy = unknown('busy');
    const ofOne = names.length === 1 ? busy : null;
    return { measuredAt, names: [...names], changed: ofOne, frees: busy, revertFrees: ofOne, images: [] };
  });
}

/** A revert to an external snapshot leaves most files where they are; which of them go differs between versions. */
function revertFrees(images: readonly { readonly revertFrees: Size | null }[], above: readonly Size[]): Size {
  return above.length > 0 ? unknown('not-told') : sumOf(images.flatMap(({ revertFrees }) => revertFrees ?? []));
}

/** How true what was read is, by how the domain is by now. */
async function truthNow(session: Sized, uuid: string): Promise<SizeTruth> {
  const domain = await readDomain(session.reads, uuid);
  if (!domain) throw new ProblemError('NO_DOMAIN');
  return truthWhile(domain.state);
}

interface Inside {
  readonly path: string;
  readonly targets: string[];
  readonly names: readonly string[];
}

/** The images that some of the snapshots are inside of. */
function imagesInside({ disks }: KnownLayers, named: ReadonlySet<string>): Inside[] {
  const found = new Map<string, { path: string; targets: string[]; names: string[] }>();
  for (const { target, nodes } of disks)
    for (const { path, inside } of nodes.values()) {
      const names = inside.filter((name) => named.has(name));
      if (names.length === 0) continue;
      const before = found.get(path);
      if (before) before.targets.push(target);
      else found.set(path, { path, targets: [target], names });
    }
  return [...found.values()];
}

/** The files to ask the sizes of. */
function wantedFiles(disks: KnownLayers['disks'], all: KnownLayers['snapshots'], named: ReadonlySet<string>): string[] {
  const those = all.filter(({ name }) => named.has(name));
  const isExternal = those.some(({ kind }) => kind === 'external' || kind === 'mixed');
  const chains = isExternal ? disks.flatMap((disk) => chainFrom(disk, disk.active).map(({ path }) => path)) : [];
  return [...those.flatMap(ownFiles), ...chains];
}

/** What was written since an external snapshot lies in the images above the one that it would bring back. */
function filesAbove(layers: SizedLayers, { stored }: HealthSnapshot): Size[] {
  const held = new Map(imagesOf(stored.config).map(({ target, path }) => [target, path]));
  return stored.disks
    .filter(({ kind }) => kind === 'external')
    .flatMap(({ target }): Size[] => {
      const disk = layers.disks.find((each) => each.target === target);
      const path = held.get(target);
      if (!disk || path === undefined) return [unknown('not-told')];
      const chain = chainFrom(disk, disk.active).map((each) => each.path);
      const at = chain.indexOf(path);
      // On another branch, what differs is not what lies above.
      return at < 0 ? [unknown('not-told')] : chain.slice(0, at).map((each) => atMost(fileSize(layers, each)));
    });
}
