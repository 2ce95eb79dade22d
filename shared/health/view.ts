import { chainFrom, type DiskLayers, type LayerNode, pointsOf } from '../chain.ts';
import { dataOfSnapshots, type SnapshotData } from './data.ts';
import type { HealthFacts, HealthSnapshot } from './facts.ts';

/** The facts, with what several rules derive from them. */
export interface HealthView extends HealthFacts {
  readonly byName: ReadonlyMap<string, HealthSnapshot>;
  readonly external: readonly HealthSnapshot[];
  /** Images that libvirt cannot open. */
  readonly missing: ReadonlySet<string>;
  /** By disk, what is written to with everything below it. */
  readonly chains: readonly { readonly target: string; readonly layers: readonly LayerNode[] }[];
  /** By image, the external and internal snapshots that cannot do without it. */
  readonly neededBy: ReadonlyMap<string, ReadonlySet<string>>;
  /** Images of the domain as it is now, as far as is known what lies on what. */
  readonly inUse: ReadonlySet<string>;
  /** Targets of disks of which it was not read what lies below. */
  readonly unread: ReadonlySet<string>;
  /** Of each snapshot, whether its data is there. */
  readonly data: ReadonlyMap<string, SnapshotData>;
}

/** @param data what `dataOfSnapshots` says, where somebody has asked it */
export function viewOf(facts: HealthFacts, data = dataOfSnapshots(facts)): HealthView {
  const { disks, snapshots, files } = facts;
  const chains = disks.flatMap((disk) =>
    disk.active === null ? [] : [{ target: disk.target, layers: chainFrom(disk, disk.active) }],
  );
  return {
    ...facts,
    byName: new Map(snapshots.map((each) => [each.name, each])),
    external: snapshots.filter(({ kind }) => kind === 'external' || kind === 'mixed'),
    missing: new Set([...files].filter(([, { exists }]) => exists === false).map(([path]) => path)),
    chains,
    neededBy: neededBy(disks, snapshots),
    unread: new Set(chains.flatMap(({ target, layers }) => (layers.at(-1)?.isRead ? [] : [target]))),
    data,
    inUse: new Set(chains.flatMap(({ layers }) => layers.map(({ path }) => path))),
  };
}

/** By image, who would bring it back or lies on it. Quadratic in the depth of a chain, which libvirt keeps below 200. */
function neededBy(disks: readonly DiskLayers[], snapshots: readonly HealthSnapshot[]): Map<string, Set<string>> {
  const needed = new Map<string, Set<string>>();
  const byTarget = new Map(disks.map((disk) => [disk.target, disk]));
  for (const { name, stored } of snapshots)
    for (const { target, path } of pointsOf(stored)) {
      const disk = byTarget.get(target);
      for (const layer of disk ? chainFrom(disk, path) : []) {
        const names = needed.get(layer.path);
        if (names) names.add(name);
        else needed.set(layer.path, new Set([name]));
      }
    }
  return needed;
}
