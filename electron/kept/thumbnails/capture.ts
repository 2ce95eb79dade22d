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

/** A console that was looked at: what it showed is made small beside whatever comes next. */
export interface Shot {
  /** null where there is no picture. Never rejected. */
  readonly capture: Promise<Capture | null>;
}
export const noShot: Shot = { capture: Promise.resolve(null) };

/** No snapshot waits longer for its picture, milliseconds. QEMU takes 20 to 100 of them. */
export const CAPTURE_MS = 2_000;
/** Pictures are large: so many are taken at a time, of all hosts. */
const places = new Places(2);

/**
 * Looks at the console of a domain; there is nothing to see where the domain is off (libvirt 55), has no video device (1)
 * or no such picture is to be had in time.
 * @throws nothing that a snapshot could fail for
 */
export async function shootConsole(
  session: HostSession,
  uuid: string,
  log: (line: string) => void,
  withinMs = CAPTURE_MS,
): Promise<Shot> {
  const signal = AbortSignal.timeout(withinMs);
  const none = (error: unknown): null => {
    if (error !== signal.reason && !(error instanceof LibvirtError))
      log(`${session.host.name}: no picture of ${uuid}: ${error}`);
    return null;
  };
  try {
    await places.enter(signal);
  } catch (error) {
    return { capture: Promise.resolve(none(error)) };
  }
  try {
    const picture = await screenshot(session.reads, uuid, signal);
    const takenAt = Date.now();
    const small = shrink(picture).then((png): Capture => ({ png, takenAt }), none);
    return { capture: small.finally(() => places.leave()) };
  } catch (error) {
    places.leave();
    return { capture: Promise.resolve(none(error)) };
  }
}

/** The console of a domain now, as `shootConsole`. */
export async function captureConsole(...of: Parameters<typeof shootConsole>): Promise<Capture | null> {
  return (await shootConsole(...of)).capture;
}
