import { join } from 'node:path';
import { ImageError, imageSnapshots, readImage } from '../explore/qcow2.ts';
import type { Guest, Lab } from '../lab/lab.ts';
import { run } from '../lab/run.ts';

/** Where the byte is that tells one state of a disk from another. */
const OFFSET = 1 << 20;

/** What one disk held when a snapshot was taken, and where that is to be found. */
export interface Held {
  readonly snapshot: string;
  readonly target: string;
  /** `none`: the snapshot did not take it along. */
  readonly kind: 'internal' | 'external' | 'none';
  readonly path: string;
  /** Of an internal snapshot in the image. */
  readonly id: string | null;
  readonly byte: number | null;
}

/** A disk, and the byte that marks it. */
interface Marked {
  readonly target: string;
  readonly path: string;
  readonly byte: number | null;
}

/** Whose bytes lie where, by the images alone: every state of every disk is marked with a byte of its own. */
export class Bytes {
  readonly #held: Held[] = [];
  #last = 0;

  constructor(
    private readonly lab: Lab,
    private readonly guest: Guest,
    private readonly xml: () => Promise<string>,
  ) {}

  /** Everything that the snapshots of the guest are to bring back. */
  get held(): readonly Held[] {
    return this.#held;
  }

  of(snapshot: string): readonly Held[] {
    return this.#held.filter((each) => each.snapshot === snapshot);
  }

  /** Takes a snapshot of disks that were marked anew, and finds out where it has gone. */
  async take(snapshot: string, args: readonly string[]): Promise<void> {
    await this.mark();
    const before = await this.now();
    const unread = before.find(({ byte }) => byte === null);
    if (before.length === 0 || unread)
      throw new Error(`${this.guest.name}: ${unread?.path ?? 'its disks'} cannot be read`);
    await this.guest.snapshot(snapshot, ...args);
    const after = new Map((await this.now()).map(({ target, path }) => [target, path]));
    for (const { target, path, byte } of before) {
      const id = tagsOf(path).findLast(({ name }) => name === snapshot)?.id ?? null;
      const kind = after.get(target) === path ? (id === null ? 'none' : 'internal') : 'external';
      this.#held.push({ snapshot, target, kind, path, id: kind === 'internal' ? id : null, byte });
    }
  }

  /** What is in each place now, in the order of `held`. */
  look(): (number | null)[] {
    return this.#held.map(({ path, id }) => byteIn(path, id));
  }

  /** What the guest sees. */
  async now(): Promise<Marked[]> {
    const disks = await this.#disks();
    return disks.map(({ target, path }) => ({ target, path, byte: byteIn(path) }));
  }

  /** Another byte on every disk; a disk that cannot be written to keeps its own. */
  async mark(active?: boolean): Promise<void> {
    this.#last = (this.#last % 250) + 1;
    const write = `write -q -P ${this.#last} ${OFFSET} 512`;
    const runs = active ?? (await this.guest.state()) !== 'shut off';
    for (const { target, path } of await this.#disks()) {
      const device = ideDevices[target];
      if (!runs)
        await run(['qemu-io', '-f', path.endsWith('.raw') ? 'raw' : 'qcow2', '-c', write, path]).catch(() => {});
      else if (device)
        for (const command of [write, 'flush'])
          await this.lab
            .virsh('qemu-monitor-command', this.guest.name, '--hmp', `qemu-io -d ${device} "${command}"`)
            .catch(() => {});
    }
  }

  async #disks(): Promise<{ target: string; path: string }[]> {
    const disks = (await this.xml()).matchAll(/<disk type='(?:file|volume)' device='disk'[^>]*>[\s\S]*?<\/disk>/g);
    return [...disks].flatMap(([disk]) => {
      const own = disk.replace(/<backingStore[\s\S]*<\/backingStore>|<mirror[\s\S]*?<\/mirror>/g, '');
      const target = /<target dev='([^']*)'/.exec(own)?.[1];
      const source = /<source [^>]*?(?:file|volume)='([^']*)'/.exec(own)?.[1];
      // Nobody writes to a read-only disk.
      if (target === undefined || source === undefined || own.includes('<readonly/>')) return [];
      const path = source.replace(/&(apos|quot|amp);/g, (_, name: keyof typeof entities) => entities[name]);
      // A volume is named by its name in the pool, which is the guest's folder.
      return [{ target, path: path.startsWith('/') ? path : join(this.guest.folder, path) }];
    });
  }
}

const entities = { apos: "'", quot: '"', amp: '&' } as const;
const ideDevices: Readonly<Record<string, string>> = { hda: 'ide0-0-0', hdb: 'ide0-0-1' };

/** The byte that a guest would see; null where the images do not tell. */
function byteIn(path: string, id?: string | null): number | null {
  return unlessUnreadable(() => readImage(path, OFFSET, 1, id ?? undefined)[0] ?? null, null);
}

function tagsOf(path: string): readonly { id: string; name: string }[] {
  return unlessUnreadable(() => imageSnapshots(path), []);
}

function unlessUnreadable<T>(read: () => T, otherwise: T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof ImageError) return otherwise;
    throw error;
  }
}
