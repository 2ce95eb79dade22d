import { Download } from 'lucide-react';
import { useMemo } from 'react';
import { batchReport } from '../../shared/batch-report.ts';
import { batchWords } from '../../shared/batch-words.ts';
import { formatCount } from '../../shared/format.ts';
import type { Batch } from '../../shared/schema.ts';
import { closeDialog } from '../store/actions.ts';
import { countSentences, runCounts, undoable } from '../store/batch-words.ts';
import { batchByPlan } from '../store/selectors.ts';
import { domainKey } from '../store/store.ts';
import { Button } from '../ui/button.tsx';
import { useApp, useAppState } from '../ui/context.tsx';
import { CopyButton } from '../ui/copy-button.tsx';
import { DecisionDialog, DecisionHead } from '../ui/decision-dialog.tsx';
import dialogs from '../ui/dialog.module.css';
import { useNow } from '../ui/hooks.ts';
import { RowGrid } from '../ui/row-grid.tsx';
import { saveText } from '../ui/save-text.ts';
import styles from './batch.module.css';
import { progressColumns, rowDetail } from './progress-columns.tsx';
import { askUndoAll, stopBatch } from './run.ts';

/** A batch under way, row by row, and its report once it has ended. */
export function BatchDialog({ planId }: { planId: string }) {
  const { store } = useApp();
  const run = useAppState((state) => batchByPlan(state, planId));
  const live = run?.endedAt == null;
  return (
    <DecisionDialog
      head={
        <DecisionHead title={run ? titleOf(run) : 'Several domains'}>
          {run ? subtitleOf(run) : 'Starting…'}
        </DecisionHead>
      }
      width={1060}
      className={styles.tall}
      home="domains"
      step=""
      safeLabel={live ? 'Continue in background' : 'Close'}
      onClose={() => closeDialog(store)}
      foot={
        <>
          {run ? <Reports run={run} /> : null}
          <span className={dialogs.why} />
        </>
      }
      before={run && live ? <StopButton run={run} /> : null}
      actions={run && !live ? <UndoAll run={run} /> : null}
    >
      {run ? <Rows run={run} /> : null}
    </DecisionDialog>
  );
}

function titleOf(run: Batch): string {
  const domains = formatCount(run.rows.length, 'domain');
  const { doing, name } = batchWords(run);
  return run.endedAt === null ? `${doing} ${domains}` : `${name} of ${domains}: report`;
}

function subtitleOf(run: Batch): string {
  if (run.endedAt === null && run.stopRequested) return 'No more are started; those that run continue';
  if (run.endedAt === null)
    return run.onFailure === 'stop' ? 'If one fails, no more are started' : 'If one fails, the others continue';
  const { done, failed, skipped, differs } = runCounts(run);
  if (done === run.rows.length) return 'Every domain is as planned, confirmed by libvirt';
  const words = batchWords(run);
  if (failed + skipped === 0) return `All were ${words.done}; ${differs} not exactly as planned`;
  return `Not all were ${words.done}`;
}

function Rows({ run }: { run: Batch }) {
  const live = run.endedAt === null;
  const now = useNow(live ? 1000 : null);
  const columns = useMemo(() => progressColumns(run.kind, now), [run.kind, now]);
  const { ended } = runCounts(run);
  // The report begins with what asks for attention; while it runs, rows stay where they are.
  const rows = useMemo(
    () => (live ? run.rows : run.rows.toSorted((a, b) => attention(a) - attention(b))),
    [run.rows, live],
  );
  return (
    <>
      <div className={styles.progress}>
        {live ? <progress aria-label="Domains that have ended" value={ended} max={run.rows.length} /> : null}
        <p role="status">
          {countSentences(run).map(({ result, text }) => (
            <span key={result} className={styles.tally} data-result={result}>
              {text}
            </span>
          ))}
        </p>
      </div>
      <RowGrid
        label={live ? 'Domains' : 'Report'}
        id="batch-rows"
        columns={columns}
        rows={rows}
        keyOf={domainKey}
        textOf={({ domainName }) => domainName}
        rowClass={({ status }) => (status === 'skipped' ? styles.out : undefined)}
        detailOf={rowDetail}
      />
      {run.leftOut.length > 0 ? (
        <details className={styles.leftOut}>
          <summary>{formatCount(run.leftOut.length, 'domain')} left out</summary>
          <ul>
            {run.leftOut.map(({ hostName, domainName, why }) => (
              <li key={`${hostName}/${domainName}`}>
                <bdi>{domainName}</bdi> on <bdi>{hostName}</bdi>: {why}
              </li>
            ))}
          </ul>
        </details>
      ) : null}
    </>
  );
}

function attention({ status, outcome }: Batch['rows'][number]): number {
  if (status === 'skipped') return 1;
  if (outcome?.result !== 'done') return 0;
  return outcome.differences.length > 0 ? 0 : 2;
}

function StopButton({ run }: { run: Batch }) {
  const app = useApp();
  const { waiting } = runCounts(run);
  if (waiting === 0 && !run.stopRequested) return null;
  return (
    <Button disabled={run.stopRequested} onClick={() => stopBatch(app, run)}>
      {run.stopRequested ? 'Stopping…' : 'Stop'}
    </Button>
  );
}

/** The way back from all of them, as far as safety snapshots were taken. */
function UndoAll({ run }: { run: Batch }) {
  const app = useApp();
  const keys = undoable(run).map(domainKey);
  if (keys.length === 0) return null;
  return <Button onClick={() => askUndoAll(app, keys)}>Undo {keys.length === 1 ? 'it' : 'all'}…</Button>;
}

/** The report as text, once there is one. */
function Reports({ run }: { run: Batch }) {
  const text = useMemo(() => (run.endedAt === null ? null : batchReport(run, 'markdown')), [run]);
  if (text === null) return null;
  return (
    <>
      <CopyButton text={text} what="report" label="Copy report" />
      <Button
        look="quiet"
        onClick={() =>
          saveText(`${batchWords(run).name.toLowerCase().replaceAll(' ', '-')} ${fileMoment(run.startedAt)}.md`, text)
        }
      >
        <Download size={13} aria-hidden="true" />
        Save report
      </Button>
    </>
  );
}

/** `2026-11-23 05-27`: a moment that every file system can have in a name. */
function fileMoment(at: number): string {
  const two = (n: number) => `${n}`.padStart(2, '0');
  const date = new Date(at);
  const day = [date.getFullYear(), two(date.getMonth() + 1), two(date.getDate())].join('-');
  return `${day} ${two(date.getHours())}-${two(date.getMinutes())}`;
}
