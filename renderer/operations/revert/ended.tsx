import { Play, TriangleAlert, Undo2 } from 'lucide-react';
import type { ReactNode } from 'react';
import { capital, stateLabel } from '../../../shared/format.ts';
import type { ImagesAfter, Outcome, RevertPlan } from '../../../shared/schema.ts';
import { foundSentence, revertDetails } from '../../store/notices.ts';
import blocks from '../../ui/blocks.module.css';
import boxes from '../../ui/box.module.css';
import parts from '../../ui/parts.module.css';
import { ProblemView } from '../../ui/problem-view.tsx';
import { Differences } from '../differences.tsx';
import operations from '../operations.module.css';
import styles from './revert.module.css';

interface EndedProps {
  plan: RevertPlan;
  outcome: Outcome;
}

/** A revert that did not end as planned: why, what was done anyway, how the domain is now, and what can be done. */
export function Ended({ plan, outcome }: EndedProps) {
  const { result, problem, detail } = outcome;
  // That somebody pressed Cancel needs no explanation.
  const told = result === 'cancelled' ? [] : [problem, detail?.safety?.problem].flatMap((each) => each ?? []);
  const problems = [...new Map(told.map((each) => [each.code, each])).values()];
  return (
    <div role="alert" className={styles.ended}>
      {result === 'cancelled' ? <p>Nothing was reverted.</p> : null}
      {problems.map((each) => (
        // What it means for the domain stands below, a fact in each line.
        <ProblemView key={each.code} problem={detail?.imagesAfter ? { ...each, effect: '' } : each} />
      ))}
      <Found plan={plan} outcome={outcome} />
      <OutcomeLists outcome={withoutFound(outcome)} />
      <WaysOn plan={plan} outcome={outcome} />
    </div>
  );
}

const imageWords: Readonly<Record<ImagesAfter, string>> = {
  same: 'the same images as before',
  other: 'other images than before',
  mixed: 'may be partly reverted; libvirt does not report it',
  unknown: 'their content is not known',
};

function Found({ plan, outcome }: EndedProps) {
  const { found, detail } = outcome;
  if (!found) return <p>{foundSentence(outcome)}</p>;
  const { domain, current } = plan.facts;
  // Nothing was to change: whatever is otherwise now was left behind.
  const isLeft = detail?.imagesAfter !== undefined;
  return (
    <section className={boxes.box}>
      <h3>
        How <bdi>{domain.name}</bdi> is now
      </h3>
      <dl className={blocks.facts}>
        <Fact label="State">
          <span title={found.reason}>{capital(stateLabel(found.state))}</span>
          {isLeft && found.state !== domain.state ? <Was>{stateLabel(domain.state)}</Was> : null}
        </Fact>
        <Fact label="Current">
          {found.current === null ? 'no snapshot' : <bdi>{found.current}</bdi>}
          {isLeft && found.current !== current && detail?.safety?.result !== 'taken' ? (
            <Was>{current ?? 'none'}</Was>
          ) : null}
        </Fact>
        {detail?.imagesAfter ? <Fact label="Disks">{imageWords[detail.imagesAfter]}</Fact> : null}
        {detail?.safety?.result === 'taken' ? (
          <Fact label="Kept">
            the state before, in <bdi>{detail.safety.name}</bdi>
          </Fact>
        ) : null}
      </dl>
    </section>
  );
}

/** What an outcome tells besides what stands under how the domain is now. */
function withoutFound(outcome: Outcome): Outcome {
  const { detail } = outcome;
  if (!detail?.imagesAfter) return outcome;
  const { verification: _, safety, ...others } = detail;
  return {
    ...outcome,
    differences: [],
    detail: safety && safety.result !== 'taken' ? { ...others, safety } : others,
  };
}

function Was({ children }: { children: ReactNode }) {
  return (
    <span className={`${parts.chip} ${styles.was}`} data-look="warn">
      <TriangleAlert size={11} aria-hidden="true" />
      was <bdi>{children}</bdi>
    </span>
  );
}

function Fact({ label, children }: { label: string; children: ReactNode }) {
  return (
    <div>
      <dt>{label}</dt>
      <dd>{children}</dd>
    </div>
  );
}

/** Whether a guest that ran is off now, and can be started. */
export function canStart({ plan, outcome }: EndedProps): boolean {
  return plan.facts.domain.active && outcome.found?.state === 'shutoff';
}

/** Whether there is a safety snapshot to undo a failed revert with. */
export function canUndo({ outcome: { result, detail } }: EndedProps): boolean {
  return result === 'failed' && detail?.safety?.result === 'taken';
}

/** What each of the buttons below does. */
function WaysOn(props: EndedProps) {
  const [start, undo] = [canStart(props), canUndo(props)];
  if (!start && !undo) return null;
  return (
    <section className={styles.ways} aria-label="What you can do">
      <ul>
        {undo ? (
          <li>
            <Undo2 size={15} aria-hidden="true" />
            <p>
              <b>Undo</b> reverts to the safety snapshot
            </p>
          </li>
        ) : null}
        {start ? (
          <li>
            <Play size={15} aria-hidden="true" />
            <p>
              <b>Start</b> boots <bdi>{props.plan.facts.domain.name}</bdi> from its disks as they are
            </p>
          </li>
        ) : null}
      </ul>
    </section>
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
