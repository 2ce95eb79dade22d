import { Ban } from 'lucide-react';
import { formatCount, formatSpan, isMoment, stateLabel } from '../../../shared/format.ts';
import { type Weight, weightOf } from '../../../shared/operations/revert/risk.ts';
import { revertType } from '../../../shared/operations/revert/type.ts';
import type { Assessment, Requirement, RevertChoice, RevertPlan, StartState } from '../../../shared/schema.ts';
import { goesOnSince } from '../../store/selectors.ts';
import { domainKey } from '../../store/store.ts';
import boxes from '../../ui/box.module.css';
import { Cautions, Notes, Unknowns } from '../../ui/cautions.tsx';
import { useAppState } from '../../ui/context.tsx';
import forms from '../../ui/forms.module.css';
import { useNow } from '../../ui/hooks.ts';
import parts from '../../ui/parts.module.css';
import segments from '../../ui/segments.module.css';
import { assessmentOf, choose, tick } from '../flow.ts';
import { Blocked } from './blocked.tsx';
import { assessmentWith, isBlocked, isImpossible, isUndecided, type RevertReview, startStates } from './choice.ts';
import { DomainQuote } from './domain-quote.tsx';
import { ManagedSaveChoice, NvramChoice, SafetyChoice } from './extras.tsx';
import { HowMuch } from './how-much.tsx';
import { useRevertMarks } from './marks.ts';
import { Pictures } from './pictures.tsx';
import styles from './revert.module.css';

const minute = 60_000;

/** Notes on the state afterwards, which are told beside the choice of it. */
const stateCodes: ReadonlySet<string> = new Set(['STAYS_OFF', 'COLD_BOOT', 'TEST_DRIVER_STAYS_OFF']);

interface ReviewProps {
  review: RevertReview;
  reconsider: (review: RevertReview) => void;
}

/** Everything to read before a revert: what is destroyed, what comes after, what libvirt needs consent for. */
export function Review({ review, reconsider }: ReviewProps) {
  useRevertMarks(review);
  if (isImpossible(review)) return <Blocked review={review} />;
  const assessment = assessmentOf(revertType, review);
  const of = (weight: Weight) =>
    assessment.warnings.filter((each) => weightOf(each) === weight && !stateCodes.has(each.code));
  const onChoice = (change: Partial<RevertChoice>) => reconsider(choose(revertType, review, change));
  return (
    <>
      <DomainQuote of={review.plan} />
      <Refusal review={review} />
      <Pictures plan={review.plan} outcome={isUndecided(review) ? null : assessment.outcome} />
      <Losses plan={review.plan} losses={assessment.losses} />
      <Cautions of={of('risk')} />
      <Unknowns of={of('unknown')} />
      <Notes of={of('note')} />
      <Afterwards review={review} onChoice={onChoice} />
      <ManagedSaveChoice review={review} onChoice={onChoice} />
      <NvramChoice review={review} onChoice={onChoice} />
      {isUndecided(review)
        ? null
        : assessment.requirements.map((requirement) => (
            <Consent
              key={requirement.code}
              requirement={requirement}
              given={review.ticked.includes(requirement.code)}
              onGiven={(given) => reconsider(tick(review, requirement.code, given))}
            />
          ))}
      <SafetyChoice review={review} onChoice={onChoice} />
    </>
  );
}

/** libvirt's own words on the attempt that led to this plan. */
function Refusal({ review: { refusal, plan } }: { review: RevertReview }) {
  if (!refusal) return null;
  const words = plan.facts.riskReported ?? refusal.detail;
  return (
    <div className={boxes.box} data-look="notice" role="alert">
      <strong>{refusal.what}</strong>
      <p>{refusal.effect}</p>
      {words ? <p className={`${parts.mono} ${styles.quote}`}>{words}</p> : null}
    </div>
  );
}

function Losses({ plan, losses }: { plan: RevertPlan; losses: Assessment['losses'] }) {
  const now = useNow();
  const { facts, hostId } = plan;
  const since = useAppState((state) =>
    goesOnSince(state, domainKey({ hostId, uuid: facts.domain.uuid }), facts.snapshot),
  );
  const isCurrent = facts.current === facts.snapshot.name;
  const span = now - (isCurrent ? since : facts.snapshot.createdAt);
  // Newer snapshots keep some of what came after an older one.
  const upTo = isCurrent || span < minute ? '' : 'up to ';
  const kept = losses.filter((loss) => loss.kept);
  const lost = losses.filter((loss) => !loss.kept);
  const isKnown = isCurrent ? isMoment(since) : isMoment(facts.snapshot.createdAt);
  const amount =
    span < 0 || !isKnown ? 'all changes since the snapshot' : `${upTo}${formatSpan(span, 'up')} of changes`;
  return (
    <>
      {kept.length > 0 ? (
        <section className={boxes.box} data-look="kept">
          <h3>This sets aside {amount}</h3>
          <p>The safety snapshot keeps it. Undo brings it back:</p>
          <Statements of={kept} plan={plan} />
        </section>
      ) : null}
      {lost.length > 0 || kept.length === 0 ? (
        <section className={boxes.box} data-look="loss">
          <h3>{kept.length > 0 ? 'This is lost for good' : `This destroys ${amount}`}</h3>
          <Statements of={lost} plan={plan} />
        </section>
      ) : null}
    </>
  );
}

function Statements({ of, plan }: { of: Assessment['losses']; plan: RevertPlan }) {
  if (of.length === 0) return null;
  return (
    <ul>
      {of.map(({ code, text }) => (
        <li key={code + text}>
          <Loss code={code} text={text} plan={plan} />
        </li>
      ))}
    </ul>
  );
}

function Loss({ code, text, plan }: { code: string; text: string; plan: RevertPlan }) {
  if (code === 'CONFIGURATION') return <ConfigChanges changes={plan.facts.configChanges} />;
  return code === 'DISKS' ? <HowMuch text={text} plan={plan} /> : text;
}

/** The settings that the revert changes: their names at once, their values when asked for. */
function ConfigChanges({ changes }: { changes: RevertPlan['facts']['configChanges'] }) {
  return (
    <details className={styles.configChanges}>
      <summary>
        {formatCount(changes.length, 'configuration change')}: {changes.map(({ label }) => label).join(', ')}
      </summary>
      <table>
        <thead>
          <tr>
            <th scope="col">Setting</th>
            <th scope="col">Now</th>
            <th scope="col">After the revert</th>
          </tr>
        </thead>
        <tbody>
          {changes.map(({ label, now, snapshot }) => (
            <tr key={label + now + snapshot}>
              <th scope="row">{label}</th>
              <td>{now || 'none'}</td>
              <td>{snapshot || 'none'}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </details>
  );
}

function choiceLabel(review: RevertReview, state: StartState): string {
  const { state: then } = review.plan.facts.snapshot;
  const outcome = stateLabel(assessmentWith(review, { startState: 'as-saved' }).outcome);
  return {
    // The guest ran when a disk-only snapshot was taken, and there is no memory to bring that back.
    'as-saved': then === 'disk-snapshot' ? `Without memory: ${outcome}` : `As it was: ${outcome}`,
    running: 'Running',
    paused: 'Paused',
  }[state];
}

interface AfterwardsProps {
  review: RevertReview;
  onChoice: (change: Partial<RevertChoice>) => void;
}

function Afterwards({ review, onChoice }: AfterwardsProps) {
  const { plan } = review;
  const startState = isUndecided(review) ? null : review.choice.startState;
  const { outcome, blockers, warnings } = assessmentOf(revertType, review);
  const why = warnings.filter(({ code }) => stateCodes.has(code));
  return (
    <fieldset className={styles.afterwards}>
      <legend>Afterwards</legend>
      <div className={segments.segments}>
        {startStates.map((state) => {
          const blocked = isBlocked(review, state);
          return (
            <label key={state} className={segments.segment} data-blocked={blocked || undefined}>
              <input
                type="radio"
                name="start-state"
                value={state}
                checked={startState === state}
                onChange={() => onChoice({ startState: state })}
              />
              {blocked ? <Ban size={12} aria-label="not possible:" /> : null}
              {choiceLabel(review, state)}
            </label>
          );
        })}
      </div>
      {blockers.length > 0 ? (
        <div className={styles.blockers} role={startState === null ? undefined : 'alert'}>
          {blockers.map(({ code, text }) => (
            <p key={code + text}>
              {startState === null ? <b>The saved state is not possible. </b> : null}
              {text}
            </p>
          ))}
        </div>
      ) : (
        <p className={styles.outcome}>
          Afterwards <bdi>{plan.facts.domain.name}</bdi> will be <b>{stateLabel(outcome)}</b>.
          {why.map(({ code, text }) => (
            <small key={code}> {text}</small>
          ))}
        </p>
      )}
    </fieldset>
  );
}

const forceTitles: Record<Requirement['certainty'], string> = {
  needed: 'Force is required',
  possible: 'Force may be needed',
};

interface ConsentProps {
  requirement: Requirement;
  given: boolean;
  onGiven: (given: boolean) => void;
}

function Consent({ requirement: { text, consent, certainty }, given, onGiven }: ConsentProps) {
  return (
    <section className={boxes.box} data-look="force">
      <h3>{forceTitles[certainty]}</h3>
      <p>{text}</p>
      <label className={forms.check}>
        <input type="checkbox" checked={given} onChange={(event) => onGiven(event.target.checked)} />
        <span>{consent}</span>
      </label>
    </section>
  );
}
