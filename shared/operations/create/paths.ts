import type { CreateDisk, CreateDraft } from '../../schema.ts';

/**
 * Where libvirt puts an overlay: beside the image, the name in place of its extension; empty where the disk is no file,
 * and libvirt wants to be told (virDomainSnapshotDefAssignExternalNames).
 */
export function defaultOverlay({ type, image }: Pick<CreateDisk, 'type' | 'image'>, name: string): string {
  if (type !== 'file' || image === null) return '';
  const folder = folderOf(image.path);
  const base = image.path.slice(folder.length).replace(/\.[^.]*$/, '');
  return `${folder}${base}.${name}`;
}

/** With its slash at the end; empty without one. */
export function folderOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/') + 1);
}

/** The path that was written for the overlay of a disk; empty for libvirt's own choice. */
export function chosenFile({ disks }: Pick<CreateDraft, 'disks'>, target: string): string {
  return disks.find((disk) => disk.target === target)?.file.trim() ?? '';
}
