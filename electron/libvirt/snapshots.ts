import { listSnapshotsFlag } from '../../shared/libvirt/flags.ts';
import { type Snapshot, type SnapshotList, SnapshotState } from '../../shared/schema.ts';
import { type Caller, domainRef } from './domains.ts';
import { LibvirtError } from './errors.ts';
import { procedures, type WireSnapshot } from './procedures.ts';
import { parseXml, type XmlElement, XmlError } from './xml.ts';

interface Parsed {
  xml: string;
  snapshot: Snapshot;
}

/** Reads one domain's snapshots; what has not changed since the last reading is not parsed again. */
export class SnapshotReader {
  #parsed: ReadonlyMap<string, Parsed> = new Map();

  constructor(
    private readonly uuid: string,
    private readonly log: (line: string) => void = () => {},
  ) {}

  /**
   * All snapshots and the current one: two calls, then all descriptions pipelined.
   * @throws LibvirtError (NO_DOMAIN when the domain is gone), ConnectionError
   */
  async read(caller: Caller): Promise<SnapshotList> {
    const domain = domainRef(this.uuid);
    const [{ snapshots: refs }, current] = await Promise.all([
      caller.call(procedures.domainListAllSnapshots, { domain, needResults: 1, flags: listSnapshotsFlag.topological }),
      currentSnapshot(caller, this.uuid),
    ]);
    const xmls = await Promise.all(refs.map((snapshot) => vanishedIsNull(readXml(caller, snapshot))));
    const parsed = new Map<string, Parsed>();
    for (const [index, xml] of xmls.entries()) {
      const name = refs[index]?.name ?? '';
      if (xml !== null) parsed.set(name, { xml, snapshot: this.#parse(name, xml) });
    }
    this.#parsed = parsed;
    return { snapshots: [...parsed.values()].map((each) => each.snapshot), current };
  }

  #parse(name: string, xml: string): Snapshot {
    const known = this.#parsed.get(name);
    if (known?.xml === xml) return known.snapshot;
    try {
      return { ...parseSnapshot(parseXml(xml, 'domainsnapshot', true)), name };
    } catch (error) {
      if (!(error instanceof XmlError)) throw error;
      this.log(`snapshot ${JSON.stringify(name)} of ${this.uuid}: ${error.message}`);
      return { ...unreadable, name };
    }
  }
}

/** Name of the current snapshot, or null when there is none. */
export async function currentSnapshot(caller: Caller, uuid: string): Promise<string | null> {
  const reply = caller.call(procedures.domainSnapshotCurrent, { domain: domainRef(uuid), flags: 0 });
  return (await vanishedIsNull(reply))?.snapshot.name ?? null;
}

/** The stored XML of one snapshot, without secrets. @throws LibvirtError NO_DOMAIN_SNAPSHOT when it is gone. */
export async function snapshotXml(caller: Caller, uuid: string, name: string): Promise<string> {
  return readXml(caller, { name, domain: domainRef(uuid) });
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

/** What the tree needs from a `<domainsnapshot>` (libvirt formatsnapshot). */
export function parseSnapshot(element: XmlElement): Snapshot {
  const disks = (element.at('disks')?.all('disk') ?? []).map(parseDisk);
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
  return Number.isFinite(ms) ? ms : 0;
}

function parseDisk(disk: XmlElement): Snapshot['disks'][number] {
  const kind = disk.attribute('snapshot');
  const source = disk.at('source');
  const file = source?.attribute('file') ?? source?.attribute('dev') ?? source?.attribute('name');
  return {
    target: disk.attribute('name') ?? '',
    kind: kind === 'no' ? 'none' : kind === 'internal' || kind === 'external' ? kind : 'unknown',
    ...(file === undefined ? {} : { file }),
  };
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

async function readXml(caller: Caller, snapshot: WireSnapshot): Promise<string> {
  return (await caller.call(procedures.domainSnapshotGetXmlDesc, { snapshot, flags: 0 })).xml;
}

function vanishedIsNull<T>(reply: Promise<T>): Promise<T | null> {
  return reply.catch((error: unknown) => {
    if (error instanceof LibvirtError && error.is('NO_DOMAIN_SNAPSHOT')) return null;
    throw error;
  });
}
