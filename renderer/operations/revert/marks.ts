import { useMemo } from 'react';
import { openTree } from '../../store/selectors.ts';
import { domainKey } from '../../store/store.ts';
import { useAppState } from '../../ui/context.tsx';
import { revertMarks, useRowMarks } from '../row-marks.ts';
import { isImpossible, type RevertReview } from './choice.ts';

/** Marks in the open history what the revert that is being read would make of its rows. */
export function useRevertMarks(review: RevertReview): void {
  const { facts, hostId, safety } = review.plan;
  const key = domainKey({ hostId, uuid: facts.domain.uuid });
  const tree = useAppState((state) => (state.history?.key === key ? openTree(state) : null));
  const target = facts.snapshot.name;
  const isSaved = review.choice.safetySnapshot && safety.available;
  const isPossible = !isImpossible(review);
  const marks = useMemo(
    () => (tree && isPossible ? revertMarks(tree, target, isSaved) : null),
    [tree, isPossible, target, isSaved],
  );
  useRowMarks(key, marks);
}
