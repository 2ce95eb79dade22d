import { once } from '../../shared/once.ts';
import type { Size, SizeList, Snapshot } from '../../shared/schema.ts';
import { atMost, sumOf } from '../../shared/sizes.ts';
import type { KnownSizes } from './store.ts';

type Named = Pick<Snapshot, 'name' | 'kind'>;

/** What sizes of some snapshots are kept under. */
export function measureId(names: readonly string[]): string {
  return JSON.stringify(names.toSorted());
}

const listed = once((list: SizeList) => new Map(list.snapshots.map((each) => [each.name, each])));

/** What snapshots have of their own: files, or memory in an image. Null for none at all. */
export function ownSize(snapshots: readonly Pick<Snapshot, 'name'>[], list: SizeList): Size | null {
  const byName = listed(list);
  const found = snapshots.flatMap(({ name }) => {
    const each = byName.get(name);
    return each?.files ?? each?.memory ?? [];
  });
  return found.length === 0 ? null : sumOf(found);
}

/** What deleting frees, as far as it was measured; of external ones it is their files at most. */
export function freed(snapshots: readonly Named[], { list, measured }: KnownSizes): Size | null {
  const known = measured.get(measureId(snapshots.map(({ name }) => name)));
  if (known) return known.frees;
  if (!snapshots.every(({ kind }) => kind === 'external')) return null;
  const files = ownSize(snapshots, list);
  return files && atMost(files);
}

/** How big snapshots are, to filter and to sort by: what they have of their own, or what deleting them frees; bytes. */
export function knownBytes(snapshots: readonly Named[], sizes: KnownSizes | null): number | null {
  if (!sizes) return null;
  const own = ownSize(snapshots, sizes.list);
  const size = own?.known ? own : freed(snapshots, sizes);
  return size?.known ? size.bytes : null;
}
