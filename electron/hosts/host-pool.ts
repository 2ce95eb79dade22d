import { randomUUID } from 'node:crypto';
import { detailsOf, unsaid } from '../../shared/host-list/details.ts';
import { movedHosts } from '../../shared/host-list/order.ts';
import { driverUri, hostLabel, type LibvirtUri, parseLibvirtUri } from '../../shared/libvirt-uri.ts';
import type { AppEvent, Host, HostDetails, Movable } from '../../shared/schema.ts';
import { Places } from '../places.ts';
import type { Transport } from '../transport/transport.ts';
import { hostKey } from './host-key.ts';
import { HostSession, type Watch } from './host-session.ts';
import type { Hub } from './hub.ts';
import { ProblemError } from './problems.ts';

/** What is kept of a host from one run to the next. */
type KeptHost = HostDetails & { readonly key: string; readonly id: string | null };

/** The hosts that are there again at the next start, and what is said of them and of others. */
export interface KeptHosts {
  /** In the order of the list. */
  list(): readonly KeptHost[];
  /** @throws ProblemError */
  keep(hosts: readonly KeptHost[]): Promise<void>;
  /** @throws ProblemError */
  arrange(hosts: readonly KeptHost[]): Promise<void>;
  /** @throws ProblemError */
  remove(key: string): Promise<void>;
}

export interface PoolOptions {
  readonly hub: Hub;
  readonly store: KeptHosts;
  readonly openTransport: (uri: LibvirtUri, host: Pick<Host, 'id' | 'name' | 'ssh'>, watch: Watch) => Transport;
  readonly openSimulator: () => Transport;
  /** Told of each session before it connects; answers with what is to be done when its host is removed. */
  readonly onSession?: (session: HostSession) => () => void;
  readonly log: (line: string) => void;
}

type Listed = Omit<Host, 'connection'>;

/** Hosts that are connected to at the same time; the others wait for their turn. */
const CONNECTING_AT_ONCE = 16;

/** The host that exists only in this process; its id is its key, too. */
const demo = { id: 'simulated', name: 'Demo (simulated)', uri: 'qemu:///system', kind: 'simulated' } as const;

/** Every host in the list, each with its session. */
export class HostPool {
  #sessions = new Map<string, HostSession>();
  /** What each session says of its host: changed in place, so that whatever is said next says it. */
  #listed = new Map<string, Listed>();
  #forget = new Map<string, () => void>();
  readonly #places = new Places(CONNECTING_AT_ONCE);

  constructor(private readonly options: PoolOptions) {}

  /** In the order of the list. */
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
    for (const { key, id, name } of this.options.store.list()) {
      if (id === null) continue;
      try {
        if (key === demo.id) this.addSimulated();
        else this.#start(id, key, name);
      } catch (error) {
        this.#put({ id, name, uri: key, kind: 'local' }, key, () => {
          throw error;
        });
      }
    }
    this.#sort();
  }

  /** Adds the host that exists only in this process, to be there at the next start. @throws ProblemError that it cannot be kept */
  async addDemo(): Promise<string> {
    const said = this.#keptOf(demo.id) ?? { ...unsaid, name: demo.name };
    await this.options.store.keep([{ ...detailsOf(said), key: demo.id, id: demo.id }]);
    if (!this.#sessions.has(demo.id)) this.addSimulated();
    else if (this.session(demo.id).host.connection.status !== 'connected') this.session(demo.id).connect();
    return demo.id;
  }

  /** Adds the host that exists only in this process. */
  addSimulated(): void {
    this.#put(demo, demo.uri, this.options.openSimulator);
    this.#sort();
  }

  /**
   * Adds a host and connects to it; one with the same URI is tried again instead.
   * @param ssh the client that reaches it, if it is new
   * @param remember whether it is to be there at the next start; where it cannot be remembered, it is not added.
   * @throws LibvirtUriError, ProblemError of what cannot be remembered
   */
  async add(
    uri: string,
    name: string | undefined,
    remember: boolean,
    ssh = unsaid.ssh as Host['ssh'],
  ): Promise<string> {
    const trimmed = uri.trim();
    const parsed = parseLibvirtUri(trimmed);
    const find = () => this.#find(trimmed);
    const kept = this.#keptOf(trimmed);
    const id = find()?.id ?? kept?.id ?? randomUUID();
    const said = find() ?? kept ?? { ...unsaid, ssh, name: name?.trim() || hostLabel(parsed) };
    if (remember) await this.options.store.keep([{ ...detailsOf(said), key: trimmed, id }]);
    const known = find(); // somebody may have added it meanwhile
    if (!known) this.#start(id, trimmed, said.name);
    else if (known.connection.status !== 'connected') this.session(known.id).connect();
    this.#sort();
    return known?.id ?? id;
  }

  /** What is said of each host that was added or is in the list, by its URI. */
  said(): Map<string, HostDetails> {
    const added = this.options.store.list().filter(({ id }) => id !== null);
    const listed = this.hosts.map((host) => [hostKey(host), detailsOf(host)] as const);
    return new Map([...added.map((host) => [host.key, detailsOf(host)] as const), ...listed]);
  }

  /**
   * Changes what is said of hosts, each known by its URI, and remembers those that are not in the list, connecting to
   * them: all of it, or nothing.
   * @throws LibvirtUriError, ProblemError of what cannot be remembered
   */
  async keep(hosts: readonly { readonly uri: string; readonly details: HostDetails }[]): Promise<void> {
    for (const { uri } of hosts) parseLibvirtUri(uri);
    const ids = new Map(this.hosts.map((host) => [hostKey(host), host.id]));
    const idOf = (uri: string) => (ids.has(uri) ? (this.#keptOf(uri)?.id ?? null) : randomUUID());
    await this.options.store.keep(hosts.map(({ uri, details }) => ({ ...details, key: uri, id: idOf(uri) })));
    for (const { uri, details } of hosts) {
      const hostId = ids.get(uri);
      if (hostId === undefined) this.#start(this.#keptOf(uri)?.id ?? randomUUID(), uri, details.name);
      else if (this.#sessions.has(hostId)) this.#tell(hostId, details);
    }
    this.#sort();
  }

  /** Changes what is said of a host. @throws ProblemError NO_HOST, or that it cannot be kept */
  async edit(hostId: string, details: HostDetails): Promise<void> {
    await this.options.store.keep([this.#kept(this.session(hostId).host, details)]);
    this.#tell(hostId, details);
  }

  /** Puts all hosts of a group into another one; an empty name is none. @throws ProblemError that it cannot be kept */
  async regroup(from: string, to: string): Promise<void> {
    const of = <H extends HostDetails>(hosts: readonly H[]) => hosts.filter(({ group }) => group === from);
    const listed = of(this.hosts);
    const keys = new Set(this.hosts.map(hostKey));
    const others = of(this.options.store.list()).filter(({ key }) => !keys.has(key));
    const moved = <D extends HostDetails>(said: D) => ({ ...said, group: to });
    await this.options.store.keep([...listed.map((host) => this.#kept(host, moved(host))), ...others.map(moved)]);
    for (const host of listed) if (this.#sessions.has(host.id)) this.#tell(host.id, moved(host));
  }

  /** Takes a host or a group a step in the list, unless it is at that end. @throws ProblemError that it cannot be kept */
  async move(what: Movable, step: -1 | 1): Promise<void> {
    const hostIds = movedHosts(this.hosts, what, step);
    if (!hostIds) return;
    // At once: the next step begins where this one ends.
    this.#order(hostIds);
    try {
      await this.options.store.arrange(this.hosts.map((host) => this.#kept(host, host)));
    } catch (error) {
      this.#sort();
      throw error;
    }
  }

  /** Takes a host off the list, with what is said of it. @throws ProblemError NO_HOST, or that it cannot be forgotten */
  async remove(hostId: string): Promise<void> {
    const session = this.session(hostId);
    await this.options.store.remove(hostKey(session.host));
    await session.disconnect();
    this.#sessions.delete(hostId);
    this.#listed.delete(hostId);
    this.#forget.get(hostId)?.();
    this.#forget.delete(hostId);
    this.options.hub.publish({ type: 'host-removed', hostId });
  }

  /** Something has changed between this computer and all hosts, as `HostSession.checkNow`. */
  checkNow(): void {
    for (const session of this.#sessions.values()) void session.checkNow();
  }

  /** Disconnects from every host. */
  async close(): Promise<void> {
    await Promise.all([...this.#sessions.values()].map((session) => session.disconnect()));
  }

  #find(key: string): Host | undefined {
    for (const [id, host] of this.#listed) if (hostKey(host) === key) return this.session(id).host;
    return undefined;
  }

  #keptOf(key: string): KeptHost | undefined {
    return this.options.store.list().find((host) => host.key === key);
  }

  /** What is kept of a host that is in the list. */
  #kept(host: Host, details: HostDetails): KeptHost {
    const key = hostKey(host);
    return { ...detailsOf(details), key, id: this.#keptOf(key)?.id ?? null };
  }

  #start(id: string, text: string, name: string): void {
    const uri = parseLibvirtUri(text);
    const kind = uri.transport === 'auto' || uri.transport === 'unix' ? 'local' : uri.transport;
    const host = { id, name, uri: text, kind } as const;
    this.#put(host, driverUri(uri), (listed, watch) => this.options.openTransport(uri, listed, watch));
  }

  #put(
    named: Pick<Host, 'id' | 'name' | 'uri' | 'kind'>,
    driver: string,
    open: (host: Listed, watch: Watch) => Transport,
  ): void {
    const host: Listed = { ...unsaid, ...named };
    const kept = this.#keptOf(hostKey(host));
    if (kept) Object.assign(host, detailsOf(kept));
    const { hub, log } = this.options;
    const session = new HostSession({
      ...{ host, driverUri: driver, hub, log, places: this.#places },
      openTransport: (watch) => open(host, watch),
    });
    this.#sessions.set(host.id, session);
    this.#listed.set(host.id, host);
    const forget = this.options.onSession?.(session);
    if (forget) this.#forget.set(host.id, forget);
    hub.publish({ type: 'host', host: session.host });
    if (host.connect === 'at-start') session.connect();
  }

  /** What decides how a host is reached has it reached anew. */
  #tell(hostId: string, details: HostDetails): void {
    const session = this.session(hostId);
    const { readOnly, ssh } = session.host;
    Object.assign(this.#listed.get(hostId) ?? {}, detailsOf(details));
    this.options.hub.publish({ type: 'host', host: session.host });
    if (readOnly !== details.readOnly || ssh !== details.ssh) session.reconnect();
  }

  /** Those that are kept stand in the order in which they are, before the others. */
  #sort(): void {
    const places = new Map(this.options.store.list().map(({ key }, at) => [key, at]));
    const placed = [...this.#sessions].map(([id, { host }]) => ({
      id,
      place: places.get(hostKey(host)) ?? places.size,
    }));
    this.#order(placed.sort((a, b) => a.place - b.place).map(({ id }) => id));
  }

  #order(hostIds: readonly string[]): void {
    if ([...this.#sessions.keys()].every((id, at) => id === hostIds[at])) return;
    this.#sessions = new Map(hostIds.map((id) => [id, this.session(id)]));
    this.options.hub.publish({ type: 'host-order', hostIds: [...hostIds] });
  }
}
