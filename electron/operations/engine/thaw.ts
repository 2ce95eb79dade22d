import type { HostSession } from '../../hosts/host-session.ts';
import { LibvirtError } from '../../libvirt/errors.ts';
import { thawFileSystems } from '../../libvirt/guest-agent.ts';
import { lookAfterwards } from './look.ts';

/** A guest after it was asked to thaw: a sentence, and whether it may still be frozen. */
export interface Thawed {
  readonly sentence: string;
  readonly certain: boolean;
}

/** It could not be asked to thaw, or did not. */
export function notThawed(reason = 'libvirt could not be asked'): Thawed {
  return {
    sentence: `The guest’s file systems may still be frozen (${reason}). If the guest hangs, start its agent or reset it.`,
    certain: false,
  };
}

/**
 * Has the guest’s file systems thawed, whatever came of the snapshot: libvirt thaws them itself where it can, and asking
 * once more does no harm. Waits for a connection that was lost.
 */
export async function thaw(session: HostSession, uuid: string): Promise<Thawed> {
  const result = await lookAfterwards(session, async (reads) => {
    try {
      return await thawFileSystems(reads, uuid);
    } catch (error) {
      if (error instanceof LibvirtError) return error.message;
      throw error;
    }
  });
  if (typeof result === 'number') {
    const sentence = result > 0 ? 'The guest’s file systems were thawed.' : 'The guest’s file systems are not frozen.';
    return { sentence, certain: true };
  }
  return notThawed(result === null ? undefined : `libvirt reports: ${result}`);
}
