import { setTimeout as sleep } from 'node:timers/promises';
import { stateLabel } from '../../../shared/format.ts';
import type { Found, RevertPlan, Snapshot, Verification } from '../../../shared/schema.ts';
import { type DiskLayer, diskLayers, isWritable } from '../../libvirt/disk-layers.ts';
import { domainXml, readDomain } from '../../libvirt/domains.ts';
import { LibvirtError } from '../../libvirt/errors.ts';
import { currentSnapshot, snapshotXml } from '../../libvirt/snapshots.ts';
import { parseXml, XmlError } from '../../libvirt/xml.ts';
import type { HostSession } from '../host-session.ts';

/** How long a lost host may stay away before its answer is given up, milliseconds. */
const PATIENCE_MS = 120_000;
/** Since 7.10 the hypervisor process is always replaced (qemuSnapshotRevert). */
const alwaysRestarts = 7_010_000;

/** What libvirt said when asked. */
export interface Seen extends Found {
  /** The hypervisor process: libvirt gives each a number of its own; null when there is none. */
  readonly id: number | null;
  readonly disks: readonly DiskLayer[];
}

/** What is there before a revert and what its snapshot promises, to compare with afterwards. */
export interface Before {
  readonly id: number | null;
  /** The disks as they are stored with the snapshot. */
  readonly stored: readonly DiskLayer[];
}

/** @throws LibvirtError, ConnectionError */
export async function lookBefore(session: HostSession, { facts }: RevertPlan): Promise<Before> {
  const { uuid } = facts.domain;
  const [domain, xml] = await Promise.all([
    readDomain(session.reads, uuid),
    snapshotXml(session.reads, uuid, facts.snapshot.name),
  ]);
  return { id: domain?.id ?? null, stored: diskLayers(parseXml(xml, 'domainsnapshot').at('domain')) };
}

/**
 * Asks libvirt how a domain is now, waiting for a connection that was lost. null: it is gone, or cannot be asked, as
 * when the person has disconnected from the host.
 */
export async function findOut(session: HostSession, uuid: string): Promise<Seen | null> {
  const patience = AbortSignal.timeout(PATIENCE_MS);
  while (!patience.aborted) {
    if (session.host.connection.status === 'disconnected') return null;
    if (!session.isConnected) {
      await session.nextChange(patience);
      continue;
    }
    try {
      const [domain, current, xml] = await Promise.all([
        readDomain(session.reads, uuid),
        currentSnapshot(session.reads, uuid),
        domainXml(session.reads, uuid, false),
      ]);
      const { state, reason, id } = domain ?? {};
      if (state === undefined || reason === undefined || id === undefined) return null;
      return { state, reason, current, id, disks: diskLayers(parseXml(xml, 'domain')) };
    } catch (error) {
      if (error instanceof LibvirtError || error instanceof XmlError) return null;
      await sleep(500, undefined, { signal: patience, ref: false }).catch(() => {});
    }
  }
  return null;
}

/** Sentences where what was found is not what was expected. */
export function differences(found: Found, expected: Pick<Found, 'state' | 'current'>): string[] {
  const name = (snapshot: string | null) => (snapshot === null ? 'none' : `“${snapshot}”`);
  return [
    ...(expected.state === 'unknown' || found.state === expected.state
      ? []
      : [`The domain is ${stateLabel(found.state)}; ${stateLabel(expected.state)} was expected.`]),
    ...(found.current === expected.current
      ? []
      : [`The current snapshot is ${name(found.current)}; ${name(expected.current)} was expected.`]),
  ];
}

/** Process and disks after a revert that libvirt says it has done, and sentences where they are not as expected. */
export function verify(seen: Seen, before: Before, { facts }: RevertPlan): Verification & { sentences: string[] } {
  const process = seen.id === null ? 'none' : seen.id === before.id ? 'reused' : 'new';
  const isQemu = facts.driver === 'QEMU';
  const kept = isQemu && process === 'reused' && facts.libvirtVersion >= alwaysRestarts;
  const checked = (isQemu ? seen.disks.filter(isWritable) : []).map((disk) => checkDisk(disk, before, facts.snapshot));
  return {
    process,
    disks: checked.map(({ sentence: _, ...disk }) => disk),
    sentences: [
      ...(kept ? ['The hypervisor process is still the one of before; a new one was expected.'] : []),
      ...checked.flatMap(({ sentence }) => (sentence === null ? [] : [sentence])),
    ],
  };
}

/**
 * After an internal snapshot a disk writes to the image that the snapshot was taken in; after an external one to a new
 * overlay over that, which libvirt names `<image without extension>.<seconds since 1970>`.
 */
function checkDisk(disk: DiskLayer, { stored }: Before, snapshot: Snapshot) {
  const { target, file, backing } = disk;
  const then = stored.find((each) => each.target === target)?.file ?? null;
  const overlaid = snapshot.disks.some((each) => each.target === target && each.kind === 'external');
  if (then === null) return { target, file, expected: null, sentence: null };
  if (!overlaid) {
    const sentence = file === then ? null : `Disk ${target} writes to ${file}; ${then} was expected.`;
    return { target, file, expected: then, sentence };
  }
  const stem = then.replace(/\.[^./]*$/, '');
  const lies = backing === null ? file?.startsWith(`${stem}.`) && file !== then : backing === then;
  const sentence = lies ? null : `Disk ${target} writes to ${file}; a new overlay over ${then} was expected.`;
  return { target, file, expected: `${stem}.*`, sentence };
}
