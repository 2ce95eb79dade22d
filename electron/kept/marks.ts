import { z } from 'zod';
import { groupedBy } from '../../shared/grouped-by.ts';
import { type Host, type Marks, type Snapshot, Tag } from '../../shared/schema.ts';
import { hostKey } from '../hosts/host-key.ts';
import type { Hub } from '../hosts/hub.ts';
import { JsonFile, type Tell } from './json-file.ts';

const OnDomain = z.object({ host: z.string(), uuid: z.string() });
/** `createdAt` by libvirt's clock: another snapshot of the same name has another. Marks of older versions have none. */
const OnSnapshot = OnDomain.extend({ name: z.string(), createdAt: z.number().nullable().default(null) });
/** A snapshot that Snapkeel has made before a revert. */
const SafetyMark = OnDomain.extend({
  name: z.string(),
  /** By libvirt's clock, milliseconds since 1970: another snapshot of the same name has another. */
  createdAt: z.number(),
  /** The request that made it, which its description names too. */
  requestId: z.string(),
  revertedTo: z.string(),
});
export type SafetyMark = z.infer<typeof SafetyMark>;
const File = z.object({
  version: z.literal(1),
  protected: z.array(OnDomain),
  pinned: z.array(OnSnapshot),
  tagged: z.array(OnSnapshot.extend({ tags: z.array(Tag) })).default([]),
  /** Snapshots whose deletion was broken off while their image was written to. */
  interrupted: z.array(OnSnapshot).default([]),
  /** Snapshots whose metadata was brought back: what became of their images meanwhile is not known. */
  imported: z.array(OnSnapshot).default([]),
  safety: z.array(SafetyMark),
  /** The last revert of a domain; without a request there was no safety snapshot. */
  lastReverts: z.array(
    OnDomain.extend({ at: z.number(), revertedTo: z.string(), safetyRequestId: z.string().nullable() }),
  ),
});
type File = z.infer<typeof File>;
export type LastRevert = File['lastReverts'][number];
type HostLike = Pick<Host, 'uri' | 'kind'>;

/**
 * What the person has marked, and what Snapkeel has to remember of its own snapshots, in `marks.json`. Whatever changes it
 * is so when it is on the disk, and throws a ProblemError, as `JsonFile.change` does, when it does not come there.
 */
export class MarkStore {
  private constructor(
    private readonly file: JsonFile<File>,
    private readonly hub: Hub,
    private readonly hosts: () => readonly Host[],
  ) {}

  static async open(
    path: string,
    hub: Hub,
    hosts: () => readonly Host[],
    log: (line: string) => void,
    tell?: Tell,
  ): Promise<MarkStore> {
    const lists = { protected: [], pinned: [], tagged: [], interrupted: [], imported: [], safety: [], lastReverts: [] };
    const empty: File = { version: 1, ...lists };
    const holds = 'the protection, pins and tags that were set before';
    return new MarkStore(await JsonFile.open({ path, schema: File, empty, holds, log, tell }), hub, hosts);
  }

  /** As the window knows hosts; marks on hosts that are not in the list are left out. */
  list(): Marks {
    const hosts = groupedBy(this.hosts(), hostKey);
    const shown = <T extends { host: string }>(marks: readonly T[]) =>
      marks.flatMap(({ host, ...rest }) => (hosts.get(host) ?? []).map(({ id }) => ({ hostId: id, ...rest })));
    const { protected: domains, pinned, tagged, interrupted } = this.file.value;
    const withoutTime = <T extends { createdAt: number | null }>({ createdAt: _, ...rest }: T) => rest;
    return {
      protected: shown(domains),
      pinned: shown(pinned).map(withoutTime),
      tagged: shown(tagged).map(withoutTime),
      interrupted: shown(interrupted).map(withoutTime),
    };
  }

  isProtected(host: HostLike, uuid: string): boolean {
    return this.file.value.protected.some(on(host, uuid));
  }

  isPinned(host: HostLike, uuid: string, name: string): boolean {
    return this.file.value.pinned.some(of(host, uuid, name));
  }

  /** Its deletion was broken off, so that its image holds more than its state. */
  isInterrupted(host: HostLike, uuid: string, name: string): boolean {
    return this.file.value.interrupted.some(of(host, uuid, name));
  }

  async interrupt(host: HostLike, uuid: string, name: string, createdAt: number | null): Promise<void> {
    const own = { host: hostKey(host), uuid, name, createdAt };
    await this.#change(({ interrupted }) =>
      interrupted.some(of(host, uuid, name)) ? {} : { interrupted: [...interrupted, own] },
    );
  }

  /** The metadata of these was brought back from a file. */
  async noteImported(host: HostLike, uuid: string, snapshots: readonly Pick<Snapshot, 'name' | 'createdAt'>[]) {
    const names = new Set(snapshots.map(({ name }) => name));
    const again = (mark: OnSnapshot) => on(host, uuid)(mark) && names.has(mark.name);
    const own = snapshots.map(({ name, createdAt }) => ({ host: hostKey(host), uuid, name, createdAt }));
    await this.#change(({ imported }) => ({ imported: [...without(imported, again), ...own] }));
  }

  /** Its image was not written to after all. */
  async forgetInterrupted(host: HostLike, uuid: string, name: string): Promise<void> {
    await this.#change(({ interrupted }) => ({ interrupted: without(interrupted, of(host, uuid, name)) }));
  }

  async protect(host: HostLike, uuid: string, yes: boolean): Promise<void> {
    const own = yes ? [{ host: hostKey(host), uuid }] : [];
    await this.#change((marks) => ({ protected: [...without(marks.protected, on(host, uuid)), ...own] }));
  }

  /** @param createdAt of the snapshot, by libvirt's clock. */
  async pin(host: HostLike, uuid: string, name: string, createdAt: number, yes: boolean): Promise<void> {
    const own = yes ? [{ host: hostKey(host), uuid, name, createdAt }] : [];
    await this.#change(({ pinned }) => ({ pinned: [...without(pinned, of(host, uuid, name)), ...own] }));
  }

  /** Names of a domain's snapshots that have a tag; some may be gone. */
  taggedWith(host: HostLike, uuid: string, tag: string): ReadonlySet<string> {
    const marks = this.file.value.tagged.filter(on(host, uuid));
    return new Set(marks.filter(({ tags }) => tags.includes(tag)).map(({ name }) => name));
  }

  /** Names of a domain's snapshots that have a mark, for who asks about all of them; some may be gone. */
  marked(host: HostLike, uuid: string, kind: 'pinned' | 'interrupted' | 'imported'): ReadonlySet<string> {
    const marks: readonly OnSnapshot[] = this.file.value[kind];
    return new Set(marks.filter(on(host, uuid)).map(({ name }) => name));
  }

  /** @param createdAt of the snapshot, by libvirt's clock. */
  async tag(host: HostLike, uuid: string, name: string, createdAt: number, tags: readonly string[]): Promise<void> {
    const sorted = [...new Set(tags)].sort();
    const own = sorted.length > 0 ? [{ host: hostKey(host), uuid, name, createdAt, tags: sorted }] : [];
    await this.#change(({ tagged }) => ({ tagged: [...without(tagged, of(host, uuid, name)), ...own] }));
  }

  /** Everything that is known of these snapshots goes with them. */
  async forget(host: HostLike, uuid: string, names: readonly string[]): Promise<void> {
    const gone = new Set(names);
    const goes = (mark: OnSnapshot) => on(host, uuid)(mark) && gone.has(mark.name);
    await this.#change(({ pinned, tagged, interrupted, imported, safety }) => ({
      pinned: without(pinned, goes),
      tagged: without(tagged, goes),
      interrupted: without(interrupted, goes),
      imported: without(imported, goes),
      safety: without(safety, goes),
    }));
  }

  /**
   * Takes marks off snapshots that are not the ones that were marked: of the same name, and taken anew since. What is
   * not in the list keeps its marks, since its metadata may come back.
   */
  async recognise(host: HostLike, uuid: string, snapshots: readonly Pick<Snapshot, 'name' | 'createdAt'>[]) {
    const times = new Map(snapshots.map(({ name, createdAt }) => [name, createdAt]));
    const checked = <T extends File['pinned'][number]>(marks: readonly T[]) =>
      marks.flatMap((mark) => {
        const createdAt = on(host, uuid)(mark) ? times.get(mark.name) : undefined;
        if (createdAt === undefined || mark.createdAt === createdAt) return [mark];
        return mark.createdAt === null ? [{ ...mark, createdAt }] : [];
      });
    await this.#change(({ pinned, tagged, interrupted, imported }) => ({
      pinned: checked(pinned),
      tagged: checked(tagged),
      interrupted: checked(interrupted),
      imported: checked(imported),
    }));
  }

  /** The safety snapshots of a domain, oldest first. */
  safety(host: HostLike, uuid: string): SafetyMark[] {
    return this.file.value.safety.filter(on(host, uuid)).sort((a, b) => a.createdAt - b.createdAt);
  }

  async addSafety(host: HostLike, mark: Omit<SafetyMark, 'host'>): Promise<void> {
    await this.#change(({ safety }) => ({ safety: [...safety, { ...mark, host: hostKey(host) }] }));
  }

  async forgetSafety(requestIds: readonly string[]): Promise<void> {
    const gone = new Set(requestIds);
    await this.#change(({ safety }) => ({ safety: without(safety, ({ requestId }) => gone.has(requestId)) }));
  }

  lastRevert(host: HostLike, uuid: string): LastRevert | undefined {
    return this.file.value.lastReverts.find(on(host, uuid));
  }

  async noteRevert(
    host: HostLike,
    uuid: string,
    { revertedTo, safetyRequestId }: Pick<LastRevert, 'revertedTo' | 'safetyRequestId'>,
  ): Promise<void> {
    const own = { host: hostKey(host), uuid, at: Date.now(), revertedTo, safetyRequestId };
    await this.#change(({ lastReverts }) => ({ lastReverts: [...without(lastReverts, on(host, uuid)), own] }));
  }

  /** A snapshot has another name: everything that is remembered of it follows. */
  async rename(host: HostLike, uuid: string, from: string, to: string): Promise<void> {
    const here = on(host, uuid);
    const renamed = <M extends { host: string; uuid: string; name: string }>(mark: M): M =>
      here(mark) && mark.name === from ? { ...mark, name: to } : mark;
    const target = <M extends { host: string; uuid: string; revertedTo: string }>(mark: M): M =>
      here(mark) && mark.revertedTo === from ? { ...mark, revertedTo: to } : mark;
    await this.#change(({ pinned, tagged, interrupted, imported, safety, lastReverts }) => ({
      pinned: pinned.map(renamed),
      tagged: tagged.map(renamed),
      interrupted: interrupted.map(renamed),
      imported: imported.map(renamed),
      safety: safety.map(renamed).map(target),
      lastReverts: lastReverts.map(target),
    }));
  }

  /** Tells every window. */
  publish(): void {
    this.hub.publish({ type: 'marks', marks: this.list() });
  }

  /** @param change what becomes of the marks as they are on the disk. */
  async #change(change: (marks: File) => Partial<File>): Promise<void> {
    const before = this.file.value;
    if ((await this.file.change((marks) => ({ ...marks, ...change(marks) }))) !== before) this.publish();
  }
}

type OnDomain = z.infer<typeof OnDomain>;
type OnSnapshot = OnDomain & { name: string };

function on(host: HostLike, uuid: string): (mark: OnDomain) => boolean {
  const key = hostKey(host);
  return (mark) => mark.host === key && mark.uuid === uuid;
}

function of(host: HostLike, uuid: string, name: string): (mark: OnSnapshot) => boolean {
  const onIt = on(host, uuid);
  return (mark) => onIt(mark) && mark.name === name;
}

function without<T>(marks: readonly T[], goes: (mark: T) => boolean): T[] {
  return marks.filter((mark) => !goes(mark));
}
