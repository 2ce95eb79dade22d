import type { CreateDraft, CreateFacts } from '../schema.ts';
import { hasMemory, isExternal } from './modes.ts';

export interface OverlayTarget {
  readonly target: string;
  readonly file: string;
}

/** The new files of a snapshot: one for each included disk, and one for external memory. */
export interface NewFiles {
  readonly overlays: readonly OverlayTarget[];
  readonly memory: string | null;
}

/** Whether a disk is taken along: an external snapshot may leave it out. */
export function isIncluded({ mode, disks }: CreateDraft, target: string): boolean {
  return !isExternal(mode) || (disks.find((disk) => disk.target === target)?.include ?? true);
}

export function newFiles(facts: CreateFacts, draft: CreateDraft): NewFiles {
  if (!isExternal(draft.mode)) return { overlays: [], memory: null };
  return {
    overlays: facts.disks
      .filter(({ writable, target }) => writable && isIncluded(draft, target))
      .map((disk) => ({
        target: disk.target,
        file: chosenFile(draft, disk.target) || defaultOverlay(disk, draft.name),
      })),
    memory: hasMemory(draft.mode) ? draft.memoryFile || defaultMemoryFile(facts, draft.name) : null,
  };
}

/** Every path that must not be there yet. */
export function newPaths(facts: CreateFacts, draft: CreateDraft): string[] {
  const { overlays, memory } = newFiles(facts, draft);
  return [...overlays.map(({ file }) => file), ...(memory === null ? [] : [memory])].filter((path) => path !== '');
}

/**
 * Where libvirt puts an overlay: beside the image, the name in place of its extension; empty where the disk is no file,
 * and libvirt wants to be told (virDomainSnapshotDefAssignExternalNames).
 */
export function defaultOverlay(
  { type, file }: Pick<CreateFacts['disks'][number], 'type' | 'file'>,
  name: string,
): string {
  if (type !== 'file' || file === null) return '';
  const folder = folderOf(file);
  const base = file.slice(folder.length).replace(/\.[^.]*$/, '');
  return `${folder}${base}.${name}`;
}

/** libvirt has no place of its own for memory: beside the first disk that is a file. */
export function defaultMemoryFile({ disks, name: domain }: CreateFacts, name: string): string {
  const image = disks.find((disk) => disk.writable && disk.type === 'file' && disk.file?.startsWith('/'))?.file;
  return image ? `${folderOf(image)}${domain.replaceAll('/', '-')}.${name}.mem` : '';
}

/** With its slash at the end; empty without one. */
export function folderOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/') + 1);
}

function chosenFile({ disks }: CreateDraft, target: string): string {
  return disks.find((disk) => disk.target === target)?.file.trim() ?? '';
}
