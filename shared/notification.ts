import { batchSummary } from './batch-report.ts';
import { batchWords } from './batch-words.ts';
import { operationEnded } from './operations/words.ts';
import type { Batch, Operation } from './schema.ts';

/** What was quicker was waited for; milliseconds. */
const LONG_MS = 10_000;

/** The end of something long, for a person who looks at something else. */
export interface Notification {
  readonly title: string;
  readonly body: string;
  /** The domain that it is about; null: several. */
  readonly about: { readonly hostId: string; readonly uuid: string } | null;
}

type Domain = Pick<Operation, 'hostId' | 'uuid'>;

/** The batch that an operation is part of. */
export function batchWith(
  batches: Iterable<Batch>,
  { startedAt, hostId, uuid }: Domain & Pick<Operation, 'startedAt'>,
): Batch | undefined {
  return [...batches].find(
    (run) =>
      startedAt >= run.startedAt &&
      startedAt <= (run.endedAt ?? Number.POSITIVE_INFINITY) &&
      run.rows.some((row) => row.hostId === hostId && row.uuid === uuid && row.status !== 'waiting'),
  );
}

/** What to tell of an operation; null: it goes on, was short, or is part of a batch, which is told as a whole. */
export function operationNotification(
  operation: Operation,
  batches: Iterable<Batch>,
  hostName: string,
): Notification | null {
  const { outcome, startedAt, endedAt, hostId, uuid } = operation;
  if (!outcome || endedAt === null || endedAt - startedAt < LONG_MS || batchWith(batches, operation)) return null;
  return { title: operationEnded(operation, outcome), body: hostName, about: { hostId, uuid } };
}

/** The same of a batch, however long it took. */
export function batchNotification(run: Batch): Notification | null {
  if (run.endedAt === null) return null;
  return { title: batchWords(run).name, body: batchSummary(run), about: null };
}
