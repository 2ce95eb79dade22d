import { type DiskLayers, type LayerNode, pointsOf } from '../../../shared/chain.ts';
import { isDrive, isWritable, type StoredDisks } from '../../../shared/libvirt/disks.ts';
import type { HistoryFacts, SnapshotList } from '../../../shared/schema.ts';
import type { KnownLayers } from '../../inspect/health/layers.ts';
import type { StoredSnapshot } from '../../libvirt/stored-snapshot.ts';

/** Names that a sentence lists at most. */
const LISTED = 10;

/** Where a snapshot and the present stand, and whose data a revert to it would write over. */
export function historyOf(
  { stored, disks, config }: Pick<KnownLayers, 'stored' | 'disks' | 'config'>,
  aimed: StoredSnapshot,
): Omit<HistoryFacts, 'spoiled'> {
  const { name } = aimed.snapshot;
  const left = leftBehind(stored.list, name);
  const all = stored.all.map((each) => each.disks);
  const { destroyed, unsure } = destroyedBy(aimed.disks, all, disks);
  const kept = config.filter((disk) => isDrive(disk) && isWritable(disk));
  const inside = kept.map(({ target }) => ({ target, kind: 'internal' }) as const);
  const now = destroyedBy(aimed.disks, [{ name: '', config, disks: inside, reverted: [] }], disks);
  return {
    leftBehind: counted(left),
    destroyed: counted(destroyed),
    unsure: counted(unsure),
    now: now.destroyed.length > 0 ? 'destroyed' : now.unsure.length > 0 ? 'unsure' : 'stays',
  };
}

function counted(names: readonly string[]): HistoryFacts['leftBehind'] {
  return { names: names.slice(0, LISTED), count: names.length };
}

/** Snapshots on the way from the root to the present that the target does not descend from. Iterative: histories are deep. */
export function leftBehind({ snapshots, current }: SnapshotList, target: string): string[] {
  const byName = new Map(snapshots.map((each) => [each.name, each]));
  const line = (from: string | null): Set<string> => {
    const names = new Set<string>();
    for (let name = from; name !== null && byName.has(name) && !names.has(name); )
      name = names.add(name) && (byName.get(name)?.parent ?? null);
    return names;
  };
  const toTarget = line(target);
  return [...line(current)].filter((name) => !toTarget.has(name));
}

/**
 * Snapshots that lie on an image which a revert to an internal snapshot writes to, on whatever branch, and those of which
 * that is not known. Others inside the same image stay: QEMU keeps their blocks.
 */
export function destroyedBy(
  target: StoredDisks,
  snapshots: readonly StoredDisks[],
  disks: readonly DiskLayers[],
): { destroyed: string[]; unsure: string[] } {
  const written = new Set(pointsOf(target).flatMap(({ kind, path }) => (kind === 'internal' ? [path] : [])));
  const others = snapshots.filter(({ name }) => name !== target.name);
  if (written.size === 0 || pointsOf(target).some(({ kind }) => kind === 'external'))
    return { destroyed: [], unsure: [] };
  const fatesOn = new Map(disks.map((disk) => [disk.target, fatesOfImages(disk, written)]));
  const fates = others.map((stored): { name: string; fate: Fate } => {
    const all = pointsOf(stored).map(({ target, kind, path }): Fate => {
      if (written.has(path)) return kind === 'internal' ? 'stays' : 'destroyed';
      return fatesOn.get(target)?.(path) ?? 'unsure';
    });
    return {
      name: stored.name,
      fate: all.includes('destroyed') ? 'destroyed' : all.includes('unsure') ? 'unsure' : 'stays',
    };
  });
  const of = (wanted: Fate) => fates.flatMap(({ name, fate }) => (fate === wanted ? [name] : []));
  return { destroyed: of('destroyed'), unsure: of('unsure') };
}

type Fate = 'destroyed' | 'unsure' | 'stays';

/**
 * What becomes of what an image holds when these are written to: it lies on one of them, or does not, or that was not read
 * down to the end. An image is looked at once, however many lie on it.
 */
function fatesOfImages({ nodes }: Pick<DiskLayers, 'nodes'>, written: ReadonlySet<string>): (path: string) => Fate {
  const known = new Map<string, Fate>();
  return (path) => {
    const way: LayerNode[] = [];
    let at = nodes.get(path);
    while (at && !known.has(at.path) && !written.has(at.path)) {
      way.push(at);
      at = at.under === null ? undefined : nodes.get(at.under);
    }
    let fate: Fate = way.at(-1)?.isRead ? 'stays' : 'unsure';
    if (at) fate = known.get(at.path) ?? 'destroyed';
    for (const node of way.toReversed()) {
      if (fate === 'stays' && node.isAssumed) fate = 'unsure';
      known.set(node.path, fate);
    }
    return fate;
  };
}
