import { isXmlText, nameProblem } from '../libvirt/names.ts';
import { version } from '../libvirt/versions.ts';
import { holds } from '../rule.ts';
import { isExternal } from './modes.ts';
import { type CreateCase, type CreateRule, internal } from './rule.ts';

/** What a snapshot of this kind, of a domain in this state, cannot be called besides what no snapshot can. */
export const nameRules: readonly CreateRule[] = [
  {
    code: 'NAME_COMMA',
    about: 'name',
    answer: null,
    source:
      'observed (9.0, 11.3, 12.8): qemu-img reads two commas as one; the image is not where the configuration says',
    when: ({ draft, facts }) => draft.name.includes(',') && isExternal(draft.mode) && !facts.active,
    text: () => 'libvirt makes an image’s name of it, and gets names with a comma wrong.',
  },
  {
    code: 'NAME_DIGITS',
    driver: 'QEMU',
    about: 'name',
    answer: null,
    source: 'observed (7.0–12.8): QEMU looks a snapshot up by its ID first, and IDs are numbers',
    when: (c) => internal(c) && /^\d+$/.test(c.draft.name),
    text: () =>
      'A number may be the ID of another snapshot in the image, which QEMU takes then. Put a letter in front of it.',
  },
  {
    code: 'NAME_QUOTED',
    driver: 'QEMU',
    until: version.namesJobs,
    about: 'name',
    answer: null,
    source: 'qemuMonitorJSONCreateSnapshot: savevm "…" of the text monitor (9.0: listed, and in no image)',
    when: ({ draft, facts }) => facts.active && draft.mode === 'memory-internal' && /["\\]/.test(draft.name),
    text: () =>
      'While the guest is on, this libvirt takes no internal snapshot whose name has a quote or a backslash, and says that it has.',
  },
  {
    code: 'NAME_JOB',
    driver: 'QEMU',
    since: version.namesJobs,
    about: 'name',
    answer: 'INTERNAL_ERROR',
    source: 'id_wellformed of QEMU: “Invalid job ID” (11.3, 12.8)',
    when: ({ draft, facts }) => facts.active && draft.mode === 'memory-internal' && !/^[\w.-]*$/.test(draft.name),
    text: () =>
      'Of a running guest, this libvirt takes internal snapshots only by names of letters A to Z, digits, dots, dashes and underscores.',
  },
];

/** Why a snapshot cannot have this name or description; null when it can. */
export function textProblem(c: CreateCase): { field: 'name' | 'description'; code: string; text: string } | null {
  const { facts, draft } = c;
  const common = nameProblem(draft.name, new Set(facts.snapshots.map(({ name }) => name)));
  if (common !== null) return { field: 'name', code: 'NAME', text: common };
  const rule = nameRules.find((each) => holds(each, c));
  if (rule) return { field: 'name', code: rule.code, text: rule.text(c) };
  if (isXmlText(draft.description)) return null;
  return { field: 'description', code: 'DESCRIPTION', text: 'It holds a character that libvirt cannot keep.' };
}
