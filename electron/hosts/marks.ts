import { z } from 'zod';
import { type Host, type Marks, type Snapshot, Tag } from '../../shared/schema.ts';
import { hostKey } from './host-key.ts';
import type { Hub } from './hub.ts';
import { JsonFile } from './json-file.ts';

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

/** What the person has marked, and what Snapkeel has to remember of its own snapshots, in `marks.json`. */
export class MarkStore {
  private constructor(
    private readonly file: JsonFile<File>,
    private readonly hub: Hub,
    private readonly hosts: () => readonly Host[],
  ) {}

  static async open(path: string, hub: Hub, hosts: () => readonly Host[], log: (line: string) => void) {
    const lists = { protected: [], pinned: [], tagged: [], interrupted: [], imported: [], safety: [], lastReverts: [] };
    const empty: File = { version: 1, ...lists };
    return new MarkStore(await JsonFile.open(path, File, empty, log), hub, hosts);
  }

  /** As the window knows hosts; marks on hosts that are not in the list are left out. */
  list(): Marks {
    const hosts = this.hosts();
    const shown = <T extends { host: string }>(marks: readonly T[]) =>
      marks.flatMap(({ host, ...rest }) =>
        hosts.filter((each) => hostKey(each) === host).map(({ id }) => ({ hostId: id, ...rest })),
      );
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
    return this.file.value.pinned.filter(on(host, uuid)).some((mark) => mark.name === name);
  }

  /** Its deletion was broken off, so that its image holds more than its state. */
  isInterrupted(host: HostLike, uuid: string, name: string): boolean {
    return this.file.value.interrupted.filter(on(host, uuid)).some((mark) => mark.name === name);
  }

  async interrupt(host: HostLike, uuid: string, name: string, createdAt: number | null): Promise<void> {
    if (this.isInterrupted(host, uuid, name)) return;
    const { interrupted } = this.file.value;
    await this.#change({ interrupted: [...interrupted, { host: hostKey(host), uuid, name, createdAt }] });
  }

  /** Its metadata was brought back from a file. */
  isImported(host: HostLike, uuid: string, name: string): boolean {
    return this.file.value.imported.filter(on(host, uuid)).some((mark) => mark.name === name);
  }

  async noteImported(host: HostLike, uuid: string, snapshots: readonly Pick<Snapshot, 'name' | 'createdAt'>[]) {
    const names = new Set(snapshots.map(({ name }) => name));
    const others = this.file.value.imported.filter((mark) => !(on(host, uuid)(mark) && names.has(mark.name)));
    const added = snapshots.map(({ name, createdAt }) => ({ host: hostKey(host), uuid, name, createdAt }));
    await this.#change({ imported: [...others, ...added] });
  }

  /** Its image was not written to after all. */
  async forgetInterrupted(host: HostLike, uuid: string, name: string): Promise<void> {
    const stays = (mark: File['interrupted'][number]) => !(on(host, uuid)(mark) && mark.name === name);
    await this.#change({ interrupted: this.file.value.interrupted.filter(stays) });
  }

  async protect(host: HostLike, uuid: string, yes: boolean): Promise<void> {
    const others = this.file.value.protected.filter((mark) => !on(host, uuid)(mark));
    await this.#change({ protected: yes ? [...others, { host: hostKey(host), uuid }] : others });
  }

  /** @param createdAt of the snapshot, by libvirt's clock. */
  async pin(host: HostLike, uuid: string, name: string, createdAt: number, yes: boolean): Promise<void> {
    const others = this.file.value.pinned.filter((mark) => !(on(host, uuid)(mark) && mark.name === name));
    await this.#change({ pinned: yes ? [...others, { host: hostKey(host), uuid, name, createdAt }] : others });
  }

  /** Names of a domain's snapshots that have a tag; some may be gone. */
  taggedWith(host: HostLike, uuid: string, tag: string): string[] {
    const marks = this.file.value.tagged.filter(on(host, uuid));
    return marks.filter(({ tags }) => tags.includes(tag)).map(({ name }) => name);
  }

  /** @param createdAt of the snapshot, by libvirt's clock. */
  async tag(host: HostLike, uuid: string, name: string, createdAt: number, tags: readonly string[]): Promise<void> {
    const others = this.file.value.tagged.filter((mark) => !(on(host, uuid)(mark) && mark.name === name));
    const own = [...new Set(tags)].sort();
    await this.#change({
      tagged: own.length > 0 ? [...others, { host: hostKey(host), uuid, name, createdAt, tags: own }] : others,
    });
  }

  /** Everything that is known of these snapshots goes with them. */
  async forget(host: HostLike, uuid: string, names: readonly string[]): Promise<void> {
    const gone = new Set(names);
    const stays = (mark: { host: string; uuid: string; name: string }) =>
      !(on(host, uuid)(mark) && gone.has(mark.name));
    const { pinned, tagged, interrupted, imported, safety } = this.file.value;
    if ([...pinned, ...tagged, ...interrupted, ...imported, ...safety].every(stays)) return;
    await this.#change({
      pinned: pinned.filter(stays),
      tagged: tagged.filter(stays),
      interrupted: interrupted.filter(stays),
      imported: imported.filter(stays),
      safety: safety.filter(stays),
    });
  }

  /**
   * Takes marks off snapshots that are not the ones that were marked: of the same name, and taken anew since. What is
   * not in the list keeps its marks, since its metadata may come back.
   */
  async recognise(host: HostLike, uuid: string, snapshots: readonly Pick<Snapshot, 'name' | 'createdAt'>[]) {
    const { pinned, tagged, interrupted, imported } = this.file.value;
    const before = { pinned, tagged, interrupted, imported };
    if (!Object.values(before).flat().some(on(host, uuid))) return;
    const times = new Map(snapshots.map(({ name, createdAt }) => [name, createdAt]));
    const checked = <T extends File['pinned'][number]>(marks: readonly T[]) =>
      marks.flatMap((mark) => {
        const createdAt = on(host, uuid)(mark) ? times.get(mark.name) : undefined;
        if (createdAt === undefined || mark.createdAt === createdAt) return [mark];
        return mark.createdAt === null ? [{ ...mark, createdAt }] : [];
      });
    const next = {
      pinned: checked(pinned),
      tagged: checked(tagged),
      interrupted: checked(interrupted),
      imported: checked(imported),
    };
    if (JSON.stringify(next) !== JSON.stringify(before)) await this.#change(next);
  }

  /** The safety snapshots of a domain, oldest first. */
  safety(host: HostLike, uuid: string): SafetyMark[] {
    return this.file.value.safety.filter(on(host, uuid)).sort((a, b) => a.createdAt - b.createdAt);
  }

  async addSafety(host: HostLike, mark: Omit<SafetyMark, 'host'>): Promise<void> {
    await this.#change({ safety: [...this.file.value.safety, { ...mark, host: hostKey(host) }] });
  }

  async forgetSafety(requestIds: readonly string[]): Promise<void> {
    if (requestIds.length === 0) return;
    await this.#change({ safety: this.file.value.safety.filter((mark) => !requestIds.includes(mark.requestId)) });
  }

  lastRevert(host: HostLike, uuid: string): LastRevert | undefined {
    return this.file.value.lastReverts.find(on(host, uuid));
  }

  async noteRevert(host: HostLike, uuid: string, of: Pick<LastRevert, 'revertedTo' | 'safetyRequestId'>) {
    const others = this.file.value.lastReverts.filter((each) => !on(host, uuid)(each));
    await this.#change({ lastReverts: [...others, { ...of, at: Date.now(), host: hostKey(host), uuid }] });
  }

  /** A snapshot has another name: everything that is remembered of it follows. */
  async rename(host: HostLike, uuid: string, from: string, to: string): Promise<void> {
    const here = on(host, uuid);
    const renamed = <M extends { host: string; uuid: string; name: string }>(mark: M): M =>
      here(mark) && mark.name === from ? { ...mark, name: to } : mark;
    const target = <M extends { host: string; uuid: string; revertedTo: string }>(mark: M): M =>
      here(mark) && mark.revertedTo === from ? { ...mark, revertedTo: to } : mark;
    const { pinned, tagged, interrupted, imported, safety, lastReverts } = this.file.value;
    await this.#change({
      pinned: pinned.map(renamed),
      tagged: tagged.map(renamed),
      interrupted: interrupted.map(renamed),
      imported: imported.map(renamed),
      safety: safety.map(renamed).map(target),
      lastReverts: lastReverts.map(target),
    });
  }

  /** Tells every window. */
  publish(): void {
    this.hub.publish({ type: 'marks', marks: this.list() });
  }

  async #change(change: Partial<File>): Promise<void> {
    const writing = this.file.set({ ...this.file.value, ...change });
    if (change.protected || change.pinned || change.tagged || change.interrupted) this.publish();
    await writing;
  }
}

function on(host: HostLike, uuid: string) {
  const key = hostKey(host);
  return (mark: { host: string; uuid: string }) => mark.host === key && mark.uuid === uuid;
}
