import type { DiskImage, Image, StoredDisks } from '../../shared/chain.ts';
import type { XmlElement } from './xml.ts';

const drives: ReadonlySet<string> = new Set(['disk', 'lun']);

/** The images of a `<domain>`'s disks with their chains; removable drives and disks without an image are left out. */
export function diskImages(domain: XmlElement | undefined): DiskImage[] {
  return (domain?.at('devices')?.all('disk') ?? []).flatMap((disk): DiskImage[] => {
    const image = drives.has(disk.attribute('device') ?? 'disk') && imageOf(disk);
    const target = disk.at('target')?.attribute('dev');
    if (!image || target === undefined) return [];
    const format = disk.at('driver')?.attribute('type') ?? null;
    return [{ ...image, target, format, below: imagesBelow(disk) }];
  });
}

/** What a `<domainsnapshot>` tells of disks; `name` stands for the one in the XML. */
export function storedDisks(snapshot: XmlElement, name: string): StoredDisks {
  const disks = (element: string) => snapshot.at(element)?.all('disk') ?? [];
  return {
    name,
    images: diskImages(snapshot.at('domain')),
    disks: disks('disks').map((disk) => ({
      target: disk.attribute('name') ?? '',
      kind: kinds[disk.attribute('snapshot') ?? ''] ?? 'unknown',
      file: imageOf(disk)?.path ?? null,
    })),
    reverted: disks('revertDisks').flatMap((disk) => {
      const file = imageOf(disk)?.path;
      return disk.attribute('snapshot') === 'external' && file ? [{ target: disk.attribute('name') ?? '', file }] : [];
    }),
  };
}

const kinds: Readonly<Record<string, StoredDisks['disks'][number]['kind']>> = {
  internal: 'internal',
  external: 'external',
  no: 'none',
};

function imagesBelow(disk: XmlElement): Image[] {
  const images: Image[] = [];
  for (let at = disk.at('backingStore'); at; at = at.at('backingStore')) {
    const image = imageOf(at);
    if (!image) break;
    images.push({ ...image, format: at.at('format')?.attribute('type') ?? null });
  }
  return images;
}

/** A network disk is known by its name on the server. */
function imageOf(disk: XmlElement): Image | null {
  const source = disk.at('source');
  const path = source?.attribute('file') ?? source?.attribute('dev') ?? source?.attribute('name');
  return path ? { path, type: disk.attribute('type') ?? 'file', format: null } : null;
}
