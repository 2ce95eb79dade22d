import { groupedBy } from '../../shared/grouped-by.ts';
import { revertFlag } from '../../shared/libvirt/flags.ts';
import { powerWords } from '../../shared/operations/power/rules.ts';
import type { JournalEntry } from '../../shared/schema.ts';

/** What was asked of libvirt for one operation. */
export interface JournalGroup {
  operationId: string;
  /** The entry that the operation was for: the revert, or what stood in its way. */
  main: JournalEntry;
  /** All of them, in the order asked. */
  entries: readonly JournalEntry[];
  forced: boolean;
  /** The safety snapshot, where one was asked for. */
  safety: JournalEntry | undefined;
  hasXml: boolean;
}

/** Entries by operation, newest operation first. */
export function groupEntries(entries: readonly JournalEntry[]): JournalGroup[] {
  const groups = groupedBy(entries, ({ operationId }) => operationId);
  return [...groups.values()].map(groupOf).sort((a, b) => b.main.askedAt - a.main.askedAt);
}

const kindWords: Record<JournalEntry['kind'], (name: string) => string> = {
  revert: (name) => `Revert to “${name}”`,
  undo: (name) => `Undo the last revert: back to “${name}”`,
  'safety-snapshot': (name) => `Safety snapshot “${name}”`,
  'remove-managed-save': () => 'Remove the managed save image',
  create: (name) => `Take “${name}”`,
  delete: (name) => `Delete “${name}”`,
  redefine: (name) => `Rewrite the metadata of “${name}”`,
  power: powerWords,
  'delete-safety': (name) => `Remove the older safety snapshot “${name}”`,
};

/** What libvirt was asked to do, in a few words. */
export function askedWords({ kind, snapshotName }: Pick<JournalEntry, 'kind' | 'snapshotName'>): string {
  return kindWords[kind](snapshotName);
}

export const resultLooks: Record<NonNullable<JournalEntry['result']>, { text: string; look: string }> = {
  done: { text: 'done', look: 'ok' },
  refused: { text: 'refused', look: 'bad' },
  failed: { text: 'failed', look: 'bad' },
  unknown: { text: 'not known', look: 'warn' },
  cancelled: { text: 'cancelled', look: 'outline' },
};

/** The result as a chip; an entry without one is still waiting for libvirt's answer. */
export function resultLook({ result, differences, resolved }: JournalEntry): { text: string; look: string } {
  if (result === null) return { text: 'no answer yet', look: 'outline' };
  const { text, look } = resultLooks[result];
  if (result === 'done' && differences.length > 0 && !resolved) return { text: 'done, not as planned', look: 'warn' };
  return { text: resolved ? `${text}, found out later` : text, look };
}

/** The entries about one snapshot of a domain. */
export function aboutSnapshot(groups: readonly JournalGroup[], name: string): JournalGroup[] {
  // What a `power` entry names is an action.
  return groups.filter(({ entries }) => entries.some((it) => it.kind !== 'power' && it.snapshotName === name));
}

function groupOf(newestFirst: readonly JournalEntry[]): JournalGroup {
  const entries = newestFirst.toSorted((a, b) => a.askedAt - b.askedAt);
  const revert = entries.findLast(({ kind }) => kind === 'revert');
  const main = revert ?? entries.find(({ result }) => result !== 'done') ?? (entries[0] as JournalEntry);
  return {
    operationId: main.operationId,
    main,
    entries,
    forced: revert !== undefined && (revert.flags & revertFlag.force) !== 0,
    safety: entries.find(({ kind }) => kind === 'safety-snapshot'),
    hasXml: entries.some(({ hasXml }) => hasXml),
  };
}
