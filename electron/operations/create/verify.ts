import type { Disk } from '../../../shared/libvirt/disks.ts';
import type { ImageTag } from '../../../shared/libvirt/image-tags.ts';
import type { NewFiles } from '../../../shared/operations/create/files.ts';
import type { CreateRow } from '../../../shared/operations/create/modes.ts';
import type { DiskRequest } from '../../../shared/operations/create/request.ts';
import type { CreateFacts, Found, Snapshot } from '../../../shared/schema.ts';
import type { Gate } from '../../hosts/gate.ts';
import { disksIn } from '../../libvirt/disks.ts';
import { type Caller, domainXml, readDomain } from '../../libvirt/domains.ts';
import { LibvirtError } from '../../libvirt/errors.ts';
import { fileExists } from '../../libvirt/file-probe.ts';
import { currentSnapshot, snapshotXml } from '../../libvirt/snapshots.ts';
import { StoredSnapshot } from '../../libvirt/stored-snapshot.ts';
import { tagsOf } from './chain.ts';

/** What libvirt said when asked afterwards. */
export interface CreateSeen extends Found {
  /** Null: libvirt lists none of that name. */
  readonly snapshot: Snapshot | null;
  /** The file with its memory; null without one. */
  readonly memoryFile: string | null;
  /** The disks as they are now, and those of the next start. */
  readonly disks: readonly Disk[];
  readonly next: readonly Disk[];
  /** New files that are there, of those that could be looked for. */
  readonly present: readonly string[];
  /** The internal snapshots in each image that should hold this one, by target; null where they cannot be read. */
  readonly tags: ReadonlyMap<string, readonly ImageTag[] | null>;
}

export interface CreateExpected {
  readonly name: string;
  readonly row: CreateRow;
  readonly disks: readonly DiskRequest[];
  readonly files: NewFiles;
  readonly before: CreateFacts;
}

/** Asks how things are; null: the domain is gone. @throws LibvirtError, XmlError, ConnectionError */
export async function readCreated(reads: Gate, expected: CreateExpected): Promise<CreateSeen | null> {
  const { name, files, before } = expected;
  const { uuid } = before;
  const [domain, current, xml, snapshot] = await Promise.all([
    readDomain(reads, uuid),
    currentSnapshot(reads, uuid),
    domainXml(reads, uuid, false),
    snapshotOrNull(reads, uuid, name),
  ]);
  if (!domain) return null;
  const disks = await disksIn(xml);
  const differs = domain.id !== null && domain.persistent;
  const next = differs ? await disksIn(await domainXml(reads, uuid, true)) : disks;
  const paths = [...files.overlays.map(({ file }) => file), ...(files.memory === null ? [] : [files.memory])];
  const there = await Promise.all(paths.map((path) => fileExists(reads, path)));
  const holders = insideOf(expected, disks);
  const tags = await Promise.all(
    holders.map(async ({ target, image }) => [target, image && (await tagsOf(reads, image))] as const),
  );
  return {
    state: domain.state,
    reason: domain.reason,
    current,
    snapshot: snapshot?.snapshot ?? null,
    memoryFile: snapshot?.memoryFile ?? null,
    disks,
    next,
    present: paths.filter((_, index) => there[index] === true),
    tags: new Map(tags),
  };
}

/**
 * The disks whose image holds an internal snapshot: off, libvirt looks at hard disks alone (qemuSnapshotForEachQcow2);
 * on, QEMU writes to no read-only one.
 */
function insideOf({ disks: requests, before }: CreateExpected, disks: readonly Disk[]): Disk[] {
  const asked = new Set(requests.filter(({ location }) => location === 'internal').map(({ target }) => target));
  return disks.filter((disk) => asked.has(disk.target) && (before.active ? !disk.readonly : disk.device === 'disk'));
}

async function snapshotOrNull(reads: Caller, uuid: string, name: string): Promise<StoredSnapshot | null> {
  try {
    return await StoredSnapshot.read(name, await snapshotXml(reads, uuid, name));
  } catch (error) {
    if (error instanceof LibvirtError && error.is('NO_DOMAIN_SNAPSHOT')) return null;
    throw error;
  }
}
