import { useRef, useState } from 'react';
import { editType } from '../../../shared/operations/metadata/types.ts';
import { virshEdit } from '../../../shared/operations/metadata/virsh.ts';
import type { EditChoice, EditPlan } from '../../../shared/schema.ts';
import { hostById } from '../../store/selectors.ts';
import type { Dialog } from '../../store/store.ts';
import boxes from '../../ui/box.module.css';
import { useApp, useAppState } from '../../ui/context.tsx';
import { assessmentOf, choose, type Review, type Written } from '../flow.ts';
import { OperationDialog } from '../operation-dialog.tsx';
import { selectWhenThere } from '../select-when-there.ts';
import { useOperation } from '../use-operation.ts';
import { EditForm } from './edit-form.tsx';

/** The name and the description of one snapshot, changed by redefining it. */
export function EditDialog({ dialog }: { dialog: Extract<Dialog, { kind: 'edit-snapshot' | 'make-current' }> }) {
  const { hostId, uuid, domainName, snapshotName } = dialog;
  const { store } = useApp();
  const hostName = useAppState((state) => hostById(state, hostId)?.name ?? '');
  const field = useRef<HTMLElement>(null);
  const [wasSelected] = useState(() => store.getState().selectedRow === snapshotName);
  const control = useOperation(
    'edit',
    { hostId, uuid, domainName, aim: { name: snapshotName } },
    firstTexts,
    async ({ result }, _plan, { name }) => {
      // The row goes on under its new name: the focus comes back to it.
      if (result === 'done' && wasSelected) await selectWhenThere(store, name);
    },
  );
  return (
    <OperationDialog
      control={control}
      title={
        <>
          Edit “<bdi>{snapshotName}</bdi>”
        </>
      }
      about={
        <>
          Snapshot of <bdi>{domainName}</bdi> on <bdi>{hostName}</bdi>
        </>
      }
      width={600}
      field={field}
      review={(review) =>
        review.plan.facts.refusal ? (
          <Refused text={review.plan.facts.refusal.text} />
        ) : (
          <EditForm
            facts={review.plan.facts}
            edit={review.choice}
            assessment={assessmentOf(editType, review)}
            field={field}
            onChange={(change) => control.reconsider(choose(control.type, review, change))}
            onSubmit={() => control.start()}
          />
        )
      }
      virsh={(review) => virshEdit(review.plan.virsh, assessmentOf(editType, review).steps).join('\n')}
      action="Save"
      unfinished={whyNot}
      isBlocked={({ plan }) => plan.facts.refusal !== null}
    />
  );
}

/** As they are; of a plan that is read anew, what was written of them stays. */
function firstTexts({ facts: { snapshot } }: EditPlan, written: Written<typeof editType> | null): EditChoice {
  const before = written?.plan.facts.snapshot;
  const text = (field: keyof EditChoice) =>
    written && written.choice[field] !== before?.[field] ? written.choice[field] : snapshot[field];
  return { name: text('name'), description: text('description') };
}

function Refused({ text }: { text: string }) {
  return (
    <section className={boxes.box} data-look="impossible">
      <h3>libvirt does not allow this</h3>
      <p>{text}</p>
    </section>
  );
}

const blockedWords: Readonly<Record<string, string>> = {
  NAME_REFUSED: 'This name cannot be used',
  NOTHING_TO_CHANGE: 'Nothing has changed yet',
};

/** Why an edit can't be saved, in a few words; null when it can. */
function whyNot(review: Review<typeof editType>): string | null {
  const [blocker] = assessmentOf(editType, review).blockers;
  return blocker ? (blockedWords[blocker.code] ?? blocker.text) : null;
}
