import { useMemo, useState } from 'react';
import { formatAge, formatDateTime, formatTaken } from '../../shared/format.ts';
import type { Domain, JournalEntry } from '../../shared/schema.ts';
import blocks from '../ui/blocks.module.css';
import { Button } from '../ui/button.tsx';
import type { GridColumn } from '../ui/grid/columns.ts';
import grids from '../ui/grid/grid.module.css';
import { useAfter, useNow } from '../ui/hooks.ts';
import parts from '../ui/parts.module.css';
import { ProblemView } from '../ui/problem-view.tsx';
import { RowGrid } from '../ui/row-grid.tsx';
import { GroupDetail } from './group-detail.tsx';
import { askedWords, groupEntries, type JournalGroup, resultLook } from './groups.ts';
import styles from './journal.module.css';
import { entriesAtOnce, useJournal } from './use-journal.ts';

const loadingAfterMs = 150;
const mostEntries = 5000;

/** What Snapkeel asked libvirt to do to a domain, newest first: who, when, and what came of it. */
export function JournalPane({ domain }: { domain: Domain }) {
  const [limit, setLimit] = useState(entriesAtOnce);
  const [attempt, setAttempt] = useState(0);
  const journal = useJournal(domain, limit, attempt);
  const late = useAfter(loadingAfterMs, journal.status === 'loading');
  const now = useNow();
  const groups = useMemo(() => (journal.status === 'ready' ? groupEntries(journal.value) : []), [journal]);
  const columns = useMemo(() => journalColumns(now), [now]);
  if (journal.status === 'failed') {
    return (
      <div className={blocks.empty} role="alert">
        <ProblemView problem={journal.problem}>
          <Button onClick={() => setAttempt(attempt + 1)}>Try again</Button>
        </ProblemView>
      </div>
    );
  }
  if (journal.status === 'loading') {
    return late ? (
      <div className={blocks.empty} role="status">
        <p>Reading the journal…</p>
      </div>
    ) : (
      <div className={parts.grow} />
    );
  }
  if (groups.length === 0) {
    return (
      <div className={blocks.empty}>
        <h2>Nothing was done yet</h2>
        <p>
          Everything that Snapkeel asks libvirt to change on <bdi>{domain.name}</bdi> is recorded here: when, by whom,
          and the result.
        </p>
      </div>
    );
  }
  return (
    <>
      <RowGrid
        label={`History of ${domain.name}`}
        id="journal"
        className={styles.journal}
        columns={columns}
        rows={groups}
        keyOf={({ operationId }) => operationId}
        textOf={({ main }) => main.snapshotName}
        detailOf={(group) => <GroupDetail group={group} />}
      />
      {journal.value.length < limit || limit >= mostEntries ? null : (
        <div className={styles.more}>
          <Button onClick={() => setLimit(mostEntries)}>Show older ones too</Button>
        </div>
      )}
    </>
  );
}

function journalColumns(now: number): GridColumn<JournalGroup>[] {
  return [
    {
      id: 'what',
      header: 'What was asked',
      share: 1,
      min: 140,
      wants: 200,
      sortBy: ({ main }) => askedWords(main),
      cell: (group) => (
        <>
          <div className={grids.cellName}>
            <b title={askedWords(group.main)}>
              <bdi>{askedWords(group.main)}</bdi>
            </b>
            {group.forced ? (
              <span className={parts.chip} data-look="warn">
                forced
              </span>
            ) : null}
          </div>
          <div className={parts.note}>{safetyNote(group)}</div>
        </>
      ),
    },
    {
      id: 'outcome',
      header: 'Outcome',
      width: 128,
      min: 104,
      sortBy: ({ main }) => resultLook(main).text,
      cell: ({ main }) => {
        const { text, look } = resultLook(main);
        return (
          <span className={parts.chip} data-look={look}>
            {text}
          </span>
        );
      },
    },
    {
      id: 'when',
      header: 'When',
      width: 96,
      goes: 2,
      sortBy: ({ main }) => main.askedAt,
      greatestFirst: true,
      cell: ({ main: { askedAt } }) => (
        <time
          dateTime={new Date(askedAt).toISOString()}
          title={`${formatDateTime(askedAt)}\n${formatAge(askedAt, now)}`}
        >
          {formatTaken(askedAt, now)}
        </time>
      ),
    },
    {
      id: 'who',
      header: 'By',
      width: 92,
      goes: 1,
      sortBy: ({ main }) => main.who,
      cell: ({ main }) => <bdi title={main.who}>{main.who}</bdi>,
    },
  ];
}

/** What is asked on the way to a revert; alone, it means that the revert was not started. */
const beforeRevert: ReadonlySet<JournalEntry['kind']> = new Set([
  'safety-snapshot',
  'remove-managed-save',
  'delete-safety',
]);

function safetyNote({ main, safety }: JournalGroup): string {
  if (!beforeRevert.has(main.kind) && main.kind !== 'revert') return main.plan[0] ?? '';
  if (main.kind !== 'revert') return 'nothing was reverted';
  if (!safety) return 'without a safety snapshot';
  return safety.result === 'done'
    ? `safety snapshot “${safety.snapshotName}” taken`
    : `safety snapshot: ${resultLook(safety).text}`;
}
