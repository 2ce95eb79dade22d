import { stateLabel } from '../../../shared/format.ts';
import { tagFound } from '../../../shared/health/data.ts';
import { type Disk, hostPath, lastingImage } from '../../../shared/libvirt/disks.ts';
import type { ImageTag } from '../../../shared/libvirt/image-tags.ts';
import { can } from '../../../shared/libvirt/versions.ts';
import { isExternal, writtenBack } from '../../../shared/operations/revert/risk.ts';
import type { Found, RevertPlan, StoredDisk, Verification } from '../../../shared/schema.ts';
import type { HostSession } from '../../hosts/host-session.ts';
import { disksIn } from '../../libvirt/disks.ts';
import { domainXml, readDomain, type StreamCaller } from '../../libvirt/domains.ts';
import { tagsIn } from '../../libvirt/snapshot-table.ts';
import { currentSnapshot } from '../../libvirt/snapshots.ts';
import type { Seen } from '../engine/driver.ts';

/** What libvirt said when asked. */
export interface RevertSeen extends Seen {
  /** The hypervisor process: libvirt gives each a number of its own; null when there is none. */
  readonly id: number | null;
  readonly disks: readonly Disk[];
  /** By image, the internal snapshots that it holds; null where that cannot be read. */
  readonly tags: ReadonlyMap<string, readonly ImageTag[] | null>;
}

/** The hypervisor process before a revert. @throws LibvirtError, ConnectionError */
export async function processBefore(session: HostSession, { uuid }: Pick<RevertPlan, 'uuid'>): Promise<number | null> {
  return (await readDomain(session.reads, uuid))?.id ?? null;
}

/** How a domain is after an operation. @throws LibvirtError, ConnectionError */
export async function lookAtRevert(reads: StreamCaller, uuid: string, images: readonly string[]): Promise<RevertSeen> {
  const domain = await readDomain(reads, uuid);
  if (!domain) return { found: null, id: null, disks: [], tags: new Map() };
  const [current, xml, tables] = await Promise.all([
    currentSnapshot(reads, uuid),
    domainXml(reads, uuid, false),
    Promise.all(images.map(async (path) => [path, await tagsIn(reads, path)] as const)),
  ]);
  const { state, reason, id } = domain;
  return { found: { state, reason, current }, id, disks: await disksIn(xml), tags: new Map(tables) };
}

/** The images that hold the data to come back to, whose tables tell whether it is there. */
export function imagesToLookInto({ facts }: RevertPlan): string[] {
  return [...new Set(writtenBack(facts).flatMap(({ image }) => hostPath(image) ?? []))];
}

/** Every disk writes to the image that it wrote to when the facts were gathered. */
export function sameImages({ disks }: Pick<RevertSeen, 'disks'>, { domain }: RevertPlan['facts']): boolean {
  return domain.disks.every(({ target, file }) => {
    const now = disks.find((disk) => disk.target === target);
    return now !== undefined && lastingImage(now)?.path === file;
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
export function verify(
  seen: Pick<RevertSeen, 'id' | 'disks' | 'tags'>,
  idBefore: number | null,
  { facts }: RevertPlan,
): Verification & { sentences: string[] } {
  const process = seen.id === null ? 'none' : seen.id === idBefore ? 'reused' : 'new';
  const isQemu = facts.driver === 'QEMU';
  const kept = isQemu && process === 'reused' && can(facts.libvirtVersion, 'alwaysRestarts');
  const checked = isQemu ? expectedDisks(facts).map((disk) => checkDisk(disk, seen, isExternal(facts))) : [];
  const more =
    isQemu && facts.hasConfig
      ? seen.disks.filter(({ target }) => !facts.stored.disks.some((disk) => disk.target === target))
      : [];
  return {
    process,
    disks: checked.map(({ sentence: _, ...disk }) => disk),
    sentences: [
      ...(kept ? ['The hypervisor process is the same as before; a new one was expected.'] : []),
      ...checked.flatMap(({ sentence }) => (sentence === null ? [] : [sentence])),
      ...more.map(({ target }) => `The domain has a disk ${target} that is not in the snapshot’s configuration.`),
      ...(isQemu ? writtenBack(facts).flatMap((disk) => tagSentences(disk, seen, facts.snapshot.name)) : []),
    ],
  };
}

type ExpectedDisk = Pick<StoredDisk, 'target' | 'startupPolicy'> & { readonly image: { readonly path: string } | null };

/** The disks afterwards: of a snapshot without a configuration those of before, which libvirt keeps. */
function expectedDisks({ hasConfig, stored, domain }: RevertPlan['facts']): readonly ExpectedDisk[] {
  if (hasConfig) return stored.disks;
  return domain.disks.map(({ target, file }) => ({
    target,
    startupPolicy: null,
    image: file === null ? null : { path: file },
  }));
}

/**
 * After an internal snapshot a disk writes to the image that the snapshot was taken in; after an external one every drive
 * with an image, a medium too, has a new overlay, which libvirt names `<image without extension>.<seconds since 1970>`.
 */
function checkDisk({ target, image, startupPolicy }: ExpectedDisk, seen: Pick<RevertSeen, 'disks'>, external: boolean) {
  const now = seen.disks.find((disk) => disk.target === target);
  const file = (now && lastingImage(now)?.path) ?? null;
  const then = image?.path ?? null;
  const told = (expected: string | null, sentence: string | null) => ({ target, file, expected, sentence });
  if (!now) return told(then, `Disk ${target} is not attached; ${then ?? 'an empty drive'} was expected.`);
  if (then === null) return told(null, file === null ? null : `Drive ${target} contains ${file}; it should be empty.`);
  if (file === null && startupPolicy !== null) return told(then, null); // left out, as its policy says
  if (!external) return told(then, file === then ? null : `Disk ${target} writes to ${file}; ${then} was expected.`);
  const stem = then.replace(/\.[^./]*$/, '');
  const backing = now.below[0]?.path ?? null;
  const lies = backing === null ? file?.startsWith(`${stem}.`) && file !== then : backing === then;
  return told(`${stem}.*`, lies ? null : `Disk ${target} writes to ${file}; a new overlay of ${then} was expected.`);
}

/** What its image says of the snapshot that was reverted to; nothing where the image cannot be read. */
function tagSentences({ target, image }: StoredDisk, { tags }: Pick<RevertSeen, 'tags'>, name: string): string[] {
  const table = tags.get(image?.path ?? '') ?? null;
  if (table === null) return [];
  const found = tagFound(table, name);
  if (!found) return [`The image of ${target} does not contain “${name}”: it is unknown which data it has now.`];
  return found.name === name
    ? []
    : [
        `QEMU takes “${name}” for the ID of “${found.name}” in the image of ${target}: it may now have the data of that snapshot.`,
      ];
}
