import type { HostSession } from '../../hosts/host-session.ts';
import { LibvirtError } from '../../libvirt/errors.ts';
import { screenshot } from '../../libvirt/screenshot.ts';
import { Places } from '../../places.ts';
import { shrink } from './shrink.ts';

/** What a console showed at a moment. */
export interface Capture {
  readonly png: Buffer;
  /** Milliseconds since 1970. */
  readonly takenAt: number;
}

/** No snapshot waits longer for its picture, milliseconds. QEMU takes 20 to 100 of them. */
export const CAPTURE_MS = 2_000;
/** Pictures are large: so many are taken at a time, of all hosts. */
const places = new Places(2);

/**
 * The console of a domain now. null where there is none: the domain is off (libvirt 55), has no video device (1) or no
 * such picture is to be had in time.
 * @throws nothing that a snapshot could fail for
 */
export async function captureConsole(
  session: HostSession,
  uuid: string,
  log: (line: string) => void,
  withinMs = CAPTURE_MS,
): Promise<Capture | null> {
  const signal = AbortSignal.timeout(withinMs);
  try {
    await places.enter(signal);
    try {
      const picture = await screenshot(session.reads, uuid, signal);
      return { takenAt: Date.now(), png: await shrink(picture) };
    } finally {
      places.leave();
    }
  } catch (error) {
    if (!signal.aborted && !(error instanceof LibvirtError))
      log(`${session.host.name}: no picture of ${uuid}: ${error}`);
    return null;
  }
}
