import { useRef, useState } from 'react';
import { assessCreate } from '../../../shared/create/assess.ts';
import { firstDraft } from '../../../shared/create/draft.ts';
import type { CreateDraft, CreatePlan } from '../../../shared/schema.ts';
import { selectRow } from '../../store/actions.ts';
import { hostById } from '../../store/selectors.ts';
import { type Dialog, domainKey } from '../../store/store.ts';
import { useApp, useAppState } from '../../ui/context.tsx';
import { DeedDialog } from '../deed/deed-dialog.tsx';
import { useDeed } from '../deed/use-deed.ts';
import { CreateForm } from './create-form.tsx';

/** A new snapshot: what it includes, where that goes, and what it will mean for the guest. */
export function CreateDialog({ dialog }: { dialog: Extract<Dialog, { kind: 'create' }> }) {
  const { hostId, uuid, domainName } = dialog;
  const { client, store } = useApp();
  const hostName = useAppState((state) => hostById(state, hostId)?.name ?? '');
  const field = useRef<HTMLElement>(null);
  const [edited, setEdited] = useState<CreateDraft | null>(null);
  const [shown, setShown] = useState<CreatePlan['facts'] | null>(null);
  const control = useDeed(() => client.create.plan({ hostId, uuid }));
  const draftOf = ({ facts, suggestedName }: CreatePlan) => edited ?? firstDraft(facts, suggestedName);
  const whyNot = (plan: CreatePlan): string | null => {
    const { blockers } = assessCreate(shown ?? plan.facts, draftOf(plan), plan.virsh);
    return blockers[0]?.text ?? null;
  };
  const take = (plan: CreatePlan) => {
    const draft = draftOf(plan);
    if (whyNot(plan) !== null) return;
    control.start({ kind: 'create', hostId, uuid, domainName, subject: `“${draft.name}”` }, async ({ planId }) => {
      const outcome = await client.create.run({ planId, draft });
      const { place } = store.getState();
      const open = place?.kind === 'domain' && place.key === domainKey({ hostId, uuid });
      if (outcome.result === 'done' && open) selectRow(store, draft.name);
      return outcome;
    });
  };
  return (
    <DeedDialog
      title="Take a snapshot"
      about={
        <>
          Of <bdi>{domainName}</bdi> on <bdi>{hostName}</bdi>
        </>
      }
      className="create-snapshot"
      control={control}
      field={field}
      review={(plan) => (
        <CreateForm
          plan={plan}
          draft={draftOf(plan)}
          field={field}
          onChange={setEdited}
          onFacts={setShown}
          onSubmit={() => take(plan)}
        />
      )}
      action="Take snapshot"
      blocked={whyNot}
      onAction={take}
    />
  );
}
