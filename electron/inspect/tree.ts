import type { Disk } from '../../shared/libvirt/disks.ts';
import type { RedefineFacts } from '../../shared/operations/metadata/redefinition.ts';
import type { Found, SnapshotList } from '../../shared/schema.ts';
import type { Gate } from '../hosts/gate.ts';
import type { HostSession } from '../hosts/host-session.ts';
import { ProblemError } from '../hosts/problems.ts';
import { checkpointFacts } from '../libvirt/checkpoints.ts';
import { readDomain } from '../libvirt/domains.ts';
import { LibvirtError } from '../libvirt/errors.ts';
import { fewAtATime } from '../libvirt/few-at-a-time.ts';
import { secretSnapshotXml } from '../libvirt/redefine.ts';

/** A domain's snapshots as libvirt tells them, and how the domain is. */
export interface SeenTree extends SnapshotList {
  readonly found: Found;
}

export interface ReadTree extends SnapshotList {
  readonly domainName: string;
  readonly facts: RedefineFacts;
  /** The disks of the configuration that is stored with a snapshot. */
  config(name: string): readonly Disk[];
}

/** @throws ProblemError NOT_CONNECTED, NO_DOMAIN; LibvirtError; ConnectionError */
export async function readTree(session: HostSession, uuid: string): Promise<ReadTree> {
  const { reads } = session;
  const { driver, libvirtVersion } = session.peer;
  const domain = await readDomain(reads, uuid);
  if (!domain) throw new ProblemError('NO_DOMAIN');
  const [stored, checkpoints] = await Promise.all([
    session.readSnapshots(uuid),
    domain.id === null ? checkpointFacts(reads, uuid) : [],
  ]);
  const offWithCheckpoints = checkpoints && checkpoints.length > 0;
  const facts = { driver, libvirtVersion, offWithCheckpoints };
  return { ...stored.list, domainName: domain.name, facts, config: (name) => stored.get(name)?.disks.config ?? [] };
}

/** How the tree is after libvirt was asked to change it; null: the domain is gone. @throws LibvirtError, ConnectionError */
export async function seeTree(reads: Gate, session: HostSession, uuid: string): Promise<SeenTree | null> {
  const [domain, { list }] = await Promise.all([readDomain(reads, uuid), session.readSnapshots(uuid)]);
  return domain && { ...list, found: { state: domain.state, reason: domain.reason, current: list.current } };
}

/** The XML of these snapshots, secrets included; one that is gone is left out. @throws LibvirtError, ConnectionError */
export async function secretTexts(
  reads: Gate,
  uuid: string,
  names: Iterable<string>,
): Promise<ReadonlyMap<string, string>> {
  const texts = await fewAtATime([...names], async (name) => {
    const text = await secretSnapshotXml(reads, uuid, name).catch((error: unknown) => {
      if (error instanceof LibvirtError && error.is('NO_DOMAIN_SNAPSHOT')) return null;
      throw error;
    });
    return text === null ? [] : [[name, text] as const];
  });
  return new Map(texts.flat());
}
