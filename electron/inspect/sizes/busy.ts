import type { HostSession } from '../../hosts/host-session.ts';

/** Snapkeel itself is changing the domain: nothing is measured meanwhile, neither in libvirt's way nor in between. */
export class Busy extends Error {
  override name = 'Busy';
}

/** What is asked before libvirt is. @throws (when called) Busy */
export function unlessHeld(session: Pick<HostSession, 'isHeld'>, uuid: string): () => void {
  return () => {
    if (session.isHeld(uuid)) throw new Busy('the domain is being changed');
  };
}
