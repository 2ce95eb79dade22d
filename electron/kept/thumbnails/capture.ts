import type { HostSession } from '../../hosts/host-session.ts';
import { LibvirtError } from '../../libvirt/errors.ts';
import { screenshot } from '../../libvirt/screenshot.ts';
import { decodePicture } from './picture.ts';
import { encodePng, scaledDown } from './thumbnail.ts';

/** What a console showed at a moment. */
export interface Capture {
  readonly png: Buffer;
  /** Milliseconds since 1970. */
  readonly takenAt: number;
}

/** No snapshot waits longer for its picture, milliseconds. QEMU takes 20 to 100 of them. */
export const CAPTURE_MS = 2_000;

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
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<null>((resolve) => {
    timer = setTimeout(() => resolve(null), withinMs);
  });
  try {
    const received = screenshot(session.reads, uuid);
    const takenAt = Date.now();
    received.catch(() => {}); // it may fail when nobody waits for it any more
    const picture = await Promise.race([received, late]);
    return picture && { png: encodePng(scaledDown(decodePicture(picture))), takenAt };
  } catch (error) {
    if (!(error instanceof LibvirtError)) log(`${session.host.name}: no picture of ${uuid}: ${error}`);
    return null;
  } finally {
    clearTimeout(timer);
  }
}
