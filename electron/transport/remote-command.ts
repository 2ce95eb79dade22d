import type { LibvirtUri } from '../../shared/libvirt-uri.ts';
import { HELPER, helperUri, needsHelper, shellQuote } from './helper.ts';
import { remoteSockets } from './socket-names.ts';

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
  'exit 127',
].join(' ');

/**
 * What a host is to run so that its standard streams are libvirt's; undefined where the URI leaves no such way. A named
 * socket is never left to the helper unless asked for, since one before libvirt 9.1 would ignore the name and reach
 * another daemon.
 */
export function remoteCommand(uri: LibvirtUri): string | undefined {
  const { proxy = 'auto', socket, netcat } = uri.params;
  const helper = proxy === 'native' || (proxy === 'auto' && socket === undefined) ? HELPER : '';
  const nc = proxy === 'native' || needsHelper(uri) ? '' : netcat || 'nc';
  const sockets = socket === undefined ? remoteSockets(uri) : [socket];
  if (helper === '' && (nc === '' || sockets.length === 0)) return undefined;
  return ['sh', '-c', SCRIPT, 'sh', helper, nc, helperUri(uri), ...sockets].map(shellQuote).join(' ');
}
