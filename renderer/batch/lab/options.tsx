import { formatCount } from '../../../shared/format.ts';
import type { revertType } from '../../../shared/operations/revert/type.ts';
import type { StartState } from '../../../shared/schema.ts';
import forms from '../../ui/forms.module.css';
import parts from '../../ui/parts.module.css';
import { Segments } from '../../ui/segments.tsx';
import { type BatchReview, included } from '../review.ts';
import type { LabOptions } from './kind.ts';

const startStates: readonly { value: StartState; label: string }[] = [
  { value: 'as-saved', label: 'As each was' },
  { value: 'running', label: 'Running' },
  { value: 'paused', label: 'Paused' },
];

interface LabOptionsProps {
  review: BatchReview<typeof revertType, LabOptions>;
  onChange: (options: LabOptions) => void;
}

export function LabOptionFields({ review, onChange }: LabOptionsProps) {
  const { options } = review;
  const plans = included(review).map(({ planned }) => planned.plan);
  const safety = plans.filter((plan) => plan.safety.available).length;
  const managedSaves = plans.filter(({ facts }) => facts.domain.managedSave).length;
  const set = (change: Partial<LabOptions>) => onChange({ ...options, ...change });
  return (
    <>
      <Segments
        legend="Afterwards"
        name="lab-state"
        value={options.startState}
        options={startStates}
        onChange={(startState) => set({ startState })}
      />
      <label className={forms.check} data-off={safety === 0 || undefined}>
        <input
          type="checkbox"
          checked={options.safetySnapshot && safety > 0}
          disabled={safety === 0}
          onChange={({ target }) => set({ safetySnapshot: target.checked })}
        />
        <span>
          Take safety snapshots first{' '}
          <span className={parts.dim}>
            {safety === plans.length ? '(possible on all)' : `(possible on ${safety} of ${plans.length})`}
          </span>
        </span>
      </label>
      {managedSaves > 0 ? (
        <label className={forms.check}>
          <input
            type="checkbox"
            checked={options.removeManagedSave}
            onChange={({ target }) => set({ removeManagedSave: target.checked })}
          />
          <span>
            Remove managed save images first <span className={parts.dim}>({formatCount(managedSaves, 'domain')})</span>
          </span>
        </label>
      ) : null}
    </>
  );
}
