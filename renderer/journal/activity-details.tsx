import { Undo2 } from 'lucide-react';
import { askedWords, isRevert, type JournalGroup, outcomeOf, shownOf } from '../../shared/activity/groups.ts';
import { formatMoment } from '../../shared/format.ts';
import type { Domain, JournalEntry } from '../../shared/schema.ts';
import { commandById, contextOf, runCommand } from '../commands/context.ts';
import operations from '../operations/operations.module.css';
import { openDomainView } from '../store/actions.ts';
import { foundSentence } from '../store/notices.ts';
import { undoUnavailable } from '../store/selectors.ts';
import { domainKey } from '../store/store.ts';
import blocks from '../ui/blocks.module.css';
import { Button } from '../ui/button.tsx';
import { useApp, useAppState } from '../ui/context.tsx';
import { useNow } from '../ui/hooks.ts';
import parts from '../ui/parts.module.css';
import { ProblemView } from '../ui/problem-view.tsx';
import { VirshLine } from '../ui/virsh-line.tsx';
import styles from './activity.module.css';
import { tookWords } from './activity-columns.tsx';
import { DetailsHead } from './details-head.tsx';
import { KeptXmls } from './kept-xmls.tsx';
import { ForcedChip, OutcomeChip, OutcomeIcon } from './looks.tsx';

interface ActivityDetailsProps {
  group: JournalGroup;
  /** What it was done to, if that is there now. */
  domain: Domain | undefined;
  /** Whether it is the last revert of its domain that is known, which alone can be undone. */
  isLastRevert: boolean;
  /** Shown for its own domain: there is no way to where one is. */
  isThere: boolean;
}

/** All that is known of one operation: how it ended, what was planned and shown, and what to do now. */
export function ActivityDetails({ group, domain, isLastRevert, isThere }: ActivityDetailsProps) {
  const now = useNow(60_000);
  const { main, entries, outcome, tookMs, forced, batch } = group;
  const { losses, virsh } = shownOf(group);
  const kept = entries.filter(({ hasXml }) => hasXml);
  // A revert takes the domain’s configuration, everything else that of snapshots.
  const withConfig = kept.filter(isRevert).slice(0, 1);
  const withXml = kept.filter((entry) => !isRevert(entry));
  return (
    <>
      <DetailsHead title={askedWords(main)} />
      <p className={parts.dim}>
        <bdi>{main.domainName}</bdi> on <bdi>{main.hostName}</bdi>, {formatMoment(main.askedAt, now)}, by{' '}
        <bdi>{main.who}</bdi>
      </p>
      <p className={styles.ended}>
        <OutcomeChip outcome={outcome} later={main.resolved} />
        {forced ? <ForcedChip /> : null}
        <span className={parts.dim}>{tookMs === null ? 'no answer came' : `took ${tookWords(tookMs)}`}</span>
      </p>
      {batch ? <p className={parts.dim}>Part of a batch of {batch.domains} domains.</p> : null}
      {main.problem ? <ProblemView problem={main.problem} /> : null}
      {main.differences.length > 0 ? (
        <ul className={operations.differences}>
          {main.differences.map((difference) => (
            <li key={difference}>{difference}</li>
          ))}
        </ul>
      ) : null}
      {main.found ? <p>{foundSentence({ found: main.found })}</p> : null}
      <section className={styles.part}>
        <h3>Plan</h3>
        <ol className={styles.steps}>
          {entries.map((entry) => (
            <Step key={entry.requestId} entry={entry} isMain={entry === main} />
          ))}
        </ol>
      </section>
      <Losses group={group} losses={losses} />
      {virsh ? (
        <section className={styles.part}>
          <h3>virsh</h3>
          <VirshLine text={virsh} />
        </section>
      ) : null}
      {withXml.length > 0 ? <KeptXmls what="XML" entries={withXml} /> : null}
      {withConfig.length > 0 ? <KeptXmls what="configuration" entries={withConfig} /> : null}
      <WayOn domain={domain} isLastRevert={isLastRevert} isThere={isThere} />
    </>
  );
}

function Step({ entry, isMain }: { entry: JournalEntry; isMain: boolean }) {
  const { askedAt, answeredAt, plan, problem, resolved, flags } = entry;
  const span = answeredAt === null ? null : answeredAt - askedAt;
  return (
    <li>
      <OutcomeIcon outcome={outcomeOf(entry)} />
      <div>
        <p>
          <bdi>{askedWords(entry)}</bdi>
        </p>
        <p className={styles.stepNote}>
          {span === null ? 'no answer came' : tookWords(span)}
          {flags > 0 ? ` · flags ${flags}` : ''}
        </p>
        {resolved ? (
          <p className={styles.stepNote}>The answer never came. This was found later by asking libvirt.</p>
        ) : null}
        {plan.length > 0 ? (
          <details className={blocks.details}>
            <summary>The plan as it was read</summary>
            <ul className={styles.lines}>
              {plan.map((line) => (
                <li key={line}>
                  <bdi>{line}</bdi>
                </li>
              ))}
            </ul>
          </details>
        ) : null}
        {problem && !isMain ? <ProblemView problem={problem} /> : null}
      </div>
    </li>
  );
}

/** What the person was told to lose. Of what was done before that was written down, only that is said. */
function Losses({ group: { main }, losses }: { group: JournalGroup; losses: JournalEntry['losses'] }) {
  if (!losses && !isRevert(main)) return null;
  return (
    <section className={styles.part}>
      <h3>Lost, as shown before</h3>
      {losses ? (
        <ul className={styles.lines}>
          {losses.map(({ text, kept }) => (
            <li key={text}>
              <bdi>{text}</bdi>
              {kept ? <span className={parts.dim}> · kept by the safety snapshot</span> : null}
            </li>
          ))}
        </ul>
      ) : (
        <p className={parts.dim}>Not written down for this entry.</p>
      )}
    </section>
  );
}

/** Where to go from here: back, if that is still possible, and to the domain. */
function WayOn({ domain, isLastRevert, isThere }: Omit<ActivityDetailsProps, 'group'>) {
  const app = useApp();
  const refused = useAppState((state) => (domain ? undoUnavailable(state, domainKey(domain)) : null));
  if (!domain) return <p className={parts.dim}>This domain is not among those that are connected.</p>;
  const undo = isLastRevert && refused === null;
  if (!undo && isThere) return null;
  return (
    <div className={styles.wayOn}>
      {undo ? (
        <Button
          onClick={() =>
            runCommand(commandById('revert.undo'), contextOf(app, { kind: 'domain', key: domainKey(domain) }))
          }
        >
          <Undo2 size={14} aria-hidden="true" />
          Undo…
        </Button>
      ) : null}
      {isThere ? null : (
        <Button className={styles.open} onClick={() => openDomainView(app.store, domainKey(domain))}>
          <span>
            Open <bdi>{domain.name}</bdi>
          </span>
        </Button>
      )}
    </div>
  );
}
