import { isXmlText, nameProblem } from '../libvirt/names.ts';
import { can } from '../libvirt/versions.ts';
import type { CreateDraft, CreateFacts } from '../schema.ts';
import { isExternal } from './modes.ts';

interface NameCase {
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

/** What a snapshot of this kind, of a domain in this state, cannot be called besides what no snapshot can. */
export const nameRules: readonly NameRule[] = [
  {
    // qemu-img reads two commas as one: the image would not be where the configuration says (9.0, 11.3, 12.8).
    code: 'NAME_COMMA',
    libvirt: null,
    when: ({ draft, facts }) => draft.name.includes(',') && isExternal(draft.mode) && !facts.active,
    text: () => 'libvirt makes an image’s name of it, and gets names with a comma wrong.',
  },
  {
    // id_wellformed of QEMU: INTERNAL_ERROR “Invalid job ID” (11.3, 12.8)
    code: 'NAME_JOB',
    libvirt: 'INTERNAL_ERROR',
    when: ({ draft, facts }) =>
      facts.driver === 'QEMU' &&
      can(facts.libvirtVersion, 'namesJobs') &&
      facts.active &&
      draft.mode === 'memory-internal' &&
      !/^[\w.-]*$/.test(draft.name),
    text: () =>
      'Of a running guest, this libvirt takes internal snapshots only by names of letters A to Z, digits, dots, dashes and underscores.',
  },
];

/** Why a snapshot cannot have this name or description; null when it can. */
export function textProblem(
  facts: CreateFacts,
  draft: CreateDraft,
): { field: 'name' | 'description'; code: string; text: string } | null {
  const common = nameProblem(draft.name, new Set(facts.snapshots.map(({ name }) => name)));
  if (common !== null) return { field: 'name', code: 'NAME', text: common };
  const rule = nameRules.find(({ when }) => when({ facts, draft }));
  if (rule) return { field: 'name', code: rule.code, text: rule.text({ facts, draft }) };
  if (isXmlText(draft.description)) return null;
  return { field: 'description', code: 'DESCRIPTION', text: 'It holds a character that libvirt cannot keep.' };
}
