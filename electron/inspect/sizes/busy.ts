import type { HostSession } from '../../hosts/host-session.ts';
import type { Source } from '../health/layers.ts';

/** Snapkeel itself is changing the domain: nothing is measured meanwhile, neither in libvirt's way nor in between. */
export class Busy extends Error {
  override name = 'Busy';
}

/** Where sizes are read. */
export type Sized = Source & Pick<HostSession, 'isHeld'>;

/** What is asked before libvirt is. @throws (when called) Busy */
export function unlessHeld(session: Sized, uuid: string): () => void {
  return () => {
    if (session.isHeld(uuid)) throw new Busy('the domain is being changed');
  };
}
