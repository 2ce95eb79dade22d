import type { HostColour } from '../../shared/schema.ts';
import tints from './tint.module.css';

/** The colour of a host as a dot: an accent beside words that say the same. */
export function Dot({ colour }: { colour: HostColour | null }) {
  return <span className={`${tints.tinted} ${tints.dot}`} data-tint={colour ?? undefined} aria-hidden="true" />;
}
