import { useEffect, useMemo, useState } from 'react';
import { assessDelete, type DeleteAssessment } from '../../../shared/delete/assess.ts';
import { deleteSubject } from '../../../shared/delete/steps.ts';
import type { DeleteMode, DeletePlan } from '../../../shared/schema.ts';
import { chooseRows } from '../../store/actions.ts';
import { hostById } from '../../store/selectors.ts';
import { type Dialog, domainKey } from '../../store/store.ts';
import { useApp, useAppState } from '../../ui/context.tsx';
import { DeedDialog } from '../deed/deed-dialog.tsx';
import { useDeed } from '../deed/use-deed.ts';
import { DeleteReview } from './delete-review.tsx';

/** What is to go, decided beside the tree: its rows show what each choice would do. */
export function DeleteDialog({ dialog }: { dialog: Extract<Dialog, { kind: 'delete' }> }) {
  const { hostId, uuid, domainName, names } = dialog;
  const { client, store } = useApp();
  const hostName = useAppState((state) => hostById(state, hostId)?.name ?? '');
  const [mode, setMode] = useState<DeleteMode>('this');
  const [typedName, setTypedName] = useState('');
  const control = useDeed(() => client.deletion.plan({ hostId, uuid, names: [...names] }));
  const { flow } = control;
  const plan = flow.step === 'review' || flow.step === 'running' ? flow.plan : null;
  const assessment = useMemo(() => (plan ? assessDelete(plan.facts, plan.names, mode) : null), [plan, mode]);
  useMarkedRows(domainKey(dialog), assessment);
  const start = ({ protected: guarded }: DeletePlan) =>
    control.start(
      { kind: 'delete', hostId, uuid, domainName, subject: deleteSubject(names, mode) },
      async ({ planId }) => {
        const outcome = await client.deletion.run({ planId, mode, ...(guarded ? { typedName } : {}) });
        chooseRows(store, []);
        return outcome;
      },
    );
  return (
    <DeedDialog
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
      className="delete aside"
      control={control}
      review={(read) =>
        assessment ? (
          <DeleteReview
            plan={read}
            mode={mode}
            assessment={assessment}
            typedName={typedName}
            onMode={setMode}
            onTypedName={setTypedName}
          />
        ) : null
      }
      action={mode === 'metadata-only' ? 'Delete metadata' : 'Delete'}
      danger
      blocked={(read) => blockedBy(read, assessment, typedName)}
      onAction={start}
    />
  );
}

function blockedBy(plan: DeletePlan, assessment: DeleteAssessment | null, typedName: string): string | null {
  if (!assessment || assessment.steps.length === 0) return 'Nothing would be deleted in this way';
  if (assessment.blockers.length > 0) return 'Choose another way to continue';
  return plan.protected && typedName !== plan.facts.domain.name ? 'Type the domain’s name to continue' : null;
}

/** Marks the rows of the open history while there is something to read. */
function useMarkedRows(key: string, assessment: DeleteAssessment | null): void {
  const { store } = useApp();
  useEffect(() => {
    if (!assessment) return;
    const { goes, moves } = assessment;
    const deletionMarks = { key, goes: new Set(goes), moves: new Map(moves.map(({ name, to }) => [name, to])) };
    store.setState({ deletionMarks });
    return () => store.setState({ deletionMarks: null });
  }, [store, key, assessment]);
}
