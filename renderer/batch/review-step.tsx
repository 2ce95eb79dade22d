import { type ReactNode, useMemo } from 'react';
import { formatCount } from '../../shared/format.ts';
import type { AnyType } from '../../shared/operations/operation.ts';
import { domainKey } from '../store/store.ts';
import boxes from '../ui/box.module.css';
import { Button } from '../ui/button.tsx';
import forms from '../ui/forms.module.css';
import type { GridColumn } from '../ui/grid/columns.ts';
import grids from '../ui/grid/grid.module.css';
import { useNow } from '../ui/hooks.ts';
import { NumberField } from '../ui/number-field.tsx';
import parts from '../ui/parts.module.css';
import { RowGrid } from '../ui/row-grid.tsx';
import segments from '../ui/segments.module.css';
import { Segments } from '../ui/segments.tsx';
import styles from './batch.module.css';
import { DomainCell } from './domain-cell.tsx';
import type { JudgedRow, Planned } from './kind.ts';
import { type BatchReview, included, leaveOut, namesToType, reconsidered } from './review.ts';
import type { BatchRun } from './run.ts';

/** What a kind shows of its plans. */
export interface BatchView<T extends AnyType, Options> {
  /** Of the table of plans. */
  readonly label: string;
  /** How the person likes the table is kept under this. */
  readonly id: string;
  /** Between the domain and the verdict. */
  columns(options: Options, now: number): GridColumn<JudgedRow<T>>[];
  /** All that a plan says; `isOut`: nothing is done for it. */
  detail(planned: Planned<T>, options: Options, isOut: boolean): ReactNode;
  /** What is written for all, above the table. */
  fields?(review: BatchReview<T, Options>, onChange: (options: Options) => void): ReactNode;
  /** What is chosen for all, below it. */
  options(review: BatchReview<T, Options>, onChange: (options: Options) => void): ReactNode;
  readonly verdicts: Readonly<Record<JudgedRow<T>['verdict'], string>>;
}

interface StepProps<T extends AnyType, Options> {
  review: BatchReview<T, Options>;
  run: BatchRun<T, Options>;
}

const failures = [
  { value: 'stop', label: 'Stop' },
  { value: 'continue', label: 'Continue' },
] as const;
const looks: Readonly<Record<JudgedRow<AnyType>['verdict'], string>> = {
  safe: 'ok',
  risky: 'warn',
  force: 'warn',
  out: 'outline',
};

/** Every domain with what would happen to it, how it is to be done, and the consents. */
export function ReviewStep<T extends AnyType, Options>({
  review,
  run,
  view,
}: StepProps<T, Options> & { view: BatchView<T, Options> }) {
  const now = useNow();
  const { kind } = run;
  const { options, judged, leftOut } = review;
  const columns = useMemo(
    () => [domainColumn<T>(), ...view.columns(options, now), verdictColumn(view.verdicts)],
    [view, options, now],
  );
  // What is left out comes last, so that all that is done stands together.
  const rows = useMemo(
    () => judged.toSorted((a, b) => Number(a.verdict === 'out') - Number(b.verdict === 'out')),
    [judged],
  );
  const choose = (changed: Options) => run.set(reconsidered(kind, review, { options: changed }));
  return (
    <>
      {view.fields?.(review, choose)}
      <Summary review={review} none={kind.none} />
      <RowGrid
        label={view.label}
        id={view.id}
        columns={columns}
        rows={rows}
        keyOf={({ row }) => domainKey(row)}
        textOf={({ row }) => row.domainName}
        rowClass={({ verdict }) => (verdict === 'out' ? styles.out : undefined)}
        detailOf={(each) => (
          <PlanDetail
            judged={each}
            isLeftOut={leftOut.has(domainKey(each.row))}
            onLeaveOut={(leave) => run.set(leaveOut(kind, review, each.row, leave))}
          >
            {each.planned ? view.detail(each.planned, options, each.verdict === 'out') : null}
          </PlanDetail>
        )}
      />
      <div className={styles.options}>
        {view.options(review, choose)}
        <Pace review={review} run={run} />
      </div>
      <TypedNames review={review} run={run} />
      <Consents review={review} run={run} />
    </>
  );
}

function Summary<T extends AnyType>({ review, none }: { review: BatchReview<T, unknown>; none: string }) {
  const rows = included(review);
  const hosts = new Set(rows.map(({ row }) => row.hostId)).size;
  const force = rows.filter(({ verdict }) => verdict === 'force').length;
  const excluded = review.judged.length - rows.length;
  return (
    <p className={styles.summary} role="status">
      {rows.length === 0 ? none : `${formatCount(rows.length, 'domain')} on ${formatCount(hosts, 'host')}`}
      {force > 0 ? `, ${force} with force` : ''}
      {excluded > 0 ? ` · ${excluded} left out` : ''}
    </p>
  );
}

function domainColumn<T extends AnyType>(): GridColumn<JudgedRow<T>> {
  return {
    id: 'domain',
    header: 'Domain',
    share: 1.1,
    min: 120,
    cell: ({ row }) => (
      <DomainCell row={row}>
        {row.plan?.protected ? (
          <span className={parts.chip} data-look="outline">
            protected
          </span>
        ) : null}
      </DomainCell>
    ),
  };
}

function verdictColumn<T extends AnyType>(words: BatchView<T, unknown>['verdicts']): GridColumn<JudgedRow<T>> {
  return {
    id: 'verdict',
    header: 'Verdict',
    width: 92,
    cell: ({ verdict }) => (
      <span className={parts.chip} data-look={looks[verdict]}>
        {words[verdict]}
      </span>
    ),
  };
}

interface PlanDetailProps<T extends AnyType> {
  judged: JudgedRow<T>;
  isLeftOut: boolean;
  /** Leaves the domain out, or takes it in again. */
  onLeaveOut: (leave: boolean) => void;
  children: ReactNode;
}

function PlanDetail<T extends AnyType>({ judged, isLeftOut, onLeaveOut, children }: PlanDetailProps<T>) {
  const { row, planned, verdict, why } = judged;
  if (isLeftOut || !planned)
    return (
      <div className={`${grids.detailText} ${styles.detail}`}>
        <p>{why}</p>
        {isLeftOut ? <Button onClick={() => onLeaveOut(false)}>Include</Button> : null}
        {!isLeftOut && row.problem ? <p className={parts.dim}>{row.problem.next}</p> : null}
      </div>
    );
  return (
    <div className={`${grids.detailText} ${styles.detail}`}>
      {children}
      {verdict === 'out' ? null : <Button onClick={() => onLeaveOut(true)}>Leave out</Button>}
    </div>
  );
}

/** How many at a time, and what becomes of the others when one fails. */
function Pace<T extends AnyType, Options>({ review, run }: StepProps<T, Options>) {
  return (
    <>
      <Segments
        legend="If one fails"
        name="batch-failure"
        value={review.onFailure}
        options={failures}
        onChange={(onFailure) => run.set({ ...review, onFailure })}
      />
      <div className={segments.choice}>
        <label htmlFor="batch-parallel">At once per host</label>
        <NumberField
          id="batch-parallel"
          value={review.parallelPerHost}
          min={1}
          max={16}
          onChange={(parallelPerHost) => run.set({ ...review, parallelPerHost })}
        />
      </div>
    </>
  );
}

/** The names of protected domains, each to be typed. */
function TypedNames<T extends AnyType, Options>({ review, run }: StepProps<T, Options>) {
  const plans = namesToType(run.kind.type, review);
  if (plans.length === 0) return null;
  return (
    <section className={boxes.box} data-look="protected" aria-label="Protected domains">
      <p>
        <b>{plans.length === 1 ? 'One domain is protected.' : `${plans.length} domains are protected.`}</b> Type{' '}
        {plans.length === 1 ? 'its name' : 'their names'} to continue:
      </p>
      <div className={styles.typedNames}>
        {plans.map(({ planId, domainName, hostName }) => (
          <label key={planId}>
            <span>
              <bdi>{domainName}</bdi> <span className={parts.dim}>{hostName}</span>
            </span>
            <input
              className={`${forms.input} ${parts.mono}`}
              type="text"
              autoComplete="off"
              spellCheck={false}
              value={review.typedNames[planId] ?? ''}
              onChange={({ target }) =>
                run.set({ ...review, typedNames: { ...review.typedNames, [planId]: target.value } })
              }
            />
          </label>
        ))}
      </div>
    </section>
  );
}

function Consents<T extends AnyType, Options>({ review, run }: StepProps<T, Options>) {
  const rows = included(review);
  const give = (by: (typeof review.ticked)[number], given: boolean) =>
    run.set({ ...review, ticked: [...review.ticked.filter((other) => other !== by), ...(given ? [by] : [])] });
  if (rows.length === 0) return null;
  return run.kind.consents(rows).map(({ by, look, text }) => (
    <section key={by} className={boxes.box} data-look={look}>
      <label className={`${forms.check} ${styles.consent}`}>
        <input
          type="checkbox"
          checked={review.ticked.includes(by)}
          onChange={({ target }) => give(by, target.checked)}
        />
        <span>{text}</span>
      </label>
    </section>
  ));
}
