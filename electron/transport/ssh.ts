import type { Duplex } from 'node:stream';
import type { LibvirtUri } from '../../shared/libvirt-uri.ts';
import { cancelled, throwIfAborted } from './abort.ts';
import { HELPER, helperUri, needsHelper, shellQuote } from './helper.ts';
import { keepOne } from './keep-one.ts';
import { modeOf, remoteSockets } from './socket-names.ts';
import { ChannelRefused, SshLink } from './ssh-link.ts';
import { DEFAULT_TIMEOUT_MS, logIn } from './ssh-login.ts';
import { resolveTarget } from './ssh-target.ts';
import { type Transport, type TransportContext, TransportError } from './transport.ts';

/** One way to reach the daemon once logged in. */
type Way = { readonly kind: 'socket'; readonly path: string } | { readonly kind: 'helper'; readonly uri: string };

/**
 * A daemon on another machine: one SSH connection, made by the first dial and again by the first dial after it dropped,
 * and on it a channel for each stream. sshd forwards to the daemon's socket itself; where it won't, or for a session,
 * virt-ssh-helper runs over there. A helper that fails does so after the dial, as an error of the stream.
 */
export function sshTransport(uri: LibvirtUri, context: TransportContext): Transport {
  const target = resolveTarget(uri, context);
  const ways = waysTo(uri);
  const closing = new AbortController();
  let open: SshLink | undefined;
  let works: Way | undefined;

  if ('no_verify' in uri.params || 'known_hosts_verify' in uri.params) {
    context.log(`${target.host}: no_verify and known_hosts_verify are ignored; host keys are always verified.`);
  }

  const link = keepOne<SshLink>({
    open: async (signal) => {
      const session = await logIn(target, context, signal);
      context.log(`SSH to ${label(uri)}: connected.`);
      open = new SshLink(session, target.host, context.connectTimeoutMs ?? DEFAULT_TIMEOUT_MS);
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
      command: `${HELPER} -- ${shellQuote(way.uri)}`,
      tried: [...tried],
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
      if (ways.length === 0) throw unsupported(uri);
      const over = await link(signal);
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
        `${label(uri)} opened none of ${tried.join(', ')}; sshd doesn't say whether they are missing, denied or not forwarded.`,
        { host: target.host, tried: tried.join(', '), ...modeOf(uri) },
      );
    },
    describe: () => {
      const through = works === undefined ? '' : `, ${works.kind === 'socket' ? works.path : HELPER}`;
      return `SSH to ${label(uri)}${through}`;
    },
    close: () => {
      closing.abort(cancelled());
      open?.close();
    },
  };
}

/**
 * `socket=` names the only socket; `mode=` chooses daemons, `proxy=native` the helper alone and `proxy=netcat` sockets
 * alone. A named socket and a chosen mode are never left to the helper unless asked for, since one before libvirt 9.1 would
 * ignore them and reach another daemon.
 */
export function waysTo(uri: LibvirtUri): Way[] {
  const { socket, proxy } = uri.params;
  const helper: Way = { kind: 'helper', uri: helperUri(uri) };
  if (proxy === 'native') return [helper];
  if (socket !== undefined) return [{ kind: 'socket', path: socket }];
  const sockets = needsHelper(uri) ? [] : remoteSockets(uri).map((path): Way => ({ kind: 'socket', path }));
  const isLeftToHelper = needsHelper(uri) || modeOf(uri).mode === undefined;
  return proxy === 'netcat' || !isLeftToHelper ? sockets : [...sockets, helper];
}

function inOrder(ways: readonly Way[], first: Way | undefined): readonly Way[] {
  return first === undefined ? ways : [first, ...ways.filter((way) => way !== first)];
}

function label({ user, host = '', port = 22 }: LibvirtUri): string {
  const name = host.includes(':') ? `[${host}]` : host;
  return `${user === undefined ? '' : `${user}@`}${name}${port === 22 ? '' : `:${port}`}`;
}

function unsupported(uri: LibvirtUri): TransportError {
  const { mode = 'auto', proxy = 'auto' } = uri.params;
  return new TransportError(
    'UNSUPPORTED',
    `There is no way to ${uri.driver}://${uri.path} over SSH with mode=${mode} and proxy=${proxy}.`,
    { mode, proxy },
  );
}
