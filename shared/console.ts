import { shellQuote } from './libvirt/virsh.ts';
import { parseLibvirtUri } from './libvirt-uri.ts';
import type { ConsoleDisplay, Host } from './schema.ts';

/** `<graphics>` of a running guest (libvirt formatdomain, "Graphical framebuffers"), without its password. */
export interface Graphics {
  readonly type: string;
  /** null where it has none, or none yet (-1). */
  readonly port: number | null;
  readonly listen: string | null;
}
type HostLike = Pick<Host, 'kind' | 'uri'>;

/** What the viewers know. The type comes from the host, and begins what a viewer is told. */
const shown: ReadonlySet<string> = new Set(['vnc', 'spice']);
/** Addresses that only the host itself reaches. */
const own: ReadonlySet<string> = new Set(['127.0.0.1', 'localhost', '::1']);
const everywhere: ReadonlySet<string> = new Set(['0.0.0.0', '::']);
/** The port on this computer that a tunnel ends at; any free one will do. */
const TUNNEL_PORT = 15_900;

/** Where to look, from this computer. A port of another host that listens to that host alone needs a tunnel. */
export function displayOf(host: HostLike, { type, port, listen }: Graphics): ConsoleDisplay {
  if (port === null || !shown.has(type)) return { type, address: null, tunnel: null };
  if (host.kind === 'local' || host.kind === 'simulated')
    return { type, address: `${type}://${bracketed(local(listen))}:${port}`, tunnel: null };
  const uri = parseLibvirtUri(host.uri);
  if (listen !== null && !own.has(listen) && !everywhere.has(listen))
    return { type, address: `${type}://${bracketed(listen)}:${port}`, tunnel: null };
  const server = `${uri.user ? `${uri.user}@` : ''}${uri.host ?? ''}`;
  const words = [
    'ssh',
    ...(uri.port && uri.transport === 'ssh' ? ['-p', `${uri.port}`] : []),
    '-N',
    '-L',
    `${TUNNEL_PORT}:127.0.0.1:${port}`,
    '--',
    server,
  ];
  return { type, address: `${type}://127.0.0.1:${TUNNEL_PORT}`, tunnel: words.map(shellQuote).join(' ') };
}

/** Programs that show a console, best first, and what each is told; null where it could not reach this one. */
export const viewers: readonly {
  readonly program: string;
  argv(host: HostLike, uuid: string, displays: readonly ConsoleDisplay[]): readonly string[] | null;
}[] = [
  {
    // virt-viewer(1): it finds the display through libvirt, and makes its own tunnel over SSH.
    program: 'virt-viewer',
    argv: ({ uri }, uuid) => ['--connect', uri, '--reconnect', '--uuid', uuid],
  },
  {
    // remote-viewer(1): it wants an address that can be reached as it is.
    program: 'remote-viewer',
    argv: (_, __, displays) => {
      const found = displays.find(({ address, tunnel }) => address !== null && tunnel === null);
      return found?.address ? [found.address] : null;
    },
  },
];

function local(listen: string | null): string {
  return listen === null || everywhere.has(listen) ? '127.0.0.1' : listen;
}

function bracketed(address: string): string {
  return address.includes(':') ? `[${address}]` : address;
}
