import type { OverlayFact } from '../../shared/schema.ts';
import { type Caller, domainRef } from './domains.ts';
import { LibvirtError } from './errors.ts';
import { procedures } from './procedures.ts';
import type { XmlElement } from './xml.ts';

/** One `<disk>` of a `<domain>` (formatdomain, "Hard drives, floppy disks, CDROMs"). */
export interface DiskElement {
  target: string;
  device: string;
  type: string;
  format: string;
  /** The image that is written to, where it has a path. */
  file: string | null;
}

/** The disks of a `<domain>` element, removable drives included. */
export function parseDisks(domain: XmlElement): DiskElement[] {
  return (domain.at('devices')?.all('disk') ?? []).map((disk) => ({
    target: disk.at('target')?.attribute('dev') ?? '',
    device: disk.attribute('device') ?? 'disk',
    type: disk.attribute('type') ?? 'file',
    format: disk.at('driver')?.attribute('type') ?? '',
    file: pathOf(disk.at('source')),
  }));
}

/** Format of the firmware's variable store (formatdomain, "nvram"), raw unless said; null without one. */
export function parseNvram(domain: XmlElement): string | null {
  const os = domain.at('os');
  const nvram = os?.at('nvram');
  if (!nvram && os?.at('loader')?.attribute('type') !== 'pflash') return null;
  return nvram?.attribute('format') ?? 'raw';
}

/**
 * The overlays that hold what was written since a snapshot: those made when it was last reverted to, else its own
 * (qemuSnapshotRevertExternalFinish).
 */
export function parseOverlays(snapshot: XmlElement): Pick<OverlayFact, 'target' | 'file'>[] {
  const made = snapshot.at('revertDisks') ?? snapshot.at('disks');
  return (made?.all('disk') ?? []).flatMap((disk) => {
    const file = pathOf(disk.at('source'));
    return disk.attribute('snapshot') === 'external' && file !== null
      ? [{ target: disk.attribute('name') ?? '', file }]
      : [];
  });
}

/** The bytes that a disk's active layer takes up; `missing` when libvirt cannot open it, null when it cannot tell. */
export async function diskAllocation(caller: Caller, uuid: string, target: string): Promise<number | 'missing' | null> {
  try {
    const args = { domain: domainRef(uuid), path: target, flags: 0 };
    return Number((await caller.call(procedures.domainGetBlockInfo, args)).allocation);
  } catch (error) {
    if (!(error instanceof LibvirtError)) throw error;
    return error.is('SYSTEM_ERROR') ? 'missing' : null;
  }
}

/** Whether the file with a snapshot's memory can be opened: it has the format of a save image. Null is unknown. */
export async function memoryFileExists(caller: Caller, file: string): Promise<boolean | null> {
  try {
    await caller.call(procedures.domainSaveImageGetXmlDesc, { file, flags: 0 });
    return true;
  } catch (error) {
    if (!(error instanceof LibvirtError)) throw error;
    return error.is('SYSTEM_ERROR') ? false : null;
  }
}

function pathOf(source: XmlElement | undefined): string | null {
  return source?.attribute('file') ?? source?.attribute('dev') ?? null;
}
