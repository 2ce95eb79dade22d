import { useRef } from 'react';
import { firstDraft } from '../../../shared/operations/create/draft.ts';
import { createType } from '../../../shared/operations/create/type.ts';
import type { Outcome } from '../../../shared/schema.ts';
import { hostById } from '../../store/selectors.ts';
import { type Dialog, domainKey } from '../../store/store.ts';
import { useApp, useAppState } from '../../ui/context.tsx';
import { assessmentOf } from '../flow.ts';
import { OperationDialog } from '../operation-dialog.tsx';
import { selectWhenThere } from '../select-when-there.ts';
import { useOperation } from '../use-operation.ts';
import { CreateForm } from './create-form.tsx';

/** A new snapshot: what it includes, where that goes, and what it will mean for the guest. */
export function CreateDialog({ dialog }: { dialog: Extract<Dialog, { kind: 'create' }> }) {
  const { hostId, uuid, domainName } = dialog;
  const { store } = useApp();
  const hostName = useAppState((state) => hostById(state, hostId)?.name ?? '');
  const field = useRef<HTMLElement>(null);
  const showTaken = async ({ result }: Outcome, name: string) => {
    const { place } = store.getState();
    const open = place?.kind === 'domain' && place.key === domainKey({ hostId, uuid });
    if (result === 'done' && open) await selectWhenThere(store, name);
  };
  const control = useOperation(
    'create',
    { hostId, uuid, domainName, aim: {} },
    ({ facts, suggestedName }, written) => written?.choice ?? firstDraft(facts, suggestedName),
    (outcome, _plan, draft) => showTaken(outcome, draft.name),
  );
  return (
    <OperationDialog
      control={control}
      title="Take a snapshot"
      about={
        <>
          of <bdi>{domainName}</bdi> on <bdi>{hostName}</bdi>
        </>
      }
      width={640}
      field={field}
      review={(review) => (
        <CreateForm
          plan={review.plan}
          draft={review.choice}
          assessment={assessmentOf(createType, review)}
          field={field}
          onChange={(choice) => control.reconsider({ ...review, choice })}
          onFacts={(facts) => control.reconsider({ ...review, plan: { ...review.plan, facts } })}
          onSubmit={() => control.start()}
        />
      )}
      virsh={() => null}
      action="Take snapshot"
      unfinished={(review) => assessmentOf(createType, review).blockers[0]?.text ?? null}
    />
  );
}
