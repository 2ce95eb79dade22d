import { isMoment } from '../../shared/format.ts';
import type { StoredDisks } from '../../shared/libvirt/disks.ts';
import { listSnapshotsFlag } from '../../shared/libvirt/flags.ts';
import { type Snapshot, type SnapshotList, SnapshotState } from '../../shared/schema.ts';
import { readSnapshotDisks, readStoredDisks } from './disks.ts';
import { type Caller, domainRef } from './domains.ts';
import { LibvirtError } from './errors.ts';
import { fewAtATime } from './few-at-a-time.ts';
import { Pace } from './pace.ts';
import { procedures, type WireSnapshot } from './procedures.ts';
import { isShort, parseXml, readXml, withoutConfigs, XmlElement, XmlError } from './xml.ts';

/** What stands for a text that is no XML. */
const unread = new XmlElement('domainsnapshot');

/** One snapshot as libvirt tells it. The configurations inside are parsed when somebody wants them. */
export class StoredSnapshot {
  readonly snapshot: Snapshot;
  #whole: XmlElement | undefined;
  #disks: StoredDisks | undefined;

  private constructor(
    readonly xml: string,
    snapshot: Snapshot,
    /** False: libvirt gave XML that is none. Nothing else is known of it then. */
    readonly readable: boolean,
    whole?: XmlElement,
  ) {
    this.snapshot = snapshot;
    this.#whole = whole;
  }

  /**
   * @param name the one that it is listed under, which counts.
   * @param pace shared by all that are read in a row
   */
  static async read(
    name: string,
    xml: string,
    log?: (line: string) => void,
    pace = new Pace(),
  ): Promise<StoredSnapshot> {
    const known = isShort(xml)
      ? StoredSnapshot.parse(name, xml, log)
      : await readXml(xml, 'domainsnapshot', pace).then(
          (whole) => new StoredSnapshot(xml, { ...parseSnapshot(whole), name }, true, whole),
          (error) => StoredSnapshot.#unreadable(name, xml, error, log),
        );
    await pace.breathe();
    return known;
  }

  /** The same of a short text, at once. */
  static parse(name: string, xml: string, log?: (line: string) => void): StoredSnapshot {
    try {
      const head = parseXml(withoutConfigs(xml), 'domainsnapshot');
      return new StoredSnapshot(xml, { ...parseSnapshot(head), name }, true);
    } catch (error) {
      return StoredSnapshot.#unreadable(name, xml, error, log);
    }
  }

  static #unreadable(name: string, xml: string, error: unknown, log?: (line: string) => void): StoredSnapshot {
    if (!(error instanceof XmlError)) throw error;
    log?.(`snapshot ${JSON.stringify(name)}: ${error.message}`);
    return new StoredSnapshot(xml, { ...unreadable, name }, false, unread);
  }

  /** The whole `<domainsnapshot>`; empty where it is no XML. */
  get element(): XmlElement {
    this.#whole ??= this.#parse();
    return this.#whole;
  }

  /** The configuration that a revert goes back to. Metadata of an ancient libvirt holds nothing but its UUID. */
  get config(): XmlElement | undefined {
    const domain = this.element.at('domain');
    return domain?.at('name') && domain;
  }

  get disks(): StoredDisks {
    this.#disks ??= readStoredDisks(this.element, this.snapshot.name);
    return this.#disks;
  }

  /** The file that holds the guest's memory; null without one. */
  get memoryFile(): string | null {
    return this.element.at('memory')?.attribute('file') ?? null;
  }

  /** Whether the configurations are parsed already. */
  get isParsed(): boolean {
    return this.#whole !== undefined;
  }

  #parse(): XmlElement {
    try {
      return parseXml(this.xml, 'domainsnapshot');
    } catch (error) {
      if (error instanceof XmlError) return unread;
      throw error;
    }
  }
}

/** The snapshots of a domain, parents first, and which one is current. */
export class DomainSnapshots {
  constructor(
    readonly all: readonly StoredSnapshot[],
    readonly current: string | null,
  ) {}

  get list(): SnapshotList {
    return { snapshots: this.all.map(({ snapshot }) => snapshot), current: this.current };
  }

  get(name: string): StoredSnapshot | undefined {
    return this.all.find(({ snapshot }) => snapshot.name === name);
  }

  /** Parses everything, a few at a time, so that what is asked meanwhile does not wait. */
  async parsed(signal?: AbortSignal): Promise<readonly StoredSnapshot[]> {
    const pace = new Pace();
    for (const each of this.all) {
      if (each.isParsed) continue;
      void each.element;
      await pace.breathe(signal);
    }
    return this.all;
  }
}

/** The snapshots of a host's domains as they were read last: a text that is still the same is not parsed again. */
export class SnapshotCache {
  readonly #known = new Map<string, ReadonlyMap<string, StoredSnapshot>>();

  constructor(
    private readonly caller: Caller,
    private readonly log: (line: string) => void = () => {},
  ) {}

  /**
   * All snapshots of a domain: two calls, then all descriptions pipelined.
   * @throws LibvirtError (NO_DOMAIN when the domain is gone), ConnectionError
   */
  async read(uuid: string): Promise<DomainSnapshots> {
    const domain = domainRef(uuid);
    const [{ snapshots: refs }, current] = await Promise.all([
      this.caller.call(procedures.domainListAllSnapshots, {
        domain,
        needResults: 1,
        flags: listSnapshotsFlag.topological,
      }),
      currentSnapshot(this.caller, uuid),
    ]);
    const texts = await fewAtATime(refs, (snapshot) => vanishedIsNull(xmlOf(this.caller, snapshot)));
    const before = this.#known.get(uuid);
    const now = new Map<string, StoredSnapshot>();
    const pace = new Pace();
    for (const [index, xml] of texts.entries()) {
      const name = refs[index]?.name ?? '';
      const last = before?.get(name);
      if (xml !== null) now.set(name, last?.xml === xml ? last : await StoredSnapshot.read(name, xml, this.log, pace));
    }
    this.#known.set(uuid, now);
    return new DomainSnapshots([...now.values()], current);
  }
}

/** Name of the current snapshot, or null when there is none. */
export async function currentSnapshot(caller: Caller, uuid: string): Promise<string | null> {
  const reply = caller.call(procedures.domainSnapshotCurrent, { domain: domainRef(uuid), flags: 0 });
  return (await vanishedIsNull(reply))?.snapshot.name ?? null;
}

/** The stored XML of one snapshot, without secrets. @throws LibvirtError NO_DOMAIN_SNAPSHOT when it is gone. */
export async function snapshotXml(caller: Caller, uuid: string, name: string): Promise<string> {
  return xmlOf(caller, { name, domain: domainRef(uuid) });
}

/**
 * Puts the domain back. Not an atomic act: on an error the domain may have been stopped already.
 * Source: qemuDomainRevertToSnapshot; flags are `revertFlag`.
 */
export async function revertToSnapshot(caller: Caller, uuid: string, name: string, flags: number): Promise<void> {
  const snapshot = { name, domain: domainRef(uuid) };
  await caller.call(procedures.domainRevertToSnapshot, { snapshot, flags });
}

/**
 * Takes a snapshot; answers with its name.
 * Source: qemuSnapshotCreateXML; flags are `createFlag`. Taking one with memory stops the guest meanwhile.
 */
export async function createSnapshot(caller: Caller, uuid: string, xml: string, flags: number): Promise<string> {
  const reply = await caller.call(procedures.domainSnapshotCreateXml, { domain: domainRef(uuid), xml, flags });
  return reply.snapshot.name;
}

/** Deletes one snapshot with its data; without flags its children stay. Source: qemuSnapshotDelete. */
export async function deleteSnapshot(caller: Caller, uuid: string, name: string, flags = 0): Promise<void> {
  await caller.call(procedures.domainSnapshotDelete, { snapshot: { name, domain: domainRef(uuid) }, flags });
}

/** What the tree needs from the text of a `<domainsnapshot>`. @throws XmlError */
export async function readSnapshot(xml: string): Promise<Snapshot> {
  return parseSnapshot(await readXml(withoutConfigs(xml), 'domainsnapshot'));
}

/** What the tree needs from a `<domainsnapshot>` (libvirt formatsnapshot). */
export function parseSnapshot(element: XmlElement): Snapshot {
  const disks = readSnapshotDisks(element);
  const state = SnapshotState.safeParse(element.at('state')?.text);
  const memory = element.at('memory')?.attribute('snapshot');
  const has = (kind: string) => disks.some((disk) => disk.kind === kind) || memory === kind;
  return {
    name: element.at('name')?.text ?? '',
    description: element.at('description')?.text ?? '',
    parent: element.at('parent', 'name')?.text ?? null,
    createdAt: millisecondsOf(element.at('creationTime')?.text),
    state: state.success ? state.data : 'unknown',
    memory:
      memory === undefined || memory === 'no'
        ? 'none'
        : memory === 'internal' || memory === 'external'
          ? memory
          : 'unknown',
    kind: has('external') ? (has('internal') ? 'mixed' : 'external') : has('internal') ? 'internal' : 'none',
    disks,
  };
}

function millisecondsOf(seconds: string | undefined): number {
  const ms = Number(seconds) * 1000;
  return isMoment(ms) ? ms : 0;
}

const unreadable: Snapshot = {
  name: '',
  description: '',
  parent: null,
  createdAt: 0,
  state: 'unknown',
  memory: 'unknown',
  kind: 'none',
  disks: [],
};

async function xmlOf(caller: Caller, snapshot: WireSnapshot): Promise<string> {
  return (await caller.call(procedures.domainSnapshotGetXmlDesc, { snapshot, flags: 0 })).xml;
}

function vanishedIsNull<T>(reply: Promise<T>): Promise<T | null> {
  return reply.catch((error: unknown) => {
    if (error instanceof LibvirtError && error.is('NO_DOMAIN_SNAPSHOT')) return null;
    throw error;
  });
}
