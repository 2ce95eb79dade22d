import { type DiskLayers, pointsOf } from '../../chain.ts';
import type { StoredDisks } from '../../libvirt/disks.ts';

/** The images of one disk: which lies on which, and who uses them. It changes as images are merged and snapshots go. */
export class Stack {
  active: string | null;
  readonly #under = new Map<string, string | null>();
  readonly #over = new Map<string, Set<string>>();
  readonly #read = new Set<string>();
  readonly #assumed = new Set<string>();
  readonly #onlyRead: ReadonlySet<string>;
  /** By image, the snapshots whose stored configuration names it. */
  readonly #users = new Map<string, Set<string>>();
  /** Of those the ones whose state it holds, outside or inside. */
  readonly #holders = new Map<string, Set<string>>();
  readonly #inside = new Map<string, Set<string>>();
  /** By snapshot, the images that these three may have it at. */
  readonly #at = new Map<string, Set<string>>();

  constructor({ target, active, nodes, onlyRead }: DiskLayers, stored: readonly StoredDisks[]) {
    this.active = active;
    this.#onlyRead = onlyRead;
    for (const { path, under, isRead, isAssumed } of nodes.values()) {
      this.#under.set(path, under);
      if (under !== null) into(this.#over, under, path);
      if (isRead) this.#read.add(path);
      if (isAssumed) this.#assumed.add(path);
    }
    for (const snapshot of stored) {
      const image = snapshot.config.find((disk) => disk.target === target)?.image;
      if (!image) continue;
      into(this.#users, image.path, snapshot.name);
      into(this.#at, snapshot.name, image.path);
      const point = pointsOf(snapshot).find((each) => each.target === target);
      if (point) into(this.#holders, point.path, snapshot.name);
      if (point) into(this.#at, snapshot.name, point.path);
      if (point?.kind === 'internal') into(this.#inside, point.path, snapshot.name);
    }
  }

  under(path: string): string | null {
    return this.#under.get(path) ?? null;
  }

  /** What an image lies on was told by the storage, down to an image that lies on nothing. */
  isRead(path: string): boolean {
    return this.#read.has(path);
  }

  /** No guest ever wrote to it: it was a medium, or on a disk that is read-only, wherever it was used. */
  isOnlyRead(path: string): boolean {
    return this.#onlyRead.has(path);
  }

  /** An image and everything below. */
  *chain(from: string): Generator<string> {
    for (let at: string | null = from; at !== null; at = this.under(at)) yield at;
  }

  /** The images that lie directly on one. */
  over(path: string): ReadonlySet<string> {
    return this.#over.get(path) ?? none;
  }

  /** Snapshots that are kept inside an image. */
  inside(path: string): ReadonlySet<string> {
    return this.#inside.get(path) ?? none;
  }

  /** Whether the domain writes to an image, a snapshot is kept there, or either is so of one that lies on it. */
  isNeeded(path: string, except: string): boolean {
    for (const each of this.#upwards(path))
      if (each === this.active || others(this.#holders.get(each), except)) return true;
    return false;
  }

  /**
   * The same, of the image itself and of what lies on it by another way than through one image, which is merged into it:
   * what is kept inside stays then. With null the image goes.
   */
  isNeededBeside(path: string, through: string | null, except: string): boolean {
    const stays = through === null ? none : this.inside(path);
    const holders = [...(this.#holders.get(path) ?? [])].filter((name) => !stays.has(name));
    if (path === this.active || others(new Set(holders), except)) return true;
    return [...this.over(path)].some((over) => over !== through && this.isNeeded(over, except));
  }

  /** An image of something needed off the active chain of which nobody says what it lies on. */
  looseRoot(except: string): string | undefined {
    const chain = new Set(this.active === null ? [] : this.chain(this.active));
    for (const [path, under] of this.#under)
      if ((under === null || this.#assumed.has(path)) && !chain.has(path) && !this.isRead(path))
        if (this.isNeeded(path, except)) return path;
    return undefined;
  }

  /**
   * One image is merged into the one below it. Answers with the snapshots whose configuration names another one now: not
   * those that were kept inside the image (qemuSnapshotUpdateDisksSingle; observed on 11.3).
   */
  merge(from: string, target: string): string[] {
    const users = [...(this.#users.get(from) ?? [])].filter((name) => !this.inside(from).has(name));
    for (const table of [this.#users, this.#holders]) {
      for (const name of table.get(from) ?? []) {
        if (this.inside(from).has(name)) continue;
        into(table, target, name);
        into(this.#at, name, target);
      }
      table.delete(from);
    }
    this.#inside.delete(from);
    for (const over of this.over(from)) {
      this.#under.set(over, target);
      into(this.#over, target, over);
    }
    this.#over.delete(from);
    this.#over.get(target)?.delete(from);
    this.#under.delete(from);
    if (this.active === from) this.active = target;
    return users;
  }

  forget(name: string): void {
    for (const path of this.#at.get(name) ?? [])
      for (const table of [this.#users, this.#holders, this.#inside]) table.get(path)?.delete(name);
    this.#at.delete(name);
  }

  *#upwards(path: string): Generator<string> {
    const found = new Set([path]);
    for (const each of found) {
      yield each;
      for (const over of this.over(each)) found.add(over);
    }
  }
}

const none: ReadonlySet<string> = new Set();

function into<K, V>(table: Map<K, Set<V>>, key: K, value: V): void {
  const known = table.get(key);
  if (known) known.add(value);
  else table.set(key, new Set([value]));
}

function others(names: ReadonlySet<string> | undefined, except: string): boolean {
  return names !== undefined && (names.size > 1 || (names.size === 1 && !names.has(except)));
}
