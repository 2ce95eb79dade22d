import { ancestry } from '../ancestry.ts';
import { chainFrom, type DiskLayers, isPassedOver, type LayerNode, pointsOf, usualOverlay } from '../chain.ts';
import { isDrive, type SnapshotDisk } from '../libvirt/disks.ts';
import { type ImageTag, loadsMemory, resolveTag, tagsNamed } from '../libvirt/image-tags.ts';
import { mayBeId } from '../libvirt/names.ts';
import { can } from '../libvirt/versions.ts';
import { once } from '../once.ts';
import type { HealthSnapshot } from './facts.ts';
import { type Chains, chainsStored, laidOn, seemsOverlay } from './lay.ts';

/**
 * What a revert to a snapshot would find. `gone`: its data is not there. `other`: what its name brings back is another
 * snapshot’s. `mixture`: other data was written among its own. `unknown`: it could not be read.
 */
export type DataState = 'there' | 'gone' | 'other' | 'mixture' | 'unknown';

/** One reason why the data of a snapshot is not what was taken, or why that is not known. */
export interface Damage {
  readonly code: keyof typeof states;
  readonly state: Exclude<DataState, 'there'>;
  /** The disk; null for its memory and its metadata. */
  readonly target: string | null;
  /** The file that it is about. */
  readonly path: string | null;
  /** A sentence. */
  readonly text: string;
}

export interface SnapshotData {
  readonly name: string;
  /** The worst that was found. */
  readonly state: DataState;
  /** The worst first; empty where all is there. */
  readonly why: readonly Damage[];
}

/** An internal snapshot in the table of its image (qemu-img snapshot -l). */
export type Tag = Pick<ImageTag, 'id' | 'name' | 'vmStateBytes'>;

export interface DataFacts {
  readonly libvirtVersion: number;
  readonly current: string | null;
  readonly snapshots: readonly Pick<
    HealthSnapshot,
    'name' | 'parent' | 'memory' | 'memoryFile' | 'readable' | 'hasConfig' | 'stored'
  >[];
  readonly disks: readonly DiskLayers[];
  /** By path, of images and memory files: whether libvirt can open it; null or absent is unknown. */
  readonly files: ReadonlyMap<string, { readonly exists: boolean | null }>;
  /** By path of an image: its table of internal snapshots; null or absent is unknown. */
  readonly tags: ReadonlyMap<string, readonly Tag[] | null>;
  /** Snapshots whose deletion was seen to be broken off while it wrote. */
  readonly interrupted: ReadonlySet<string>;
  /** Snapshots whose metadata was brought back from a file, after whatever became of their images. */
  readonly imported: ReadonlySet<string>;
  /** When files were last written to, by path, milliseconds since 1970; absent is unknown. */
  readonly modifiedAt: ReadonlyMap<string, number>;
  /** When each was taken, milliseconds since 1970, as its metadata say. */
  readonly takenAt: ReadonlyMap<string, number>;
}

const states = {
  'memory-gone': 'gone',
  'image-gone': 'gone',
  'base-gone': 'gone',
  'tag-gone': 'gone',
  'tag-without-memory': 'gone',
  'merge-broken-off': 'mixture',
  'written-to': 'mixture',
  'written-since': 'mixture',
  'drive-not-kept': 'other',
  'tag-twice': 'other',
  'id-is-another': 'other',
  'metadata-unread': 'unknown',
  'disk-unknown': 'unknown',
  'merge-perhaps': 'unknown',
  'written-perhaps': 'unknown',
  'pulled-perhaps': 'unknown',
  'part-perhaps': 'unknown',
  'imported-perhaps': 'unknown',
  'image-unknown': 'unknown',
  'base-unread': 'unknown',
  'memory-unknown': 'unknown',
  'tags-unread': 'unknown',
} as const satisfies Readonly<Record<string, Exclude<DataState, 'there'>>>;

const worst: readonly DataState[] = ['gone', 'mixture', 'other', 'unknown', 'there'];
/** Those that say that a revert does not bring back what was taken. */
const damaged: ReadonlySet<DataState> = new Set(['gone', 'mixture', 'other']);

/** It is known that a revert does not bring back what was taken. */
export const isDamaged = ({ state }: Pick<SnapshotData, 'state'>): boolean => damaged.has(state);

/** Of each snapshot, whether its data is where a revert looks for it, and is its own. Nothing unread counts as there. */
export function dataOfSnapshots(facts: DataFacts): ReadonlyMap<string, SnapshotData> {
  return new Map(dataOfEach(facts));
}

/** The same one after the other: of thousands that takes longer than others can wait. */
export function* dataOfEach(facts: DataFacts): Generator<[string, SnapshotData]> {
  const lookup = lookupOf(facts);
  for (const snapshot of facts.snapshots) yield [snapshot.name, found(snapshot, lookup)];
}

/** The same of one; undefined where it is none of them. */
export function dataOfSnapshot(facts: DataFacts, name: string): SnapshotData | undefined {
  const lookup = lookupOf(facts);
  const snapshot = lookup.byName.get(name);
  return snapshot && found(snapshot, lookup);
}

function found(snapshot: Stored, lookup: Lookup): SnapshotData {
  const why = findings
    .flatMap((find) => find(snapshot, lookup))
    .sort((a, b) => worst.indexOf(a.state) - worst.indexOf(b.state));
  return { name: snapshot.name, state: why[0]?.state ?? 'there', why };
}

/**
 * The internal snapshot that QEMU takes for a name: the one with that ID, else the first with that name
 * (find_snapshot_by_id_or_name; seen on 7.0–12.8, off and running).
 */
export function tagFound<T extends Pick<ImageTag, 'id' | 'name'>>(tags: readonly T[], name: string): T | undefined {
  const meant = resolveTag(tags, name);
  return meant.kind === 'missing' ? undefined : meant.tag;
}

type Stored = DataFacts['snapshots'][number];
interface Lookup extends DataFacts {
  readonly byTarget: ReadonlyMap<string, DiskLayers>;
  readonly byName: ReadonlyMap<string, Stored>;
  /** From the current snapshot up to its root. */
  readonly line: ReadonlySet<string>;
  /** By image, the snapshots whose merge into it was broken off. */
  readonly halfMerged: ReadonlyMap<string, Half>;
  readonly chains: Chains;
  readonly isAbove: ReturnType<typeof ancestry>;
}
interface Half {
  readonly names: readonly string[];
  readonly isCertain: boolean;
}
type Point = ReturnType<typeof pointsOf>[number];

const damage = (code: Damage['code'], target: string | null, path: string | null, text: string): Damage => ({
  code,
  state: states[code],
  target,
  path,
  text,
});
const shortly = (path: string) => `“${path.slice(path.lastIndexOf('/') + 1)}”`;
const exists = ({ files }: Lookup, path: string) => files.get(path)?.exists ?? null;

function chainOf({ byTarget }: Lookup, { target, path }: Point): LayerNode[] {
  const disk = byTarget.get(target);
  return disk ? chainFrom(disk, path) : [];
}

/** The images of its chain that the domain may write to, or may have written to. */
function writable(lookup: Lookup, point: Point): LayerNode[] {
  const onlyRead = lookup.byTarget.get(point.target)?.onlyRead;
  return chainOf(lookup, point).filter(({ path }) => !onlyRead?.has(path));
}

/** Those that have to stay as they were: an internal snapshot is in the image that is written to. */
function frozen(lookup: Lookup, point: Point): LayerNode[] {
  return writable(lookup, point).filter(({ path }) => point.kind === 'external' || path !== point.path);
}

const findings: readonly ((snapshot: Stored, lookup: Lookup) => readonly Damage[])[] = [
  metadata,
  memory,
  (snapshot, lookup) => pointsOf(snapshot.stored).flatMap((point) => images(point, lookup)),
  (snapshot, lookup) => partsOf(snapshot, lookup).flatMap((point) => writtenTo(point, snapshot, lookup)),
  (snapshot, lookup) => partsOf(snapshot, lookup).flatMap((point) => writtenSince(point, snapshot, lookup)),
  (snapshot, lookup) => pointsOf(snapshot.stored).flatMap((point) => listedSince(point, snapshot, lookup)),
  (snapshot, lookup) => pointsOf(snapshot.stored).flatMap((point) => imported(point, snapshot, lookup)),
  (snapshot, lookup) => pointsOf(snapshot.stored).flatMap((point) => merged(point, snapshot, lookup)),
  (snapshot, lookup) => pointsOf(snapshot.stored).flatMap((point) => pulled(point, snapshot, lookup)),
  (snapshot, lookup) => pointsOf(snapshot.stored).flatMap((point) => tagged(point, snapshot, lookup)),
  memoryInside,
];

function metadata({ readable, hasConfig, stored }: Stored): Damage[] {
  if (!readable || !hasConfig)
    return [
      damage(
        'metadata-unread',
        null,
        null,
        readable
          ? 'Its metadata does not hold the domain’s configuration, so its images are not known.'
          : 'Its metadata cannot be read.',
      ),
    ];
  const known = new Set(pointsOf(stored).map(({ target }) => target));
  return stored.disks
    .filter(({ target, kind }) => isKept(kind) && !known.has(target) && !isPassedOver(stored, target))
    .map(({ target }) =>
      damage('disk-unknown', target, null, `Its metadata does not say which image holds its disk ${target}.`),
    );
}

const isKept = (kind: SnapshotDisk['kind']) => kind !== 'none' && kind !== 'manual';

function memory({ memory: kept, memoryFile }: Stored, lookup: Lookup): Damage[] {
  if (kept === 'unknown') return [damage('memory-unknown', null, null, 'It is not known how its memory is saved.')];
  if (kept !== 'external') return [];
  if (memoryFile === null)
    return [damage('memory-unknown', null, null, 'It is not known which file holds its memory.')];
  const there = exists(lookup, memoryFile);
  if (there === true) return [];
  return there === false
    ? [damage('memory-gone', null, memoryFile, `Its memory file is missing: ${shortly(memoryFile)}.`)]
    : [
        damage(
          'memory-unknown',
          null,
          memoryFile,
          `It is not known whether its memory file is there: ${shortly(memoryFile)}.`,
        ),
      ];
}

/** Its image and everything that lies below: whether it is there, and whether that is all. */
function images(point: Point, lookup: Lookup): Damage[] {
  const { target, path } = point;
  const chain = chainOf(lookup, point);
  const all = chain.length > 0 ? chain.map((node) => node.path) : [path];
  const files = all.flatMap((each, depth): Damage[] => {
    const there = exists(lookup, each);
    if (there === true) return [];
    if (there === null)
      return [damage('image-unknown', target, each, `It is not known whether ${shortly(each)} is there.`)];
    return depth === 0
      ? [damage('image-gone', target, each, `The image of its disk ${target} is missing: ${shortly(each)}.`)]
      : [
          damage(
            'base-gone',
            target,
            each,
            `${shortly(path)}, the image of its disk ${target}, cannot be used without ${shortly(each)}, which is missing.`,
          ),
        ];
  });
  const last = chain.at(-1);
  // What the tree alone suggests nobody has said.
  const unread = chain.find(({ isAssumed }) => isAssumed) ?? (last?.isRead === true ? undefined : (last ?? { path }));
  return unread === undefined || files.some(({ state }) => state === 'gone')
    ? files
    : [
        ...files,
        damage('base-unread', target, unread.path, `The backing file of ${shortly(unread.path)} could not be read.`),
      ];
}

/** The domain writes to its image, or to one below. An internal snapshot keeps its data in the image that is written to. */
function writtenTo(point: Point, { name }: Stored, lookup: Lookup): Damage[] {
  return writable(lookup, point)
    .filter(({ active, inside, path }) => active && !(path === point.path && namesIn(inside).has(name)))
    .map(({ path }) =>
      damage(
        'written-to',
        point.target,
        path,
        `The domain writes to ${shortly(path)}, so disk ${point.target} is no longer what the snapshot captured.`,
      ),
    );
}

/**
 * Another snapshot was taken of its image, or of one below, later: so the domain wrote there again in between. An
 * internal one that was taken earlier is no such trace, but going back to it would have written there too.
 */
function writtenSince(point: Point, snapshot: Stored, lookup: Lookup): Damage[] {
  return frozen(lookup, point).flatMap(({ path, active, holds, inside }): Damage[] => {
    if (active) return [];
    const orders = ordersOf(snapshot, [...holds, ...inside], lookup);
    if (orders.has('later'))
      return [
        damage(
          'written-since',
          point.target,
          path,
          `The domain wrote to ${shortly(path)} again after it was taken, so disk ${point.target} is no longer what the snapshot captured.`,
        ),
      ];
    const hasOthers = inside.some((name) => name !== snapshot.name);
    return (orders.has('unknown') || hasOthers) && !isUntouched(path, snapshot, lookup)
      ? [
          damage(
            'written-perhaps',
            point.target,
            path,
            `It is not known whether the domain wrote to ${shortly(path)} again after it was taken.`,
          ),
        ]
      : [];
  });
}

/** The storage tells that an image was not written to since a snapshot was taken. */
function isUntouched(path: string, { name, memoryFile }: Stored, { modifiedAt, takenAt }: Lookup): boolean {
  const modified = modifiedAt.get(path);
  const taken = takenAt.get(name) ?? 0;
  if (modified === undefined || taken <= 0 || taken > LATEST) return false;
  // The time of a snapshot is the second of its beginning; it is whole when its memory is.
  const saved = memoryFile === null ? 0 : (modifiedAt.get(memoryFile) ?? 0);
  return modified < Math.max(taken, saved);
}

/**
 * A revert has libvirt list every disk as part of the snapshot once nothing lies on it, with the overlay that it made,
 * also those that were left out (seen on 11.3 and 12.8); it is named after the time of the revert.
 */
function isListedSince({ target, kind, path }: Point, snapshot: Stored, { takenAt }: Lookup): boolean {
  const file = snapshot.stored.disks.find((disk) => disk.target === target)?.file;
  const seconds = /\.(\d+)$/.exec(file ?? '')?.[1];
  if (kind !== 'external' || seconds === undefined || file !== usualOverlay(path, seconds)) return false;
  // A snapshot that was given no name has that of its own second, and so has its overlay.
  return seconds !== snapshot.name && Number(seconds) * 1000 >= (takenAt.get(snapshot.name) ?? 0);
}

/** The disks that were part of a snapshot from its beginning. */
const partsOf = (snapshot: Stored, lookup: Lookup): Point[] =>
  pointsOf(snapshot.stored).filter((point) => !isListedSince(point, snapshot, lookup));

function listedSince(point: Point, snapshot: Stored, lookup: Lookup): Damage[] {
  const { target, path } = point;
  return isListedSince(point, snapshot, lookup) && !isUntouched(path, snapshot, lookup)
    ? [
        damage(
          'part-perhaps',
          target,
          path,
          `libvirt lists disk ${target} since a revert to this snapshot. It is not known whether the disk was part of it before, nor whether ${shortly(path)} is as it was then.`,
        ),
      ]
    : [];
}

/** While nothing was known of it, an image that it lies on may have been written to, or merged with another. */
function imported(point: Point, snapshot: Stored, lookup: Lookup): Damage[] {
  if (!lookup.imported.has(snapshot.name)) return [];
  return frozen(lookup, point)
    .filter(({ path, active }) => !active && !isUntouched(path, snapshot, lookup))
    .map(({ path }) =>
      damage(
        'imported-perhaps',
        point.target,
        path,
        `It was imported: it is not known whether ${shortly(path)} was written to after it was taken.`,
      ),
    );
}

/** Beyond this a time is none: 2100. */
const LATEST = 4_102_444_800_000;

type Order = 'earlier' | 'later' | 'unknown';

/** When others were taken, up to the first that is known to be later: of thousands in one image the last ones are. */
function ordersOf(snapshot: Stored, names: readonly string[], lookup: Lookup): ReadonlySet<Order> {
  const found = new Set<Order>();
  for (let at = names.length - 1; at >= 0 && !found.has('later'); at--) {
    const name = names[at];
    if (name !== undefined && name !== snapshot.name) found.add(order(snapshot, name, lookup));
  }
  return found;
}

/** Whether another snapshot was taken before or after one, by their times and by the tree. */
function order({ name }: Stored, other: string, { takenAt, isAbove }: Lookup): Order {
  if (isAbove(other, name)) return 'earlier';
  if (isAbove(name, other)) return 'later';
  const [a = 0, b = 0] = [takenAt.get(name), takenAt.get(other)];
  if (a <= 0 || b <= 0 || a > LATEST || b > LATEST || a === b) return 'unknown';
  return b > a ? 'later' : 'earlier';
}

/**
 * A merge that was broken off has written into the image of the snapshot that was to go. Whoever lies on that image is
 * concerned too, except through the overlay that was being merged: there nothing changes.
 */
function merged(point: Point, { name }: Stored, lookup: Lookup): Damage[] {
  const chain = chainOf(lookup, point);
  return chain.flatMap(({ path }, depth): Damage[] => {
    const half = lookup.halfMerged.get(path);
    if (!half) return [];
    const over = chain[depth - 1];
    if (over && over.made !== null && half.names.includes(over.made.snapshot)) return [];
    const whose = half.names.map((each) => `“${each}”`).join(' or ');
    const isSure = half.isCertain && (depth > 0 || half.names.includes(name));
    return [
      isSure
        ? damage(
            'merge-broken-off',
            point.target,
            path,
            `The deletion of ${whose} was interrupted while it wrote into ${shortly(path)}, which now mixes two states. Delete ${whose} again.`,
          )
        : damage(
            'merge-perhaps',
            point.target,
            path,
            `The deletion of ${whose} was interrupted. It is not known whether it wrote into ${shortly(path)}.`,
          ),
    ];
  });
}

/**
 * A block pull copies what lies below into an image, and cuts the tie: an internal snapshot inside loses whatever it had
 * there (observed on 9.0 and 11.3). Whether that was before the snapshot was taken nobody tells.
 */
function pulled({ target, path, kind }: Point, snapshot: Stored, lookup: Lookup): Damage[] {
  const node = lookup.byTarget.get(target)?.nodes.get(path);
  if (kind !== 'internal' || !node?.isRead) return [];
  const { under } = node;
  const lay = laidOn(node, target, snapshot, lookup);
  if (lay === under || (lay === undefined && !(under === null && seemsOverlay(node, snapshot.stored)))) return [];
  const was = lay === undefined ? 'is named like an overlay' : `was once an overlay of ${shortly(lay)}`;
  return [
    damage(
      'pulled-perhaps',
      target,
      path,
      `${shortly(path)} ${was}, and now has ${under === null ? 'no backing file' : `the backing file ${shortly(under)}`}. It is not known whether the snapshot has lost data because of that.`,
    ),
  ];
}

function tagged(point: Point, { name, memory: kept, stored }: Stored, { tags: tables }: Lookup): Damage[] {
  const { target, path, kind } = point;
  if (kind !== 'internal') return [];
  const tags = tables.get(path) ?? null;
  const say = (code: Damage['code'], text: string) => [damage(code, target, path, text)];
  if (tags === null)
    return say(
      'tags-unread',
      mayBeId(name)
        ? `The internal snapshots in ${shortly(path)} could not be read, and QEMU may take the name “${name}” for the ID of another one.`
        : `The internal snapshots in ${shortly(path)} could not be read.`,
    );
  const meant = resolveTag(tags, name);
  // While a guest is off libvirt takes hard disks alone into account (qemuSnapshotForEachQcow2).
  const isPassedOver = kept === 'none' && stored.config.some((disk) => disk.target === target && !isDrive(disk));
  if (meant.kind === 'missing' && isPassedOver)
    return say(
      'drive-not-kept',
      `libvirt lists the medium in ${target} as part of the snapshot, but saved nothing of it while the guest was off: ${shortly(path)} stays as it is.`,
    );
  if (meant.kind === 'missing')
    return say('tag-gone', `${shortly(path)} no longer contains an internal snapshot “${name}”.`);
  if (meant.kind === 'other')
    return say(
      'id-is-another',
      `QEMU takes “${name}” for the ID of “${meant.tag.name}” in ${shortly(path)}, and reverts to that one.`,
    );
  return meant.kind === 'twice'
    ? say(
        'tag-twice',
        `${shortly(path)} contains ${tagsNamed(tags, name).length} internal snapshots “${name}”: QEMU uses the first.`,
      )
    : [];
}

/** Where all its images hold it, whether QEMU finds its memory there. */
function memoryInside({ name, memory: kept, stored }: Stored, { tags, libvirtVersion }: Lookup): Damage[] {
  if (kept !== 'internal') return [];
  const paths = [...new Set(pointsOf(stored).flatMap(({ kind, path }) => (kind === 'internal' ? [path] : [])))];
  const tables = paths.flatMap((path) => {
    const table = tags.get(path);
    return table && tagsNamed(table, name).length > 0 ? [table] : [];
  });
  if (paths.length === 0 || tables.length < paths.length) return [];
  const load = loadsMemory(tables, name, can(libvirtVersion, 'namesJobs'));
  if (load === 'loads') return [];
  const where = paths.map(shortly).join(', ');
  return [
    damage(
      'tag-without-memory',
      null,
      paths[0] ?? null,
      `QEMU does not find the memory of “${name}” in ${where}${load === 'fails' ? '' : ', and reports that only after it has reverted the disks'}.`,
    ),
  ];
}

const namesIn = once((names: readonly string[]) => new Set(names));
const namesOf = once((snapshots: DataFacts['snapshots']) => new Map(snapshots.map((each) => [each.name, each])));
const ancestryIn = once((snapshots: DataFacts['snapshots']) =>
  ancestry(new Map(snapshots.map(({ name, parent }) => [name, parent]))),
);
const chainsIn = once((snapshots: DataFacts['snapshots']) => chainsStored(snapshots));

function lookupOf(facts: DataFacts): Lookup {
  const byName = namesOf(facts.snapshots);
  const line = new Set<string>();
  for (let at = facts.current; at !== null && byName.has(at) && !line.has(at); at = byName.get(at)?.parent ?? null)
    line.add(at);
  const byTarget = new Map(facts.disks.map((disk) => [disk.target, disk]));
  const chains = chainsIn(facts.snapshots);
  const isAbove = ancestryIn(facts.snapshots);
  return { ...facts, byName, line, byTarget, chains, isAbove, halfMerged: halfMerged(facts, byName, line) };
}

/**
 * libvirt marks the nearest ancestor that has the disk (qemuSnapshotSetInvalid, qemuSnapshotFindParentSnapForDisk); what
 * it wrote to is the image of the snapshot that was to go, which is one of the active chain.
 */
function halfMerged(
  { snapshots, interrupted }: DataFacts,
  byName: ReadonlyMap<string, Stored>,
  line: ReadonlySet<string>,
): Map<string, Half> {
  const found = new Map<string, Half>();
  const add = (path: string, name: string, isCertain: boolean) => {
    const known = found.get(path);
    found.set(path, {
      names: [...new Set([...(known?.names ?? []), name])],
      isCertain: isCertain || (known?.isCertain ?? false),
    });
  };
  for (const { name, stored } of snapshots)
    if (interrupted.has(name))
      for (const { kind, path } of pointsOf(stored)) if (kind === 'external') add(path, name, true);
  for (const marked of snapshots)
    for (const { target, deleteInProgress, file } of marked.stored.disks) {
      if (!deleteInProgress) continue;
      const candidates = snapshots.flatMap((each) => {
        const point = pointsOf(each.stored).find((p) => p.target === target && p.kind === 'external');
        return point && ownerAbove(each, target, byName) === marked.name ? [{ name: each.name, path: point.path }] : [];
      });
      const likely = candidates.filter(({ name }) => line.has(name));
      const chosen = candidates.length > 1 && likely.length > 0 ? likely : candidates;
      for (const { name, path } of chosen) add(path, name, chosen.length === 1);
      if (candidates.length === 0 && file !== undefined) add(file, marked.name, false);
    }
  return found;
}

/** The nearest ancestor that a disk is a part of. */
function ownerAbove(of: Stored, target: string, byName: ReadonlyMap<string, Stored>): string | null {
  const seen = new Set<string>([of.name]);
  for (let at = of.parent; at !== null && !seen.has(at); at = byName.get(at)?.parent ?? null) {
    seen.add(at);
    const kind = byName.get(at)?.stored.disks.find((disk) => disk.target === target)?.kind;
    if (kind !== undefined && kind !== 'none') return at;
  }
  return null;
}
