import type { XmlElement } from './xml.ts';

/** One `<disk>` of a configuration, as far as its images go (libvirt formatdomain, "Hard drives"). */
export interface DiskLayer {
  readonly target: string;
  /** `disk`, `cdrom`, … */
  readonly device: string;
  /** `file`, `block`, `network`, … */
  readonly type: string;
  readonly format: string;
  readonly readonly: boolean;
  /** The image that is written to; null for an empty drive. */
  readonly file: string | null;
  /** The image that this one lies on; null when there is none or libvirt does not tell. */
  readonly backing: string | null;
}

/** The disks of a `<domain>` or `<inactiveDomain>` element, in its order. */
export function diskLayers(domain: XmlElement | undefined): DiskLayer[] {
  return (domain?.at('devices')?.all('disk') ?? []).map((disk) => ({
    target: disk.at('target')?.attribute('dev') ?? '',
    device: disk.attribute('device') ?? 'disk',
    type: disk.attribute('type') ?? 'unknown',
    format: disk.at('driver')?.attribute('type') ?? 'raw',
    readonly: disk.at('readonly') !== undefined,
    file: sourceOf(disk.at('source')),
    backing: sourceOf(disk.at('backingStore', 'source')),
  }));
}

/** A disk that libvirt takes along in a snapshot (virDomainSnapshotAlignDisks). */
export function isWritable(disk: Pick<DiskLayer, 'device' | 'readonly' | 'file'>): boolean {
  return (disk.device === 'disk' || disk.device === 'lun') && !disk.readonly && disk.file !== null;
}

function sourceOf(source: XmlElement | undefined): string | null {
  return source?.attribute('file') ?? source?.attribute('dev') ?? source?.attribute('name') ?? null;
}
