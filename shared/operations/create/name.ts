import { isXmlText, nameProblem, type TagRule, tagRules } from '../../libvirt/names.ts';
import { holds } from '../../rule.ts';
import { hasMemory, isExternal } from './modes.ts';
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
    text: () => 'libvirt uses the name for an image file, and handles commas there wrongly.',
  },
  ...tagRules.filter(({ operation }) => operation === 'take').map(forInternal),
];

/** What the name means to others is known in one place; it matters to snapshots inside the images, whose tag it is. */
function forInternal({ code, driver, since, until, source, error, when, text }: TagRule): CreateRule {
  const tagCase = ({ facts, draft }: CreateCase) => ({
    facts,
    name: draft.name,
    active: facts.active,
    memory: hasMemory(draft.mode),
  });
  return {
    code,
    ...(driver ? { driver } : {}),
    since,
    until,
    about: 'name',
    answer: error ?? null,
    source,
    when: (c) => internal(c) && when(tagCase(c)),
    text: (c) => text(tagCase(c)),
  };
}

/** Why a snapshot cannot have this name or description; null when it can. */
export function textProblem(c: CreateCase): { field: 'name' | 'description'; code: string; text: string } | null {
  const { facts, draft } = c;
  const common = nameProblem(draft.name, new Set(facts.snapshots.map(({ name }) => name)));
  if (common !== null) return { field: 'name', code: 'NAME', text: common };
  const rule = nameRules.find((each) => holds(each, c));
  if (rule) return { field: 'name', code: rule.code, text: rule.text(c) };
  if (isXmlText(draft.description)) return null;
  return { field: 'description', code: 'DESCRIPTION', text: 'It contains a character that libvirt cannot store.' };
}
