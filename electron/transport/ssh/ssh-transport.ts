import type { Duplex } from 'node:stream';
import { type LibvirtUri, placeLabel } from '../../../shared/libvirt-uri.ts';
import { cancelled, throwIfAborted } from '../abort.ts';
import { HELPER, needsHelper } from '../helper.ts';
import { keepOne } from '../keep-one.ts';
import { noWay, remoteCommand } from '../remote-command.ts';
import { modeOf, remoteSockets } from '../socket-names.ts';
import { type Transport, type TransportContext, TransportError } from '../transport.ts';
import { readSettings } from './config/read-settings.ts';
import { logInTo } from './jump.ts';
import { ChannelRefused, SshLink } from './link.ts';
import { resolveTarget } from './target.ts';

/** One way to reach the daemon once logged in. */
type Way = { readonly kind: 'socket'; readonly path: string } | { readonly kind: 'command'; readonly command: string };

/**
 * A daemon on another machine: one SSH connection, made by the first dial and again by the first dial after it dropped,
 * and on it a channel for each stream. sshd forwards to the daemon's socket itself; where it won't, or for a session,
 * virt-ssh-helper runs over there, or netcat. A helper that fails does so after the dial, as an error of the stream.
 */
export function sshTransport(uri: LibvirtUri, context: TransportContext): Transport {
  const { host = 'localhost' } = uri;
  const ways = waysTo(uri);
  const closing = new AbortController();
  let open: SshLink | undefined;
  let works: Way | undefined;

  const link = keepOne<SshLink>({
    open: async (signal) => {
      const query = { host, port: uri.port, user: uri.user };
      context.onStep?.('configure', host);
      const target = resolveTarget(query, uri.params, await readSettings(query, context, signal), context);
      for (const unknown of target.unknown) context.log(`SSH to ${placeLabel(uri)}: ${unknown}.`);
      const session = await logInTo(target, context, signal);
      context.log(`SSH to ${placeLabel(uri)}: connected.`);
      open = new SshLink(session, host, target.connectTimeoutMs);
      return open;
    },
    isAlive: (value) => value.alive,
    discard: (value) => value.close(),
  });

  const dialOne = async (way: Way, over: SshLink, tried: string[], signal: AbortSignal): Promise<Duplex> => {
    if (way.kind === 'socket') {
      const stream = await over.openSocket(way.path, signal);
      works = way;
      return stream;
    }
    const run = {
      command: way.command,
      tried: [...tried],
      ...modeOf(uri),
      onWorks: () => {
        works = way;
      },
      onFails: () => {
        works = undefined;
      },
    };
    return over.runHelper(run, signal);
  };

  return {
    dial: async (caller) => {
      const signal = AbortSignal.any([caller, closing.signal]);
      throwIfAborted(signal);
      if (ways.length === 0) throw noWay(uri);
      const over = await link(signal);
      context.onStep?.('socket', host);
      const tried: string[] = [];
      let noSockets = false;
      for (const way of inOrder(ways, works)) {
        if (noSockets && way.kind === 'socket') continue;
        try {
          return await dialOne(way, over, tried, signal);
        } catch (error) {
          if (!(error instanceof ChannelRefused) || way.kind !== 'socket') throw error;
          tried.push(way.path);
          noSockets = error.forAllSockets;
        }
      }
      throw new TransportError(
        'REMOTE_SOCKET_MISSING',
        `${placeLabel(uri)} opened none of ${tried.join(', ')}; sshd doesn't say whether they are missing, denied or not forwarded.`,
        { host, tried: tried.join(', '), ...modeOf(uri) },
      );
    },
    describe: () => {
      const through = works === undefined ? '' : `, ${works.kind === 'socket' ? works.path : HELPER}`;
      return `SSH to ${placeLabel(uri)}${through}`;
    },
    close: () => {
      closing.abort(cancelled());
      open?.close();
    },
  };
}

/** Sockets that sshd is to forward, best first, and a command that does without; `socket=` names the only socket. */
export function waysTo(uri: LibvirtUri): Way[] {
  const { socket, proxy } = uri.params;
  const paths = socket !== undefined ? [socket] : needsHelper(uri) ? [] : remoteSockets(uri);
  const command = remoteCommand(uri);
  return [
    ...(proxy === 'native' ? [] : paths.map((path): Way => ({ kind: 'socket', path }))),
    ...(command === undefined ? [] : [{ kind: 'command', command } as const]),
  ];
}

function inOrder(ways: readonly Way[], first: Way | undefined): readonly Way[] {
  return first === undefined ? ways : [first, ...ways.filter((way) => way !== first)];
}
