import { useState } from 'react';
import { formatCount } from '../../../shared/format.ts';
import type { RevertAim } from '../../../shared/schema.ts';
import type { Dialog } from '../../store/store.ts';
import { BatchPlanDialog } from '../plan-dialog.tsx';
import type { BatchView } from '../review-step.tsx';
import { useBatch } from '../use-batch.ts';
import { LabDetail, labColumns } from './columns.tsx';
import { type LabOptions, labKind } from './kind.ts';
import { LabOptionFields } from './options.tsx';
import { type TargetDraft, targetOf } from './target.ts';
import { TargetStep } from './target-step.tsx';

const view: BatchView<typeof labKind.type, LabOptions> = {
  label: 'Plan of the lab reset',
  id: 'lab-plan',
  columns: labColumns,
  detail: (planned, _options, isOut) => <LabDetail planned={planned} isOut={isOut} />,
  options: (review, onChange) => <LabOptionFields review={review} onChange={onChange} />,
  verdicts: { safe: 'will work', risky: 'risky', force: 'needs force', out: 'left out' },
};

/** A lab reset up to its start: to what, then the plan of every domain with one consent for all of them. */
export function LabDialog({ dialog }: { dialog: Extract<Dialog, { kind: 'lab-reset' }> }) {
  const { keys, undo } = dialog;
  const { flow, run } = useBatch(labKind, keys, undo ? { kind: 'undo' } : null);
  const [draft, setDraft] = useState<TargetDraft>({ kind: 'current', name: '', tag: '' });
  const target: RevertAim | null = undo ? { kind: 'undo' } : targetOf(draft);
  const plan = () => target && void run.plan(target);
  const first = {
    body: <TargetStep keys={keys} draft={draft} onChange={setDraft} onEnter={plan} />,
    blocked: target ? null : `Type the ${draft.kind === 'tagged' ? 'tag' : 'name'} of the snapshot`,
  };
  return (
    <BatchPlanDialog
      run={run}
      flow={flow}
      title={`Lab reset of ${formatCount(keys.length, 'domain')}`}
      subtitle={subtitle(flow?.step, target)}
      {...(undo ? {} : { first })}
      onPlan={plan}
      view={view}
      action={(domains) => `Revert ${formatCount(domains, 'domain')}`}
      danger
    />
  );
}

const aims: { readonly [K in RevertAim['kind']]: (aim: Extract<RevertAim, { kind: K }>) => string } = {
  current: () => 'to their current snapshots',
  newest: () => 'to their newest snapshots',
  named: ({ name }) => `to “${name}”`,
  tagged: ({ tag }) => `to their newest snapshots tagged “${tag}”`,
  undo: () => 'to the state before their last revert',
};

function subtitle(step: string | undefined, target: RevertAim | null): string {
  if (step === undefined) return 'Step 1 of 2: choose what to revert to';
  if (step !== 'review' || !target) return 'Step 2 of 2: review the plan';
  return `Step 2 of 2: review the plan to revert ${(aims[target.kind] as (aim: RevertAim) => string)(target)}`;
}
