import { createContext, useContext, useMemo } from 'react';
import type { Domain, KeptPicture } from '../../shared/schema.ts';
import type { LanePlace } from '../../shared/tree-drawing.ts';
import { useSizes } from '../sizes/use-sizes.ts';
import { operationOn, type SnapshotMarks, snapshotMarks } from '../store/selectors.ts';
import { type DamagedSnapshot, domainKey, type KnownSizes, type RowMarks } from '../store/store.ts';
import { useAppState } from '../ui/context.tsx';

/** What the cells of a history know beyond their rows: asked of the store once, and not by each of them. */
export interface Around {
  readonly domain: Domain;
  readonly now: number;
  /** Since when the domain has gone on from its current snapshot. */
  readonly since: number;
  /** Null where rows are filtered: then they have no neighbours to draw lines to. */
  readonly places: ReadonlyMap<string, LanePlace> | null;
  readonly newestFirst: boolean;
  /** Folds that the person has turned. */
  readonly turned: ReadonlySet<string>;
  readonly marks: SnapshotMarks;
  /** What a change that is being read would do, by the keys of the rows. */
  readonly changes: RowMarks['byRow'];
  /** One of its snapshots is being deleted. */
  readonly isDeleting: boolean;
  /** What health has found, by name. */
  readonly damaged: ReadonlyMap<string, DamagedSnapshot> | null;
  /** Of its snapshots, by name. */
  readonly pictures: ReadonlyMap<string, KeptPicture> | null;
  readonly sizes: KnownSizes | null;
}

export const AroundContext = createContext<Around | null>(null);

export function useAround(): Around {
  const around = useContext(AroundContext);
  if (!around) throw new Error('There is no AroundContext above this cell.');
  return around;
}

const noChanges: RowMarks['byRow'] = new Map();
const noFolds: ReadonlySet<string> = new Set();

/** For `AroundContext`. */
export function useMakeAround(given: Pick<Around, 'domain' | 'now' | 'since' | 'places'>): Around {
  const { domain, now, since, places } = given;
  const key = domainKey(domain);
  const marks = useAppState((state) => snapshotMarks(state, key));
  const newestFirst = useAppState(({ settings }) => settings.newestFirst);
  const turned = useAppState(({ turnedFolds }) => turnedFolds.get(key) ?? noFolds);
  const changes = useAppState(({ rowMarks }) => (rowMarks?.key === key ? rowMarks.byRow : noChanges));
  const isDeleting = useAppState((state) => operationOn(state, key)?.kind === 'delete');
  const damaged = useAppState((state) => (state.damaged?.key === key ? state.damaged.byName : null));
  const pictures = useAppState(({ keptPictures }) => (keptPictures?.key === key ? keptPictures.byName : null));
  const sizes = useSizes(domain);
  return useMemo(
    () => ({ domain, now, since, places, newestFirst, turned, marks, changes, isDeleting, damaged, pictures, sizes }),
    [domain, now, since, places, newestFirst, turned, marks, changes, isDeleting, damaged, pictures, sizes],
  );
}
