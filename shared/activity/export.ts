import { csvOf } from '../csv.ts';
import { askedWords, type JournalGroup, outcomeOf, outcomes, shownOf } from './groups.ts';

/** One operation as a file tells it. Neither the XML that was kept nor anything secret is part of it. */
function recordOf(group: JournalGroup) {
  const { main, entries, tookMs, forced, outcome, operationId } = group;
  const { losses, virsh } = shownOf(group);
  return {
    operation: operationId,
    askedAt: new Date(entries[0]?.askedAt ?? main.askedAt).toISOString(),
    host: main.hostName,
    uri: main.hostUri,
    domain: main.domainName,
    uuid: main.uuid,
    kind: main.kind,
    snapshot: main.snapshotName,
    what: askedWords(main),
    outcome: outcomes[outcome].text,
    forced,
    tookMs,
    by: main.who,
    ...(group.batch ? { batch: group.batch.id } : {}),
    ...(main.problem ? { problem: [main.problem.what, main.problem.effect].filter(Boolean).join(' ') } : {}),
    ...(losses
      ? { losses: losses.map(({ text, kept }) => (kept ? `${text} (kept by the safety snapshot)` : text)) }
      : {}),
    ...(virsh ? { virsh } : {}),
    requests: entries.map((entry) => ({
      what: askedWords(entry),
      askedAt: new Date(entry.askedAt).toISOString(),
      answeredAt: entry.answeredAt === null ? null : new Date(entry.answeredAt).toISOString(),
      outcome: outcomes[outcomeOf(entry)].text,
      flags: entry.flags,
      plan: entry.plan,
      differences: entry.differences,
    })),
  };
}

/** One operation a line, in the order given. */
export function activityJsonLines(groups: readonly JournalGroup[]): string {
  return groups.map((group) => `${JSON.stringify(recordOf(group))}\n`).join('');
}

const columns: readonly { head: string; of: (record: ReturnType<typeof recordOf>) => string | number | null }[] = [
  { head: 'When', of: ({ askedAt }) => askedAt },
  { head: 'What', of: ({ what }) => what },
  { head: 'Domain', of: ({ domain }) => domain },
  { head: 'Host', of: ({ host }) => host },
  { head: 'Outcome', of: ({ outcome }) => outcome },
  { head: 'Took (s)', of: ({ tookMs }) => (tookMs === null ? null : Math.round(tookMs / 100) / 10) },
  { head: 'By', of: ({ by }) => by },
  { head: 'Kind', of: ({ kind }) => kind },
  { head: 'Snapshot', of: ({ snapshot }) => snapshot },
  { head: 'Forced', of: ({ forced }) => (forced ? 'yes' : 'no') },
  { head: 'Problem', of: ({ problem = '' }) => problem },
  { head: 'Lost, as shown', of: ({ losses = [] }) => losses.join('\n') },
  { head: 'virsh', of: ({ virsh = '' }) => virsh },
  { head: 'Connection', of: ({ uri }) => uri },
  { head: 'UUID', of: ({ uuid }) => uuid },
  { head: 'Batch', of: ({ batch = '' }) => batch },
  { head: 'Operation', of: ({ operation }) => operation },
];

/** The same for a spreadsheet. */
export function activityCsv(groups: readonly JournalGroup[]): string {
  const records = groups.map(recordOf);
  return csvOf([columns.map(({ head }) => head), ...records.map((record) => columns.map(({ of }) => of(record)))]);
}
