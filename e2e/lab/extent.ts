import type { Generation } from './generations.ts';

/** Set by `npm run proofs`: on which generations of libvirt everything is proven, such as `host,12.8`. */
const asked = process.env.SNAPKEEL_PROOFS?.split(',').filter(Boolean) as Generation[] | undefined;

/** Whether this is a long proof; else the short form of `npm test`. */
export const isProof = asked !== undefined;

/** The generations that tests run on: in `npm test` those that are named, the fewest that show what differs. */
export function wantedGenerations(...short: readonly Generation[]): readonly Generation[] {
  return asked ?? short;
}
