import { randomUUID } from 'node:crypto';
import { driverUri, hostLabel, type LibvirtUri, parseLibvirtUri } from '../../shared/libvirt-uri.ts';
import type { AppEvent, Host } from '../../shared/schema.ts';
import type { Transport } from '../transport/transport.ts';
import { HostSession } from './host-session.ts';
import type { Hub } from './hub.ts';
import { ProblemError } from './problems.ts';

type RememberedHost = Pick<Host, 'id' | 'name' | 'uri'>;

/** The hosts that are there again at the next start. */
export interface RememberedHosts {
  list(): readonly RememberedHost[];
  /** @throws ProblemError */
  add(host: RememberedHost): Promise<void>;
  /** @throws ProblemError */
  remove(id: string): Promise<void>;
}

export interface PoolOptions {
  readonly hub: Hub;
  readonly store: RememberedHosts;
  readonly openTransport: (uri: LibvirtUri, host: Pick<Host, 'id' | 'name'>) => Transport;
  readonly openSimulator: () => Transport;
  /** Told of each session before it connects; answers with what is to be done when its host is removed. */
  readonly onSession?: (session: HostSession) => () => void;
  readonly log: (line: string) => void;
}

/** Every host in the list, each with its session. */
export class HostPool {
  #sessions = new Map<string, HostSession>();
  #forget = new Map<string, () => void>();

  constructor(private readonly options: PoolOptions) {}

  get hosts(): Host[] {
    return [...this.#sessions.values()].map((session) => session.host);
  }

  get domains(): Extract<AppEvent, { type: 'everything' }>['domains'] {
    return [...this.#sessions.values()].flatMap((session) => session.domains);
  }

  /** @throws ProblemError NO_HOST */
  session(hostId: string): HostSession {
    const session = this.#sessions.get(hostId);
    if (!session) throw new ProblemError('NO_HOST');
    return session;
  }

  /** Brings back the hosts that were added in earlier runs; one whose URI cannot be used any more says why. */
  restore(): void {
    for (const { id, name, uri } of this.options.store.list()) {
      try {
        this.#start(id, uri, name);
      } catch (error) {
        this.#startUnusable({ id, name, uri, kind: 'local' }, error);
      }
    }
  }

  /** Adds the host that exists only in this process. */
  addSimulated(): void {
    this.#put(
      new HostSession({
        host: { id: 'simulated', name: 'Demo (simulated)', uri: 'qemu:///system', kind: 'simulated' },
        driverUri: 'qemu:///system',
        openTransport: this.options.openSimulator,
        hub: this.options.hub,
        log: this.options.log,
      }),
    );
  }

  /**
   * Adds a host and connects to it; one with the same URI is tried again instead.
   * @param remember whether it is to be there at the next start; where it cannot be remembered, it is not added.
   * @throws LibvirtUriError, ProblemError of what cannot be remembered
   */
  async add(uri: string, name: string | undefined, remember: boolean): Promise<string> {
    const trimmed = uri.trim();
    const parsed = parseLibvirtUri(trimmed);
    const find = () => this.hosts.find((host) => host.uri === trimmed && host.kind !== 'simulated');
    const id = find()?.id ?? randomUUID();
    const called = find()?.name ?? (name?.trim() || hostLabel(parsed));
    if (remember) await this.options.store.add({ id, name: called, uri: trimmed });
    const known = find(); // somebody may have added it meanwhile
    if (!known) this.#start(id, trimmed, called);
    else if (known.connection.status !== 'connected') this.session(known.id).connect();
    return known?.id ?? id;
  }

  /** Takes a host off the list; one that is still remembered stays. @throws ProblemError NO_HOST, or that it cannot be forgotten */
  async remove(hostId: string): Promise<void> {
    const session = this.session(hostId);
    await this.options.store.remove(hostId);
    await session.disconnect();
    this.#sessions.delete(hostId);
    this.#forget.get(hostId)?.();
    this.#forget.delete(hostId);
    this.options.hub.publish({ type: 'host-removed', hostId });
  }

  /** Disconnects from every host. */
  async close(): Promise<void> {
    await Promise.all([...this.#sessions.values()].map((session) => session.disconnect()));
  }

  #start(id: string, text: string, name: string): void {
    const uri = parseLibvirtUri(text);
    const host = {
      id,
      name,
      uri: text,
      kind: uri.transport === 'auto' || uri.transport === 'unix' ? 'local' : uri.transport,
    } as const;
    this.#put(
      new HostSession({
        host,
        driverUri: driverUri(uri),
        openTransport: () => this.options.openTransport(uri, host),
        hub: this.options.hub,
        log: this.options.log,
      }),
    );
  }

  #startUnusable(host: Omit<Host, 'connection'>, why: unknown): void {
    const openTransport = () => {
      throw why;
    };
    const { hub, log } = this.options;
    this.#put(new HostSession({ host, driverUri: host.uri, openTransport, hub, log }));
  }

  #put(session: HostSession): void {
    this.#sessions.set(session.host.id, session);
    const forget = this.options.onSession?.(session);
    if (forget) this.#forget.set(session.host.id, forget);
    this.options.hub.publish({ type: 'host', host: session.host });
    session.connect();
  }
}
