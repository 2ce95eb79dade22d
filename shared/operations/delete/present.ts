import { type DiskLayers, diskLayers, isPassedOver } from '../../chain.ts';
import { type Disk, type Image, imagesOf, type SnapshotDisk } from '../../libvirt/disks.ts';
import type { DeleteFacts, DeleteSnapshot } from '../../schema.ts';
import { Stack } from './stack.ts';

/** virDomainSnapshotIsExternal: any disk or the memory is outside. */
export const isExternal = ({ kind, memory }: Pick<DeleteSnapshot, 'kind' | 'memory'>): boolean =>
  kind === 'external' || kind === 'mixed' || memory === 'external';

/** One disk of a snapshot, and the image that holds its state. */
export interface Point {
  readonly target: string;
  readonly kind: 'internal' | 'external';
  readonly path: string;
}

/** An image whose data goes into the one that it lies on. */
export interface Merge {
  readonly target: string;
  readonly from: string;
  readonly into: string;
  /** `from` is what the domain writes to (an active block commit). */
  readonly active: boolean;
}

interface Node {
  readonly snapshot: DeleteSnapshot;
  parent: string | null;
  /** `<disks>`; after a deletion below it the record of its last revert takes their place. */
  disks: readonly SnapshotDisk[];
  /** By disk of its stored configuration the image, null for an empty drive. */
  readonly images: Map<string, string | null>;
}

/** The tree and the images as they are, and as they come to be while snapshots are taken out. Iterative throughout. */
export class Present {
  current: string | null;
  readonly #nodes = new Map<string, Node>();
  readonly #children = new Map<string | null, Set<string>>();
  readonly #stacks: ReadonlyMap<string, Stack>;
  readonly #disks: ReadonlyMap<string, Disk>;
  /** By disk what the definition says lies on what, which is all that libvirt 9.0 looks at while the domain is off. */
  readonly #defined: Map<string, string[]>;
  /** From the current snapshot up, once somebody asked: taking one out changes nothing but that. */
  #line: Set<string> | undefined;

  constructor(facts: DeleteFacts) {
    this.current = facts.current;
    const { disks } = facts.domain;
    const stored = facts.snapshots.map((snapshot) => snapshot.stored);
    const parents = new Map(facts.snapshots.map(({ name, parent }) => [name, parent]));
    const layers = diskLayers(imagesOf(disks), stored, told(facts), { current: facts.current, parents });
    this.#disks = new Map(disks.map((disk) => [disk.target, disk]));
    this.#stacks = new Map(layers.map((layer: DiskLayers) => [layer.target, new Stack(layer, stored)]));
    this.#defined = new Map(
      imagesOf(disks).map(({ target, path, below }) => [target, [path, ...below.map((image) => image.path)]]),
    );
    for (const snapshot of facts.snapshots) {
      const { config, disks: parts } = snapshot.stored;
      const images = new Map(config.map(({ target, image }) => [target, image?.path ?? null]));
      this.#nodes.set(snapshot.name, { snapshot, parent: snapshot.parent, disks: parts, images });
    }
    // libvirt takes a snapshot whose parent it does not have for a root (virDomainMomentLinkSiblings).
    for (const [name, { parent }] of this.#nodes) this.#childrenOf(this.#listed(parent)).add(name);
  }

  get(name: string): DeleteSnapshot | undefined {
    return this.#nodes.get(name)?.snapshot;
  }

  /** As its metadata names it, even where libvirt does not list it. */
  parentOf(name: string): string | null {
    return this.#nodes.get(name)?.parent ?? null;
  }

  childrenOf(name: string): readonly string[] {
    return [...(this.#children.get(name) ?? [])];
  }

  /** Everything below, parents first. @param known what is left out, with everything below that */
  below(name: string, known: ReadonlySet<string> = none): string[] {
    const found = new Set<string>();
    const add = (child: string) => void (known.has(child) || found.add(child));
    this.childrenOf(name).forEach(add);
    for (const each of found) this.childrenOf(each).forEach(add);
    found.delete(name);
    return [...found];
  }

  /** From a snapshot up to its root, itself first, as far as somebody follows it. */
  *line(from: string | null): Generator<string> {
    const names = new Set<string>();
    for (let name = from; name !== null && this.#nodes.has(name) && !names.has(name); name = this.parentOf(name)) {
      names.add(name);
      yield name;
    }
  }

  isOnActiveChain(name: string): boolean {
    this.#line ??= new Set(this.line(this.current));
    return this.#line.has(name);
  }

  /** Its `<disks>` as libvirt has them by now. */
  disksOf(name: string): readonly SnapshotDisk[] {
    return this.#nodes.get(name)?.disks ?? [];
  }

  /** The disks that are part of a snapshot, each with the image that holds its state. */
  pointsOf(name: string): readonly Point[] {
    const node = this.#nodes.get(name);
    return (node?.disks ?? []).flatMap(({ target, kind }) => {
      const path = node && isPassedOver(node.snapshot.stored, target) ? undefined : node?.images.get(target);
      return typeof path === 'string' && (kind === 'internal' || kind === 'external') ? [{ target, kind, path }] : [];
    });
  }

  /** The image of a disk in the configuration stored with a snapshot; null for an empty drive, undefined for no such disk. */
  storedImage(name: string, target: string): string | null | undefined {
    return this.#nodes.get(name)?.images.get(target);
  }

  /** The disk as the domain has it now. */
  disk(target: string): Disk | undefined {
    return this.#disks.get(target);
  }

  /** What a disk writes to; null for an empty drive and where there is no such disk. */
  activeImage(target: string): string | null {
    return this.#stacks.get(target)?.active ?? null;
  }

  stack(target: string): Stack | undefined {
    return this.#stacks.get(target);
  }

  /** What a disk writes to and everything below; an empty drive is one null. */
  chainOf(target: string): (string | null)[] {
    const active = this.activeImage(target);
    return active === null ? [null] : [...(this.#stacks.get(target)?.chain(active) ?? [])];
  }

  /** Nothing more can lie below: the storage told so, or the format has nothing below. */
  isWhole(target: string): boolean {
    const last = this.chainOf(target).at(-1) ?? null;
    return last === null || (this.#stacks.get(target)?.isRead(last) ?? false);
  }

  /** The same as far as the definition of the domain says. */
  definedChain(target: string): (string | null)[] {
    return this.#defined.get(target) ?? [null];
  }

  /** The nearest ancestor that a disk is a part of (qemuSnapshotFindParentSnapForDisk). */
  ownerAbove(name: string, target: string): DeleteSnapshot | undefined {
    for (const each of this.line(this.parentOf(name))) {
      const kind = this.disksOf(each).find((disk) => disk.target === target)?.kind;
      if (kind !== undefined && kind !== 'none') return this.get(each);
    }
    return undefined;
  }

  /**
   * What 9.0 makes of a snapshot whose metadata alone goes: the images of external ones below that lay on it are noted as
   * if its overlay had been merged, and it was not. By snapshot, its disks with the image that is noted.
   */
  misnamed(name: string): ReadonlyMap<string, ReadonlyMap<string, string>> {
    const overlays = this.disksOf(name).flatMap(({ target, kind, file }) => {
      const into = this.storedImage(name, target);
      return kind === 'external' && file !== undefined && typeof into === 'string' ? [{ target, file, into }] : [];
    });
    return new Map(
      this.below(name).flatMap((below) => {
        const node = this.#nodes.get(below);
        const wrong = node && isExternal(node.snapshot) ? overlays : [];
        const images = wrong.flatMap(({ target, file, into }) =>
          node?.images.get(target) === file ? [[target, into] as const] : [],
        );
        return images.length > 0 ? [[below, new Map(images)] as const] : [];
      }),
    );
  }

  misname(name: string): void {
    for (const [below, images] of this.misnamed(name))
      for (const [target, into] of images) this.#nodes.get(below)?.images.set(target, into);
  }

  /** Whether a disk was there when a snapshot was taken, by both of its stored configurations. */
  hadDisk(name: string, target: string): boolean {
    const node = this.#nodes.get(name);
    if (!node || node.images.size === 0) return true;
    return node.images.has(target) && (node.snapshot.stored.next?.includes(target) ?? true);
  }

  /** Takes a snapshot out: its children go to its parent, and so does “current”. */
  remove(name: string): void {
    const node = this.#nodes.get(name);
    if (!node) return;
    const parent = this.#listed(node.parent);
    for (const child of this.childrenOf(name)) {
      const below = this.#nodes.get(child);
      if (below) below.parent = parent;
      this.#childrenOf(parent).add(child);
    }
    this.#children.delete(name);
    this.#childrenOf(parent).delete(name);
    this.#nodes.delete(name);
    for (const stack of this.#stacks.values()) stack.forget(name);
    this.#line?.delete(name);
    if (this.current === name) this.current = parent;
    const above = parent === null ? undefined : this.#nodes.get(parent);
    // qemuSnapshotDeleteUpdateParent
    if (above && above.snapshot.stored.reverted.length > 0)
      above.disks = above.snapshot.stored.reverted.map((each) => ({ ...each, kind: 'external' as const }));
  }

  /** An image is merged into the one below it: whatever lay on it, was taken in it, or wrote to it uses that now. */
  merge({ target, from, into }: Merge): void {
    for (const name of this.#stacks.get(target)?.merge(from, into) ?? [])
      this.#nodes.get(name)?.images.set(target, into);
    const defined = this.#defined.get(target);
    if (defined) {
      const left = defined.filter((path) => path !== from);
      this.#defined.set(target, left.length > 0 ? left : [into]);
    }
  }

  /** A deletion that comes to its end takes back libvirt’s record of one that was broken off. */
  settle(name: string, targets: readonly string[]): void {
    const node = this.#nodes.get(name);
    if (!node) return;
    node.disks = node.disks.map((disk) => {
      if (!disk.deleteInProgress || !targets.includes(disk.target)) return disk;
      const { deleteInProgress: _, ...rest } = disk;
      return rest;
    });
  }

  /** What libvirt lists: a parent that it does not have is none. */
  #listed(parent: string | null): string | null {
    return parent !== null && this.#nodes.has(parent) ? parent : null;
  }

  #childrenOf(parent: string | null): Set<string> {
    const known = this.#children.get(parent);
    if (known) return known;
    const fresh = new Set<string>();
    this.#children.set(parent, fresh);
    return fresh;
  }
}

const none: ReadonlySet<string> = new Set();

function told({ images }: DeleteFacts): Map<string, Image | null> {
  return new Map(
    Object.entries(images).flatMap(([path, { under }]) => (under === undefined ? [] : [[path, under] as const])),
  );
}
