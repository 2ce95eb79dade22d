import { type DiskImage, type Image, imagesOf, type StoredDisks } from './libvirt/disks.ts';
import { once } from './once.ts';

/** What the storage tells of an image: what it lies on, null for nothing. */
export type Probed = ReadonlyMap<string, Image | null>;

export interface LayerNode extends Image {
  /** The image that it lies on. */
  readonly under: string | null;
  /** What it lies on was told by the storage, or its format has nothing below; else `under` is what metadata says. */
  readonly isRead: boolean;
  /** `under` is what the tree suggests: nobody says it. */
  readonly isAssumed: boolean;
  readonly active: boolean;
  readonly holds: readonly string[];
  readonly inside: readonly string[];
  readonly made: { readonly by: 'snapshot' | 'revert'; readonly snapshot: string } | null;
}

/** All images known of one disk; `under` makes a forest of them. */
export interface DiskLayers {
  readonly target: string;
  /** What is written to now; null where the domain has no such disk. */
  readonly active: string | null;
  /** Images that this disk had as read-only alone, as media of a CD drive. */
  readonly onlyRead: ReadonlySet<string>;
  readonly nodes: ReadonlyMap<string, LayerNode>;
}

/** How snapshots stand to each other. */
export interface Tree {
  readonly current: string | null;
  /** By name of a snapshot. */
  readonly parents: ReadonlyMap<string, string | null>;
}

/**
 * Which image lies on which, by disk. Where two sources differ the more trustworthy one counts: the storage itself, the
 * configuration in force, what snapshots say they made (libvirt mends that when it merges), and last the chains stored
 * with snapshots (which it does not mend: qemuSnapshotDeleteUpdateDisks touches the top image alone). Where none says
 * anything, what was written after an external snapshot lies on its image: libvirt forgets the overlay that a revert
 * made as soon as the next snapshot is taken (seen on 11.3).
 */
export function diskLayers(
  now: readonly DiskImage[],
  snapshots: readonly StoredDisks[],
  probed: Probed = new Map(),
  tree?: Tree,
): DiskLayers[] {
  const disks = new Map<string, Forest>();
  const forestOf = (target: string): Forest => {
    const known = disks.get(target);
    if (known) return known;
    const fresh = new Forest(probed);
    disks.set(target, fresh);
    return fresh;
  };
  for (const image of now) {
    const forest = forestOf(image.target);
    forest.active = image.path;
    forest.addChain(image);
  }
  for (const link of linksMade(snapshots)) forestOf(link.target).addLink(link);
  for (const image of imagesStored(snapshots)) forestOf(image.target).addChain(image);
  for (const snapshot of snapshots)
    for (const { target, kind, path } of pointsOf(snapshot)) forestOf(target).claim(path, kind, snapshot.name);
  if (tree) for (const { target, over, under } of assumed(now, snapshots, tree)) forestOf(target).assume(over, under);
  return [...disks].map(([target, forest]) => ({
    target,
    active: forest.active,
    onlyRead: forest.onlyRead(),
    nodes: forest.nodes(),
  }));
}

/** The images of all snapshots with their chains as stored, each once: most snapshots have those of the one before. */
export const imagesStored = once((snapshots: readonly StoredDisks[]): readonly DiskImage[] => {
  const seen = new Map<string, DiskImage>();
  for (const { config } of snapshots)
    for (const image of imagesOf(config)) {
      const { target, readonly, below } = image;
      const chain = [image, ...below].map(({ path, type, format }) => [path, type, format]);
      const key = JSON.stringify([target, readonly, chain]);
      if (!seen.has(key)) seen.set(key, image);
    }
  return [...seen.values()];
});

/** The images from one downwards; empty for one that is not known. */
export function chainFrom({ nodes }: Pick<DiskLayers, 'nodes'>, path: string | null): LayerNode[] {
  const chain: LayerNode[] = [];
  for (let at = path; at !== null; ) {
    const node = nodes.get(at);
    if (!node) break;
    chain.push(node);
    at = node.under;
  }
  return chain;
}

/** What a chain lies on was told, down to an image that lies on nothing; not so for an image that nobody knows. */
export function isReadToEnd(chain: readonly LayerNode[]): boolean {
  return chain.at(-1)?.isRead === true && !chain.some(({ isAssumed }) => isAssumed);
}

/** The images that hold a snapshot's disks; those that are no part of it are left out. */
export const pointsOf = once(
  (
    stored: Pick<StoredDisks, 'config' | 'disks' | 'memoryInside'>,
  ): readonly { target: string; kind: 'internal' | 'external'; path: string }[] => {
    const byTarget = new Map(imagesOf(stored.config).map((image) => [image.target, image.path]));
    return stored.disks.flatMap(({ target, kind }) => {
      const path = byTarget.get(target);
      if (path === undefined || isPassedOver(stored, target)) return [];
      return kind === 'internal' || kind === 'external' ? [{ target, kind, path }] : [];
    });
  },
);

/**
 * Where QEMU takes a snapshot with memory it writes nothing to a read-only disk, whatever libvirt lists
 * (bdrv_all_create_snapshot; seen on 7.0 and 9.0). Of a guest that is off qemu-img does.
 */
export function isPassedOver(
  { config, memoryInside }: Pick<StoredDisks, 'config' | 'memoryInside'>,
  target: string,
): boolean {
  return memoryInside === true && config.some((disk) => disk.target === target && disk.readonly);
}

/** Where libvirt puts the overlay of an image unless told: the suffix takes the place of what follows the last dot. */
export function usualOverlay(image: string, suffix: string): string {
  return `${image.replace(/\.[^./]*$/, '')}.${suffix}`;
}

/** What each image lies on by the tree alone: the image of the nearest external snapshot above that has the disk. */
function* assumed(
  now: readonly DiskImage[],
  snapshots: readonly StoredDisks[],
  { current, parents }: Tree,
): Generator<{ target: string; over: string; under: Image }> {
  if (!snapshots.some(({ disks }) => disks.some(({ kind }) => kind === 'external'))) return;
  const byName = new Map(snapshots.map((each) => [each.name, each]));
  const knownOf = new Map<string, Map<string, Image | null>>();
  const imageAbove = (from: string | null, target: string): Image | null => {
    const known = knownOf.get(target) ?? new Map<string, Image | null>();
    knownOf.set(target, known);
    const way = new Set<string>();
    let found: Image | null = null;
    for (let name = from; name !== null && !way.has(name); name = parents.get(name) ?? null) {
      const before = known.get(name);
      if (before !== undefined) {
        found = before;
        break;
      }
      way.add(name);
      const stored = byName.get(name);
      if (stored?.disks.find((disk) => disk.target === target)?.kind !== 'external') continue;
      found = stored.config.find((disk) => disk.target === target)?.image ?? null;
      break;
    }
    for (const name of way) known.set(name, found);
    return found;
  };
  for (const { target, path } of now) {
    const under = imageAbove(current, target);
    if (under) yield { target, over: path, under };
  }
  for (const { name, config } of snapshots)
    for (const { target, path } of imagesOf(config)) {
      const under = imageAbove(parents.get(name) ?? null, target);
      if (under) yield { target, over: path, under };
    }
}

interface Link {
  target: string;
  over: string;
  under: Image;
  made: NonNullable<LayerNode['made']>;
}

const linksMade = once((snapshots: readonly StoredDisks[]): readonly Link[] => snapshots.flatMap(linksOf));

const linksOf = once(({ name, config, disks, reverted }: StoredDisks): readonly Link[] => {
  const byTarget = new Map(imagesOf(config).map((image) => [image.target, image]));
  const taken = disks.flatMap(({ target, kind, file }) =>
    kind === 'external' && file !== undefined ? [{ target, file, by: 'snapshot' as const }] : [],
  );
  return [...taken, ...reverted.map((each) => ({ ...each, by: 'revert' as const }))].flatMap(({ target, file, by }) => {
    const under = byTarget.get(target);
    return under ? [{ target, over: file, under, made: { by, snapshot: name } }] : [];
  });
});

interface Draft {
  path: string;
  type: string;
  format: string | null;
  under: string | null;
  holds: string[];
  inside: string[];
  made: LayerNode['made'];
  isAssumed: boolean;
}

/** Images by path. An image lies on at most one other, and never on itself, however far down. */
class Forest {
  active: string | null = null;
  readonly #drafts = new Map<string, Draft>();
  /** Images whose underside is settled: what is said of it later does not count. */
  readonly #settled = new Set<string>();
  /** By path of what the disk had itself: whether that was read-only each time. */
  readonly #onlyRead = new Map<string, boolean>();
  /** Any ancestor, shortened as it is followed. */
  readonly #up = new Map<string, string>();

  constructor(private readonly probed: Probed) {}

  addChain({ below, readonly, ...top }: DiskImage): void {
    this.#draft(top);
    this.#onlyRead.set(top.path, readonly === true && this.#onlyRead.get(top.path) !== false);
    let over = top.path;
    for (const image of below) {
      this.#lay(over, image);
      over = image.path;
    }
  }

  addLink({ over, under, made }: Link): void {
    const draft = this.#draft({ path: over, type: 'file', format: 'qcow2' });
    draft.made ??= made;
    this.#lay(over, under);
  }

  /** Counts where nobody said what an image lies on. */
  assume(over: string, under: Image): void {
    const draft = this.#drafts.get(over);
    if (!draft || draft.under !== null || this.#settled.has(over) || over === under.path) return;
    this.#lay(over, under);
    draft.isAssumed = draft.under !== null;
  }

  claim(path: string, kind: 'internal' | 'external', name: string): void {
    const draft = this.#drafts.get(path);
    if (draft) (kind === 'external' ? draft.holds : draft.inside).push(name);
  }

  nodes(): ReadonlyMap<string, LayerNode> {
    const isRead = ({ path, format }: Draft) => this.probed.has(path) || format === 'raw';
    return new Map(
      [...this.#drafts].map(([path, draft]) => [
        path,
        { ...draft, active: path === this.active, isRead: isRead(draft) },
      ]),
    );
  }

  onlyRead(): ReadonlySet<string> {
    return new Set([...this.#onlyRead].flatMap(([path, only]) => (only ? [path] : [])));
  }

  #draft(image: Image): Draft {
    const known = this.#drafts.get(image.path);
    if (known) {
      known.format ??= image.format;
      return known;
    }
    const draft = this.#create(image);
    for (let upper = draft, isNew = true; isNew; ) {
      const told = this.probed.get(upper.path);
      if (told === undefined) break;
      isNew = told !== null && !this.#drafts.has(told.path);
      const below = told && (this.#drafts.get(told.path) ?? this.#create(told));
      if (below) this.#settle(upper, below);
      this.#settled.add(upper.path);
      if (below) upper = below;
    }
    return draft;
  }

  #create({ path, type, format }: Image): Draft {
    const draft: Draft = { path, type, format, under: null, holds: [], inside: [], made: null, isAssumed: false };
    this.#drafts.set(path, draft);
    return draft;
  }

  #lay(over: string, image: Image): void {
    const upper = this.#draft({ path: over, type: 'file', format: null });
    const lower = this.#draft(image);
    if (!this.#settled.has(over)) this.#settle(upper, lower);
  }

  #settle(upper: Draft, lower: Draft): void {
    if (this.#root(lower.path) === upper.path) return;
    upper.under = lower.path;
    this.#settled.add(upper.path);
    this.#up.set(upper.path, lower.path);
  }

  #root(path: string): string {
    let at = path;
    for (let next = this.#up.get(at); next !== undefined; next = this.#up.get(at)) {
      const further = this.#up.get(next);
      if (further !== undefined) this.#up.set(at, further);
      at = next;
    }
    return at;
  }
}
