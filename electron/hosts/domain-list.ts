import { type AppEvent, Domain } from '../../shared/schema.ts';
import { type Caller, countSnapshots, type DomainRecord, listDomains, readDomain } from '../libvirt/domains.ts';
import { ConnectionError, LibvirtError } from '../libvirt/errors.ts';
import { fewAtATime } from '../libvirt/few-at-a-time.ts';
import { Repeater } from './repeater.ts';
import { RoundRobin } from './round-robin.ts';

/** libvirt tells of starts and stops, but not of snapshots or managed saves: those are found by looking. Milliseconds. */
export const LOOK_AGAIN_MS = 15_000;
/** Domains whose snapshots are counted again at each look. */
export const COUNTS_A_LOOK = 30;
/** Counts that are told together. */
const COUNTS_AT_ONCE = 100;
/** Counts that are asked for at a time: half of what a connection takes, so that nobody waits behind them. */
const ASKED_AT_ONCE = 2;

export interface DomainListOptions {
  readonly hostId: string;
  readonly publish: (event: AppEvent) => void;
  /** libvirt is busy with it: it is not to be asked for. */
  readonly isHeld: (uuid: string) => boolean;
  /** A look has found one that was not known. */
  readonly onNew: (uuid: string) => void;
  readonly log: (line: string) => void;
}

/**
 * The domains of a host as libvirt last told them.
 *
 * A look is five calls, however many domains there are. They tell everything but how many snapshots a domain has; they do
 * tell whether it has any. Counted are at once those that are new or have their first, one by one and beside everything
 * else; and at each look 30 more in turn. So what somebody else does to the snapshots of a domain that is not open shows
 * within 15 s where it gets its first or loses its last. Other changes of the number show within 15 s on a host with at most
 * 30 domains that have snapshots, else within 15 s for each 30 of them: 8 ½ min with 1,000, 84 min with 10,000. Whatever
 * libvirt tells of a domain has it read, and counted, at once.
 */
export class DomainList {
  #domains = new Map<string, Domain>();
  #reads: Caller | undefined;
  /** Those that have snapshots. */
  #toCount = new RoundRobin();
  #tasks = new Repeater();

  constructor(private readonly options: DomainListOptions) {}

  get all(): Domain[] {
    return [...this.#domains.values()];
  }

  has(uuid: string): boolean {
    return this.#domains.has(uuid);
  }

  /** Begins with what a new connection has listed. What was counted over the one before is told until it is counted again. */
  begin(reads: Caller, records: readonly DomainRecord[]): void {
    this.#reads = reads;
    const before = this.#domains;
    this.#domains = new Map();
    this.#toCount.clear();
    for (const record of records) {
      const count = record.snapshotCount ?? (before.get(record.uuid)?.snapshotCount || null);
      if (record.snapshotCount === null) this.#toCount.soon(record.uuid);
      this.#domains.set(record.uuid, { ...record, snapshotCount: count, hostId: this.options.hostId });
    }
    this.#publishAll();
    this.#countSome();
  }

  /** The connection is gone; what is known stays. */
  pause(): void {
    this.#reads = undefined;
  }

  clear(): void {
    this.pause();
    this.#domains.clear();
    this.#toCount.clear();
    this.#publishAll();
  }

  /** Notes a number of snapshots that was seen by whoever just listed them. */
  noteSnapshotCount(uuid: string, snapshotCount: number): void {
    const domain = this.#domains.get(uuid);
    if (domain) this.#learn({ ...domain, snapshotCount });
  }

  /** Caller one domain anew, or finds that it is gone. */
  readAgain(uuid: string): void {
    this.#run(uuid, async (reads) => {
      const record = await readDomain(reads, uuid);
      if (this.#reads !== reads) return;
      if (record) this.#learn({ ...record, hostId: this.options.hostId });
      else this.#remove(uuid);
    });
  }

  /** Caller all domains anew, and counts the snapshots of some. */
  look(): void {
    this.#run('list', async (reads) => {
      const before = new Map(this.#domains);
      const records = await listDomains(reads);
      if (this.#reads !== reads) return;
      this.#compare(before, records);
      this.#countSome();
    });
  }

  /** What was learnt of a domain since the list was asked for is newer than the list. */
  #compare(before: ReadonlyMap<string, Domain>, records: readonly DomainRecord[]): void {
    const isOld = (uuid: string) => this.#domains.get(uuid) === before.get(uuid);
    const present = new Set(records.map(({ uuid }) => uuid));
    for (const uuid of before.keys()) if (!present.has(uuid) && isOld(uuid)) this.#remove(uuid);
    for (const record of records) {
      const { uuid } = record;
      if (!isOld(uuid)) continue;
      const known = before.get(uuid);
      // None before and some now: how many is not known.
      const snapshotCount = record.snapshotCount ?? (known?.snapshotCount || null);
      if (record.snapshotCount !== null) this.#toCount.drop(uuid);
      else if (snapshotCount === null && !this.#toCount.has(uuid)) this.#toCount.soon(uuid);
      const domain = { ...record, snapshotCount, hostId: this.options.hostId };
      if (!known || !isSame(known, domain)) this.#put(domain);
      if (!known) this.options.onNew(uuid);
    }
  }

  /** Counts those that nobody has counted yet, and before that a few of the others too. */
  #countSome(): void {
    this.#run('counts', async (reads) => {
      let next = this.#toCount.take(COUNTS_A_LOOK);
      while (next.length > 0 && this.#reads === reads) {
        const changed: string[] = [];
        const count = async (uuid: string) => {
          if (await this.#count(reads, uuid)) changed.push(uuid);
        };
        try {
          await fewAtATime(next, count, ASKED_AT_ONCE);
        } catch (error) {
          for (const uuid of next) if (this.#domains.get(uuid)?.snapshotCount === null) this.#toCount.soon(uuid);
          throw error;
        } finally {
          this.#publish(changed);
        }
        next = this.#toCount.takeDue(COUNTS_AT_ONCE);
      }
    });
  }

  /** @returns whether it has another number of snapshots now */
  async #count(reads: Caller, uuid: string): Promise<boolean> {
    const before = this.#domains.get(uuid);
    if (!before || this.#reads !== reads) return false;
    if (this.options.isHeld(uuid)) return false; // it is read when that is over
    const snapshotCount = await countSnapshots(reads, uuid).catch((error: unknown) => {
      if (!(error instanceof LibvirtError)) throw error;
      this.options.log(`the snapshots of ${JSON.stringify(before.name)}: ${error}`);
      return null;
    });
    if (snapshotCount === null || snapshotCount === before.snapshotCount) return false;
    if (this.#domains.get(uuid) !== before) {
      // Something was learnt of it meanwhile: this may be older.
      if (this.#toCount.has(uuid)) this.#toCount.soon(uuid);
      return false;
    }
    this.#domains.set(uuid, { ...before, snapshotCount });
    return true;
  }

  /** Takes over what was just read of a domain alone. */
  #learn(domain: Domain): void {
    const { uuid, snapshotCount } = domain;
    if (snapshotCount === 0) this.#toCount.drop(uuid);
    else this.#toCount.later(uuid);
    const known = this.#domains.get(uuid);
    if (known && isSame(known, domain)) this.#domains.set(uuid, domain);
    else this.#put(domain);
  }

  #put(domain: Domain): void {
    this.#domains.set(domain.uuid, domain);
    this.options.publish({ type: 'domain', domain });
  }

  #remove(uuid: string): void {
    this.#toCount.drop(uuid);
    if (this.#domains.delete(uuid)) this.options.publish({ type: 'domain-removed', hostId: this.options.hostId, uuid });
  }

  /** Several at once, as they are now. */
  #publish(uuids: readonly string[]): void {
    const domains = uuids.flatMap((uuid) => this.#domains.get(uuid) ?? []);
    if (domains.length > 0) this.options.publish({ type: 'domains-changed', domains });
  }

  #publishAll(): void {
    this.options.publish({ type: 'domains', hostId: this.options.hostId, domains: this.all });
  }

  #run(key: string, task: (reads: Caller) => Promise<void>): void {
    const onCaller = async () => {
      const reads = this.#reads;
      if (reads) await task(reads);
    };
    this.#tasks.run(key, onCaller).catch((error: unknown) => {
      if (!(error instanceof ConnectionError)) this.options.log(`${error}`);
    });
  }
}

const fields = Object.keys(Domain.shape) as (keyof Domain)[];

/** All that is told of a domain are plain values. */
function isSame(one: Domain, other: Domain): boolean {
  return fields.every((field) => one[field] === other[field]);
}
