import { diskLayers, pointsOf } from '../chain.ts';
import type { DeleteFacts, DeleteSnapshot } from '../schema.ts';

/** virDomainSnapshotIsExternal: any disk or the memory is outside. */
export const isExternal = ({ kind, memory }: Pick<DeleteSnapshot, 'kind' | 'memory'>): boolean =>
  kind === 'external' || kind === 'mixed' || memory === 'external';

export const isActive = ({ domain }: DeleteFacts): boolean => domain.state !== 'shutoff' && domain.state !== 'crashed';

/** One disk of a snapshot, and the image that holds its state. */
export interface Point {
  readonly target: string;
  readonly kind: 'internal' | 'external';
  path: string;
}
interface Node {
  readonly snapshot: DeleteSnapshot;
  parent: string | null;
  readonly points: Point[];
}
/** An image whose data goes into the one that it lies on. */
export interface Merge {
  readonly target: string;
  readonly from: string;
  readonly into: string;
  /** `from` is what the domain writes to (an active block commit). */
  readonly active: boolean;
}

/** The tree and the images as they are, and as they come to be while snapshots are taken out. Iterative throughout. */
export class Present {
  current: string | null;
  readonly #nodes = new Map<string, Node>();
  readonly #children = new Map<string | null, Set<string>>();
  /** By disk: what is written to. */
  readonly #active = new Map<string, string>();
  /** Those with anything inside an image. */
  readonly #inside = new Set<string>();
  readonly #merged = new Set<string>();
  /** From the current snapshot up, once somebody asked: taking one out changes nothing but that. */
  #chain: Set<string> | undefined;
  /** By disk: which image lies on which. */
  readonly #under = new Map<string, Map<string, string | null>>();

  constructor(facts: DeleteFacts) {
    this.current = facts.current;
    for (const { target, path } of facts.domain.images) this.#active.set(target, path);
    const stored = facts.snapshots.map((snapshot) => snapshot.stored);
    for (const { target, nodes } of diskLayers(facts.domain.images, stored))
      this.#under.set(target, new Map([...nodes].map(([path, node]) => [path, node.under])));
    for (const snapshot of facts.snapshots) {
      const points: Point[] = pointsOf(snapshot.stored);
      this.#nodes.set(snapshot.name, { snapshot, parent: snapshot.parent, points });
      if (points.some(({ kind }) => kind === 'internal')) this.#inside.add(snapshot.name);
      this.#childrenOf(snapshot.parent).add(snapshot.name);
    }
  }

  get(name: string): DeleteSnapshot | undefined {
    return this.#nodes.get(name)?.snapshot;
  }

  parentOf(name: string): string | null {
    return this.#nodes.get(name)?.parent ?? null;
  }

  childrenOf(name: string): readonly string[] {
    return [...(this.#children.get(name) ?? [])];
  }

  /** Everything below, parents first. */
  below(name: string): string[] {
    const found = new Set(this.childrenOf(name));
    for (const each of found) for (const child of this.childrenOf(each)) found.add(child);
    found.delete(name);
    return [...found];
  }

  /** From a snapshot up to its root, itself first. */
  line(from: string | null): ReadonlySet<string> {
    const names = new Set<string>();
    for (let name = from; name !== null && this.#nodes.has(name) && !names.has(name); name = this.parentOf(name))
      names.add(name);
    return names;
  }

  isOnActiveChain(name: string): boolean {
    this.#chain ??= new Set(this.line(this.current));
    return this.#chain.has(name);
  }

  /** The disks of a snapshot, each with the image that holds its state. */
  pointsOf(name: string): readonly Point[] {
    return this.#nodes.get(name)?.points ?? [];
  }

  activeImage(target: string): string | null {
    return this.#active.get(target) ?? null;
  }

  under(target: string, path: string): string | null {
    return this.#under.get(target)?.get(path) ?? null;
  }

  /**
   * What libvirt would commit for an external snapshot of the active chain: of a leaf what is written to, else what its
   * child was taken in (qemuSnapshotDeleteExternalPrepare; seen on 11.3 and 12.8).
   */
  mergesOf(name: string): Merge[] {
    const [child] = this.childrenOf(name).filter((each) => this.isOnActiveChain(each));
    const leaf = this.childrenOf(name).length === 0;
    if (!this.isOnActiveChain(name)) return [];
    return this.pointsOf(name).flatMap(({ target, kind, path }) => {
      const above = child === undefined ? undefined : this.pointsOf(child).find((point) => point.target === target);
      const from = leaf ? this.activeImage(target) : (above?.path ?? null);
      return kind === 'external' && from !== null && from !== path
        ? [{ target, from, into: path, active: from === this.activeImage(target) }]
        : [];
    });
  }

  /** Takes a snapshot out: its children go to its parent, and so does “current”. Answers with those that moved. */
  remove(name: string): string[] {
    const node = this.#nodes.get(name);
    if (!node) return [];
    const moved = this.childrenOf(name);
    for (const child of moved) {
      const below = this.#nodes.get(child);
      if (below) below.parent = node.parent;
      this.#childrenOf(node.parent).add(child);
    }
    this.#children.delete(name);
    this.#childrenOf(node.parent).delete(name);
    this.#nodes.delete(name);
    this.#chain?.delete(name);
    if (this.current === name) this.current = node.parent;
    return [...moved];
  }

  /** An image is merged into the one below it: whatever lay on it, was taken in it, or wrote to it uses that now. */
  merge({ target, from, into }: Merge): void {
    this.#merged.add(into);
    const under = this.#under.get(target);
    under?.delete(from);
    for (const [path, below] of under ?? []) if (below === from) under?.set(path, into);
    if (this.activeImage(target) === from) this.#active.set(target, into);
    for (const { points } of this.#nodes.values())
      for (const point of points) if (point.target === target && point.path === from) point.path = into;
  }

  /** Whether an image took in another one since: what its metadata says of overlays is not up to date then. */
  wasMerged(path: string): boolean {
    return this.#merged.has(path);
  }

  /** Whether something other than a snapshot that goes uses the image that a merge writes to. */
  isShared({ target, from, into }: Merge, except: string): boolean {
    const uses = (path: string | null) =>
      path !== null && path !== from && (path === into || this.under(target, path) === into);
    if (uses(this.activeImage(target))) return true;
    for (const [name, { points }] of this.#nodes)
      if (name !== except && points.some((point) => point.target === target && uses(point.path))) return true;
    return false;
  }

  /** Other snapshots that are kept inside an image. */
  insideOf(target: string, path: string, except: string): string[] {
    return [...this.#inside].filter(
      (name) =>
        name !== except &&
        this.pointsOf(name).some((each) => each.target === target && each.path === path && each.kind === 'internal'),
    );
  }

  #childrenOf(parent: string | null): Set<string> {
    const known = this.#children.get(parent);
    if (known) return known;
    const fresh = new Set<string>();
    this.#children.set(parent, fresh);
    return fresh;
  }
}
