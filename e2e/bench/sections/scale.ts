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
/** libvirt tells nobody of snapshots: they are found by looking every 15 s, one host after the other. Milliseconds. */
const KNOWN_WITHIN_MS = 30_000;
const LOOK_MS = 500;

/** Many hosts at once: connecting to all of them, and being told of what changes on them. */
export async function* measureScale({ churnSeconds, say }: Bench): AsyncGenerator<Measurement> {
  const simulated = await startSimulated(SIZE);
  const window = new WindowState();
  const pool = poolOf(simulated, window);
  /** In the order of the simulated ones. */
  const hostIds: string[] = [];
  const wrong = () => wrongRows(simulated, window, hostIds);
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
    yield { name: `${what}: rows wrong once connected`, unit: 'rows', values: [await wrong()], target: 0 };

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
    const settled = await settle(wrong);
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
async function settle(wrong: () => Promise<number>): Promise<{ wrong: number; ms: number }> {
  const began = performance.now();
  for (;;) {
    const left = await wrong();
    const ms = performance.now() - began;
    if (left === 0 || ms > KNOWN_WITHIN_MS) return { wrong: left, ms };
    await sleep(LOOK_MS);
  }
}

/** How many domains a window would show other than they are; each that is too many or missing is one of them. */
async function wrongRows(simulated: Simulated, { domains }: WindowState, hostIds: readonly string[]): Promise<number> {
  const truth = await simulated.truth();
  const shown = new Map<string, Domain[]>(hostIds.map((each) => [each, []]));
  for (const domain of domains.values()) shown.get(domain.hostId)?.push(domain);
  return truth.reduce((sum, each, at) => sum + differences(each, shown.get(hostIds[at] ?? '') ?? []), 0);
}

function differences(truth: readonly Truth[], shown: readonly Domain[]): number {
  const byUuid = new Map(shown.map((each) => [each.uuid, each]));
  const fields = ['name', 'state', 'id', 'snapshotCount', 'managedSave'] as const;
  const right = truth.filter((each) => fields.every((field) => byUuid.get(each.uuid)?.[field] === each[field]));
  return Math.max(truth.length, shown.length) - right.length;
}
