import type { LibvirtUri } from '../../shared/libvirt-uri.ts';

/** libvirtd's socket, or that of virtproxyd standing in for it. */
const LEGACY = 'libvirt-sock';

/** Drivers with a daemon of their own, where libvirt is built of modular daemons. */
const MODULAR: Readonly<Record<string, string>> = { qemu: 'virtqemud-sock' };

/**
 * Paths of the system's sockets on another machine, best first. /var/run is there wherever /run is, and on older systems
 * and BSDs too.
 */
export function remoteSockets(uri: LibvirtUri): string[] {
  return socketNames(uri).map((name) => `/var/run/libvirt/${name}`);
}

/** Which kind of daemon the person chose, if any, to tell of where it is not there. */
export function modeOf({ params: { mode } }: LibvirtUri): { mode?: string } {
  return mode === undefined || mode === 'auto' ? {} : { mode };
}

/** File names of sockets that may serve a URI, best first. `mode=direct` leaves only the first kind, `legacy` the second. */
export function socketNames(uri: LibvirtUri): string[] {
  const { mode = 'auto' } = uri.params;
  const modular = Object.hasOwn(MODULAR, uri.driver) ? MODULAR[uri.driver] : undefined;
  return [...(modular === undefined || mode === 'legacy' ? [] : [modular]), ...(mode === 'direct' ? [] : [LEGACY])];
}
