import type { Disk, Image, SnapshotDisk, SnapshotLocation, StoredDisks } from '../../shared/libvirt/disks.ts';
import { own } from '../../shared/own.ts';
import { countOf } from './bounds.ts';
import { type Caller, domainRef } from './domains.ts';
import { LibvirtError } from './errors.ts';
import { procedures } from './procedures.ts';
import { readXml, type XmlElement } from './xml.ts';

const locations: Readonly<Record<string, SnapshotLocation>> = {
  internal: 'internal',
  external: 'external',
  no: 'no',
  manual: 'manual',
};
const kinds: Readonly<Record<string, SnapshotDisk['kind']>> = {
  internal: 'internal',
  external: 'external',
  no: 'none',
  manual: 'manual',
};

/** The disks of a configuration as libvirt gives it. @throws XmlError */
export async function disksIn(xml: string): Promise<Disk[]> {
  return readDisks(await readXml(xml, 'domain'));
}

/** The disks of a `<domain>` or `<inactiveDomain>`, drives without a medium included, in its order. */
export function readDisks(domain: XmlElement | undefined): Disk[] {
  return (domain?.at('devices')?.all('disk') ?? []).map((disk) => {
    const format = disk.at('driver')?.attribute('type') ?? null;
    const image = readImage(disk, format);
    const location = disk.attribute('snapshot');
    return {
      target: disk.at('target')?.attribute('dev') ?? '',
      device: disk.attribute('device') ?? 'disk',
      type: disk.attribute('type') ?? 'file',
      image,
      below: imagesBelow(disk),
      snapshot: location === undefined ? null : (own(locations, location) ?? 'unknown'),
      readonly: disk.at('readonly') !== undefined,
      shareable: disk.at('shareable') !== undefined,
      transient: disk.at('transient') !== undefined,
      startupPolicy: disk.at('source')?.attribute('startupPolicy') ?? null,
    };
  });
}

/** What a `<domainsnapshot>` tells of disks; `name` stands for the one in the XML. */
export function readStoredDisks(snapshot: XmlElement, name: string): StoredDisks {
  const next = snapshot.at('inactiveDomain');
  return {
    name,
    config: readDisks(snapshot.at('domain')),
    ...(next ? { next: readDisks(next).map(({ target }) => target) } : {}),
    disks: readSnapshotDisks(snapshot),
    ...(snapshot.at('memory')?.attribute('snapshot') === 'internal' ? { memoryInside: true } : {}),
    reverted: (snapshot.at('revertDisks')?.all('disk') ?? [])
      .map(readSnapshotDisk)
      .flatMap(({ target, kind, file }) => (kind === 'external' && file !== undefined ? [{ target, file }] : [])),
  };
}

/**
 * The overlays that hold what was written since a snapshot: those made when it was last reverted to, else its own
 * (qemuSnapshotRevertExternalFinish).
 */
export function overlaysMade({
  disks,
  reverted,
}: Pick<StoredDisks, 'disks' | 'reverted'>): { target: string; file: string }[] {
  if (reverted.length > 0) return [...reverted];
  return disks.flatMap(({ target, kind, file }) =>
    kind === 'external' && file !== undefined ? [{ target, file }] : [],
  );
}

/** Format and file of the firmware's variable store (formatdomain, "nvram"), raw unless said; null without one. */
export function readNvram(domain: XmlElement): { readonly format: string; readonly file: string | null } | null {
  const os = domain.at('os');
  const nvram = os?.at('nvram');
  if (!nvram && os?.at('loader')?.attribute('type') !== 'pflash' && os?.attribute('firmware') !== 'efi') return null;
  const file = nvram?.text.trim() || nvram?.at('source')?.attribute('file') || null;
  return { format: nvram?.attribute('format') ?? 'raw', file };
}

/** The bytes that a disk's active layer takes up; `missing` when libvirt cannot open it, null when it cannot tell. */
export async function diskAllocation(caller: Caller, uuid: string, target: string): Promise<number | 'missing' | null> {
  try {
    const args = { domain: domainRef(uuid), path: target, flags: 0 };
    return countOf((await caller.call(procedures.domainGetBlockInfo, args)).allocation);
  } catch (error) {
    if (!(error instanceof LibvirtError)) throw error;
    return error.is('SYSTEM_ERROR') ? 'missing' : null;
  }
}

/** `<disks>` of a `<domainsnapshot>`. */
export function readSnapshotDisks(snapshot: XmlElement): SnapshotDisk[] {
  return (snapshot.at('disks')?.all('disk') ?? []).map(readSnapshotDisk);
}

function readSnapshotDisk(disk: XmlElement): SnapshotDisk {
  const file = readImage(disk, null)?.path;
  return {
    target: disk.attribute('name') ?? '',
    kind: own(kinds, disk.attribute('snapshot') ?? '') ?? 'unknown',
    ...(file === undefined ? {} : { file }),
    ...(disk.at('snapshotDeleteInProgress') ? { deleteInProgress: true } : {}),
  };
}

function imagesBelow(disk: XmlElement): Image[] {
  const images: Image[] = [];
  for (let at = disk.at('backingStore'); at; at = at.at('backingStore')) {
    const image = readImage(at, at.at('format')?.attribute('type') ?? null);
    if (!image) break;
    images.push(image);
  }
  return images;
}

/** Where the bytes are of a `<disk>` or `<backingStore>`; null for a drive without a medium. */
function readImage(element: XmlElement, format: string | null): Image | null {
  const source = element.at('source');
  if (!source) return null;
  const type = element.attribute('type') ?? 'file';
  const path = addressOf(type, source);
  return path ? { path, type, format } : null;
}

/** What tells an image from all others, by virStorageType. */
function addressOf(type: string, source: XmlElement): string {
  const attribute = (name: string) => source.attribute(name) ?? '';
  if (type === 'volume') return joined('/', attribute('pool'), attribute('volume'));
  if (type === 'network') {
    const host = source.at('host');
    const server = joined(
      ':',
      host?.attribute('name') ?? host?.attribute('socket') ?? '',
      host?.attribute('port') ?? '',
    );
    return `${attribute('protocol')}://${joined('/', server, attribute('name'))}`;
  }
  if (type === 'nvme') return joined('/', 'nvme', attribute('namespace'), pciAddress(source));
  return (
    source.attribute('file') ?? source.attribute('dev') ?? source.attribute('dir') ?? source.attribute('path') ?? ''
  );
}

function pciAddress(source: XmlElement): string {
  const address = source.at('address');
  return ['domain', 'bus', 'slot', 'function'].map((part) => address?.attribute(part) ?? '').join(':');
}

function joined(separator: string, ...parts: readonly string[]): string {
  return parts.filter((part) => part !== '').join(separator);
}
