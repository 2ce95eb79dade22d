import { stateLabel } from '../../../shared/format.ts';
import { type Disk, isDrive, isWritable } from '../../../shared/libvirt/disks.ts';
import { can } from '../../../shared/libvirt/versions.ts';
import type { Found, RevertPlan, Snapshot, Verification } from '../../../shared/schema.ts';
import { readDisks } from '../../libvirt/disks.ts';
import { domainXml, readDomain } from '../../libvirt/domains.ts';
import { currentSnapshot, snapshotXml } from '../../libvirt/snapshots.ts';
import { parseXml } from '../../libvirt/xml.ts';
import type { HostSession } from '../host-session.ts';
import { lookAfterwards } from '../look-afterwards.ts';

/** What libvirt said when asked. */
export interface Seen extends Found {
  /** The hypervisor process: libvirt gives each a number of its own; null when there is none. */
  readonly id: number | null;
  readonly disks: readonly Disk[];
}

/** What is there before a revert and what its snapshot promises, to compare with afterwards. */
export interface Before {
  readonly id: number | null;
  /** The disks as they are stored with the snapshot. */
  readonly stored: readonly Disk[];
}

/** @throws LibvirtError, ConnectionError */
export async function lookBefore(session: HostSession, { facts }: RevertPlan): Promise<Before> {
  const { uuid } = facts.domain;
  const [domain, xml] = await Promise.all([
    readDomain(session.reads, uuid),
    snapshotXml(session.reads, uuid, facts.snapshot.name),
  ]);
  return { id: domain?.id ?? null, stored: readDisks(parseXml(xml, 'domainsnapshot').at('domain')) };
}

/** How a domain is after an operation; null: it is gone, or cannot be asked. */
export function findOut(session: HostSession, uuid: string): Promise<Seen | null> {
  return lookAfterwards(session, async (reads) => {
    const [domain, current, xml] = await Promise.all([
      readDomain(reads, uuid),
      currentSnapshot(reads, uuid),
      domainXml(reads, uuid, false),
    ]);
    if (!domain) return null;
    const { state, reason, id } = domain;
    return { state, reason, current, id, disks: readDisks(parseXml(xml, 'domain')) };
  });
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
  const kept = isQemu && process === 'reused' && can(facts.libvirtVersion, 'alwaysRestarts');
  const checked = (isQemu ? seen.disks.filter((disk) => isDrive(disk) && isWritable(disk)) : []).map((disk) =>
    checkDisk(disk, before, facts.snapshot),
  );
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
function checkDisk(disk: Disk, { stored }: Before, snapshot: Snapshot) {
  const { target, image, below } = disk;
  const file = image?.path ?? null;
  const backing = below[0]?.path ?? null;
  const then = stored.find((each) => each.target === target)?.image?.path ?? null;
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
