import type { CreateDraft, CreateFacts } from '../schema.ts';
import { isExternal } from './modes.ts';
import { hasControl, utf8Bytes } from './text.ts';

interface NameCase {
  readonly name: string;
  readonly draft: CreateDraft;
  readonly facts: CreateFacts;
}
export interface NameRule {
  readonly code: string;
  /** What libvirt answers; null where it would accept the name, and harm would come of it. */
  readonly libvirt: string | null;
  when(c: NameCase): boolean;
  text(c: NameCase): string;
}

/** The longest name in bytes: libvirt makes files of it, `name.xml` and `disk.name`, and those have 255. */
export const NAME_BYTES = 200;
/** Since then a running guest’s internal snapshot is a QEMU job that is named after it (NEWS 10.9). */
const JOB_NAMED = 10_009_000;

/** What a snapshot cannot be called; the first that matches is told. */
export const nameRules: readonly NameRule[] = [
  {
    // Empty, libvirt would call it by the seconds since 1970.
    code: 'NAME_EMPTY',
    libvirt: null,
    when: ({ name }) => name.trim() === '',
    text: () => 'A name is needed.',
  },
  {
    code: 'NAME_TAKEN',
    libvirt: 'OPERATION_FAILED',
    when: ({ name, facts }) => facts.snapshots.some((snapshot) => snapshot.name === name),
    text: () => 'There is a snapshot of that name.',
  },
  {
    // virDomainSnapshotDefParse
    code: 'NAME_DOT',
    libvirt: 'XML_DETAIL',
    when: ({ name }) => name.startsWith('.'),
    text: () => 'libvirt takes no name that begins with a dot.',
  },
  {
    code: 'NAME_SLASH',
    libvirt: 'XML_DETAIL',
    when: ({ name }) => name.includes('/'),
    text: () => 'libvirt takes no name with a slash.',
  },
  {
    // A line break would end up in paths that the configuration cannot hold.
    code: 'NAME_CONTROL',
    libvirt: null,
    when: ({ name }) => hasControl(name),
    text: () => 'A name may hold no line breaks, tabs or other control characters.',
  },
  {
    // Beyond 250 bytes libvirt takes the snapshot and then cannot write down that it is there.
    code: 'NAME_LONG',
    libvirt: null,
    when: ({ name }) => utf8Bytes(name) > NAME_BYTES,
    text: () => `That is too long: libvirt makes file names of it, so ${NAME_BYTES} bytes are the most.`,
  },
  {
    // qemu-img reads two commas as one: the image would not be where the configuration says (9.0, 11.3, 12.8).
    code: 'NAME_COMMA',
    libvirt: null,
    when: ({ name, draft, facts }) => name.includes(',') && isExternal(draft.mode) && !facts.active,
    text: () => 'libvirt makes an image’s name of it, and gets names with a comma wrong.',
  },
  {
    // id_wellformed of QEMU: INTERNAL_ERROR “Invalid job ID” (11.3, 12.8)
    code: 'NAME_JOB',
    libvirt: 'INTERNAL_ERROR',
    when: ({ name, draft, facts }) =>
      facts.driver === 'QEMU' &&
      facts.libvirtVersion >= JOB_NAMED &&
      facts.active &&
      draft.mode === 'memory-internal' &&
      !/^[\w.-]*$/.test(name),
    text: () =>
      'Of a running guest, this libvirt takes internal snapshots only by names of letters A to Z, digits, dots, dashes and underscores.',
  },
];

/** Why a snapshot cannot have this name; null when it can. */
export function nameProblem(facts: CreateFacts, draft: CreateDraft): { code: string; text: string } | null {
  const c = { name: draft.name, facts, draft };
  const rule = nameRules.find(({ when }) => when(c));
  return rule ? { code: rule.code, text: rule.text(c) } : null;
}
