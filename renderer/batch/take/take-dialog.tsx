import { type RefObject, useRef, useState } from 'react';
import { formatCount } from '../../../shared/format.ts';
import type { createType } from '../../../shared/operations/create/type.ts';
import type { Dialog } from '../../store/store.ts';
import { useAppState } from '../../ui/context.tsx';
import { BatchPlanDialog } from '../plan-dialog.tsx';
import type { BatchView } from '../review-step.tsx';
import { useBatch } from '../use-batch.ts';
import { TakeDetail, takeColumns } from './columns.tsx';
import { TakeChoices, TakeTexts } from './fields.tsx';
import { type TakeOptions, takeKind } from './kind.ts';
import { useNewFiles } from './use-new-files.ts';

const usualName = 'snapshot-{date}';

const viewWith = (field: RefObject<HTMLInputElement | null>): BatchView<typeof createType, TakeOptions> => ({
  label: 'Plan of the snapshots',
  id: 'take-plan',
  columns: takeColumns,
  detail: (planned, _options, isOut) => <TakeDetail planned={planned} isOut={isOut} />,
  fields: (review, onChange) => <TakeTexts review={review} field={field} onChange={onChange} />,
  options: (review, onChange) => <TakeChoices review={review} onChange={onChange} />,
  verdicts: { safe: 'will work', risky: 'warning', force: 'warning', out: 'left out' },
});

/** A snapshot of each of several domains, as before an upgrade: the plan of each, and one button for all. */
export function TakeDialog({ dialog: { keys } }: { dialog: Extract<Dialog, { kind: 'create-each' }> }) {
  const pattern = useAppState(({ appSettings }) => appSettings?.snapshotNamePattern ?? usualName);
  const [kind] = useState(() => takeKind(pattern, Date.now()));
  const { flow, run } = useBatch(kind, keys, {});
  const field = useRef<HTMLInputElement>(null);
  const [view] = useState(() => viewWith(field));
  useNewFiles(run, flow);
  return (
    <BatchPlanDialog
      run={run}
      flow={flow}
      title={`Take snapshots of ${formatCount(keys.length, 'domain')}`}
      subtitle="One for each domain. Revert them one by one, or all together."
      onPlan={() => void run.plan({})}
      field={field}
      view={view}
      action={(domains) => `Take ${formatCount(domains, 'snapshot')}`}
    />
  );
}
