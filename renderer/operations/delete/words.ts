import { groupedBy } from '../../../shared/grouped-by.ts';
import type { DeleteAssessment } from '../../../shared/operations/delete/assess.ts';
import { listed } from '../../../shared/operations/delete/lost.ts';
import { virshDelete } from '../../../shared/operations/delete/virsh.ts';
import type { DeleteMode, DeletePlan, VirshTarget } from '../../../shared/schema.ts';

/** Lines for a shell that are shown at most. */
const LINES = 50;

interface ModeWords {
  readonly one: string;
  readonly several: string;
  readonly note: string;
  /** What it frees, where that is certain. */
  readonly frees?: string;
}

export const modeWords: Readonly<Record<DeleteMode, ModeWords>> = {
  this: { one: 'Only this one', several: 'Only these', note: 'The rest of the tree is kept.' },
  'with-children': {
    one: 'This and everything below',
    several: 'These and everything below',
    note: 'The whole branch is deleted.',
  },
  'children-only': { one: 'Only what is below', several: 'Only what is below', note: 'The snapshot itself is kept.' },
  'metadata-only': {
    one: 'Metadata only',
    several: 'Metadata only',
    note: 'libvirt forgets the snapshot. No file is touched.',
    frees: 'frees nothing',
  },
};

/** The ways to delete some snapshots: where nothing is below, only those that differ. */
export function modesFor({ names, facts }: DeletePlan): DeleteMode[] {
  const chosen = new Set(names);
  const hasChildren = facts.snapshots.some(({ parent }) => parent !== null && chosen.has(parent));
  return hasChildren ? ['this', 'with-children', 'children-only', 'metadata-only'] : ['this', 'metadata-only'];
}

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
