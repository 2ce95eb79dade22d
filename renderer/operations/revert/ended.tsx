import type { Outcome, RevertPlan } from '../../../shared/schema.ts';
import { foundSentence, revertDetails } from '../../store/notices.ts';
import { ProblemView } from '../../ui/problem-view.tsx';
import { Differences } from '../differences.tsx';
import operations from '../operations.module.css';
import styles from './revert.module.css';

const headings: Record<'revert' | 'undo', Record<Outcome['result'], string>> = {
  revert: {
    done: 'The revert is done',
    refused: 'The revert was refused: nothing was reverted',
    failed: 'The revert failed on the way',
    unknown: 'It is not known whether the domain was reverted',
    cancelled: 'The revert was cancelled: nothing was reverted',
  },
  undo: {
    done: 'The revert is undone',
    refused: 'The undo was refused: nothing was reverted',
    failed: 'The undo failed on the way',
    unknown: 'It is not known whether the revert was undone',
    cancelled: 'The undo was cancelled: nothing was reverted',
  },
};

/** A revert that did not end as planned: why, what was done all the same, and what libvirt says of the domain now. */
export function Ended({ plan, outcome }: { plan: RevertPlan; outcome: Outcome }) {
  const { result, problem, detail } = outcome;
  // That somebody pressed Cancel needs no explanation.
  const told = result === 'cancelled' ? [] : [problem, detail?.safety?.problem].flatMap((each) => each ?? []);
  const problems = [...new Map(told.map((each) => [each.code, each])).values()];
  return (
    <div role="alert">
      <h3 className={styles.title} data-calm={result === 'cancelled' || undefined}>
        {headings[plan.undo ? 'undo' : 'revert'][result]}
      </h3>
      {problems.map((each) => (
        <ProblemView key={each.code} problem={each} />
      ))}
      <OutcomeLists outcome={outcome} />
      <p className={operations.found}>{foundSentence(outcome)}</p>
    </div>
  );
}

/** Differences first, and marked as such; then what went as planned. */
export function OutcomeLists({ outcome }: { outcome: Outcome }) {
  const details = outcome.detail ? revertDetails(outcome.detail) : [];
  return (
    <>
      <Differences title="Not as planned" lines={outcome.differences} />
      {details.length > 0 ? (
        <ul className={operations.outcomeDetails}>
          {details.map((detail) => (
            <li key={detail}>{detail}</li>
          ))}
        </ul>
      ) : null}
    </>
  );
}
