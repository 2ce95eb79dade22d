import type { LibvirtUri } from '../../shared/libvirt-uri.ts';
import { HELPER, helperUri, needsHelper, shellQuote } from './helper.ts';
import { modeOf, remoteSockets } from './socket-names.ts';
import { TransportError } from './transport.ts';

/**
 * Becomes a stream to libvirt on a host: its own helper, or else netcat on the first socket that is there. Some nc go on
 * for ever after their input has ended: those that know -q are told not to. In one line, since csh has no others.
 * Arguments: the helper or '', netcat or '', the helper's URI, sockets.
 */
const SCRIPT = [
  'h=$1 n=$2 u=$3; shift 3;',
  'if [ -n "$h" ] && command -v "$h" >/dev/null 2>&1; then exec "$h" -- "$u"; fi;',
  'if [ -n "$n" ] && command -v "$n" >/dev/null 2>&1; then for s do if [ -S "$s" ]; then',
  'if "$n" -h 2>&1 | grep -q -e " -q"; then exec "$n" -q 0 -U "$s"; else exec "$n" -U "$s"; fi; fi; done;',
  'echo "no libvirt socket is there: $*" >&2; exit 1; fi;',
  'if [ -n "$h" ]; then exit 127; fi;',
  'echo "no libvirt socket is there, or no $n: $*" >&2; exit 1',
].join(' ');

/**
 * What a host is to run so that its standard streams are libvirt's; undefined where the URI leaves no such way. A named
 * socket and a chosen mode are never left to the helper unless asked for, since one before libvirt 9.1 would ignore them and
 * reach another daemon.
 */
export function remoteCommand(uri: LibvirtUri): string | undefined {
  const { helper, netcat, sockets } = remotePrograms(uri);
  if (helper === '' && (netcat === '' || sockets.length === 0)) return undefined;
  return ['sh', '-c', SCRIPT, 'sh', helper, netcat, helperUri(uri), ...sockets].map(shellQuote).join(' ');
}

/** What `remoteCommand` may run on a host ('' where it may not), and the sockets that it looks for. */
export function remotePrograms(uri: LibvirtUri): { helper: string; netcat: string; sockets: readonly string[] } {
  const { proxy = 'auto', socket, netcat } = uri.params;
  const isOther = socket !== undefined || (modeOf(uri).mode !== undefined && !needsHelper(uri));
  return {
    helper: proxy === 'native' || (proxy === 'auto' && !isOther) ? HELPER : '',
    netcat: proxy === 'native' || needsHelper(uri) ? '' : netcat || 'nc',
    sockets: socket === undefined ? remoteSockets(uri) : [socket],
  };
}

/** Neither a command nor a socket leads to the daemon that a URI names. */
export function noWay(uri: LibvirtUri): TransportError {
  const { mode = 'auto', proxy = 'auto' } = uri.params;
  return new TransportError(
    'UNSUPPORTED',
    `There is no way to ${uri.driver}://${uri.path} over SSH with mode=${mode} and proxy=${proxy}.`,
    { mode, proxy },
  );
}
