import type { Domain } from '../../../shared/schema.ts';

/** Where the details show what the screen looked like: of a snapshot, or with null of the domain now. */
export function SnapshotPicture(_: { domain: Domain; name: string | null }) {
  return null;
}
