import type { ErrorName } from '../../libvirt/flags.ts';
import { isXmlText, overlayHazard, type TagHazard, utf8Bytes } from '../../libvirt/names.ts';
import { holds, type Rule } from '../../rule.ts';
import type { Statement } from '../../schema.ts';
import type { NewFiles } from './files.ts';
import { folderOf } from './paths.ts';
import type { CreateCase } from './rule.ts';

export interface FileCase extends CreateCase {
  readonly file: string;
  readonly what: 'overlay' | 'memory';
  readonly all: NewFiles;
}
export interface FileRule extends Rule<FileCase> {
  /** What libvirt answers; null where it would do it, and harm would come of it. */
  readonly answer: ErrorName | null;
}

/** The longest name of a file in bytes (NAME_MAX). */
const FILE_BYTES = 255;

/** What the path of a new file cannot be; the first that matches is told. Seen on libvirt 9.0, 11.3 and 12.8. */
export const fileRules: readonly FileRule[] = [
  {
    code: 'FILE_NEEDED',
    answer: 'CONFIG_UNSUPPORTED',
    source: 'virDomainSnapshotDefAssignExternalNames',
    when: ({ file }) => file === '',
    text: ({ what }) =>
      what === 'memory'
        ? 'libvirt has no default path for the memory. Enter a file.'
        : 'libvirt cannot name the new file, because this disk is not a file. Enter one.',
  },
  {
    code: 'FILE_RELATIVE',
    answer: 'XML_ERROR',
    source: 'virDomainSnapshotDefParse, virDomainSnapshotDiskDefParseXML',
    when: ({ file }) => !file.startsWith('/'),
    text: () => 'The path must be absolute and start with a slash.',
  },
  {
    code: 'FILE_FOLDER',
    answer: 'SYSTEM_ERROR',
    source: 'virStorageSourceCreate',
    when: ({ file }) => file.endsWith('/'),
    text: () => 'This is a folder. Add a file name.',
  },
  {
    code: 'FILE_ROUNDABOUT',
    answer: null,
    source: 'two ways to write one path would pass for two files',
    when: ({ file }) => /\/(\/|\.{1,2}(\/|$))/.test(file),
    text: () => 'Write the path without “//”, “/./” or “/../”.',
  },
  {
    code: 'FILE_CONTROL',
    answer: null,
    source: 'XML 1.0, 3.3.3: the configuration would hold blanks instead',
    when: ({ file }) => !isXmlText(file) || /\p{Cc}/u.test(file),
    text: () => 'A path cannot contain line breaks, tabs or other control characters.',
  },
  {
    code: 'FILE_COMMA_FOLDER',
    driver: 'QEMU',
    answer: 'INTERNAL_ERROR',
    source: 'overlayHazard',
    when: (c) => comma(c)?.effect === 'refused',
    text: (c) => comma(c)?.text ?? '',
  },
  {
    code: 'FILE_COMMA',
    driver: 'QEMU',
    answer: null,
    source: 'overlayHazard',
    when: (c) => comma(c) !== null && comma(c)?.effect !== 'refused',
    text: (c) => comma(c)?.text ?? '',
  },
  {
    code: 'FILE_LONG',
    answer: 'SYSTEM_ERROR',
    source: 'NAME_MAX',
    when: ({ file }) => utf8Bytes(file.slice(folderOf(file).length)) > FILE_BYTES,
    text: () => `The file name is too long: at most ${FILE_BYTES} bytes.`,
  },
  {
    code: 'FILE_TWICE',
    answer: null,
    source: 'observed: off, libvirt puts both disks on one file; memory over an overlay it accepts always',
    when: ({ file, all }) =>
      [...all.overlays.map((overlay) => overlay.file), all.memory].filter((each) => each === file).length > 1,
    text: () => 'This file is used twice.',
  },
  {
    code: 'FILE_IN_USE',
    answer: null,
    source: 'observed',
    when: ({ file, facts }) =>
      facts.disks.some(({ image, below }) => [image, ...below].some((each) => each?.path === file)),
    text: () => 'This is an image of this domain.',
  },
  {
    code: 'FOLDER_MISSING',
    answer: 'SYSTEM_ERROR',
    source: 'virStorageSourceCreate; off, qemu-img fails (INTERNAL_ERROR), and what had been made is removed again',
    when: ({ file, facts }) => facts.files.exists[folderOf(file)] === false,
    text: ({ file }) => `The folder ${folderOf(file)} does not exist on the host.`,
  },
  {
    code: 'FILE_EXISTS',
    answer: null,
    source: 'an overlay is refused (CONFIG_UNSUPPORTED); over a file with memory libvirt writes without a word',
    when: ({ file, facts }) => facts.files.exists[file] === true,
    text: () => 'This file already exists on the host.',
  },
  {
    code: 'FILE_UNKNOWN',
    answer: null,
    source: 'qemuSaveImageCreate: writes over what is there',
    when: ({ file, what, facts }) => what === 'memory' && facts.files.exists[file] === null,
    text: () =>
      'It is not known whether this file exists, and libvirt would overwrite it without asking. Enter another one.',
  },
];

function comma({ file, what, facts }: FileCase): TagHazard | null {
  if (what === 'memory') return null;
  return overlayHazard(file, { operation: 'take', active: facts.active, memory: null });
}

/** Why a new file cannot be there; null when it can, as far as is known. */
export function fileProblem(c: FileCase): Statement | null {
  const rule = fileRules.find((each) => holds(each, c));
  return rule ? { code: rule.code, text: rule.text(c) } : null;
}
