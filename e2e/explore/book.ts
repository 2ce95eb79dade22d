import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { type Content, readContent } from './marks.ts';
import { backingOf, ImageError, imageSnapshots } from './qcow2.ts';
import { clone, type Stage, spares } from './stage.ts';
import type { Disk, Snap, World } from './world.ts';

/** What is on a disk, or why that can't be had. */
export type Reading = Content | 'gone';

/** What was so when a snapshot was taken: what it has to bring back. */
export interface Entry {
  readonly created: number;
  /** By target: every disk of the domain, whether or not the snapshot keeps it. */
  readonly marks: ReadonlyMap<string, Reading>;
  /** By path: images that no disk used. */
  readonly loose: ReadonlyMap<string, Reading>;
  readonly memory: string | null;
  /** Targets of the disks that it keeps. */
  readonly keeps: ReadonlySet<string>;
  /** By target: the ID that QEMU gave it inside the image. */
  readonly ids: ReadonlyMap<string, string>;
}

/** Everything that holds data, as it is now. */
export interface Sight {
  readonly world: World;
  /** By target: what the guest sees, or would see. */
  readonly active: ReadonlyMap<string, Reading>;
  /** By snapshot and then by disk: what is left of it. `memory` for its memory: 1 if it is there. */
  readonly held: ReadonlyMap<string, ReadonlyMap<string, Reading>>;
  /** By path: images that no disk uses. */
  readonly loose: ReadonlyMap<string, Reading>;
}

/** What a step is known to have done to the list of snapshots. */
export interface Did {
  readonly renamed?: { readonly of: string; readonly to: string } | undefined;
  /** The name of a new one: another of that name and of the same second may have been forgotten. */
  readonly taken?: string | null | undefined;
}

/** The oracle's own record of what each snapshot was taken of. */
export class Book {
  readonly #entries = new Map<string, Entry>();
  /** Snapshots whose metadata went, and may be brought back. */
  readonly #forgotten = new Map<string, Entry>();
  /** Images that disks used at some time. */
  readonly #images: Set<string>;
  readonly #clone: string;
  /** Images that came to be since the guest stands still. */
  readonly #madeStill = new Set<string>();
  /** By image: what was seen inside it. QEMU gives an ID again, once the last of it is gone. */
  #seen = new Map<string, ReadonlySet<string>>();

  constructor(stage: Stage) {
    const files = [...stage.spec.disks.flatMap(({ file }) => file ?? []), spares.qcow2, spares.raw, ...spares.media];
    this.#images = new Set(files.map((file) => join(stage.dir, file)));
    this.#clone = join(stage.dir, clone);
  }

  entry(name: string): Entry | undefined {
    return this.#entries.get(name);
  }

  /**
   * What was taken and what went, as libvirt lists it now.
   * @param before what a new snapshot was taken of
   * @param did what the step did, where it is known
   */
  follow(world: World, before: Sight | null, did: Did = {}): void {
    const { renamed, taken } = did;
    const isRenamed = renamed && world.snapshots.has(renamed.to) && !world.snapshots.has(renamed.of);
    const moved = isRenamed ? this.#entries.get(renamed.of) : undefined;
    for (const [name, entry] of this.#entries) {
      const now = world.snapshots.get(name);
      if (now && now.created === entry.created) {
        this.#entries.set(name, grown(entry, now));
        continue;
      }
      this.#entries.delete(name);
      // One that got another name may come back under its own, as by an import.
      this.#forgotten.set(name, entry);
    }
    if (moved && renamed) this.#entries.set(renamed.to, moved);
    for (const [name, snap] of world.snapshots) {
      if (this.#entries.has(name)) continue;
      const known = this.#forgotten.get(name);
      const back = known?.created === snap.created && name !== taken && !this.#isNew(snap);
      this.#entries.set(name, back ? known : this.#taken(snap, before));
      if (back) this.#forgotten.delete(name);
    }
    if (world.state !== 'paused') this.#madeStill.clear();
    for (const { path } of world.disks) {
      if (path === null) continue;
      if (world.state === 'paused' && !this.#images.has(path)) this.#madeStill.add(path);
      this.#images.add(path);
    }
    this.#remember(world);
  }

  /** What a snapshot keeps outside came to be since the guest stands still: QEMU has not let go of it. */
  isMadeStill({ disks, stored }: Snap): boolean {
    const kept = stored.filter(({ target }) => disks.get(target) === 'external');
    return kept.length > 0 && kept.every(({ path }) => path !== null && this.#madeStill.has(path));
  }

  /** Somebody attached images: what is written to them from now on is no revert's doing. */
  noteAttached({ loose }: Sight, { disks, nextDisks }: World): void {
    const attached = new Set(
      [...disks, ...nextDisks].flatMap(({ path }) => chainOf(path)).filter((path) => loose.has(path)),
    );
    for (const [name, entry] of this.#entries) {
      const still = [...entry.loose].filter(([path]) => !attached.has(path));
      this.#entries.set(name, { ...entry, loose: new Map(still) });
    }
  }

  /** Reads everything that holds data. */
  sight(world: World): Sight {
    const used = new Set([...world.disks, ...world.nextDisks].flatMap(({ path }) => chainOf(path)));
    if (existsSync(this.#clone)) this.#images.add(this.#clone);
    return {
      world,
      active: new Map(
        world.disks.filter(({ path }) => path !== null).map((disk) => [disk.target, readingOf(disk.path)]),
      ),
      held: new Map([...world.snapshots].map(([name, snap]) => [name, this.#held(name, snap)])),
      loose: new Map([...this.#images].filter((path) => !used.has(path)).map((path) => [path, readingOf(path)])),
    };
  }

  /** The disks of a snapshot, or `memory`, that do not hold what they were taken of. */
  lostOf(name: string, held: ReadonlyMap<string, Reading>): { what: string; expected: Reading; found: Reading }[] {
    const marks = this.#entries.get(name)?.marks;
    return [...held].flatMap(([what, found]) => {
      const expected = what === 'memory' ? 1 : (marks?.get(what) ?? 'gone');
      return expected === found || expected === 'gone' ? [] : [{ what, expected, found }];
    });
  }

  #held(name: string, { disks, stored, memory, memoryFile }: Snap): Map<string, Reading> {
    const ids = this.#entries.get(name)?.ids ?? new Map<string, string>();
    const held = new Map<string, Reading>();
    for (const [target, how] of disks) {
      const path = stored.find((disk) => disk.target === target)?.path ?? null;
      if (how === 'internal') held.set(target, ids.has(target) ? readingOf(path, ids.get(target)) : 'gone');
      if (how === 'external') held.set(target, readingOf(path));
    }
    if (memory === 'external') {
      const there = memoryFile !== null && existsSync(memoryFile) && statSync(memoryFile).size > 0;
      held.set('memory', there ? 1 : 'gone');
    }
    if (memory === 'internal') {
      const there = stored.some(({ target, path }) =>
        tableOf(path).some(({ id, vmStateBytes }) => id === ids.get(target) && vmStateBytes > 0),
      );
      held.set('memory', there ? 1 : 'gone');
    }
    return held;
  }

  #taken(snap: Snap, before: Sight | null): Entry {
    const ids = new Map<string, string>();
    for (const { target, path } of snap.stored) {
      if (path === null || snap.disks.get(target) !== 'internal') continue;
      const fresh = tableOf(path).filter(({ name, taken }) => name === snap.name && !this.#seen.get(path)?.has(taken));
      const id = fresh.at(-1)?.id;
      if (id !== undefined) ids.set(target, id);
    }
    return {
      created: snap.created,
      marks: before?.active ?? new Map(),
      loose: before?.loose ?? new Map(),
      memory: before?.world.memory ?? null,
      keeps: keptBy(snap),
      ids,
    };
  }

  /** Whether an image has got a tag of this name since it was last looked at. */
  #isNew({ name, stored, disks }: Snap): boolean {
    return stored.some(
      ({ target, path }) =>
        path !== null &&
        disks.get(target) === 'internal' &&
        tableOf(path).some((each) => each.name === name && !this.#seen.get(path)?.has(each.taken)),
    );
  }

  #remember(world: World): void {
    const paths = new Set(
      [...world.disks, ...[...world.snapshots.values()].flatMap(({ stored }) => stored)].flatMap(
        ({ path }) => path ?? [],
      ),
    );
    this.#seen = new Map([...paths].map((path) => [path, new Set(tableOf(path).map(({ taken }) => taken))]));
  }
}

/** A revert makes disks that were left out part of the snapshot, with what their images hold then (11.3, 12.8). */
function grown(entry: Entry, snap: Snap): Entry {
  const keeps = keptBy(snap);
  const added = snap.stored.filter(({ target }) => keeps.has(target) && !entry.keeps.has(target));
  if (added.length === 0) return entry;
  const marks = new Map([...entry.marks, ...added.map(({ target, path }) => [target, readingOf(path)] as const)]);
  return { ...entry, marks, keeps: new Set([...entry.keeps, ...keeps]) };
}

function keptBy({ disks }: Snap): Set<string> {
  return new Set([...disks].flatMap(([target, how]) => (how === 'internal' || how === 'external' ? [target] : [])));
}

/** An image and everything below it. */
export function chainOf(path: string | null): string[] {
  const chain: string[] = [];
  for (let next = path; next !== null && !chain.includes(next); ) {
    chain.push(next);
    next = below(next);
  }
  return chain;
}

function below(path: string): string | null {
  try {
    return backingOf(path);
  } catch (error) {
    if (error instanceof ImageError) return null;
    throw error;
  }
}

export function readingOf(path: Disk['path'], id?: string): Reading {
  try {
    return path === null ? 'gone' : readContent(path, id);
  } catch (error) {
    if (error instanceof ImageError && error.reason !== 'not understood') return 'gone';
    throw error;
  }
}

/** The snapshots inside an image; none of one that can't be read. */
export function tableOf(path: string | null) {
  try {
    return path === null ? [] : imageSnapshots(path);
  } catch (error) {
    if (error instanceof ImageError) return [];
    throw error;
  }
}
