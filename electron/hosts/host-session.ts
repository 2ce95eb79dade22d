import { setTimeout as sleep } from 'node:timers/promises';
import type { ConnectStep, Domain, Host, HostStatus } from '../../shared/schema.ts';
import type { KeepaliveOptions } from '../libvirt/connection.ts';
import { ConnectionError } from '../libvirt/errors.ts';
import { ping } from '../libvirt/greet.ts';
import type { DomainSnapshots } from '../libvirt/stored-snapshot.ts';
import type { Places } from '../places.ts';
import type { Transport } from '../transport/transport.ts';
import { Backoff } from './backoff.ts';
import { DomainList, LOOK_AGAIN_MS } from './domain-list.ts';
import type { Gate } from './gate.ts';
import { type HostEvent, nextStatus } from './host-state.ts';
import type { Hub } from './hub.ts';
import { closeLink, type Link, openLink } from './link.ts';
import { mayPass, ProblemError, reasonIn, toProblem } from './problems.ts';
import type { Need } from './snapshot-cache.ts';
import { Turn } from './turn.ts';

export interface SessionOptions {
  readonly host: Omit<Host, 'connection'>;
  /** The name that CONNECT_OPEN wants, e.g. `qemu:///system`. */
  readonly driverUri: string;
  readonly openTransport: (watch: Watch) => Transport;
  readonly hub: Hub;
  readonly log: (line: string) => void;
  /** Whose turn it is among the hosts that are connected to. */
  readonly places?: Places;
  /** How soon a libvirt that is silent is found to be lost. */
  readonly keepalive?: KeepaliveOptions;
}

/** Told how connecting goes on. */
export interface Watch {
  readonly onStep: (step: ConnectStep, at: string) => void;
  /** Asks the person something; from then on it is the turn of others. */
  readonly asking: <T>(ask: () => Promise<T>) => Promise<T>;
}
/** A host that is ready; not the promise itself, which whoever waits for this would wait for, too. */
interface Open {
  /** Why it no longer is. */
  readonly ended: Promise<ConnectionError>;
}

/** How long a connection may take to answer after something has changed on the way. */
const CHECK_MS = 5_000;

/** One host: a connection that is kept up, and its domains as libvirt last told them. */
export class HostSession {
  #status: HostStatus = { status: 'disconnected' };
  #domains: DomainList;
  #link: Link | undefined;
  #run: AbortController | undefined;
  /** In the way in which the host is reached now. */
  #wasConnected = false;
  #held = new Map<string, number>();
  #listeners = new Set<(uuid: string | null) => void>();

  constructor(private readonly options: SessionOptions) {
    const { host, hub, log } = options;
    this.#domains = new DomainList({
      hostId: host.id,
      publish: (event) => hub.publish(event),
      isHeld: (uuid) => this.isHeld(uuid),
      onNew: (uuid) => this.#tell(uuid),
      log: (line) => log(`${host.name}: ${line}`),
    });
  }

  get host(): Host {
    return { ...this.options.host, connection: this.#status };
  }

  get domains(): Domain[] {
    return this.#domains.all;
  }

  /** What is known of the other end. @throws ProblemError NOT_CONNECTED */
  get peer(): Extract<HostStatus, { status: 'connected' }> {
    if (this.#status.status !== 'connected') throw this.#notConnected();
    return this.#status;
  }

  /** For asking. @throws ProblemError NOT_CONNECTED */
  get reads(): Gate {
    return this.#connected().reads;
  }

  /** For changing; a call here may take minutes. @throws ProblemError NOT_CONNECTED */
  get writes(): Gate {
    return this.#connected().writes;
  }

  /**
   * The snapshots of any domain.
   * @param now names of those whose texts have to be of now, whatever the need
   * @throws ProblemError NOT_CONNECTED; LibvirtError; ConnectionError
   */
  async readSnapshots(uuid: string, need: Need = 'all', now: readonly string[] = []): Promise<DomainSnapshots> {
    return this.#connected().snapshots.read(uuid, need, now);
  }

  /** The names of a domain's snapshots, where somebody has looked at them over this connection. */
  snapshotNamesSeen(uuid: string): readonly string[] | null {
    return this.#link?.snapshots.names(uuid) ?? null;
  }

  /** Whether its snapshots were read over this connection: then another look costs little. */
  hasReadSnapshots(uuid: string): boolean {
    return this.#link?.snapshots.has(uuid) ?? false;
  }

  /** libvirt was asked for something that may change what it keeps of any snapshot of the domain. */
  doubtSnapshots(uuid: string): void {
    this.#link?.snapshots.doubt(uuid);
  }

  /** Reads all of them anew, for whoever watches. @throws as readSnapshots */
  async refreshSnapshots(uuid: string): Promise<void> {
    await this.readSnapshots(uuid);
    this.#changed(uuid);
  }

  /** Somebody has read a snapshot's text: where others know it otherwise, they read all anew. */
  noteSnapshotText(uuid: string, name: string, xml: string): void {
    if (this.#link?.snapshots.compare(uuid, name, xml) === false) this.#tell(uuid);
  }

  get isConnected(): boolean {
    return this.#link !== undefined;
  }

  /** It is not connected, but will be if nothing hinders it. */
  get isComing(): boolean {
    const { status } = this.#status;
    return status === 'connecting' || status === 'retrying' || (status === 'connected' && !this.isConnected);
  }

  /** Connects and stays connected until `disconnect`. A second call tries again at once. */
  connect(): void {
    this.#run?.abort();
    const run = new AbortController();
    this.#run = run;
    this.#keepConnected(run.signal).catch((error: unknown) => {
      this.options.log(`${this.options.host.name}: ${error}`);
      this.#report(run.signal, { type: 'refused', problem: toProblem(error, this.options.host.name) });
    });
  }

  /** Connects anew, unless nobody wants it to be connected. */
  reconnect(): void {
    this.#wasConnected = false;
    if (this.#status.status !== 'disconnected') this.connect();
  }

  /**
   * Something has changed on the way, as a network or a computer that slept: whoever waits to try again does so at once, and
   * a connection that does not answer soon is made anew.
   */
  async checkNow(): Promise<void> {
    if (this.#status.status === 'retrying') this.connect();
    const reads = this.#link?.reads;
    if (!reads) return;
    const late = new Promise<boolean>((resolve) => setTimeout(resolve, CHECK_MS, false).unref());
    const answered = ping(reads.connection).then(
      () => true,
      () => true,
    );
    if (await Promise.race([answered, late])) return;
    const silent = new ConnectionError('NO_ANSWER', `libvirt did not answer within ${CHECK_MS / 1_000} s`);
    if (this.#link?.reads === reads) reads.connection.close(silent);
  }

  /** Ends the connection and every attempt at one; resolves when libvirt has been told. */
  async disconnect(): Promise<void> {
    this.#run?.abort();
    this.#run = undefined;
    this.#wasConnected = false;
    this.#domains.clear();
    this.#happens({ type: 'disconnect' });
    if (!this.#link) this.#changed(null); // whoever waits for a lost host to come back waits in vain now
    await this.#drop();
  }

  /**
   * Runs a change of one domain. Meanwhile nothing here asks for that domain or for the list: libvirt holds the
   * domain, and such a read would wait and keep others waiting.
   */
  async holding<T>(uuid: string, change: () => Promise<T>): Promise<T> {
    this.#held.set(uuid, (this.#held.get(uuid) ?? 0) + 1);
    try {
      return await change();
    } finally {
      const left = (this.#held.get(uuid) ?? 1) - 1;
      if (left > 0) this.#held.set(uuid, left);
      else this.#held.delete(uuid);
      this.#changed(uuid);
    }
  }

  isHeld(uuid: string): boolean {
    return this.#held.has(uuid);
  }

  /** Called with a domain's UUID when something happened to it, and with null when the connection came or went. */
  onChange(listener: (uuid: string | null) => void): () => void {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }

  /** Resolves when connected; rejects when the signal is aborted. */
  async whenConnected(signal: AbortSignal): Promise<void> {
    while (!this.isConnected) {
      signal.throwIfAborted();
      await this.nextChange(signal);
    }
  }

  /** Resolves at the next change of a domain or the connection, or when the signal is aborted. */
  nextChange(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        stop();
        signal.removeEventListener('abort', done);
        resolve();
      };
      const stop = this.onChange(done);
      signal.addEventListener('abort', done, { once: true });
    });
  }

  /** Notes a number of snapshots that was seen by whoever just listed them. */
  noteSnapshotCount(uuid: string, snapshotCount: number): void {
    this.#domains.noteSnapshotCount(uuid, snapshotCount);
  }

  async #keepConnected(signal: AbortSignal): Promise<void> {
    const backoff = new Backoff();
    while (!signal.aborted) {
      await this.#drop();
      this.#report(signal, { type: 'begin', now: Date.now() });
      let error: unknown;
      try {
        const { ended } = await this.#inTurn(signal);
        this.#wasConnected = true;
        const since = performance.now();
        error = await ended;
        backoff.lasted(performance.now() - since);
      } catch (caught) {
        error = caught;
      }
      if (signal.aborted) return;
      const problem = toProblem(error, this.options.host.name);
      this.options.log(`${this.options.host.name}: ${reasonIn(problem)}`);
      if (!mayPass(problem, this.#wasConnected)) {
        this.#report(signal, { type: 'refused', problem });
        await this.#drop(error);
        return;
      }
      const wait = backoff.wait();
      this.#report(signal, { type: 'lost', problem, retryAt: Date.now() + wait });
      await this.#drop(error);
      await sleep(wait, undefined, { signal, ref: false }).catch(() => {});
    }
  }

  /** Opens the host when it is its turn; once the person is asked something it is that of others. */
  async #inTurn(signal: AbortSignal): Promise<Open> {
    const turn = new Turn(this.options.places);
    const onStep = (step: ConnectStep, at: string) => this.#report(signal, { type: 'step', step, at });
    const asking = async <T>(ask: () => Promise<T>): Promise<T> => {
      this.#report(signal, { type: 'asks', asks: true });
      turn.end();
      try {
        return await ask();
      } finally {
        this.#report(signal, { type: 'asks', asks: false });
      }
    };
    try {
      await turn.begin(signal);
      return await this.#open(signal, { onStep, asking });
    } finally {
      turn.end();
    }
  }

  /** Resolves when the host is ready. */
  async #open(signal: AbortSignal, watch: Watch): Promise<Open> {
    const { host, driverUri, log, keepalive, openTransport } = this.options;
    const { link, facts, domains } = await openLink(
      {
        ...{ host, driverUri, log, keepalive, onStep: watch.onStep, openTransport: () => openTransport(watch) },
        onSilence: (since) => this.#happens(since === null ? { type: 'answers' } : { type: 'silent', since }),
        onTouched: (uuid) => this.#refresh(uuid),
      },
      signal,
    );
    this.#link = link;
    this.#domains.begin(link.reads, domains);
    this.#report(signal, { type: 'ready', facts });
    this.#changed(null);
    this.#lookAgain(link);
    return { ended: Promise.race([link.reads.connection.ended, link.writes.connection.ended]) };
  }

  #refresh(uuid: string): void {
    if (!this.#link || this.isHeld(uuid)) return;
    if (this.#domains.has(uuid)) this.#changed(uuid);
    else this.#domains.look();
  }

  /** Tells the listeners, and reads the domain again. */
  #changed(uuid: string | null): void {
    this.#tell(uuid);
    if (uuid !== null) this.#domains.readAgain(uuid);
  }

  #tell(uuid: string | null): void {
    for (const listener of [...this.#listeners]) listener(uuid);
  }

  async #lookAgain(link: Link): Promise<void> {
    while (this.#link === link) {
      await sleep(LOOK_AGAIN_MS, undefined, { ref: false });
      if (this.#link === link && this.#held.size === 0) this.#domains.look();
    }
  }

  #connected(): Link {
    if (!this.#link) throw this.#notConnected();
    return this.#link;
  }

  #notConnected(): ProblemError {
    return new ProblemError('NOT_CONNECTED', { host: this.options.host.name });
  }

  /** @param why what the host was lost by: whoever waits for an answer is told that */
  async #drop(why?: unknown): Promise<void> {
    const link = this.#link;
    if (!link) return;
    this.#link = undefined;
    this.#domains.pause();
    this.#changed(null);
    await closeLink(link, why instanceof ConnectionError ? why : undefined);
  }

  #report(signal: AbortSignal, event: HostEvent): void {
    if (!signal.aborted) this.#happens(event);
  }

  #happens(event: HostEvent): void {
    const next = nextStatus(this.#status, event);
    if (next === this.#status) return;
    this.#status = next;
    this.options.hub.publish({ type: 'host', host: this.host });
  }
}
