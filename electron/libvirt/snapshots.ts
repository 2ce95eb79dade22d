import { isMoment } from '../../shared/format.ts';
import { listSnapshotsFlag } from '../../shared/libvirt/flags.ts';
import { type Snapshot, SnapshotState } from '../../shared/schema.ts';
import { readSnapshotDisks } from './disks.ts';
import { type Caller, domainRef } from './domains.ts';
import { LibvirtError } from './errors.ts';
import { procedures } from './procedures.ts';
import { readXml, withoutConfigs, type XmlElement } from './xml.ts';

/** The names of a domain's snapshots, parents first. @throws LibvirtError NO_DOMAIN */
export async function listSnapshots(caller: Caller, uuid: string): Promise<string[]> {
  const args = { domain: domainRef(uuid), needResults: 1, flags: listSnapshotsFlag.topological };
  return (await caller.call(procedures.domainListAllSnapshots, args)).snapshots.map(({ name }) => name);
}

/** Name of the current snapshot, or null when there is none. */
export async function currentSnapshot(caller: Caller, uuid: string): Promise<string | null> {
  const reply = caller.call(procedures.domainSnapshotCurrent, { domain: domainRef(uuid), flags: 0 });
  return (await vanishedIsNull(reply))?.snapshot.name ?? null;
}

/** The stored XML of one snapshot, without secrets. @throws LibvirtError NO_DOMAIN_SNAPSHOT when it is gone. */
export async function snapshotXml(caller: Caller, uuid: string, name: string): Promise<string> {
  const snapshot = { name, domain: domainRef(uuid) };
  return (await caller.call(procedures.domainSnapshotGetXmlDesc, { snapshot, flags: 0 })).xml;
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

/** What libvirt answers of a snapshot, or null where it is gone. */
export function vanishedIsNull<T>(reply: Promise<T>): Promise<T | null> {
  return reply.catch((error: unknown) => {
    if (error instanceof LibvirtError && error.is('NO_DOMAIN_SNAPSHOT')) return null;
    throw error;
  });
}
