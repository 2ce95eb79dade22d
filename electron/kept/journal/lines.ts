import { z } from 'zod';
import { Found, HostKind, JournalEntry, Problem } from '../../../shared/schema.ts';

const Result = z.enum(['done', 'refused', 'failed', 'unknown', 'cancelled']);
export type JournalResult = z.infer<typeof Result>;

/** Written before libvirt is asked. */
export const Asked = z.object({
  type: z.literal('asked'),
  requestId: z.string(),
  operationId: z.string(),
  at: z.number(),
  kind: JournalEntry.shape.kind,
  who: z.string(),
  host: z.object({ name: z.string(), uri: z.string(), kind: HostKind }),
  domain: z.object({ uuid: z.string(), name: z.string() }),
  snapshot: z.string(),
  flags: z.number(),
  plan: z.array(z.string()),
  /** Not written down before there was a use for them, and only with the first request of an operation. */
  losses: JournalEntry.shape.losses,
  virsh: JournalEntry.shape.virsh,
  batch: JournalEntry.shape.batch,
  /** The current snapshot when libvirt was asked. */
  currentBefore: z.string().nullable(),
});
export type Asked = z.infer<typeof Asked>;

/** One line of the journal. */
export const Line = z.discriminatedUnion('type', [
  Asked,
  z.object({ type: z.literal('xml'), requestId: z.string(), at: z.number(), xml: z.string() }),
  /** Written when libvirt has answered. */
  z.object({
    type: z.literal('answered'),
    requestId: z.string(),
    at: z.number(),
    result: Result,
    problem: Problem.optional(),
  }),
  /** Written when libvirt was asked how things are after its answer. */
  z.object({
    type: z.literal('found'),
    requestId: z.string(),
    at: z.number(),
    found: Found.nullable(),
    differences: z.array(z.string()),
  }),
  /** Written when no answer came and libvirt was asked later how things are. */
  z.object({
    type: z.literal('resolved'),
    requestId: z.string(),
    at: z.number(),
    result: Result,
    found: Found.nullable(),
    differences: z.array(z.string()),
  }),
]);
export type Line = z.infer<typeof Line>;

/** What has been written down about one request. */
export interface JournalRecord {
  readonly asked: Asked;
  readonly entry: JournalEntry;
}

/** Requests that are remembered; the oldest go when there are more. */
const MOST_RECORDS = 20_000;

/**
 * Reads lines. The last one may be torn by a crash and then counts as not written; another that cannot be read is
 * left out and told to `log`.
 */
export async function* parseLines(rows: AsyncIterable<string>, log: (line: string) => void): AsyncGenerator<Line> {
  let number = 0;
  let unread: number | null = null;
  for await (const row of rows) {
    number++;
    if (unread !== null) log(`line ${unread} of the journal could not be read`);
    const line = row.trim() === '' ? undefined : parseLine(row);
    unread = line === null ? number : null;
    if (line) yield line;
  }
}

/** Puts one more line to what is known. An answer of libvirt's own has the last word over what was found out later. */
export function withLine(records: Map<string, JournalRecord>, line: Line): void {
  if (line.type === 'asked') {
    records.set(line.requestId, { asked: line, entry: asEntry(line) });
    const [oldest] = records.keys();
    if (oldest !== undefined && records.size > MOST_RECORDS) records.delete(oldest);
    return;
  }
  const record = records.get(line.requestId);
  if (!record) return;
  const change = changeOf(line, record.entry);
  records.set(line.requestId, { ...record, entry: { ...record.entry, ...change } });
}

function changeOf(line: Exclude<Line, Asked>, entry: JournalEntry): Partial<JournalEntry> {
  switch (line.type) {
    case 'xml':
      return { hasXml: true };
    case 'answered':
      return {
        answeredAt: line.at,
        result: line.result,
        resolved: false,
        ...(line.problem ? { problem: line.problem } : {}),
      };
    case 'found':
      return { found: line.found, differences: line.differences };
    case 'resolved':
      // What was found later replaces what was found before; an answer and a proof stay.
      if (entry.result !== null && !(entry.resolved && entry.result === 'unknown')) return {};
      return { result: line.result, found: line.found, differences: line.differences, resolved: true };
  }
}

function asEntry(asked: Asked): JournalEntry {
  return {
    requestId: asked.requestId,
    operationId: asked.operationId,
    kind: asked.kind,
    askedAt: asked.at,
    answeredAt: null,
    who: asked.who,
    hostName: asked.host.name,
    hostUri: asked.host.uri,
    uuid: asked.domain.uuid,
    domainName: asked.domain.name,
    snapshotName: asked.snapshot,
    flags: asked.flags,
    plan: asked.plan,
    ...(asked.losses && asked.losses.length > 0 ? { losses: asked.losses } : {}),
    ...(asked.virsh === undefined ? {} : { virsh: asked.virsh }),
    ...(asked.batch === undefined ? {} : { batch: asked.batch }),
    result: null,
    found: null,
    differences: [],
    resolved: false,
    hasXml: false,
  };
}

function parseLine(row: string): Line | null {
  try {
    const parsed = Line.safeParse(JSON.parse(row));
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
}
