import { groupedBy } from '../grouped-by.ts';
import { revertFlag } from '../libvirt/flags.ts';
import { powerWords } from '../operations/power/rules.ts';
import type { JournalEntry } from '../schema.ts';

/** What was asked of libvirt for one operation. */
export interface JournalGroup {
  operationId: string;
  /** The entry that the operation was for: the revert, or what stood in its way. */
  main: JournalEntry;
  /** All of them, in the order asked. */
  entries: readonly JournalEntry[];
  outcome: OutcomeKey;
  /** From the first question to the last answer, milliseconds; null: an answer never came. */
  tookMs: number | null;
  forced: boolean;
  /** The safety snapshot, where one was asked for. */
  safety: JournalEntry | undefined;
  hasXml: boolean;
  /** The batch that it was part of. */
  batch: JournalEntry['batch'];
}

/** Entries by operation, newest operation first. */
export function groupEntries(entries: readonly JournalEntry[]): JournalGroup[] {
  const groups = groupedBy(entries, ({ operationId }) => operationId);
  return [...groups.values()].map(groupOf).sort((a, b) => b.main.askedAt - a.main.askedAt);
}

type Kind = JournalEntry['kind'];

/** Kinds of entries: what one is called among others, and what libvirt was asked to do, in a few words. */
const kinds: Readonly<Record<Kind, { label: string; asked: (name: string) => string }>> = {
  revert: { label: 'Revert', asked: (name) => `Revert to “${name}”` },
  undo: { label: 'Undo of a revert', asked: (name) => `Undo the last revert: back to “${name}”` },
  create: { label: 'Take a snapshot', asked: (name) => `Take “${name}”` },
  delete: { label: 'Delete a snapshot', asked: (name) => `Delete “${name}”` },
  redefine: { label: 'Change metadata', asked: (name) => `Rewrite the metadata of “${name}”` },
  power: { label: 'Power', asked: powerWords },
  'safety-snapshot': { label: 'Safety snapshot', asked: (name) => `Safety snapshot “${name}”` },
  'remove-managed-save': { label: 'Managed save', asked: () => 'Remove the managed save image' },
  'delete-safety': {
    label: 'Remove a safety snapshot',
    asked: (name) => `Remove the older safety snapshot “${name}”`,
  },
};

export function kindLabel(kind: Kind): string {
  return kinds[kind].label;
}

/** What libvirt was asked to do, in a few words. */
export function askedWords({ kind, snapshotName }: Pick<JournalEntry, 'kind' | 'snapshotName'>): string {
  return kinds[kind].asked(snapshotName);
}

/** How something ended. `differs`: it was done, and not all is as planned. `waiting`: there is no answer yet. */
export const outcomes = {
  done: { text: 'done', look: 'ok' },
  differs: { text: 'not as planned', look: 'warn' },
  failed: { text: 'failed', look: 'bad' },
  refused: { text: 'refused', look: 'bad' },
  unknown: { text: 'result unknown', look: 'warn' },
  cancelled: { text: 'cancelled', look: 'outline' },
  waiting: { text: 'no answer yet', look: 'outline' },
} as const;
export type OutcomeKey = keyof typeof outcomes;

export function outcomeOf({ result, differences, resolved }: JournalEntry): OutcomeKey {
  if (result === null) return 'waiting';
  return result === 'done' && differences.length > 0 && !resolved ? 'differs' : result;
}

/** The entries about one snapshot of a domain. */
export function aboutSnapshot(groups: readonly JournalGroup[], name: string): JournalGroup[] {
  // What a `power` entry names is an action.
  return groups.filter(({ entries }) => entries.some((it) => it.kind !== 'power' && it.snapshotName === name));
}

/** What is asked on the way to a revert; alone, it means that the revert was not started. */
const beforeRevert: ReadonlySet<Kind> = new Set(['safety-snapshot', 'remove-managed-save', 'delete-safety']);
const reverts: ReadonlySet<Kind> = new Set(['revert', 'undo']);

/** Whether libvirt was asked to revert, be it to undo another revert. */
export function isRevert({ kind }: Pick<JournalEntry, 'kind'>): boolean {
  return reverts.has(kind);
}

/** What a line about an operation says besides what was asked for. */
export function groupNote({ main, safety }: JournalGroup): string {
  if (beforeRevert.has(main.kind)) return 'nothing was reverted';
  if (!isRevert(main)) return main.plan[0] ?? '';
  if (!safety) return 'without a safety snapshot';
  return safety.result === 'done'
    ? `safety snapshot “${safety.snapshotName}” taken`
    : `safety snapshot: ${outcomes[outcomeOf(safety)].text}`;
}

/** What was shown of an operation before it was started, as far as it was written down. */
export function shownOf({ entries }: Pick<JournalGroup, 'entries'>): Pick<JournalEntry, 'losses' | 'virsh'> {
  return { losses: entries.find(({ losses }) => losses)?.losses, virsh: entries.find(({ virsh }) => virsh)?.virsh };
}

/** From the first question to the last answer, milliseconds; null: an answer never came. */
export function tookOf(entries: readonly JournalEntry[]): number | null {
  const answers = entries.flatMap(({ answeredAt }) => answeredAt ?? []);
  if (answers.length < entries.length) return null;
  return Math.max(...answers) - Math.min(...entries.map(({ askedAt }) => askedAt));
}

function groupOf(newestFirst: readonly JournalEntry[]): JournalGroup {
  const entries = newestFirst.toSorted((a, b) => a.askedAt - b.askedAt);
  const revert = entries.findLast(isRevert);
  const first = entries[0] as JournalEntry;
  const main = revert ?? entries.find(({ result }) => result !== 'done') ?? first;
  return {
    operationId: main.operationId,
    main,
    entries,
    outcome: outcomeOf(main),
    tookMs: tookOf(entries),
    forced: revert !== undefined && (revert.flags & revertFlag.force) !== 0,
    safety: entries.find(({ kind }) => kind === 'safety-snapshot'),
    hasXml: entries.some(({ hasXml }) => hasXml),
    batch: entries.find(({ batch }) => batch)?.batch,
  };
}
