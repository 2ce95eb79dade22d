import { stateLabel } from '../../format.ts';
import type { Found, ImagesAfter, Problem, RevertFacts } from '../../schema.ts';
import { isExternal } from './rule.ts';

/** What was found after a revert that libvirt did not do. */
export interface AfterFailure {
  /** libvirt does not know the domain any more. */
  readonly gone: boolean;
  readonly found: Found | null;
  /** Every disk writes to the image that it wrote to before; null where that could not be looked at. */
  readonly sameImages: boolean | null;
  /** The safety snapshot that was taken before. */
  readonly safety: string | null;
}

/** A failure in the words of what was found, whatever its code is usually a sign of. */
export function failureFound(problem: Problem, facts: RevertFacts, after: AfterFailure): Problem {
  const { found, safety, gone } = after;
  if (gone)
    return {
      ...problem,
      effect:
        'The domain is gone. It was transient, and libvirt forgets such a domain and its list of snapshots when it cannot start it again. Its images still exist; their content is unknown.',
      next: 'See libvirt’s reason below. Define the domain again, and import its snapshots from an export.',
    };
  if (!found) return problem;
  const back = safety === null ? '' : ` Undo reverts to “${safety}”.`;
  return isAsBefore(facts, after)
    ? { ...problem, effect: `Nothing was reverted. The domain is ${stateLabel(found.state)}, as before.` }
    : { ...problem, effect: effect(facts, after, found), next: `${next(found)}${back}` };
}

/** The domain is as it was, as far as can be seen. */
export function isAsBefore({ domain, current }: RevertFacts, { found, sameImages }: AfterFailure): boolean {
  return found !== null && found.state === domain.state && found.current === current && sameImages !== false;
}

/** What an external revert did not do leaves the images as they were; an internal one writes to them disk by disk. */
export function imagesAfter(facts: RevertFacts, { sameImages }: Pick<AfterFailure, 'sameImages'>): ImagesAfter {
  if (sameImages === null) return 'unknown';
  if (!sameImages) return 'other';
  return isExternal(facts) ? 'same' : 'mixed';
}

const imageSentences: Readonly<Record<ImagesAfter, string>> = {
  same: 'Its disks use the same images as before.',
  other: 'Its disks write to other images than before.',
  mixed: 'Its images may be partly reverted: their content is unknown.',
  unknown: 'The content of its disks is unknown.',
};

function effect(facts: RevertFacts, after: AfterFailure, found: Found): string {
  const state = `The domain is ${stateLabel(found.state)} now; it was ${stateLabel(facts.domain.state)}.`;
  return `${state} ${imageSentences[imagesAfter(facts, after)]}`;
}

function next(found: Found): string {
  return found.state === 'shutoff'
    ? 'See libvirt’s reason below. Start the domain to check it.'
    : 'See libvirt’s reason below, and check the domain.';
}
