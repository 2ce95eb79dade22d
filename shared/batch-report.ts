import { batchWords } from './batch-words.ts';
import { formatDateTime, formatDuration, stateLabel } from './format.ts';
import type { Batch, BatchRow } from './schema.ts';

type Format = 'text' | 'markdown';
/** How a row ended, in one word. */
const endings = {
  done: 'done',
  refused: 'refused',
  failed: 'FAILED',
  unknown: 'UNKNOWN',
  cancelled: 'cancelled',
} as const;

/** What became of a batch: one line a domain, and under it what a person should know. */
export function batchReport(run: Batch, format: Format): string {
  return (format === 'markdown' ? markdown : text)(run);
}

/** `11 of 12 reverted, 1 failed`. */
export function batchSummary({ kind, rows }: Pick<Batch, 'kind' | 'rows'>): string {
  const counts = new Map<string, number>();
  for (const row of rows) counts.set(wordOf(row), (counts.get(wordOf(row)) ?? 0) + 1);
  const done = counts.get('done') ?? 0;
  counts.delete('done');
  const others = [...counts].map(([word, count]) => `${count} ${word.toLowerCase()}`);
  return [`${done} of ${rows.length} ${batchWords({ kind }).done}`, ...others].join(', ');
}

function text(run: Batch): string {
  const table = run.rows.map((row) => [wordOf(row), `${row.domainName} on ${row.hostName}`, row.subject, tookOf(row)]);
  const widths = [0, 1, 2].map((column) => Math.max(0, ...table.map((cells) => cells[column]?.length ?? 0)));
  const lines = table.flatMap((cells, index) => [
    cells
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
    ...notesOf(run.rows[index] as BatchRow).map((note) => `    ${note}`),
  ]);
  const left = run.leftOut.map(({ domainName, hostName, why }) => `left out  ${domainName} on ${hostName}: ${why}`);
  return `${[...headOf(run), '', ...lines, ...left].join('\n')}\n`;
}

function markdown(run: Batch): string {
  const [title = '', ...head] = headOf(run);
  const cell = (value: string) => value.replaceAll('\\', '\\\\').replaceAll('|', '\\|').replaceAll(/\s+/g, ' ');
  const lines = run.rows.map((row) => {
    const cells = [row.domainName, row.hostName, row.subject, wordOf(row), tookOf(row), notesOf(row).join(' ')];
    return `| ${cells.map(cell).join(' | ')} |`;
  });
  const columns = ['Domain', 'Host', 'Snapshot', 'Result', 'Took', 'Notes'];
  const table = [`| ${columns.join(' | ')} |`, `|${columns.map(() => '---').join('|')}|`, ...lines];
  const left = run.leftOut.map(
    ({ domainName, hostName, why }) => `| ${[domainName, hostName, '', 'left out', '', why].map(cell).join(' | ')} |`,
  );
  return `${[`# ${title}`, '', ...head.flatMap((line) => [line, '']), ...table, ...left].join('\n')}\n`;
}

function headOf(run: Batch): string[] {
  const took = run.endedAt === null ? 'still running' : `took ${formatDuration(run.endedAt - run.startedAt)}`;
  return [batchWords(run).name, `${formatDateTime(run.startedAt)}, ${took}.`, `${batchSummary(run)}.`];
}

function wordOf(row: BatchRow): string {
  if (row.status !== 'ended') return row.status;
  return row.outcome ? endings[row.outcome.result] : 'refused';
}

function tookOf({ startedAt, endedAt }: BatchRow): string {
  return startedAt === null || endedAt === null ? '' : formatDuration(endedAt - startedAt);
}

/** Sentences about one row. */
function notesOf({ status, outcome, problem, changes }: BatchRow): string[] {
  if (status === 'skipped') return ['Not started: the run was stopped first.'];
  const trouble = outcome?.problem ?? problem;
  const safety = outcome?.detail?.safety;
  return [
    ...(trouble ? [trouble.what, ...(trouble.detail ? [trouble.detail] : [])] : []),
    ...changes,
    ...(outcome?.differences ?? []),
    ...(outcome?.found ? [`Now ${stateLabel(outcome.found.state)}.`] : []),
    ...(safety?.result === 'taken' ? [`Safety snapshot “${safety.name}”.`] : []),
    ...(outcome?.detail?.forced ? ['Reverted with force.'] : []),
  ];
}
