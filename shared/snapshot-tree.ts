import { safetyRequestOf } from './safety-names.ts';
import type { Snapshot, SnapshotList } from './schema.ts';

/** Where a row stands among its kin, which is what a screen reader tells. */
interface Place {
  /** 0 for a root. */
  readonly depth: number;
  /** 1-based place among `siblings` children of the same parent; `You are here` is one of them. */
  readonly position: number;
  readonly siblings: number;
  /** Null for a root. */
  readonly parentKey: string | null;
}

export interface SnapshotRow extends Place {
  readonly kind: 'snapshot';
  /** Unique in the list, also where names repeat; stable while the name is. */
  readonly key: string;
  readonly snapshot: Snapshot;
  readonly current: boolean;
  /** On the way from its root to `You are here`. */
  readonly onLine: boolean;
  /** Taken by Snapkeel before a revert, and nothing was built on it since. */
  readonly isSpare: boolean;
  /** In the order in which they are drawn, without `You are here`. */
  readonly childKeys: readonly string[];
  /** Place in the rows of the tree. */
  readonly at: number;
  /** How many rows after it its fold hides: all below it, or on the way to `You are here` the side branches alone. */
  readonly foldable: number;
}

/** The state of the domain now, which is in no snapshot yet. */
export interface HereRow extends Place {
  readonly kind: 'here';
  readonly key: typeof hereKey;
  /** The current snapshot, or null when libvirt has none. */
  readonly base: Snapshot | null;
}

export type TreeRow = SnapshotRow | HereRow;

export interface SnapshotTree {
  /** All of them, top-down, as they are drawn with nothing folded. */
  readonly rows: readonly TreeRow[];
  readonly byKey: ReadonlyMap<string, TreeRow>;
  readonly leafCount: number;
}

/** Key of the `You are here` row. It starts with a NUL, which no libvirt name can hold. */
export const hereKey = '\0here';

interface Node {
  snapshot: Snapshot;
  key: string;
  parent: Node | null;
  children: Node[];
  /** Place by age among all snapshots. */
  order: number;
  position: number;
  siblings: number;
  onLine: boolean;
  isSpare: boolean;
}

type MutableRow = { -readonly [key in keyof SnapshotRow]: SnapshotRow[key] };

/**
 * Turns parents into rows, top-down: a child comes after its parent, and a branch's rows are contiguous. Under each
 * snapshot come its side branches by age, its safety snapshots, and at last the branch that goes on: to `You are here`, or
 * else the newest. So the tree ends where one is. A missing parent makes a root, and a cycle is cut at its oldest snapshot.
 * Iterative: histories are deep chains.
 */
export function buildSnapshotRows(list: SnapshotList): SnapshotTree {
  const nodes = link(list.snapshots);
  const current = list.current === null ? undefined : nodes.find(({ snapshot }) => snapshot.name === list.current);
  const allRoots = rootsOf(nodes);
  for (let node: Node | null = current ?? null; node; node = node.parent) node.onLine = true;
  const roots = inOrder(allRoots, true);
  for (const node of nodes) {
    const { children, parent, snapshot } = node;
    node.isSpare =
      children.length === 0 && parent !== null && !node.onLine && safetyRequestOf(snapshot.description) !== null;
  }
  const rows: MutableRow[] = [];
  number(roots, current ? 0 : 1);
  const pending = roots.toReversed().map((node) => ({ node, depth: 0 }));
  for (let visit = pending.pop(); visit; visit = pending.pop()) {
    const { node, depth } = visit;
    const isCurrent = node === current;
    node.children = inOrder(node.children, isCurrent);
    number(node.children, isCurrent ? 1 : 0);
    rows.push(rowOf(node, depth, rows.length, isCurrent));
    for (const child of node.children.toReversed()) pending.push({ node: child, depth: depth + 1 });
  }
  countFoldable(rows);
  // The way to it is drawn last everywhere, so that it is the last row.
  const here = hereRow(current, rows, roots.length + 1);
  const all = [...rows, here];
  return {
    rows: all,
    byKey: new Map(all.map((row) => [row.key, row])),
    leafCount: nodes.filter(({ children }) => children.length === 0).length,
  };
}

/** Nodes by age, then name, each linked to its parent and its children in that order. */
function link(snapshots: readonly Snapshot[]): Node[] {
  const seen = new Map<string, number>();
  const nodes = snapshots.map((snapshot): Node => {
    const times = seen.get(snapshot.name) ?? 0;
    seen.set(snapshot.name, times + 1);
    const key = times === 0 ? snapshot.name : `${snapshot.name}\0${times}`;
    return {
      snapshot,
      key,
      parent: null,
      children: [],
      order: 0,
      position: 1,
      siblings: 1,
      onLine: false,
      isSpare: false,
    };
  });
  nodes.sort((a, b) => a.snapshot.createdAt - b.snapshot.createdAt || compare(a.snapshot.name, b.snapshot.name));
  const byName = new Map<string, Node>();
  for (const [order, node] of nodes.entries()) {
    node.order = order;
    if (!byName.has(node.snapshot.name)) byName.set(node.snapshot.name, node);
  }
  for (const node of nodes) {
    const parent = node.snapshot.parent === null ? undefined : byName.get(node.snapshot.parent);
    if (!parent || parent === node) continue;
    node.parent = parent;
    parent.children.push(node);
  }
  return nodes;
}

/** Those without a parent, by age, after each cycle was cut: then all nodes are below one of them. */
function rootsOf(nodes: readonly Node[]): Node[] {
  const reached = new Set<Node>();
  const reach = (root: Node) => {
    const pending = [root];
    for (let node = pending.pop(); node; node = pending.pop()) {
      reached.add(node);
      for (const child of node.children) pending.push(child);
    }
  };
  for (const node of nodes) if (!node.parent) reach(node);
  for (const node of nodes) if (!reached.has(node)) reach(cutCycle(node));
  return nodes.filter(({ parent }) => parent === null);
}

/**
 * Siblings by age, with safety snapshots behind the other side branches, and what goes on at the end: the way to
 * `You are here`, or else the newest.
 * @param isDone what goes on is none of them
 */
function inOrder(byAge: readonly Node[], isDone: boolean): Node[] {
  if (byAge.length < 2) return [...byAge];
  const line = byAge.find(({ onLine }) => onLine);
  const last = line ?? (isDone ? undefined : (byAge.findLast(({ isSpare }) => !isSpare) ?? byAge.at(-1)));
  const others = byAge.filter((node) => node !== last);
  const sides = others.filter(({ isSpare }) => !isSpare);
  const spares = others.filter(({ isSpare }) => isSpare);
  return [...sides, ...spares, ...(last ? [last] : [])];
}

/** @param more siblings that are no snapshots */
function number(siblings: readonly Node[], more: number): void {
  for (const [index, node] of siblings.entries()) {
    node.position = index + 1;
    node.siblings = siblings.length + more;
  }
}

/** Every parent of a node that no root leads to is on or above a cycle: makes the cycle's oldest node a root. */
function cutCycle(start: Node): Node {
  const seen = new Set<Node>();
  let node = start;
  while (node.parent && !seen.has(node)) {
    seen.add(node);
    node = node.parent;
  }
  let oldest = node;
  for (let other = node.parent; other && other !== node; other = other.parent) {
    if (other.order < oldest.order) oldest = other;
  }
  if (oldest.parent) {
    oldest.parent.children = oldest.parent.children.filter((child) => child !== oldest);
  }
  oldest.parent = null;
  return oldest;
}

function rowOf(node: Node, depth: number, at: number, current: boolean): MutableRow {
  const { key, snapshot, onLine, isSpare, position, siblings, parent, children } = node;
  return {
    kind: 'snapshot',
    key,
    snapshot,
    current,
    onLine,
    isSpare,
    depth,
    position,
    siblings,
    parentKey: parent?.key ?? null,
    childKeys: children.map((child) => child.key),
    at,
    foldable: 0,
  };
}

function hereRow(current: Node | undefined, rows: readonly SnapshotRow[], place: number): HereRow {
  const under = rows.find(({ key }) => key === current?.key);
  const siblings = under ? under.childKeys.length + 1 : place;
  return {
    kind: 'here',
    key: hereKey,
    base: current?.snapshot ?? null,
    depth: under ? under.depth + 1 : 0,
    position: siblings,
    siblings,
    parentKey: under?.key ?? null,
  };
}

/** From the last row to the first, so that each has all of its own before its parent is told. */
function countFoldable(rows: readonly MutableRow[]): void {
  const byKey = new Map(rows.map((row) => [row.key, row]));
  const below = new Map<string, number>();
  for (const { key, parentKey, onLine } of rows.toReversed()) {
    const parent = parentKey === null ? undefined : byKey.get(parentKey);
    if (!parent) continue;
    const size = (below.get(key) ?? 0) + 1;
    below.set(parent.key, (below.get(parent.key) ?? 0) + size);
    if (!parent.onLine || !onLine) parent.foldable += size;
  }
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
