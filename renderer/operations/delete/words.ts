import { formatWhole } from '../../../shared/format.ts';
import { groupedBy } from '../../../shared/grouped-by.ts';
import type { DeleteAssessment } from '../../../shared/operations/delete/assess.ts';
import { virshDelete } from '../../../shared/operations/delete/virsh.ts';
import type { DeleteMode, VirshTarget } from '../../../shared/schema.ts';

/** Names that a sentence lists at most. */
const LISTED = 8;
/** Lines for a shell that are shown at most. */
const LINES = 50;

export function listed(names: readonly string[]): string {
  const shown = names.slice(0, LISTED).map((name) => `“${name}”`);
  const more = names.length - shown.length;
  return more > 0 ? `${shown.join(', ')} and ${formatWhole(more)} more` : shown.join(', ');
}

export const modeWords: Readonly<Record<DeleteMode, { label: string; note: string }>> = {
  this: { label: 'Only this', note: 'What lies below moves up.' },
  'with-children': { label: 'With everything below', note: 'The whole branch goes.' },
  'children-only': { label: 'Only what lies below', note: 'This one stays.' },
  'metadata-only': { label: 'Metadata only', note: 'libvirt forgets it; its data stays.' },
};

/** What moves, a sentence for each new parent. */
export function moveSentences(moves: DeleteAssessment['moves']): string[] {
  return [...groupedBy(moves, ({ to }) => to)].map(([to, moved]) => {
    const names = moved.map(({ name }) => name);
    return `${listed(names)} ${names.length === 1 ? 'moves' : 'move'} ${to === null ? 'to the top of the tree' : `under “${to}”`}`;
  });
}

/** What cancelling does, where something is merged. */
export function cancelWords({ warnings }: DeleteAssessment): string | null {
  const [first, ...more] = warnings.filter(({ code }) => code === 'NOT_CANCELLABLE_WITHOUT_HARM');
  return more.length > 0
    ? 'You can cancel; the guest then loses nothing. But a snapshot whose merge is interrupted is damaged and can only be deleted again.'
    : (first?.text ?? null);
}

/** Lines for a shell; of very many those that say how the others go. */
export function virshWords(target: VirshTarget, steps: DeleteAssessment['steps']): string {
  const lines = virshDelete(target, steps);
  const rest = lines.length - LINES;
  return (rest > 0 ? [...lines.slice(0, LINES), `# … and ${rest} more like these`] : lines).join('\n');
}
