import type { DeleteAssessment } from '../../../shared/delete/assess.ts';
import type { DeleteMode } from '../../../shared/schema.ts';

/** Names that a sentence lists at most. */
const LISTED = 8;

export function listed(names: readonly string[]): string {
  const shown = names.slice(0, LISTED).map((name) => `“${name}”`);
  const more = names.length - shown.length;
  return more > 0 ? `${shown.join(', ')} and ${more.toLocaleString('en-GB')} more` : shown.join(', ');
}

export const modeWords: Readonly<Record<DeleteMode, { label: string; note: string }>> = {
  this: { label: 'Only this', note: 'What lies below moves up.' },
  'with-children': { label: 'With everything below', note: 'The whole branch goes.' },
  'children-only': { label: 'Only what lies below', note: 'This one stays.' },
  'metadata-only': { label: 'Metadata only', note: 'libvirt forgets it; its data stays.' },
};

/** What moves, a sentence for each new parent. */
export function moveSentences(moves: DeleteAssessment['moves']): string[] {
  const byParent = new Map<string | null, string[]>();
  for (const { name, to } of moves) byParent.set(to, [...(byParent.get(to) ?? []), name]);
  return [...byParent].map(
    ([to, names]) =>
      `${listed(names)} ${names.length === 1 ? 'moves' : 'move'} ${to === null ? 'to the top of the tree' : `under “${to}”`}`,
  );
}
