import type { Duplex } from 'node:stream';
import { HostSession, type SessionOptions } from '../../electron/hosts/host-session.ts';
import { Hub } from '../../electron/hosts/hub.ts';
import { openTransport } from '../../electron/transport/open-transport.ts';
import type { TransportContext } from '../../electron/transport/transport.ts';
import { unsaid } from '../../shared/host-list/details.ts';
import { driverUri, parseLibvirtUri } from '../../shared/libvirt-uri.ts';
import type { Host, HostStatus, Problem } from '../../shared/schema.ts';

/** How long anything is waited for; no machine is that slow. Milliseconds. */
export const PATIENCE_MS = 120_000;

export interface ReachOptions extends Pick<SessionOptions, 'keepalive'> {
  readonly home: string;
  readonly ssh?: 'openssh' | undefined;
  readonly host?: Partial<Host>;
  readonly context?: Partial<TransportContext>;
  /** Told of each stream of bytes to libvirt, before anything is said on it. */
  readonly onStream?: (stream: Duplex) => void;
}

/** A session with a host, as the app has it, and what it has told. */
export interface Reached {
  readonly session: HostSession;
  /** Of the log. */
  readonly lines: readonly string[];
  /** All that the host's connection went through, in order. */
  readonly statuses: readonly HostStatus[];
  /** Waits until the host is connected. @throws Error with the problem where it waits for the person instead */
  connected(): Promise<Extract<HostStatus, { status: 'connected' }>>;
  /** Waits for a status; those of the past count from `since` on. */
  status<S extends HostStatus['status']>(wanted: S, since?: number): Promise<Extract<HostStatus, { status: S }>>;
}

/** Connects to a host and stays connected until `session.disconnect()`. Unknown host keys are refused, secrets not told. */
export function reach(address: string, options: ReachOptions): Reached {
  const uri = parseLibvirtUri(address);
  const hub = new Hub();
  const lines: string[] = [];
  const statuses: HostStatus[] = [];
  const waiting = new Set<() => void>();
  const publish = hub.publish.bind(hub);
  hub.publish = (event) => {
    if (event.type === 'host') statuses.push(event.host.connection);
    for (const look of [...waiting]) look();
    publish(event);
  };
  const context: TransportContext = {
    env: { PATH: process.env.PATH, TMPDIR: process.env.TMPDIR },
    home: options.home,
    askHostKey: async () => false,
    askSecret: async () => null,
    sshClient: options.ssh ?? 'built-in',
    log: (line) => lines.push(line),
    ...options.context,
  };
  const session = new HostSession({
    host: { ...unsaid, id: address, name: 'kvm-a', uri: address, kind: 'ssh', ...options.host },
    driverUri: driverUri(uri),
    openTransport: ({ onStep, asking }) => {
      const transport = openTransport(uri, {
        ...context,
        askHostKey: (question, signal) => asking(() => context.askHostKey(question, signal)),
        askSecret: (question, signal) => asking(() => context.askSecret(question, signal)),
        onStep,
      });
      const dial = async (signal: AbortSignal) => {
        const stream = await transport.dial(signal);
        options.onStream?.(stream);
        return stream;
      };
      return { ...transport, dial };
    },
    hub,
    log: context.log,
    ...(options.keepalive ? { keepalive: options.keepalive } : {}),
  });

  /** What `find` gives, as soon as it gives something. */
  const until = <T>(what: string, find: () => T | undefined) =>
    new Promise<T>((resolve, reject) => {
      const end = () => {
        clearTimeout(timer);
        waiting.delete(look);
      };
      const look = () => {
        try {
          const found = find();
          if (found === undefined) return;
          end();
          resolve(found);
        } catch (error) {
          end();
          reject(error);
        }
      };
      const said = () => `no ${what}: ${JSON.stringify(statuses.slice(-6))}\n${lines.slice(-20).join('\n')}`;
      const timer = setTimeout(() => {
        end();
        reject(new Error(said()));
      }, PATIENCE_MS);
      waiting.add(look);
      look();
    });

  const status = <S extends HostStatus['status']>(wanted: S, since = 0) =>
    until(
      `status ${wanted}`,
      () => statuses.slice(since).find((each) => each.status === wanted) as Extract<HostStatus, { status: S }>,
    );
  const connected = () =>
    until('connection', () => {
      const { connection } = session.host;
      if (connection.status === 'refused') throw new Error(sentence(connection.problem));
      return connection.status === 'connected' ? connection : undefined;
    });
  session.connect();
  return { session, lines, statuses, connected, status };
}

/** All that a person reads of a problem. */
export function sentence({ code, what, next, detail }: Problem): string {
  return `${code}: ${what} ${next}\n${detail ?? ''}`;
}
