import { useEffect, useMemo } from 'react';
import { chooseRows } from '../../store/actions.ts';
import { hostById } from '../../store/selectors.ts';
import { type Dialog, domainKey } from '../../store/store.ts';
import { useApp, useAppState } from '../../ui/context.tsx';
import { assessmentOf, choose } from '../flow.ts';
import { OperationDialog } from '../operation-dialog.tsx';
import { deletionMarks, useRowMarks } from '../row-marks.ts';
import { useOperation } from '../use-operation.ts';
import { DeleteReview } from './delete-review.tsx';
import { cancelWords, modesFor, virshWords } from './words.ts';

/** What is to go, decided beside the tree: its rows show what each choice would do. */
export function DeleteDialog({ dialog }: { dialog: Extract<Dialog, { kind: 'delete' }> }) {
  const { hostId, uuid, domainName, names } = dialog;
  const hostName = useAppState((state) => hostById(state, hostId)?.name ?? '');
  const control = useOperation('delete', { hostId, uuid, domainName, aim: { names: [...names] } }, () => ({
    mode: 'this',
  }));
  const { type, flow } = control;
  const read = flow.step === 'review' || flow.step === 'running' ? assessmentOf(type, flow) : null;
  useRowMarks(
    domainKey(dialog),
    useMemo(() => read && deletionMarks(read), [read]),
  );
  useChosenUntil(flow.step === 'running');
  return (
    <OperationDialog
      control={control}
      title={
        names.length === 1 ? (
          <>
            Delete “<bdi>{names[0]}</bdi>”?
          </>
        ) : (
          `Delete ${names.length} snapshots?`
        )
      }
      about={
        <>
          of <bdi>{domainName}</bdi> on <bdi>{hostName}</bdi>
        </>
      }
      width={460}
      aside
      review={(review) => <DeleteReview control={control} review={review} />}
      virsh={(review) => virshWords(review.plan.virsh, assessmentOf(type, review).steps)}
      action={flow.step === 'review' && flow.choice.mode === 'metadata-only' ? 'Delete metadata' : 'Delete'}
      danger
      isBlocked={(review) =>
        assessmentOf(type, review).blockers.length > 0 &&
        modesFor(review.plan).every((mode) => assessmentOf(type, choose(type, review, { mode })).blockers.length > 0)
      }
      cancelling={(plan, choice) => cancelWords(assessmentOf(type, { plan, choice }))}
    />
  );
}

/** The rows that were chosen for it are chosen no longer once it was carried out. */
function useChosenUntil(isRunning: boolean): void {
  const { store } = useApp();
  useEffect(() => (isRunning ? () => chooseRows(store, []) : undefined), [store, isRunning]);
}
