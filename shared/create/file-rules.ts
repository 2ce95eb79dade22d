import { isXmlText, utf8Bytes } from '../libvirt/names.ts';
import type { CreateDraft, CreateFacts } from '../schema.ts';
import { folderOf, type NewFiles } from './files.ts';

interface FileCase {
  readonly file: string;
  readonly what: 'overlay' | 'memory';
  readonly facts: CreateFacts;
  readonly draft: CreateDraft;
  readonly all: NewFiles;
}
export interface FileRule {
  readonly code: string;
  /** What libvirt answers; null where it would do it, and harm would come of it. */
  readonly libvirt: string | null;
  when(c: FileCase): boolean;
  text(c: FileCase): string;
}

/** The longest name of a file in bytes (NAME_MAX). */
const FILE_BYTES = 255;

/** What the path of a new file cannot be; the first that matches is told. Seen on libvirt 9.0, 11.3 and 12.8. */
export const fileRules: readonly FileRule[] = [
  {
    // virDomainSnapshotDefAssignExternalNames
    code: 'FILE_NEEDED',
    libvirt: 'CONFIG_UNSUPPORTED',
    when: ({ file }) => file === '',
    text: ({ what }) =>
      what === 'memory'
        ? 'libvirt has no place of its own for the memory: say which file.'
        : 'libvirt finds no name for the new file of a disk that is no file itself: say which.',
  },
  {
    code: 'FILE_RELATIVE',
    libvirt: 'XML_ERROR',
    when: ({ file }) => !file.startsWith('/'),
    text: () => 'The path must be absolute: it begins with a slash.',
  },
  {
    code: 'FILE_FOLDER',
    libvirt: 'SYSTEM_ERROR',
    when: ({ file }) => file.endsWith('/'),
    text: () => 'That is a folder; a file’s name is missing.',
  },
  {
    // Two ways to write one path would pass for two files.
    code: 'FILE_ROUNDABOUT',
    libvirt: null,
    when: ({ file }) => /\/(\/|\.{1,2}(\/|$))/.test(file),
    text: () => 'Write the path straight: without “//”, “/./” or “/../”.',
  },
  {
    // The configuration would hold blanks instead.
    code: 'FILE_CONTROL',
    libvirt: null,
    when: ({ file }) => !isXmlText(file) || /\p{Cc}/u.test(file),
    text: () => 'A path may hold no line breaks, tabs or other control characters.',
  },
  {
    // qemu-img reads two commas as one: success, and a guest that does not start.
    code: 'FILE_COMMA',
    libvirt: null,
    when: ({ file, what, facts }) => what === 'overlay' && !facts.active && file.includes(','),
    text: () => 'While the guest is off, libvirt gets paths with a comma wrong.',
  },
  {
    code: 'FILE_LONG',
    libvirt: 'SYSTEM_ERROR',
    when: ({ file }) => utf8Bytes(file.slice(folderOf(file).length)) > FILE_BYTES,
    text: () => `The file’s name is too long: ${FILE_BYTES} bytes are the most.`,
  },
  {
    // Off, libvirt puts both disks on one file; memory over an overlay it accepts always.
    code: 'FILE_TWICE',
    libvirt: null,
    when: ({ file, all }) =>
      [...all.overlays.map((overlay) => overlay.file), all.memory].filter((each) => each === file).length > 1,
    text: () => 'That file is named twice.',
  },
  {
    code: 'FILE_IN_USE',
    libvirt: null,
    when: ({ file, facts }) => facts.disks.some((disk) => disk.file === file),
    text: () => 'That is an image of this domain.',
  },
  {
    // Off, qemu-img fails (INTERNAL_ERROR); what had been made is removed again.
    code: 'FOLDER_MISSING',
    libvirt: 'SYSTEM_ERROR',
    when: ({ file, facts }) => facts.files.exists[folderOf(file)] === false,
    text: ({ file }) => `libvirt finds no folder ${folderOf(file)} on the host.`,
  },
  {
    // An overlay is refused (CONFIG_UNSUPPORTED); over a file with memory libvirt writes without a word.
    code: 'FILE_EXISTS',
    libvirt: null,
    when: ({ file, facts }) => facts.files.exists[file] === true,
    text: () => 'That exists already on the host.',
  },
  {
    code: 'FILE_UNKNOWN',
    libvirt: null,
    when: ({ file, what, facts }) => what === 'memory' && facts.files.exists[file] === null,
    text: () =>
      'Whether that exists already could not be told, and libvirt writes memory over a file without asking. Name another one.',
  },
];

/** Why a new file cannot be there; null when it can, as far as is known. */
export function fileProblem(
  facts: CreateFacts,
  draft: CreateDraft,
  all: NewFiles,
  file: string,
  what: FileCase['what'],
): { code: string; text: string } | null {
  const c = { facts, draft, all, file, what };
  const rule = fileRules.find(({ when }) => when(c));
  return rule ? { code: rule.code, text: rule.text(c) } : null;
}
