import { useRef, useState } from 'react';
import { isXmlText } from '../../../shared/libvirt/names.ts';
import { type Edit, editSteps } from '../../../shared/metadata/edit-steps.ts';
import { renameProblem } from '../../../shared/metadata/rename.ts';
import type { EditPlan } from '../../../shared/schema.ts';
import { selectRow } from '../../store/actions.ts';
import { hostById, openTree } from '../../store/selectors.ts';
import type { AppStore, Dialog } from '../../store/store.ts';
import { useApp, useAppState } from '../../ui/context.tsx';
import { DeedDialog } from '../deed/deed-dialog.tsx';
import { useDeed } from '../deed/use-deed.ts';
import { EditForm } from './edit-form.tsx';

/** How long the history may take to show what was renamed. */
const historyPatienceMs = 3_000;

/** The name and the description of one snapshot, changed by redefining it. */
export function EditDialog({ dialog }: { dialog: Extract<Dialog, { kind: 'edit-snapshot' | 'make-current' }> }) {
  const { hostId, uuid, domainName, snapshotName } = dialog;
  const { client, store } = useApp();
  const hostName = useAppState((state) => hostById(state, hostId)?.name ?? '');
  const field = useRef<HTMLElement>(null);
  const [draft, setDraft] = useState<Partial<Edit>>({});
  const control = useDeed(() => client.metadata.planEdit({ hostId, uuid, name: snapshotName }));
  const editOf = ({ snapshot }: EditPlan): Edit => ({
    name: draft.name ?? snapshot.name,
    description: draft.description ?? snapshot.description,
  });
  const save = (plan: EditPlan) => {
    const edit = editOf(plan);
    if (whyNot(plan, edit) !== null) return;
    const selected = store.getState().selectedRow === snapshotName;
    control.start({ kind: 'edit', hostId, uuid, domainName, subject: `“${snapshotName}”` }, async ({ planId }) => {
      const outcome = await client.metadata.edit({ planId, ...edit });
      // The row goes on under its new name: the focus comes back to it.
      if (outcome.result === 'done' && selected) await selectWhenThere(store, edit.name);
      return outcome;
    });
  };
  return (
    <DeedDialog
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
      className="edit-snapshot"
      control={control}
      field={field}
      review={(plan) =>
        plan.refusal ? (
          <Refused text={plan.refusal.text} />
        ) : (
          <EditForm
            plan={plan}
            edit={editOf(plan)}
            field={field}
            onChange={(change) => setDraft({ ...draft, ...change })}
            onSubmit={() => save(plan)}
          />
        )
      }
      action="Save"
      blocked={(plan) => whyNot(plan, editOf(plan))}
      onAction={save}
    />
  );
}

function Refused({ text }: { text: string }) {
  return (
    <section className="box impossible">
      <h3>libvirt does not do this</h3>
      <p>{text}</p>
    </section>
  );
}

/** Selects a row as soon as the history has it. */
async function selectWhenThere(store: AppStore, row: string): Promise<void> {
  const there = () => openTree(store.getState())?.byKey.has(row) ?? false;
  if (!there())
    await new Promise<void>((resolve) => {
      const timer = setTimeout(done, historyPatienceMs);
      const stop = store.subscribe(() => there() && done());
      function done() {
        clearTimeout(timer);
        stop();
        resolve();
      }
    });
  if (there()) selectRow(store, row);
}

/** Why an edit can't be saved, in a few words; null when it can. */
function whyNot(plan: EditPlan, edit: Edit): string | null {
  const { snapshot, current, children, refusal } = plan;
  if (refusal) return 'This is not possible here';
  if (renameProblem(plan, edit.name) !== null) return 'This name can’t be used';
  if (!isXmlText(edit.description)) return 'The description holds a character that libvirt cannot keep';
  return editSteps({ ...snapshot, current, children }, edit).length === 0 ? 'Nothing is changed yet' : null;
}
