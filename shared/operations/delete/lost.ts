import { formatWhole } from '../../format.ts';
import type { DeleteMode } from '../../schema.ts';
import type { DeleteAssessment } from './assess.ts';

/** Names that a sentence lists at most. */
const LISTED = 8;

/** `“a”, “b” and 3 more`. */
export function listed(names: readonly string[]): string {
  const shown = names.slice(0, LISTED).map((name) => `“${name}”`);
  const more = names.length - shown.length;
  return more > 0 ? `${shown.join(', ')} and ${formatWhole(more)} more` : shown.join(', ');
}

/** What a deletion takes, as a sentence without its stop. */
export function lostSentence({ goes }: Pick<DeleteAssessment, 'goes'>, mode: DeleteMode): string {
  return `${listed(goes)} can no longer be reverted to${mode === 'metadata-only' ? ' with libvirt' : ''}`;
}
