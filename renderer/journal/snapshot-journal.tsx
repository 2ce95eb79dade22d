import { useMemo } from 'react';
import { aboutSnapshot, askedWords, outcomeOf } from '../../shared/activity/groups.ts';
import { formatMoment } from '../../shared/format.ts';
import type { Domain } from '../../shared/schema.ts';
import grids from '../ui/grid/grid.module.css';
import { useNow } from '../ui/hooks.ts';
import parts from '../ui/parts.module.css';
import { ProblemView } from '../ui/problem-view.tsx';
import styles from './activity.module.css';
import { ForcedChip, OutcomeChip } from './looks.tsx';
import { useJournal } from './use-journal.ts';

/** What was done to, or with, one snapshot. */
export function SnapshotJournal({ domain: { hostId, uuid }, name }: { domain: Domain; name: string }) {
  const journal = useJournal({ hostId, uuid });
  const now = useNow();
  const groups = useMemo(
    () => (journal.status === 'ready' ? aboutSnapshot(journal.groups, name) : []),
    [journal, name],
  );
  if (journal.status === 'failed') return <ProblemView problem={journal.problem} />;
  if (journal.status === 'loading') return <p className={parts.dim}>Reading the journal…</p>;
  if (groups.length === 0) return <p className={parts.dim}>Nothing has been done to this snapshot from Snapkeel.</p>;
  return (
    <ul className={styles.snapshotJournal}>
      {groups.map(({ operationId, entries, forced }) => {
        const entry = entries.find(({ snapshotName }) => snapshotName === name);
        if (!entry) return null;
        return (
          <li key={operationId}>
            <div className={grids.cellName}>
              <b>
                <bdi>{askedWords(entry)}</bdi>
              </b>
              <OutcomeChip outcome={outcomeOf(entry)} later={entry.resolved} />
              {forced && entry.kind === 'revert' ? <ForcedChip /> : null}
            </div>
            <span className={parts.dim}>
              {formatMoment(entry.askedAt, now)} by <bdi>{entry.who}</bdi>
            </span>
          </li>
        );
      })}
    </ul>
  );
}
