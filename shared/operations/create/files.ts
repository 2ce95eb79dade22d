import type { CreateDraft, CreateFacts, FileFacts } from '../../schema.ts';
import { hasMemory, isExternal } from './modes.ts';
import { folderOf } from './paths.ts';
import { canKeep, diskRequests } from './request.ts';

export interface OverlayTarget {
  readonly target: string;
  readonly file: string;
}

/** The new files of a snapshot: one for each included disk, and one for external memory. */
export interface NewFiles {
  readonly overlays: readonly OverlayTarget[];
  readonly memory: string | null;
}

export function newFiles(facts: CreateFacts, draft: CreateDraft): NewFiles {
  if (!isExternal(draft.mode)) return { overlays: [], memory: null };
  return {
    overlays: diskRequests(facts, draft).flatMap(({ target, file }) => (file === null ? [] : [{ target, file }])),
    memory: hasMemory(draft.mode) ? draft.memoryFile || defaultMemoryFile(facts, draft.name) : null,
  };
}

/** Every path that must not be there yet. */
export function newPaths(facts: CreateFacts, draft: CreateDraft): string[] {
  const { overlays, memory } = newFiles(facts, draft);
  return [...overlays.map(({ file }) => file), ...(memory === null ? [] : [memory])].filter((path) => path !== '');
}

/** Those that can be looked for, and of which nothing is known yet. */
export function unknownPaths(facts: CreateFacts, draft: CreateDraft): string[] {
  return newPaths(facts, draft).filter((path) => path.startsWith('/') && facts.files.exists[path] === undefined);
}

/** All that is known of files; what was found later counts. */
export function joinFiles(...all: readonly FileFacts[]): FileFacts {
  return {
    exists: Object.assign({}, ...all.map(({ exists }) => exists)),
    free: Object.assign({}, ...all.map(({ free }) => free)),
  };
}

/** libvirt has no place of its own for memory: beside the first disk that is a file. */
export function defaultMemoryFile({ disks, name: domain }: Pick<CreateFacts, 'disks' | 'name'>, name: string): string {
  const [image] = imageFiles({ disks });
  return image ? `${folderOf(image)}${domain.replaceAll('/', '-')}.${name}.mem` : '';
}

/** The images of disks that are files and can be kept. */
export function imageFiles({ disks }: Pick<CreateFacts, 'disks'>): string[] {
  return disks.flatMap((disk) =>
    canKeep(disk) && disk.type === 'file' && disk.image?.path.startsWith('/') ? [disk.image.path] : [],
  );
}
