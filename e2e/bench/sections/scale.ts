import { setTimeout as sleep } from 'node:timers/promises';
import { HostPool, type KeptHosts } from '../../../electron/hosts/host-pool.ts';
import { Hub } from '../../../electron/hosts/hub.ts';
import type { AppEvent, Domain, Host } from '../../../shared/schema.ts';
import { watchEventLoop } from '../event-loop.ts';
import type { Measurement } from '../measurement.ts';
import { timed } from '../rounds.ts';
import type { Bench } from '../section.ts';
import { type Simulated, startSimulated, type Truth } from '../simulated/simulated.ts';
import { transportOurs } from '../world/ours.ts';

const SIZE = { hosts: 200, domains: 50, snapshots: 10 } as const;
const CHANGES_A_SECOND = 200;
const MOST_BLOCK_MS = 50;
/** libvirt tells nobody of snapshots: those of 50 domains are counted in two looks, 15 s apart. Milliseconds. */
const KNOWN_WITHIN_MS = 35_000;
const LOOK_MS = 500;

/** Many hosts at once: connecting to all of them, and being told of what changes on them. */
export async function* measureScale({ churnSeconds, say }: Bench): AsyncGenerator<Measurement> {
  const simulated = await startSimulated(SIZE);
  const window = new WindowState();
  const pool = poolOf(simulated, window);
  /** In the order of the simulated ones. */
  const hostIds: string[] = [];
  const unlike = async () => {
    const { wrong, uncounted } = await compare(simulated, window, hostIds);
    return wrong + uncounted;
  };
  const what = `${SIZE.hosts} hosts with ${SIZE.domains} domains each`;
  try {
    const connecting = watchEventLoop();
    const took = await timed(async () => {
      for (const [at, uri] of simulated.uris.entries()) hostIds.push(await pool.add(uri, `kvm-${at}`, false));
      while (!pool.hosts.every(isConnected)) await sleep(10);
    });
    const storm = connecting.stop();
    yield { name: `${what}: all connected`, unit: 'ms', values: [took] };
    yield* blocks(`${what} connecting`, storm);
    const shown = await compare(simulated, window, hostIds);
    yield { name: `${what}: rows wrong once connected`, unit: 'rows', values: [shown.wrong], target: 0 };
    yield { name: `${what}: rows whose snapshots are not counted yet then`, unit: 'rows', values: [shown.uncounted] };

    say(`${CHANGES_A_SECOND} changes a second for ${churnSeconds} s`);
    const before = window.events;
    const used = process.cpuUsage();
    const loop = watchEventLoop();
    const changes = await simulated.churn(CHANGES_A_SECOND, churnSeconds);
    const churned = loop.stop();
    const { user, system } = process.cpuUsage(used);
    const name = `${what}, ${CHANGES_A_SECOND} changes a second`;
    yield { name: `${name}: changes made`, unit: 'a second', values: [changes / churnSeconds] };
    yield {
      name: `${name}: events for the window`,
      unit: 'a second',
      values: [(window.events - before) / churnSeconds],
    };
    yield { name: `${name}: of a processor`, unit: '%', values: [(user + system) / 10_000 / churnSeconds] };
    yield* blocks(name, churned);
    const settled = await settle(unlike);
    yield { name: `${name}: until every row was right`, unit: 'ms', values: settled.wrong === 0 ? [settled.ms] : [] };
    yield { name: `${name}: rows wrong at the end`, unit: 'rows', values: [settled.wrong], target: 0 };
  } finally {
    await pool.close();
    await simulated.stop();
  }
}

function* blocks(name: string, { longest, most }: { readonly longest: number; readonly most: number }) {
  yield { name: `${name}: longest block of the event loop`, unit: 'ms', values: [longest], target: MOST_BLOCK_MS };
  yield { name: `${name}: 99 of 100 blocks are shorter than`, unit: 'ms', values: [most] };
}

/** Domains as a window knows them, from what it is told alone. */
class WindowState {
  /** By host and UUID. */
  readonly domains = new Map<string, Domain>();
  events = 0;

  hear(event: AppEvent): void {
    this.events++;
    if (event.type === 'domains' || event.type === 'domains-changed')
      for (const domain of event.domains) this.#put(domain);
    if (event.type === 'domain') this.#put(event.domain);
    if (event.type === 'domain-removed') this.domains.delete(`${event.hostId} ${event.uuid}`);
  }

  #put(domain: Domain): void {
    this.domains.set(`${domain.hostId} ${domain.uuid}`, domain);
  }
}

function poolOf(simulated: Simulated, window: WindowState): HostPool {
  const hub = new Hub();
  const publish = hub.publish.bind(hub);
  hub.publish = (event) => {
    window.hear(event);
    publish(event);
  };
  const nothingKept: KeptHosts = {
    list: () => [],
    keep: async () => {},
    arrange: async () => {},
    remove: async () => {},
  };
  return new HostPool({
    ...{ hub, store: nothingKept, log: () => {} },
    openTransport: ({ params }) => transportOurs(`qemu+unix:///system?socket=${params.socket}`, simulated.folder),
    openSimulator: () => {
      throw new Error('nobody asks for it');
    },
  });
}

function isConnected({ connection }: Host): boolean {
  return connection.status === 'connected';
}

/** Waits until a window would show everything as it is. */
async function settle(unlike: () => Promise<number>): Promise<{ wrong: number; ms: number }> {
  const began = performance.now();
  for (;;) {
    const left = await unlike();
    const ms = performance.now() - began;
    if (left === 0 || ms > KNOWN_WITHIN_MS) return { wrong: left, ms };
    await sleep(LOOK_MS);
  }
}

/**
 * How many domains a window would show other than they are, of which each that is too many or missing is one; and how many
 * it would show right, but for a number of snapshots that it says it does not know yet.
 */
async function compare(
  simulated: Simulated,
  { domains }: WindowState,
  hostIds: readonly string[],
): Promise<{ wrong: number; uncounted: number }> {
  const truth = (await simulated.truth()).map((each) => new Map(each.map((domain) => [domain.uuid, domain])));
  const trueOf = new Map(hostIds.map((hostId, at) => [hostId, truth[at] ?? new Map<string, Truth>()]));
  let [right, uncounted, surplus] = [0, 0, 0];
  for (const shown of domains.values()) {
    const known = trueOf.get(shown.hostId)?.get(shown.uuid);
    if (!known) surplus++;
    else if (!plain.every((field) => shown[field] === known[field])) continue;
    else if (shown.snapshotCount === null) uncounted++;
    else if (shown.snapshotCount === known.snapshotCount) right++;
  }
  const all = truth.reduce((sum, { size }) => sum + size, 0);
  return { wrong: all - right - uncounted + surplus, uncounted };
}

const plain = ['name', 'state', 'id', 'managedSave'] as const;
