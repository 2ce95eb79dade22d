import { formatCount } from '../format.ts';
import { groupedBy } from '../grouped-by.ts';
import type { JournalEntry } from '../schema.ts';
import { askedWords, groupNote, isRevert, type JournalGroup, type OutcomeKey, tookOf } from './groups.ts';

/** A line of the list: one operation, or all of a batch. */
export interface ActivityItem {
  readonly key: string;
  /** One; of a batch several, by domain. */
  readonly groups: readonly JournalGroup[];
  readonly kind: JournalEntry['kind'];
  /** What was asked for, in a few words. */
  readonly asked: string;
  /** What there is to say besides; empty for nothing. */
  readonly note: string;
  readonly domain: string;
  readonly host: string;
  readonly askedAt: number;
  /** Of several the worst. */
  readonly outcome: OutcomeKey;
  /** From the first question to the last answer, milliseconds; null: an answer never came. */
  readonly tookMs: number | null;
  readonly who: string;
  readonly forced: boolean;
}

/** Operations as they are listed, in the order given: those of one batch together, where its first one stands. */
export function activityItems(groups: readonly JournalGroup[]): ActivityItem[] {
  const together = groupedBy(groups, ({ batch, operationId }) => batch?.id ?? operationId);
  return [...together].map(([key, [first, ...others]]) =>
    first && others.length > 0 ? itemOfBatch(key, [first, ...others]) : itemOf(first as JournalGroup),
  );
}

function itemOf(group: JournalGroup): ActivityItem {
  const { operationId, main, outcome, tookMs, forced } = group;
  return {
    key: operationId,
    groups: [group],
    kind: main.kind,
    asked: askedWords(main),
    note: groupNote(group),
    domain: main.domainName,
    host: main.hostName,
    askedAt: main.askedAt,
    outcome,
    tookMs,
    who: main.who,
    forced,
  };
}

/** From the worst. */
const byWeight: readonly OutcomeKey[] = ['failed', 'unknown', 'refused', 'differs', 'cancelled', 'waiting', 'done'];

function itemOfBatch(key: string, some: readonly [JournalGroup, ...JournalGroup[]]): ActivityItem {
  const [first] = some;
  const groups = some.toSorted((a, b) => (a.main.domainName < b.main.domainName ? -1 : 1));
  const { main } = groups.find((group) => isRevert(group.main)) ?? first;
  const done = groups.filter(({ outcome }) => outcome === 'done').length;
  const hosts = new Set(groups.map((group) => group.main.hostUri));
  return {
    key,
    groups,
    kind: main.kind,
    asked: batchWords(groups, main),
    note: done === groups.length ? '' : `${done} of ${groups.length} done`,
    domain: formatCount(groups.length, 'domain'),
    host: hosts.size === 1 ? main.hostName : formatCount(hosts.size, 'host'),
    askedAt: first.main.askedAt,
    outcome: byWeight.find((outcome) => groups.some((group) => group.outcome === outcome)) ?? 'done',
    tookMs: tookOf(groups.flatMap(({ entries }) => entries)),
    who: main.who,
    forced: groups.some(({ forced }) => forced),
  };
}

/** `Take “nightly” of 3 domains`; where the names differ `Take snapshots of 3 domains`. */
function batchWords(groups: readonly JournalGroup[], main: JournalEntry): string {
  const names = new Set(groups.flatMap((group) => (group.main.kind === main.kind ? [group.main.snapshotName] : [])));
  const domains = formatCount(groups.length, 'domain');
  if (main.kind === 'undo') return `Undo the last revert of ${domains}`;
  if (main.kind === 'revert')
    return names.size === 1 ? `Revert ${domains} to “${main.snapshotName}”` : `Revert ${domains}`;
  return names.size === 1 ? `${askedWords(main)} of ${domains}` : `Take snapshots of ${domains}`;
}
