import { CircleAlert, CircleCheck, CircleDashed, CircleMinus, LoaderCircle, TriangleAlert } from 'lucide-react';
import { formatDuration } from '../../shared/format.ts';
import type { Batch, BatchRow } from '../../shared/schema.ts';
import { cancelOperation } from '../operations/cancel.ts';
import { Differences } from '../operations/differences.tsx';
import { phaseWords, progressText } from '../operations/phases.ts';
import { OutcomeLists } from '../operations/revert/ended.tsx';
import { type RowResult, rowResult, rowResultWords } from '../store/batch-words.ts';
import { foundSentence } from '../store/notices.ts';
import { operationOn } from '../store/selectors.ts';
import { domainKey } from '../store/store.ts';
import { useApp, useAppState } from '../ui/context.tsx';
import type { GridColumn } from '../ui/grid/columns.ts';
import grids from '../ui/grid/grid.module.css';
import parts from '../ui/parts.module.css';
import { ProblemView } from '../ui/problem-view.tsx';
import styles from './batch.module.css';
import { DomainCell } from './domain-cell.tsx';

const icons: Record<RowResult, typeof CircleCheck> = {
  waiting: CircleDashed,
  running: LoaderCircle,
  done: CircleCheck,
  differs: TriangleAlert,
  failed: CircleAlert,
  skipped: CircleMinus,
};

/** The columns of a batch. */
export function progressColumns(kind: Batch['kind'], now: number): GridColumn<BatchRow>[] {
  return [
    {
      id: 'domain',
      header: 'Domain',
      share: 1.1,
      min: 120,
      cell: (row) => <DomainCell row={row} />,
    },
    {
      id: 'target',
      header: 'Snapshot',
      share: 1.2,
      min: 130,
      goes: 1,
      cell: (row) => (
        <div className={grids.cellLine} title={row.subject}>
          <bdi>{row.subject}</bdi>
        </div>
      ),
    },
    {
      id: 'result',
      header: 'Result',
      share: 1.6,
      min: 160,
      wants: 220,
      cell: (row) => <ResultCell kind={kind} row={row} />,
    },
    {
      id: 'time',
      header: 'Took',
      width: 84,
      min: 76,
      cell: ({ startedAt, endedAt }) => (startedAt === null ? '' : formatDuration((endedAt ?? now) - startedAt)),
    },
  ];
}

function ResultCell({ kind, row }: { kind: Batch['kind']; row: BatchRow }) {
  const app = useApp();
  const result = rowResult(row);
  const operation = useAppState((state) => (result === 'running' ? operationOn(state, domainKey(row)) : undefined));
  const Icon = icons[result];
  const amount = operation ? progressText(operation.progress) : null;
  const note = row.changes[0] ?? row.problem?.what ?? row.outcome?.problem?.what ?? row.outcome?.differences[0];
  return (
    <div className={styles.result} data-result={result}>
      <Icon size={15} className={result === 'running' ? parts.spin : ''} aria-hidden="true" />
      <div className={grids.cellText}>
        <div className={grids.cellLine}>
          {operation ? phaseWords[operation.phase] : rowResultWords(kind, row)}
          {amount ? `, ${amount}` : ''}
        </div>
        {operation?.cancellable ? (
          <button
            type="button"
            className={parts.link}
            aria-label={`Cancel the operation on ${row.domainName}`}
            disabled={operation.cancelRequested}
            onClick={(event) => {
              event.stopPropagation();
              cancelOperation(app, operation);
            }}
          >
            {operation.cancelRequested ? 'Cancelling…' : 'Cancel'}
          </button>
        ) : null}
        {note ? (
          <div className={parts.note} title={note}>
            {note}
          </div>
        ) : null}
      </div>
    </div>
  );
}

/** All that is known of the end of one row; null before it. */
export function rowDetail(row: BatchRow) {
  if (row.status !== 'ended') return null;
  const { outcome, problem, changes } = row;
  return (
    <div className={`${grids.detailText} ${styles.detail}`}>
      {problem ? <ProblemView problem={problem} /> : null}
      {outcome?.problem ? <ProblemView problem={outcome.problem} /> : null}
      {outcome?.detail?.safety?.problem ? <ProblemView problem={outcome.detail.safety.problem} /> : null}
      <Differences title="Changed after the plan was made" lines={changes} />
      {outcome ? <OutcomeLists outcome={outcome} /> : null}
      {outcome ? <p className={parts.dim}>{foundSentence(outcome)}</p> : null}
    </div>
  );
}
