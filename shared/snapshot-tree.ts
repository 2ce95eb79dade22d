import type { Snapshot, SnapshotList } from './schema.ts';

/** Lanes drawn side by side; rows on deeper ones are drawn on the last. */
export const laneCap = 8;

/** Where a row stands in the drawing. */
export interface LanePlace {
  /** 0 is the leftmost. May exceed `laneCap`. */
  lane: number;
  /**
   * The branch number of each lane from 0 to this row's, for its colour; at most `laneCap` of them.
   * Every lane left of a row's own passes through the row, on its way to a newer child.
   */
  branches: readonly number[];
  /** The line that comes from above: none for a root, along the lane, or out of the lane to the left. */
  enters: 'root' | 'straight' | 'fork';
  /** The line that goes on below: none for a leaf, dashed when only `You are here` follows. */
  leaves: 'nothing' | 'line' | 'dashed';
}

export interface SnapshotRow extends LanePlace {
  kind: 'snapshot';
  /** Unique in the list, also where names repeat; stable while the name is. */
  key: string;
  snapshot: Snapshot;
  current: boolean;
  /** 0 for a root. */
  depth: number;
  /** 1-based place among `siblings` children of the same parent. */
  position: number;
  siblings: number;
  parentKey: string | null;
  childKeys: readonly string[];
}

/** The state of the domain now, which is in no snapshot yet. */
export interface HereRow extends LanePlace {
  kind: 'here';
  key: typeof hereKey;
  depth: number;
  /** The current snapshot, or null when libvirt has none. */
  base: Snapshot | null;
}

export type TreeRow = SnapshotRow | HereRow;

export interface SnapshotTree {
  rows: readonly TreeRow[];
  byKey: ReadonlyMap<string, TreeRow>;
  /** Lanes to make room for, never more than `laneCap`. */
  laneCount: number;
  leafCount: number;
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
  placed: boolean;
}

interface Visit {
  node: Node;
  depth: number;
  lane: number;
  branches: readonly number[];
  enters: LanePlace['enters'];
}

/**
 * Turns parents into rows to draw, top-down. A child comes after its parent and a branch's rows are contiguous.
 * Children go by age, then name. The newest, drawn last, keeps its parent's lane; each older one forks off into the
 * next lane, which is free again by then: so a row's lane is the number of forks above it, and histories stay narrow.
 * A missing parent makes a root, and a cycle is cut at its oldest snapshot. Iterative: histories are deep chains.
 */
export function buildSnapshotRows(list: SnapshotList): SnapshotTree {
  const nodes = link(list.snapshots);
  const rows: TreeRow[] = [];
  let lanes = 0;
  let branchCount = 0;
  let leafCount = 0;
  const roots = nodes.filter((node) => !node.parent);
  number(roots);
  const current = list.current === null ? undefined : nodes.find((node) => node.snapshot.name === list.current);

  const place = (root: Node) => {
    const pending: Visit[] = [{ node: root, depth: 0, lane: 0, branches: [branchCount++], enters: 'root' }];
    for (let visit = pending.pop(); visit; visit = pending.pop()) {
      const { node, depth, lane, branches } = visit;
      node.placed = true;
      lanes = Math.max(lanes, lane + 1);
      const isCurrent = node === current;
      const { children } = node;
      const leaves = children.length > 0 ? 'line' : isCurrent ? 'dashed' : 'nothing';
      if (children.length === 0) leafCount++;
      rows.push(snapshotRow(visit, leaves, isCurrent));
      if (isCurrent) {
        const forks = children.length > 0;
        const hereLane = forks ? lane + 1 : lane;
        lanes = Math.max(lanes, hereLane + 1);
        rows.push({
          kind: 'here',
          key: hereKey,
          depth: depth + 1,
          base: node.snapshot,
          lane: hereLane,
          branches: forks ? forked(branches, lane, branchCount++) : branches,
          enters: forks ? 'fork' : 'straight',
          leaves: 'nothing',
        });
      }
      const visits = children.map((child, index): Visit => {
        const keepsLane = index === children.length - 1;
        return {
          node: child,
          depth: depth + 1,
          lane: keepsLane ? lane : lane + 1,
          branches: keepsLane ? branches : forked(branches, lane, branchCount++),
          enters: keepsLane ? 'straight' : 'fork',
        };
      });
      for (const next of visits.reverse()) pending.push(next);
    }
  };

  for (const root of roots) place(root);
  for (const node of nodes) {
    if (!node.placed) place(cutCycle(node));
  }
  if (!current) {
    rows.push({
      kind: 'here',
      key: hereKey,
      depth: 0,
      base: null,
      lane: 0,
      branches: [branchCount],
      enters: 'root',
      leaves: 'nothing',
    });
  }
  return {
    rows,
    byKey: new Map(rows.map((row) => [row.key, row])),
    laneCount: Math.min(Math.max(lanes, 1), laneCap),
    leafCount,
  };
}

/** Nodes by age, then name, each linked to its parent and its children in that order. */
function link(snapshots: readonly Snapshot[]): Node[] {
  const seen = new Map<string, number>();
  const nodes = snapshots.map((snapshot): Node => {
    const times = seen.get(snapshot.name) ?? 0;
    seen.set(snapshot.name, times + 1);
    const key = times === 0 ? snapshot.name : `${snapshot.name}\0${times}`;
    return { snapshot, key, parent: null, children: [], order: 0, position: 1, siblings: 1, placed: false };
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
  for (const node of nodes) number(node.children);
  return nodes;
}

function number(siblings: readonly Node[]): void {
  for (const [index, node] of siblings.entries()) {
    node.position = index + 1;
    node.siblings = siblings.length;
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
    number(oldest.parent.children);
  }
  oldest.parent = null;
  number([oldest]);
  return oldest;
}

function snapshotRow(visit: Visit, leaves: LanePlace['leaves'], current: boolean): SnapshotRow {
  const { node, depth, lane, branches, enters } = visit;
  return {
    kind: 'snapshot',
    key: node.key,
    snapshot: node.snapshot,
    current,
    depth,
    position: node.position,
    siblings: node.siblings,
    parentKey: node.parent?.key ?? null,
    childKeys: node.children.map((child) => child.key),
    lane,
    branches,
    enters,
    leaves,
  };
}

/** The branch numbers of the lanes up to the new one, kept within the cap. */
function forked(branches: readonly number[], lane: number, branch: number): readonly number[] {
  if (lane + 1 >= laneCap) return branches;
  return [...branches.slice(0, lane + 1), branch];
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
