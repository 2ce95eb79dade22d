import type { Caller } from '../libvirt/domains.ts';
import { fewAtATime } from '../libvirt/few-at-a-time.ts';
import { Pace } from '../libvirt/pace.ts';
import { currentSnapshot, listSnapshots, snapshotXml, vanishedIsNull } from '../libvirt/snapshots.ts';
import { DomainSnapshots, StoredSnapshot } from '../libvirt/stored-snapshot.ts';

/** How old a text may be that nothing speaks against, where somebody decides by it. Milliseconds. */
const FRESH_MS = 60_000;
/** Texts that a look reads again though nothing speaks against them, one after the other. */
const IN_TURN = 2;
/** Of all texts that are kept, but for those of the domain that was read last; characters. */
const KEPT = 8_000_000;
/** More than are ever in flight. */
const AT_ONCE = 2_048;

const DOUBTED = Number.NEGATIVE_INFINITY;

/** What is known of a domain's snapshots. */
interface Known {
  /** In libvirt's order. */
  readonly texts: ReadonlyMap<string, StoredSnapshot>;
  /** The same, for whoever asks: what is derived from it stays as long as nothing changes. */
  readonly snapshots: DomainSnapshots;
  /** When all of it was read last, by `performance.now()`, or `DOUBTED`. */
  readonly readAt: number;
  /** Up to where the texts have had their turn. */
  readonly turn: number;
  readonly characters: number;
}

/**
 * How much has to be of now. libvirt tells nothing when a snapshot is made, edited or deleted, and says of each what it is
 * in an answer of its own:
 * - `glance`: names and current one are. A text is read where it is new, where the list or the current one speaks for a
 *   change, and of the rest a few at each look.
 * - `decide`: as `glance`, and no text is older than a minute.
 * - `all`: everything is.
 */
export type Need = 'glance' | 'decide' | 'all';

/** The snapshots of a host's domains as they were read last, for everybody. */
export class SnapshotCache {
  /** The one that was read last stands last. */
  readonly #known = new Map<string, Known>();
  /** How often each domain was doubted. */
  readonly #doubts = new Map<string, number>();
  /** A domain is read by one at a time: the later one begins with what the earlier one has found. */
  readonly #reading = new Map<string, Promise<unknown>>();

  /** @param caller with many calls in flight, if it may */
  constructor(
    private readonly caller: Caller,
    private readonly log: (line: string) => void = () => {},
  ) {}

  /**
   * All snapshots of a domain.
   * @param now names of those whose texts have to be of now, whatever the need
   * @throws LibvirtError (NO_DOMAIN when the domain is gone), ConnectionError
   */
  async read(uuid: string, need: Need = 'all', now: readonly string[] = []): Promise<DomainSnapshots> {
    const before = this.#reading.get(uuid);
    const reading = (before ?? Promise.resolve()).catch(() => {}).then(() => this.#read(uuid, need, now));
    this.#reading.set(uuid, reading);
    try {
      return await reading;
    } finally {
      if (this.#reading.get(uuid) === reading) this.#reading.delete(uuid);
    }
  }

  /** The names as they were seen last; null where they were not. */
  names(uuid: string): readonly string[] | null {
    const known = this.#known.get(uuid);
    return known && known.readAt !== DOUBTED ? [...known.texts.keys()] : null;
  }

  /** Whether anything is known of a domain. */
  has(uuid: string): boolean {
    return this.#known.has(uuid);
  }

  /** Somebody has read a text: where it is not the one that is known, others may have changed, too. */
  compare(uuid: string, name: string, xml: string): boolean {
    const known = this.#known.get(uuid)?.texts.get(name);
    const same = known === undefined || known.xml === xml;
    if (!same) this.doubt(uuid);
    return same;
  }

  /** From now on any text of the domain may be otherwise: the next look reads all of them. */
  doubt(uuid: string): void {
    this.#doubts.set(uuid, this.#doubtsOf(uuid) + 1);
    const known = this.#known.get(uuid);
    if (known) this.#known.set(uuid, { ...known, readAt: DOUBTED });
  }

  #doubtsOf(uuid: string): number {
    return this.#doubts.get(uuid) ?? 0;
  }

  async #read(uuid: string, need: Need, now: readonly string[]): Promise<DomainSnapshots> {
    const began = performance.now();
    const doubts = this.#doubtsOf(uuid);
    const asked = currentSnapshot(this.caller, uuid);
    asked.catch(() => {}); // it is awaited below, unless the list fails first
    const names = await listSnapshots(this.caller, uuid);
    const known = this.#known.get(uuid);
    const pace = new Pace();
    const found = new Map<string, StoredSnapshot | null>();
    const present = new Set(names);
    const fetch = async (wanted: readonly (string | null)[]) => {
      const unread = [...new Set(wanted)].filter((name) => name !== null && present.has(name) && !found.has(name));
      const read = async (name: string) => void found.set(name, await this.#text(uuid, name, known, pace));
      await fewAtATime(unread as string[], read, AT_ONCE);
    };

    let all = !known || !isRecent(known, need, began) || isReordered(known, names);
    const turn = known && !all ? inTurn(names, known.turn) : [];
    await fetch(known && !all ? [...doubtful(known, present), ...now, ...turn] : names);
    const current = await asked;
    if (known && !all) {
      // Whoever has edited one snapshot may have edited others.
      all = turn.some((name) => found.get(name) !== known.texts.get(name));
      await fetch(all ? names : [current, known.snapshots.current]);
    }

    const texts = new Map<string, StoredSnapshot>();
    let characters = 0;
    for (const name of names) {
      const text = found.has(name) ? found.get(name) : known?.texts.get(name);
      if (!text) continue;
      texts.set(name, text);
      characters += text.xml.length;
    }
    const readAt = this.#doubtsOf(uuid) !== doubts ? DOUBTED : all ? began : (known?.readAt ?? DOUBTED);
    const snapshots =
      known && isSame(known, texts, current) ? known.snapshots : new DomainSnapshots([...texts.values()], current);
    this.#keep(uuid, { texts, snapshots, readAt, turn: (known?.turn ?? 0) + turn.length, characters });
    return snapshots;
  }

  /** As it was before where it still says the same, so that it is not parsed again; null where it is gone. */
  async #text(uuid: string, name: string, known: Known | undefined, pace: Pace): Promise<StoredSnapshot | null> {
    const xml = await vanishedIsNull(snapshotXml(this.caller, uuid, name));
    if (xml === null) return null;
    const last = known?.texts.get(name);
    return last?.xml === xml ? last : await StoredSnapshot.read(name, xml, this.log, pace);
  }

  #keep(uuid: string, known: Known): void {
    this.#known.delete(uuid);
    let others = [...this.#known.values()].reduce((sum, { characters }) => sum + characters, 0);
    for (const [oldest, { characters }] of this.#known) {
      if (others <= KEPT) break;
      this.#known.delete(oldest);
      others -= characters;
    }
    this.#known.set(uuid, known);
  }
}

function isRecent({ readAt }: Known, need: Need, now: number): boolean {
  if (need === 'all' || readAt === DOUBTED) return false;
  return need === 'glance' || now - readAt <= FRESH_MS;
}

function isSame({ texts: before, snapshots }: Known, texts: Known['texts'], current: string | null): boolean {
  if (before.size !== texts.size || snapshots.current !== current) return false;
  const last = before.values();
  for (const text of texts.values()) if (last.next().value !== text) return false;
  return true;
}

/** libvirt lists a tree from its roots on, so that one that has another parent has mostly another place. */
function isReordered({ texts }: Known, names: readonly string[]): boolean {
  const present = new Set(names);
  const before = [...texts.keys()].filter((name) => present.has(name));
  const after = names.filter((name) => texts.has(name));
  return before.some((name, at) => name !== after[at]);
}

/** New ones, and all that what is gone may have left otherwise: what lay on it, and what it lay on. */
function doubtful({ texts }: Known, present: ReadonlySet<string>): string[] {
  const fresh = [...present].filter((name) => !texts.has(name));
  const gone = new Set([...texts.keys()].filter((name) => !present.has(name)));
  if (gone.size === 0) return fresh;
  const touched: string[] = [];
  // Parents come first, so that one pass finds all descendants.
  const below = new Set(gone);
  for (const [
    name,
    {
      snapshot: { parent },
    },
  ] of texts) {
    if (parent !== null && below.has(parent)) below.add(name);
    if (gone.has(name) && parent !== null) touched.push(parent);
  }
  return [...fresh, ...touched, ...below];
}

function inTurn(names: readonly string[], turn: number): string[] {
  const many = Math.min(IN_TURN, names.length);
  return Array.from({ length: many }, (_, at) => names[(turn + at) % names.length] as string);
}
