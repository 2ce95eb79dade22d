import { batchWords } from '../../shared/batch-words.ts';
import { capital } from '../../shared/format.ts';
import type { Batch, BatchRow } from '../../shared/schema.ts';
import type { Notice } from './store.ts';

export type RowResult = 'waiting' | 'running' | 'done' | 'differs' | 'failed' | 'skipped';

/** What became of a row, as far as it is known. */
export function rowResult({ status, outcome, problem, changes }: BatchRow): RowResult {
  if (status !== 'ended') return status;
  if (!outcome || problem || changes.length > 0) return outcome?.result === 'done' ? 'differs' : 'failed';
  if (outcome.result !== 'done') return 'failed';
  return outcome.differences.length > 0 ? 'differs' : 'done';
}

const resultWords: Readonly<Record<RowResult, (done: string) => string>> = {
  waiting: () => 'waiting',
  running: () => 'running',
  done: (done) => done,
  differs: (done) => `${done}, not as planned`,
  failed: (done) => `not ${done}`,
  skipped: () => 'not started',
};

const failedWords: Record<string, string> = {
  refused: 'Refused',
  failed: 'Failed',
  unknown: 'Not known',
  cancelled: 'Cancelled',
};

/** The result in words that claim no more than is known: what failed may have changed something. */
export function rowResultWords(kind: Batch['kind'], row: BatchRow): string {
  const result = rowResult(row);
  if (result === 'failed' && row.changes.length > 0) return 'Changed in the meantime';
  const failed = result === 'failed' && row.outcome ? failedWords[row.outcome.result] : undefined;
  const words = resultWords[result](batchWords({ kind }).done);
  return failed ?? capital(words);
}

export function runCounts({ rows }: Batch): Record<RowResult, number> & { ended: number } {
  const counts = { waiting: 0, running: 0, done: 0, differs: 0, failed: 0, skipped: 0 };
  for (const row of rows) counts[rowResult(row)]++;
  return { ...counts, ended: rows.length - counts.waiting - counts.running };
}

/** The rows whose revert can be undone: a safety snapshot was taken first. */
export function undoable({ rows, kind }: Batch): BatchRow[] {
  return kind === 'revert'
    ? rows.filter(({ outcome }) => outcome?.detail?.safety?.result === 'taken' && outcome.result !== 'refused')
    : [];
}

/** `Lab reset: 5 of 12 ended, 1 not reverted`, or how it ended. */
export function runHeadline(run: Batch): string {
  const { ended, done, differs, failed } = runCounts(run);
  const words = batchWords(run);
  const bad = failed > 0 ? `, ${failed} not ${words.done}` : '';
  if (run.endedAt === null) return `${words.name}: ${ended} of ${run.rows.length} ended${bad}`;
  return `${words.name}: ${done + differs} of ${words.count(run.rows.length)} ${words.done}`;
}

/** The counts that are not nothing, in the order of what to look at first. */
export function countSentences(run: Batch): { result: RowResult; text: string }[] {
  const counts = runCounts(run);
  const { done } = batchWords(run);
  const order: RowResult[] = ['failed', 'differs', 'skipped', 'running', 'waiting', 'done'];
  return order.flatMap((result) =>
    counts[result] > 0 ? [{ result, text: `${counts[result]} ${resultWords[result](done)}` }] : [],
  );
}

/** The message about an ended batch. It goes away by itself only if every row went as planned. */
export function batchNotice(run: Batch): Omit<Notice, 'id'> {
  const { failed, differs, skipped } = runCounts(run);
  const tone = failed > 0 || skipped > 0 ? 'failed' : differs > 0 ? 'differs' : 'done';
  const [first] = run.rows;
  return {
    tone,
    title: runHeadline(run),
    lines: [
      countSentences(run)
        .map(({ text }) => text)
        .join(', '),
    ],
    ...(first ? { batchPlanId: first.planId } : {}),
  };
}
