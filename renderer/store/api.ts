import { createORPCClient, DynamicLink, isDefinedError } from '@orpc/client';
import { RPCLink as PortLink } from '@orpc/client/message-port';
import { RPCLink as SocketLink } from '@orpc/client/websocket';
import type { ContractRouterClient } from '@orpc/contract';
import type { Contract } from '../../shared/contract.ts';
import type { Problem } from '../../shared/schema.ts';
import { visibleLink } from './visible-link.ts';

/** Every call that the window can make, as `shared/contract.ts` declares it. */
export type Client = ContractRouterClient<Contract>;

/** `locked`: the backend wants a token that this page doesn't have. */
export type LinkStatus = 'opening' | 'open' | 'lost' | 'locked';

export interface Api {
  client: Client;
  /** Calls back with the status now and at each change; returns how to stop. */
  watchLink: (listener: (status: LinkStatus) => void) => () => void;
}

declare global {
  interface Window {
    /** Set by the preload script; absent in a browser. */
    snapkeel?: { shell: 'electron' };
  }
}

const tokenKey = 'snapkeel.token';
/** The calls that carry chosen files. */
const withFiles: ReadonlySet<string> = new Set(['changes.import.plan', 'hosts.planImport']);
const retryDelaysMs = [300, 800, 2000, 4000, 8000];

/** The one connection to the backend: a message port in Electron, a WebSocket to the page's own origin elsewhere. */
export function connectApi(): Api {
  return window.snapkeel?.shell === 'electron' ? portApi() : socketApi();
}

/** What a failed call means to a person. Anything that the contract doesn't declare is reported as what it is. */
export function problemOf(error: unknown): Problem {
  const defined = definedError(error);
  if (defined?.code === 'PROBLEM') return defined.data as Problem;
  const detail = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return {
    code: 'UNEXPECTED',
    what: 'Snapkeel’s backend could not answer.',
    effect: 'It is not known how much of this was done.',
    next: 'Check the state shown, then try again.',
    detail,
  };
}

/** What changed between reading a plan and running it, if that is why the call failed. */
export function staleChangesOf(error: unknown): readonly string[] | null {
  const defined = definedError(error);
  return defined?.code === 'STALE_PLAN' ? (defined.data as { changes: string[] }).changes : null;
}

function definedError(error: unknown): { code: string; data: unknown } | null {
  return error instanceof Error && isDefinedError(error) ? (error as unknown as { code: string; data: unknown }) : null;
}

function portApi(): Api {
  const status = observable<LinkStatus>('open');
  const { port1, port2 } = new MessageChannel();
  port1.addEventListener('close', () => status.set('lost'));
  const link = new PortLink({ port: port1 });
  port1.start();
  window.postMessage('snapkeel:port', location.origin, [port2]);
  return { client: createORPCClient(visibleLink(link)), watchLink: status.watch };
}

function socketApi(): Api {
  const status = observable<LinkStatus>('opening');
  const token = takeToken();
  let link: SocketLink<Record<never, never>> | null = null;
  let failures = 0;
  let opened = false;

  const socketTo = (path: string) => {
    const url = `${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}${path}`;
    return new WebSocket(url, ['snapkeel', `token.${token}`]);
  };
  const open = () => {
    const socket = socketTo('/rpc');
    link = new SocketLink({ websocket: socket });
    socket.addEventListener('open', () => {
      opened = true;
      failures = 0;
      status.set('open');
    });
    socket.addEventListener('close', async () => {
      // A refused upgrade looks like an unreachable server. Where the page is to be had, it's the token.
      const refused = !opened || (status.get() === 'lost' && (await isServed()));
      if (refused) return status.set('locked');
      status.set('lost');
      setTimeout(open, retryDelaysMs[Math.min(failures++, retryDelaysMs.length - 1)]);
    });
  };

  if (token) open();
  else status.set('locked');
  const dynamic = new DynamicLink((_options, path) => {
    if (!link) throw new Error('There is no connection to the backend.');
    return withFiles.has(path.join('.')) ? largeLink(socketTo('/rpc/files')) : link;
  });
  const client: Client = createORPCClient(visibleLink(dynamic));
  return { client, watchLink: status.watch };
}

/** One call may be large: it has a connection of its own, so that no other need be allowed to. */
function largeLink(socket: WebSocket): Pick<SocketLink<Record<never, never>>, 'call'> {
  const link = new SocketLink({ websocket: socket });
  return { call: (...call) => link.call(...call).finally(() => socket.close()) };
}

async function isServed(): Promise<boolean> {
  return fetch('/', { method: 'HEAD', cache: 'no-store' }).then(
    ({ ok }) => ok,
    () => false,
  );
}

/** The token from `#token=…`, kept for reloads of this tab and taken out of the address bar. */
function takeToken(): string | null {
  const fresh = new URLSearchParams(location.hash.slice(1)).get('token');
  if (fresh) {
    sessionStorage.setItem(tokenKey, fresh);
    history.replaceState(null, '', location.pathname + location.search);
  }
  return fresh ?? sessionStorage.getItem(tokenKey);
}

function observable<T>(initial: T) {
  let value = initial;
  const listeners = new Set<(value: T) => void>();
  return {
    get: () => value,
    set: (next: T) => {
      value = next;
      for (const listener of listeners) listener(value);
    },
    watch: (listener: (value: T) => void) => {
      listeners.add(listener);
      listener(value);
      return () => void listeners.delete(listener);
    },
  };
}
