import type { StoredDisks } from '../../shared/libvirt/disks.ts';
import type { Snapshot, SnapshotList } from '../../shared/schema.ts';
import { readStoredDisks } from './disks.ts';
import { Pace } from './pace.ts';
import { scanPlain } from './plain-xml.ts';
import { parseSnapshot } from './snapshots.ts';
import { isShort, parseXml, readXml, withoutConfigs, XmlElement, XmlError } from './xml.ts';

/** What stands for a text that is no XML. */
const unread = new XmlElement('domainsnapshot');

/** What a text tells besides; little, so that it is kept where the parsed text is let go. */
interface Details {
  readonly disks: StoredDisks;
  readonly memoryFile: string | null;
  readonly hasConfig: boolean;
}

/** One snapshot as libvirt tells it. The configurations inside are parsed when somebody wants them. */
export class StoredSnapshot {
  /** Of a short text it is let go when nobody needs it: of thousands of snapshots all of them would take too much. */
  #parsed: WeakRef<XmlElement> | undefined;
  #details: Details | undefined;

  private constructor(
    readonly xml: string,
    readonly snapshot: Snapshot,
    /** False: libvirt gave XML that is none. Nothing else is known of it then. */
    readonly readable: boolean,
    /** Of a long text, which can't be parsed at once when somebody wants it. */
    private readonly whole?: XmlElement,
  ) {}

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
      return new StoredSnapshot(xml, { ...parseSnapshot(parseShort(withoutConfigs(xml))), name }, true);
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
    const known = this.whole ?? this.#parsed?.deref();
    if (known) return known;
    const element = parseWhole(this.xml);
    this.#parsed = new WeakRef(element);
    return element;
  }

  /** The configuration that a revert goes back to. Metadata of an ancient libvirt holds nothing but its UUID. */
  get config(): XmlElement | undefined {
    return configIn(this.element);
  }

  get hasConfig(): boolean {
    return this.#known().hasConfig;
  }

  get disks(): StoredDisks {
    return this.#known().disks;
  }

  /** The file that holds the guest's memory; null without one. */
  get memoryFile(): string | null {
    return this.#known().memoryFile;
  }

  /** Whether what its text tells besides is known already. */
  get isParsed(): boolean {
    return this.#details !== undefined;
  }

  #known(): Details {
    this.#details ??= detailsOf(this.element, this.snapshot.name);
    return this.#details;
  }
}

/** The snapshots of a domain, parents first, and which one is current. */
export class DomainSnapshots {
  readonly #byName: ReadonlyMap<string, StoredSnapshot>;
  #list: SnapshotList | undefined;

  constructor(
    readonly all: readonly StoredSnapshot[],
    readonly current: string | null,
  ) {
    this.#byName = new Map(all.map((each) => [each.snapshot.name, each]));
  }

  get list(): SnapshotList {
    this.#list ??= { snapshots: this.all.map(({ snapshot }) => snapshot), current: this.current };
    return this.#list;
  }

  get(name: string): StoredSnapshot | undefined {
    return this.#byName.get(name);
  }

  /** Parses everything, a few at a time, so that what is asked meanwhile does not wait. */
  async parsed(signal?: AbortSignal): Promise<readonly StoredSnapshot[]> {
    const pace = new Pace();
    for (const each of this.all) {
      if (each.isParsed) continue;
      void each.disks;
      await pace.breathe(signal);
    }
    return this.all;
  }
}

/** @throws XmlError */
function parseShort(xml: string): XmlElement {
  const plain = scanPlain(xml);
  return plain?.name === 'domainsnapshot' ? plain : parseXml(xml, 'domainsnapshot');
}

function parseWhole(xml: string): XmlElement {
  try {
    return parseShort(xml);
  } catch (error) {
    if (error instanceof XmlError) return unread;
    throw error;
  }
}

function detailsOf(element: XmlElement, name: string): Details {
  return {
    disks: readStoredDisks(element, name),
    memoryFile: element.at('memory')?.attribute('file') ?? null,
    hasConfig: configIn(element) !== undefined,
  };
}

function configIn(element: XmlElement): XmlElement | undefined {
  const domain = element.at('domain');
  return domain?.at('name') && domain;
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
