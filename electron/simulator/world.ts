import type { Change, DomainEvent, DomainModel, Env, GuestClock } from './model.ts';
import { ranAt, uuidText } from './model.ts';
import { refuse } from './refuse.ts';

export interface WorldOptions {
  readonly libvirtVersion: number;
  readonly hypervisorVersion: number;
  readonly domains: readonly DomainModel[];
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** How long a revert takes, milliseconds. */
  readonly revertMs: (domain: DomainModel) => number;
  /** How long a snapshot with memory takes, milliseconds. */
  readonly snapshotMs: number;
  /** How long a guest takes to shut down when it is asked to, milliseconds. */
  readonly shutdownMs: number;
  /** How long merging the overlays of an external snapshot takes, milliseconds. */
  readonly mergeMs: number;
}
/** A job that others may ask about and abort while it goes on. */
export interface Job {
  readonly startedAt: number;
  readonly ms: number;
  readonly totalBytes: number;
  aborted: boolean;
}
export type WorldListener = (domain: DomainModel, event: DomainEvent) => void;

/** The one thing that all connections share: the domains, who holds them, and who listens. */
export class World {
  readonly options: WorldOptions;
  /** True once the daemon is gone; work that was waiting must not go on. */
  closed = false;
  /** By UUID. */
  readonly jobs = new Map<string, Job>();
  /** Domains whose guests' file systems are frozen, by UUID. */
  readonly frozen = new Set<string>();
  /** Block commits of a deletion, by UUID. */
  readonly merges = new Map<string, Job>();
  readonly #domains = new Map<string, DomainModel>();
  readonly #holds = new Map<string, Promise<void>>();
  readonly #listeners = new Set<WorldListener>();
  readonly #sleepers = new Set<() => void>();
  #lastId: number;

  constructor(options: WorldOptions) {
    this.options = options;
    for (const domain of options.domains) this.#domains.set(domain.uuid, domain);
    this.#lastId = Math.max(0, ...options.domains.map((domain) => domain.id ?? 0));
  }

  get env(): Env {
    return {
      version: this.options.libvirtVersion,
      now: Math.floor(this.options.now() / 1000),
      newId: () => ++this.#lastId,
    };
  }

  get domains(): DomainModel[] {
    return [...this.#domains.values()];
  }

  /** libvirt looks domains up by UUID only; name and id may be stale. @throws LibvirtError 42 */
  domain(uuid: Uint8Array, name = ''): DomainModel {
    const text = uuidText(uuid);
    return (
      this.#domains.get(text) ??
      refuse('NO_DOMAIN', 'QEMU', `Domain not found: no domain with matching uuid '${text}' (${name})`)
    );
  }

  /** Puts a domain into the model without a word. */
  put(domain: DomainModel): void {
    this.#domains.set(domain.uuid, { ...domain, clock: this.#clockOf(domain) });
  }

  /** Goes on while the guest runs; a change may have set it, as a revert does. */
  #clockOf({ state, clock }: DomainModel): GuestClock {
    const { now } = this.env;
    if ((state === 'running') === (clock.since !== null)) return clock;
    return { ran: ranAt(clock, now), since: state === 'running' ? now : null };
  }

  remove(uuid: string): void {
    this.#domains.delete(uuid);
  }

  /** Makes a change true and tells everybody. A transient domain that is off is gone. */
  apply({ domain, events }: Change): void {
    if (domain.live || domain.persistent) this.put(domain);
    else this.remove(domain.uuid);
    for (const event of events) for (const listener of this.#listeners) listener(domain, event);
  }

  listen(listener: WorldListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Nothing to wait for, or the end of a hold; look again then. Without a UUID: any domain's. */
  held(uuid?: string): Promise<void> | undefined {
    return uuid === undefined ? this.#holds.values().next().value : this.#holds.get(uuid);
  }

  /** Keeps everybody else off a domain while `work` goes on. */
  async hold<T>(uuid: string, work: () => Promise<T>): Promise<T> {
    let release = (): void => {};
    this.#holds.set(uuid, new Promise((resolve) => (release = resolve)));
    try {
      return await work();
    } finally {
      this.#holds.delete(uuid);
      release();
    }
  }

  /** A job of some length on a domain; false when it was aborted. Reads go on meanwhile. */
  async job(uuid: string, ms: number, totalBytes: number, jobs = this.jobs): Promise<boolean> {
    const job: Job = { startedAt: this.options.now(), ms, totalBytes, aborted: false };
    jobs.set(uuid, job);
    try {
      for (const until = Date.now() + ms; Date.now() < until && !job.aborted && !this.closed; )
        await this.sleep(Math.min(10, until - Date.now()));
      return !job.aborted;
    } finally {
      jobs.delete(uuid);
    }
  }

  /** Resolves after `ms`, or at once when the daemon is closed. */
  sleep(ms: number): Promise<void> {
    if (ms <= 0 || this.closed) return Promise.resolve();
    return new Promise((resolve) => {
      const wake = (): void => {
        clearTimeout(timer);
        this.#sleepers.delete(wake);
        resolve();
      };
      const timer = setTimeout(wake, ms);
      this.#sleepers.add(wake);
    });
  }

  close(): void {
    this.closed = true;
    for (const wake of [...this.#sleepers]) wake();
    this.#listeners.clear();
  }
}
