import type { ActivityItem } from '../../shared/activity/items.ts';
import { formatMoment } from '../../shared/format.ts';
import { useNow } from '../ui/hooks.ts';
import parts from '../ui/parts.module.css';
import styles from './activity.module.css';
import { tookWords } from './activity-columns.tsx';
import { DetailsHead } from './details-head.tsx';
import { ForcedChip, OutcomeChip, OutcomeIcon } from './looks.tsx';

interface BatchDetailsProps {
  item: ActivityItem;
  onOpen: (operationId: string) => void;
}

/** How a batch ended, domain by domain, with the way to all that is known of each. */
export function BatchDetails({
  item: { asked, askedAt, host, who, outcome, note, tookMs, groups },
  onOpen,
}: BatchDetailsProps) {
  const now = useNow(60_000);
  const notBegun = (groups[0]?.batch?.domains ?? 0) - groups.length;
  return (
    <>
      <DetailsHead title={asked} />
      <p className={parts.dim}>
        On <bdi>{host}</bdi>, {formatMoment(askedAt, now)}, by <bdi>{who}</bdi>
      </p>
      <p className={styles.ended}>
        <OutcomeChip outcome={outcome} />
        <span className={parts.dim}>
          {[note, tookMs === null ? 'no answer came' : `took ${tookWords(tookMs)}`].filter(Boolean).join(' · ')}
        </span>
      </p>
      <section className={styles.part}>
        <h3>Domains</h3>
        <ul className={styles.steps}>
          {groups.map(({ operationId, main, outcome: ended, tookMs: took, forced }) => (
            <li key={operationId}>
              <OutcomeIcon outcome={ended} />
              <div>
                <button type="button" className={parts.link} onClick={() => onOpen(operationId)}>
                  <bdi>{main.domainName}</bdi>
                </button>{' '}
                {forced ? <ForcedChip /> : null}
                <p className={styles.stepNote}>
                  {took === null ? 'no answer came' : tookWords(took)}
                  {main.problem ? ` · ${main.problem.what}` : ''}
                </p>
              </div>
            </li>
          ))}
        </ul>
        {notBegun > 0 ? <p className={parts.dim}>Not listed here: {notBegun} more of the same batch.</p> : null}
      </section>
    </>
  );
}
