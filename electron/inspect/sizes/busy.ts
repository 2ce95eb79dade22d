import type { HostSession } from '../../hosts/host-session.ts';
import type { Source } from '../health/layers.ts';

/** Snapkeel itself is changing the domain: nothing is measured meanwhile, neither in libvirt's way nor in between. */
class Busy extends Error {
  override name = 'Busy';
}

/** Where sizes are read. */
export type Sized = Source & Pick<HostSession, 'isHeld'>;

/**
 * Measures something of a domain, unless Snapkeel itself changes it or begins to meanwhile.
 * @param measure `before` is asked before libvirt is, and ends it then
 * @param busy the answer in that case
 * @throws what `measure` throws
 */
export async function unlessBusy<T>(
  session: Sized,
  uuid: string,
  measure: (before: () => void) => Promise<T>,
  busy: () => T,
): Promise<T> {
  const before = () => {
    if (session.isHeld(uuid)) throw new Busy('the domain is being changed');
  };
  try {
    before();
    return await measure(before);
  } catch (error) {
    if (!(error instanceof Busy)) throw error;
    return busy();
  }
}
