import { formatCount, formatTaken, formatWhole, holdsLabel, isMoment, stateLabel } from '../../shared/format.ts';
import { revertedToIn, safetyRequestOf } from '../../shared/safety-names.ts';
import type { Snapshot } from '../../shared/schema.ts';
import type { SnapshotRow } from '../../shared/snapshot-tree.ts';
import type { FoldRow } from '../../shared/tree-drawing.ts';
import type { RowMark } from '../store/store.ts';

/** What a safety snapshot was taken for; null for any other snapshot. */
export function safetyWords({ description }: Pick<Snapshot, 'description'>): string | null {
  if (safetyRequestOf(description) === null) return null;
  const target = revertedToIn(description);
  return target === '' ? 'before a revert' : `before revert to ${target}`;
}

const titles: Readonly<Record<FoldRow['of'], (row: FoldRow) => string>> = {
  branch: ({ hidden }) => `${formatWhole(hidden.length)} more on this branch`,
  sides: ({ hidden }) => `${formatCount(hidden.length, 'snapshot')} beside the way to here`,
  safety: ({ hidden, isOlder }) => formatCount(hidden.length, isOlder ? 'older safety snapshot' : 'safety snapshot'),
};

/** What a fold hides. */
export function foldTitle(row: FoldRow): string {
  return titles[row.of](row);
}

/** The first and the last of what a fold hides, by age; or what its safety snapshots were taken for, where that is one. */
export function foldNote({ of, hidden }: FoldRow): string {
  const targets = new Set(hidden.map(({ snapshot }) => revertedToIn(snapshot.description)));
  const [target] = targets;
  if (of === 'safety' && targets.size === 1 && target)
    return `before ${hidden.length === 1 ? 'a revert' : 'reverts'} to ${target}`;
  const [first, last] = ends(hidden);
  if (!first || !last) return '';
  return first === last ? first.name : `${first.name} to ${last.name}`;
}

/** When what a fold hides was taken, from the first to the last. */
export function foldTaken({ hidden }: FoldRow, now: number): string {
  const [first, last] = ends(hidden);
  if (!first || !last || !isMoment(first.createdAt) || !isMoment(last.createdAt)) return 'unknown';
  const [from, to] = [dayOf(first.createdAt, now), dayOf(last.createdAt, now)];
  if (from === to) return to;
  const [day, ...month] = from.split(' ');
  return month.join(' ') === to.split(' ').slice(1).join(' ') && month.length > 0
    ? `${day} – ${to}`
    : `${from} – ${to}`;
}

/** What a change makes of what a fold hides: the mark that most of them have. */
export function foldMark({ hidden }: FoldRow, marks: ReadonlyMap<string, RowMark>): RowMark | undefined {
  const marked = hidden.flatMap(({ key }) => marks.get(key) ?? []);
  const [first] = marked;
  if (!first) return undefined;
  const alike = marked.filter(({ look }) => look === first.look).length;
  const text = marked.every((mark) => mark.text === first.text) ? first.text : 'would move';
  return { look: first.look, text: alike === hidden.length ? text : `${text} (${alike} of ${hidden.length})` };
}

/** What is told of a snapshot besides its name. */
export function rowWords(
  { snapshot, current }: Pick<SnapshotRow, 'snapshot' | 'current'>,
  more: { isPinned: boolean; mark?: RowMark | undefined },
): string {
  const safety = safetyWords(snapshot);
  return [
    current ? 'current snapshot' : '',
    safety === null ? '' : `safety snapshot ${safety}`,
    `holds ${holdsLabel(snapshot)}`,
    snapshot.kind === 'none' ? '' : snapshot.kind,
    `guest was ${stateLabel(snapshot.state)}`,
    more.isPinned ? 'pinned' : '',
    more.mark?.text ?? '',
  ]
    .filter(Boolean)
    .join(', ');
}

function ends(hidden: readonly SnapshotRow[]): [Snapshot | undefined, Snapshot | undefined] {
  const byAge = hidden.map(({ snapshot }) => snapshot).sort((a, b) => a.createdAt - b.createdAt);
  return [byAge[0], byAge.at(-1)];
}

/** `today`, `9 Aug`, `9 Aug 2025`. */
function dayOf(at: number, now: number): string {
  const isToday = new Date(at).toDateString() === new Date(now).toDateString();
  // Old enough for it to be told by its day.
  return isToday ? 'today' : formatTaken(at, Math.max(now, at + 8 * 86_400_000));
}
