import { createContext, useContext, useMemo } from 'react';
import type { Domain, KeptPicture } from '../../shared/schema.ts';
import { operationOn, type SnapshotMarks, snapshotMarks } from '../store/selectors.ts';
import { type DamagedSnapshot, type DeletionMarks, domainKey } from '../store/store.ts';
import { useAppState } from '../ui/context.tsx';

/** What the cells of a history know beyond their rows: asked of the store once, and not by each of them. */
export interface Around {
  readonly domain: Domain;
  readonly now: number;
  /** Since when the domain has gone on from its current snapshot. */
  readonly since: number;
  /** Filtered rows have no neighbours to draw lines to. */
  readonly flat: boolean;
  readonly marks: SnapshotMarks;
  /** What a deletion that is being read would do. */
  readonly deletion: DeletionMarks | null;
  /** One of its snapshots is being deleted. */
  readonly isDeleting: boolean;
  /** What health has found, by name. */
  readonly damaged: ReadonlyMap<string, DamagedSnapshot> | null;
  /** Of its snapshots, by name. */
  readonly pictures: ReadonlyMap<string, KeptPicture> | null;
}

export const AroundContext = createContext<Around | null>(null);

export function useAround(): Around {
  const around = useContext(AroundContext);
  if (!around) throw new Error('There is no AroundContext above this cell.');
  return around;
}

/** For `AroundContext`. */
export function useMakeAround({ domain, now, since, flat }: Pick<Around, 'domain' | 'now' | 'since' | 'flat'>): Around {
  const key = domainKey(domain);
  const marks = useAppState((state) => snapshotMarks(state, key));
  const deletion = useAppState(({ deletionMarks }) => (deletionMarks?.key === key ? deletionMarks : null));
  const isDeleting = useAppState((state) => operationOn(state, key)?.kind === 'delete');
  const damaged = useAppState((state) => (state.damaged?.key === key ? state.damaged.byName : null));
  const pictures = useAppState(({ keptPictures }) => (keptPictures?.key === key ? keptPictures.byName : null));
  return useMemo(
    () => ({ domain, now, since, flat, marks, deletion, isDeleting, damaged, pictures }),
    [domain, now, since, flat, marks, deletion, isDeleting, damaged, pictures],
  );
}
