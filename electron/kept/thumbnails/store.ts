import { randomUUID } from 'node:crypto';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { Host, KeptPicture, Settings, Snapshot, ThumbnailUsage } from '../../../shared/schema.ts';
import { hostKey } from '../../hosts/host-key.ts';
import type { HostSession } from '../../hosts/host-session.ts';
import { readSnapshot, snapshotXml } from '../../libvirt/snapshots.ts';
import { readRegular } from '../../regular-file.ts';
import { JsonFile, type Tell } from '../json-file.ts';
import { type Capture, noShot, type Shot, shootConsole } from './capture.ts';
import { overLimits } from './limits.ts';

/** More than any picture that is kept. */
const MOST_BYTES = 16 * 1024 * 1024;

const Entry = z.object({
  host: z.string(),
  uuid: z.string(),
  name: z.string(),
  /** By libvirt's clock: another snapshot of the same name has another. */
  createdAt: z.number(),
  takenAt: z.number(),
  /** Its name in the folder. */
  file: z.string().regex(/^[\w-]+\.png$/),
  bytes: z.number(),
});
export type Entry = z.infer<typeof Entry>;
const Index = z.object({ version: z.literal(1), pictures: z.array(Entry) });

type HostLike = Pick<Host, 'uri' | 'kind'>;
type SnapshotLike = Pick<Snapshot, 'name' | 'createdAt'>;

/** A list that was read just before a snapshot was made, or in the midst of a rename, lacks it: milliseconds. */
const GRACE_MS = 60_000;

/**
 * What consoles showed when snapshots were taken, a PNG each in a folder of this computer that only its user can read.
 * Nothing here makes what it goes with fail: what cannot be written is told to the log. A picture is listed when it is on
 * the disk, and until its removal from the list is there too.
 */
export class Thumbnails {
  /** By file: since when its snapshot is not in libvirt's list. */
  #missing = new Map<string, number>();

  private constructor(
    private readonly folder: string,
    private readonly index: JsonFile<z.infer<typeof Index>>,
    private readonly settings: () => Settings,
    private readonly log: (line: string) => void,
  ) {}

  static async open(
    folder: string,
    settings: () => Settings,
    log: (line: string) => void,
    tell?: Tell,
  ): Promise<Thumbnails> {
    const index = await JsonFile.open<z.infer<typeof Index>>({
      path: join(folder, 'index.json'),
      schema: Index,
      empty: { version: 1, pictures: [] },
      holds: 'the pictures that were taken before',
      log,
      tell,
    });
    const thumbnails = new Thumbnails(folder, index, settings, log);
    await thumbnails.tidy();
    return thumbnails;
  }

  /** Looks at the console just before a snapshot is made, if that is wanted. */
  async shoot(session: HostSession, uuid: string): Promise<Shot> {
    return this.settings().thumbnails ? shootConsole(session, uuid, this.log) : noShot;
  }

  /** Keeps what was seen with a snapshot that libvirt has made. */
  async keep(host: HostLike, uuid: string, { name, createdAt }: SnapshotLike, shot: Shot): Promise<void> {
    const capture = await shot.capture;
    if (!capture) return;
    const { png, takenAt } = capture;
    const file = `${randomUUID()}.png`;
    try {
      await mkdir(this.folder, { recursive: true, mode: 0o700 });
      await writeFile(join(this.folder, file), png, { mode: 0o600, flag: 'wx', flush: true });
      const entry = { host: hostKey(host), uuid, name, createdAt, takenAt, file, bytes: png.length };
      await this.#replace((all) => [...all.filter((each) => !isOf(each, host, uuid, name)), entry]);
      await this.tidy();
    } catch (error) {
      this.log(`the picture of “${name}” was not kept: ${error}`);
      await rm(join(this.folder, file), { force: true }).catch(() => {});
    }
  }

  /** The same, where libvirt has to be asked when it made the snapshot. */
  async keepTaken(session: HostSession, uuid: string, name: string, shot: Shot): Promise<void> {
    if ((await shot.capture) === null) return;
    try {
      const { createdAt } = await readSnapshot(await snapshotXml(session.reads, uuid, name));
      await this.keep(session.host, uuid, { name, createdAt }, shot);
    } catch (error) {
      this.log(`the picture of “${name}” was not kept: ${error}`);
    }
  }

  /** Which snapshots of a domain have a picture. */
  list(host: HostLike, uuid: string): KeptPicture[] {
    return this.index.value.pictures
      .filter((each) => each.host === hostKey(host) && each.uuid === uuid)
      .map(({ name, createdAt, takenAt }) => ({ name, createdAt, takenAt }));
  }

  /** The picture of a snapshot, PNG. */
  async read(host: HostLike, uuid: string, { name, createdAt }: SnapshotLike): Promise<Capture | null> {
    const entry = this.index.value.pictures.find(
      (each) => isOf(each, host, uuid, name) && each.createdAt === createdAt,
    );
    if (!entry) return null;
    try {
      return { png: await readRegular(join(this.folder, entry.file), MOST_BYTES), takenAt: entry.takenAt };
    } catch (error) {
      this.log(`${entry.file}: ${error}`);
      return null;
    }
  }

  /** A snapshot has another name. */
  async move(host: HostLike, uuid: string, from: string, to: string): Promise<void> {
    await this.#try((all) => all.map((each) => (isOf(each, host, uuid, from) ? { ...each, name: to } : each)));
  }

  /** Snapshots were deleted. */
  async forget(host: HostLike, uuid: string, names: readonly string[]): Promise<void> {
    const gone = new Set(names);
    const key = hostKey(host);
    await this.#try((all) => all.filter((each) => each.host !== key || each.uuid !== uuid || !gone.has(each.name)));
  }

  /** Removes pictures of snapshots that libvirt has not listed for a while, or has under the same name anew. */
  async recognise(host: HostLike, uuid: string, snapshots: readonly SnapshotLike[], now = Date.now()): Promise<void> {
    const there = new Set(snapshots.map(({ name, createdAt }) => `${createdAt} ${name}`));
    const gone = new Set<string>();
    for (const { host: key, uuid: of, name, createdAt, file } of this.index.value.pictures) {
      if (key !== hostKey(host) || of !== uuid) continue;
      if (there.has(`${createdAt} ${name}`)) this.#missing.delete(file);
      else {
        const since = this.#missing.get(file) ?? now;
        this.#missing.set(file, since);
        if (now - since >= GRACE_MS) gone.add(file);
      }
    }
    if (gone.size > 0) await this.#try((all) => all.filter(({ file }) => !gone.has(file)));
  }

  usage(): ThumbnailUsage {
    const { pictures } = this.index.value;
    return { count: pictures.length, bytes: pictures.reduce((sum, { bytes }) => sum + bytes, 0) };
  }

  /** Removes what is over the limits. */
  async tidy(now = Date.now()): Promise<void> {
    await this.#try((all) => {
      const over = new Set(overLimits(all, this.settings(), now));
      return all.filter((each) => !over.has(each));
    });
  }

  /** Removes all. @throws ProblemError as `JsonFile.change` */
  async clear(): Promise<void> {
    await this.#replace(() => []);
  }

  async #try(change: (all: readonly Entry[]) => Entry[]): Promise<void> {
    await this.#replace(change).catch((error: unknown) => this.log(`pictures: ${error}`));
  }

  /** Removes the files of what is no longer listed. @throws ProblemError as `JsonFile.change` */
  async #replace(change: (all: readonly Entry[]) => Entry[]): Promise<void> {
    let gone: string[] = [];
    await this.index.change((index) => {
      const pictures = change(index.pictures);
      const kept = new Set(pictures.map(({ file }) => file));
      gone = index.pictures.map(({ file }) => file).filter((file) => !kept.has(file));
      return { ...index, pictures };
    });
    for (const file of gone) {
      this.#missing.delete(file);
      await rm(join(this.folder, file), { force: true }).catch((error: unknown) => this.log(`${file}: ${error}`));
    }
  }
}

function isOf(entry: Entry, host: HostLike, uuid: string, name: string): boolean {
  return entry.host === hostKey(host) && entry.uuid === uuid && entry.name === name;
}
