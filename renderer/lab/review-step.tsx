import { useMemo } from 'react';
import { formatCount } from '../../shared/format.ts';
import type { StartState } from '../../shared/schema.ts';
import { domainKey } from '../store/store.ts';
import { useNow } from '../ui/hooks.ts';
import { NumberField } from '../ui/number-field.tsx';
import { RowGrid } from '../ui/row-grid.tsx';
import { Segments } from '../ui/segments.tsx';
import { type LabReview, labCounts, leaveOut, reconsidered } from './flow.ts';
import { PlanDetail, planColumns } from './plan-columns.tsx';
import type { LabReset } from './run.ts';

interface StepProps {
  review: LabReview;
  reset: LabReset;
}

const startStates: readonly { value: StartState; label: string }[] = [
  { value: 'as-saved', label: 'As each was' },
  { value: 'running', label: 'Running' },
  { value: 'paused', label: 'Paused' },
];
const failures = [
  { value: 'stop', label: 'Begin no more' },
  { value: 'continue', label: 'Go on' },
] as const;

/** Every domain with what would happen to it, how it is to be done, and the consents. */
export function ReviewStep({ review, reset }: StepProps) {
  const now = useNow();
  const counts = useMemo(() => labCounts(review), [review]);
  const columns = useMemo(() => planColumns(review, now), [review, now]);
  // What is left out comes last, so that all that is reverted stands together.
  const rows = useMemo(
    () => counts.judged.toSorted((a, b) => Number(a.verdict === 'out') - Number(b.verdict === 'out')),
    [counts],
  );
  return (
    <>
      <p className="lab-summary" role="status">
        {counts.included === 0
          ? 'No domain can be reverted so'
          : `${formatCount(counts.included, 'domain')} on ${formatCount(counts.hosts, 'host')}`}
        {counts.force > 0 ? `, ${counts.force} with force` : ''}
        {counts.excluded > 0 ? ` · ${counts.excluded} left out` : ''}
      </p>
      <RowGrid
        label="Plan of the lab reset"
        className="lab-plan"
        columns={columns}
        rows={rows}
        keyOf={({ row }) => domainKey(row)}
        textOf={({ row }) => row.domainName}
        rowClass={({ verdict }) => verdict}
        detailOf={(judged) => (
          <PlanDetail
            judged={judged}
            review={review}
            onLeaveOut={(leave) => reset.set(leaveOut(review, judged.row, leave))}
          />
        )}
      />
      <Options review={review} reset={reset} />
      <TypedNames review={review} reset={reset} />
      {counts.included > 0 ? <Consents review={review} reset={reset} /> : null}
    </>
  );
}

function Options({ review, reset }: StepProps) {
  const { safety, included, managedSaves } = labCounts(review);
  const set = (change: Partial<LabReview>) => reset.set(reconsidered(review, change));
  return (
    <div className="lab-options">
      <Segments
        legend="Afterwards"
        name="lab-state"
        value={review.startState}
        options={startStates}
        onChange={(startState) => set({ startState })}
      />
      <Segments
        legend="If one fails"
        name="lab-failure"
        value={review.onFailure}
        options={failures}
        onChange={(onFailure) => set({ onFailure })}
      />
      <div className="choice">
        <label htmlFor="lab-parallel">At a time per host</label>
        <NumberField
          id="lab-parallel"
          value={review.parallelPerHost}
          min={1}
          max={16}
          onChange={(parallelPerHost) => reset.set({ ...review, parallelPerHost })}
        />
      </div>
      <label className={safety > 0 ? 'check' : 'check off'}>
        <input
          type="checkbox"
          checked={review.safetySnapshot && safety > 0}
          disabled={safety === 0}
          onChange={({ target }) => set({ safetySnapshot: target.checked })}
        />
        <span>
          Take safety snapshots first{' '}
          <span className="dim">
            {safety === included ? '(possible on all of them)' : `(possible on ${safety} of ${included})`}
          </span>
        </span>
      </label>
      {managedSaves > 0 ? (
        <label className="check">
          <input
            type="checkbox"
            checked={review.removeManagedSave}
            onChange={({ target }) => set({ removeManagedSave: target.checked })}
          />
          <span>
            Remove managed save images first <span className="dim">({formatCount(managedSaves, 'domain')})</span>
          </span>
        </label>
      ) : null}
    </div>
  );
}

/** The names of protected domains, each to be typed. */
function TypedNames({ review, reset }: StepProps) {
  const plans = labCounts(review).protected;
  if (plans.length === 0) return null;
  return (
    <section className="box protected" aria-label="Protected domains">
      <p>
        <b>{plans.length === 1 ? 'One domain is protected.' : `${plans.length} domains are protected.`}</b> Type{' '}
        {plans.length === 1 ? 'its name' : 'their names'} to go on:
      </p>
      <div className="typed-names">
        {plans.map(({ planId, facts, hostName }) => (
          <label key={planId}>
            <span>
              <bdi>{facts.domain.name}</bdi> <span className="dim">{hostName}</span>
            </span>
            <input
              className="input mono"
              type="text"
              autoComplete="off"
              spellCheck={false}
              value={review.typedNames[planId] ?? ''}
              onChange={({ target }) =>
                reset.set({ ...review, typedNames: { ...review.typedNames, [planId]: target.value } })
              }
            />
          </label>
        ))}
      </div>
    </section>
  );
}

function Consents({ review, reset }: StepProps) {
  const { included, force } = labCounts(review);
  return (
    <>
      <section className="box loss">
        <label className="check">
          <input
            type="checkbox"
            checked={review.acknowledged}
            onChange={({ target }) => reset.set({ ...review, acknowledged: target.checked })}
          />
          <span>
            Revert {formatCount(included, 'domain')};{' '}
            {included === 1 ? 'everything since this snapshot is lost' : 'everything since these snapshots is lost'}
          </span>
        </label>
      </section>
      {force > 0 ? (
        <section className="box force">
          <label className="check">
            <input
              type="checkbox"
              checked={review.forceAcknowledged}
              onChange={({ target }) => reset.set({ ...review, forceAcknowledged: target.checked })}
            />
            <span>
              Revert {force === included ? (force === 1 ? 'it' : 'all of them') : `${force} of them`} with --force
            </span>
          </label>
        </section>
      ) : null}
    </>
  );
}
