import type { ErrorName } from '../../libvirt/flags.ts';
import type { Rule } from '../../rule.ts';
import type { CreateDraft, CreateFacts } from '../../schema.ts';
import { isExternal } from './modes.ts';
import { keptDisks } from './request.ts';

/** Where in the form something is wrong; a disk by its target. */
export type CreateField =
  | 'mode'
  | 'live'
  | 'quiesce'
  | 'halt'
  | 'disks'
  | 'name'
  | 'description'
  | 'memory'
  | `disk:${string}`;

/** A snapshot that is to be taken. */
export interface CreateCase {
  readonly facts: CreateFacts;
  readonly draft: CreateDraft;
}

/** Why a snapshot cannot be taken as chosen. */
export interface CreateRule extends Rule<CreateCase> {
  /** The choice that it speaks about. */
  readonly about: CreateField;
  /** What libvirt answers; null where it would do it, and harm would come of it. */
  readonly answer: ErrorName | null;
}

/** What should be known before, though libvirt does it. */
export interface CreateWarning extends Rule<CreateCase> {
  /** Whether it is about going back: libvirt could not, or not wholly. */
  readonly wayBack: boolean;
}

export const isOff = ({ facts }: CreateCase): boolean => !facts.active;
export const external = ({ draft }: CreateCase): boolean => isExternal(draft.mode);
export const internal = ({ draft }: CreateCase): boolean => !isExternal(draft.mode);

/** The targets of those disks that the snapshot keeps and a condition picks. */
export function kept(
  { facts, draft }: CreateCase,
  when: (disk: CreateFacts['disks'][number]) => boolean = () => true,
): string[] {
  return keptDisks(facts, draft)
    .filter(when)
    .map(({ target }) => target);
}
