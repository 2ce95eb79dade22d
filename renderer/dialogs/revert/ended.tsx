import type { RevertOutcome } from '../../../shared/schema.ts';
import { foundSentence } from '../../operations/outcome.ts';
import { ProblemView } from '../../ui/problem-view.tsx';

const headings: Record<RevertOutcome['result'], string> = {
  done: 'The revert is done',
  refused: 'The revert was refused: nothing was changed',
  failed: 'The revert failed on the way',
  unknown: 'It is not known whether the domain was reverted',
};

/** A revert that did not end as planned: why, and what libvirt says of the domain now. */
export function Ended({ outcome }: { outcome: RevertOutcome }) {
  return (
    <div role="alert">
      <h3 className="ended-title">{headings[outcome.result]}</h3>
      {outcome.problem ? <ProblemView problem={outcome.problem} /> : null}
      {outcome.differences.length > 0 ? (
        <ul>
          {outcome.differences.map((difference) => (
            <li key={difference}>{difference}</li>
          ))}
        </ul>
      ) : null}
      <p className="found">{foundSentence(outcome)}</p>
    </div>
  );
}
