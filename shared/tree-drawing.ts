import { hereKey, type SnapshotRow, type SnapshotTree, type TreeRow } from './snapshot-tree.ts';

/** Lanes drawn side by side; what stands on deeper ones is drawn on the last. */
export const laneCap = 6;
/** Colours of side branches. */
const tintCount = 5;

/** The row that stands for snapshots that are folded away. */
export interface FoldRow {
  readonly kind: 'fold';
  readonly key: string;
  /** All below a snapshot, its side branches alone, or its safety snapshots. */
  readonly of: 'branch' | 'sides' | 'safety';
  /** The snapshot that it hangs from. */
  readonly parentKey: string;
  readonly depth: number;
  readonly position: number;
  readonly siblings: number;
  /** What it hides, top-down. */
  readonly hidden: readonly SnapshotRow[];
  /** A newer safety snapshot beside it is not folded. */
  readonly isOlder: boolean;
}

export type DrawnRow = TreeRow | FoldRow;

/** How a row is drawn in the gutter. Each lane left of its own passes through it. */
export interface LanePlace {
  /** 0 is the leftmost. May exceed `laneCap`. */
  readonly lane: number;
  /** Side branches that start in its dot, on the lanes right of its own. */
  readonly forks: number;
  /**
   * The colours of the lanes from 0 to the last of its forks, at most `laneCap` of them. 0 is the way to `You are here`,
   * which has lane 0; the other colours start with 1.
   */
  readonly tints: readonly number[];
  /** Nothing leads to it. */
  readonly isRoot: boolean;
  /** Its line goes on. */
  readonly goesOn: boolean;
  /** Lane 0 is past the current snapshot: `below` in the row of that, `whole` in the rows up to `You are here`. */
  readonly past: 'no' | 'below' | 'whole';
}

/** What of a tree is drawn. */
export interface Drawing {
  /** Keys of folds that are not as they are at first: branches are open then, older safety snapshots are folded. */
  readonly turned: ReadonlySet<string>;
  /** The safety snapshot that an undo goes back to: it stays open beside older ones. */
  readonly undoable: string | null;
  /** Each safety snapshot is folded away at first, also the newest and a single one. */
  readonly foldsSafety: boolean;
  readonly newestFirst: boolean;
}

export interface DrawnTree {
  /** In the order in which they are shown. */
  readonly rows: readonly DrawnRow[];
  readonly places: ReadonlyMap<string, LanePlace>;
  /** Lanes to make room for, never more than `laneCap`. */
  readonly laneCount: number;
  /** By the key of a snapshot that is not shown: the key of the row that stands for it. */
  readonly hiddenBy: ReadonlyMap<string, string>;
}

/** Key of the fold of a snapshot's branch, or of its side branches. */
export function branchFold(key: string): string {
  return `\0branch ${key}`;
}

/** Key of the fold of the safety snapshots that hang from a snapshot. */
export function safetyFold(parentKey: string): string {
  return `\0safety ${parentKey}`;
}

export function isSafetyFold(key: string): boolean {
  return key.startsWith(safetyFold(''));
}

/** The snapshot that a fold hangs from; null where the key is not that of a fold. */
export function foldParent(key: string): string | null {
  return /^\0(?:branch|safety) (.*)$/s.exec(key)?.[1] ?? null;
}

/** Whether what a snapshot's own fold hides is hidden. */
export function isFolded({ key, foldable }: SnapshotRow, turned: ReadonlySet<string>): boolean {
  return foldable > 0 && turned.has(branchFold(key));
}

/** A line of the drawing; its colour is known once its first row is drawn. */
interface Branch {
  tint: number;
}

interface Visit {
  row: DrawnRow;
  lane: number;
  /** Of the lanes from 0 to its own, at most `laneCap`. */
  branches: readonly Branch[];
  /** The one drawn before it beside it. */
  before: Branch | undefined;
  isRoot: boolean;
  past: boolean;
}

/**
 * Gives lanes to the rows that are not folded away. What goes on from a snapshot keeps its lane, and is drawn last. Its
 * side branches have the lanes right of it, the last of them the innermost: each holds its lane from the dot that it
 * starts in to its last row, and no two share a stretch. A colour is never that of a lane beside it. Takes as long as there
 * are rows.
 */
export function drawTree(tree: SnapshotTree, drawing: Drawing): DrawnTree {
  const rows: DrawnRow[] = [];
  const drawn: { key: string; branches: readonly Branch[]; place: Omit<LanePlace, 'tints'> }[] = [];
  const hiddenBy = new Map<string, string>();
  let lanes = 1;
  let lastTint = 0;
  const paint = (branch: Branch, beside: readonly (Branch | undefined)[]) => {
    const taken = beside.map((each) => each?.tint);
    do lastTint = (lastTint % tintCount) + 1;
    while (taken.includes(lastTint));
    branch.tint = lastTint;
  };
  const draw = (root: TreeRow) => {
    const onLine = root.kind === 'here' || root.onLine;
    const own: Branch = { tint: 0 };
    if (!onLine) paint(own, []);
    const pending: Visit[] = [{ row: root, lane: 0, branches: [own], before: undefined, isRoot: true, past: false }];
    for (let visit = pending.pop(); visit; visit = pending.pop()) {
      const { row, lane, branches, before, isRoot, past } = visit;
      const branch = branches.at(-1);
      if (branch?.tint === 0 && lane > 0) paint(branch, [branches.at(-2), before]);
      const children = row.kind === 'snapshot' ? shownChildren(tree, row, drawing) : [];
      const isCurrent = row.kind === 'snapshot' && row.current;
      const forks = Math.max(children.length - 1, 0);
      const all = withForks(branches, lane, forks);
      rows.push(row);
      drawn.push({
        key: row.key,
        branches: all,
        place: {
          lane,
          forks,
          isRoot,
          goesOn: children.length > 0,
          past: past ? 'whole' : isCurrent ? 'below' : 'no',
        },
      });
      lanes = Math.max(lanes, lane + forks + 1);
      if (row.kind === 'fold') for (const { key } of row.hidden) hiddenBy.set(key, row.key);
      for (let index = forks; index >= 0; index--) {
        const child = children[index];
        if (!child) continue;
        const at = lane + forks - index;
        pending.push({
          row: child,
          lane: at,
          branches: all.slice(0, Math.min(at, laneCap - 1) + 1),
          before: all[at + 1],
          isRoot: false,
          past: past || isCurrent,
        });
      }
    }
  };
  for (const row of tree.rows) if (row.parentKey === null) draw(row);
  const places = new Map(
    drawn.map(({ key, branches, place }) => [key, { ...place, tints: branches.map(({ tint }) => tint) }]),
  );
  return {
    rows: drawing.newestFirst ? rows.reverse() : rows,
    places,
    laneCount: Math.min(lanes, laneCap),
    hiddenBy,
  };
}

/** The lanes of a row, and those that start in it. */
function withForks(branches: readonly Branch[], lane: number, forks: number): readonly Branch[] {
  const more = Math.min(forks, laneCap - 1 - lane);
  return more > 0 ? [...branches, ...Array.from({ length: more }, (): Branch => ({ tint: 0 }))] : branches;
}

/** What hangs from a snapshot as it is drawn, with folds in the place of what they hide; what goes on is the last. */
function shownChildren(tree: SnapshotTree, row: SnapshotRow, drawing: Drawing): DrawnRow[] {
  const children = row.childKeys.flatMap((key) => snapshotOf(tree, key) ?? []);
  const here = row.current ? tree.byKey.get(hereKey) : undefined;
  const ends = here ? [here] : [];
  if (isFolded(row, drawing.turned)) {
    const hidden = tree.rows.slice(row.at + 1, row.at + 1 + row.foldable).flatMap(onlySnapshot);
    const fold = foldRow(row, row.onLine ? 'sides' : 'branch', hidden);
    return [fold, ...children.filter(({ onLine }) => onLine), ...ends];
  }
  const spares = foldedSpares(row, children, drawing);
  const [first] = spares;
  if (!first) return [...children, ...ends];
  const folded = new Set(spares);
  const isOlder = children.some((child) => child.isSpare && !folded.has(child));
  const fold = { ...foldRow(row, 'safety', spares), isOlder };
  const shown = children.flatMap((child): DrawnRow[] => (child === first ? [fold] : folded.has(child) ? [] : [child]));
  return [...shown, ...ends];
}

/** The safety snapshots under a snapshot that one row stands for; a row for a single one would save no room. */
function foldedSpares(row: SnapshotRow, children: readonly SnapshotRow[], drawing: Drawing): readonly SnapshotRow[] {
  const { turned, undoable, foldsSafety } = drawing;
  const spares = children.filter(({ isSpare }) => isSpare);
  if (spares.length === 0 || turned.has(safetyFold(row.key))) return [];
  if (foldsSafety) return spares;
  const older = spares.filter(({ snapshot }) => snapshot.name !== undoable);
  return older.length > 1 ? older : [];
}

function foldRow(parent: SnapshotRow, of: FoldRow['of'], hidden: readonly SnapshotRow[]): FoldRow {
  const [first] = hidden;
  return {
    kind: 'fold',
    key: of === 'safety' ? safetyFold(parent.key) : branchFold(parent.key),
    of,
    parentKey: parent.key,
    depth: parent.depth + 1,
    position: first?.position ?? 1,
    siblings: first?.siblings ?? 1,
    hidden,
    isOlder: false,
  };
}

function snapshotOf(tree: SnapshotTree, key: string): SnapshotRow | undefined {
  const row = tree.byKey.get(key);
  return row?.kind === 'snapshot' ? row : undefined;
}

function onlySnapshot(row: TreeRow): SnapshotRow[] {
  return row.kind === 'snapshot' ? [row] : [];
}
