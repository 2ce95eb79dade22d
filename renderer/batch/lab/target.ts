import type { RevertAim } from '../../../shared/schema.ts';

/** What is being chosen as what each domain goes back to. */
export interface TargetDraft {
  readonly kind: Exclude<RevertAim['kind'], 'undo'>;
  /** Kept while another kind is looked at. */
  readonly name: string;
  readonly tag: string;
}

/** What a draft stands for; null while its name or tag is missing. */
export function targetOf({ kind, name, tag }: TargetDraft): RevertAim | null {
  if (kind === 'named') return name.trim() === '' ? null : { kind, name: name.trim() };
  if (kind === 'tagged') return tag.trim() === '' ? null : { kind, tag: tag.trim() };
  return { kind };
}
