import { setTimeout as sleep } from 'node:timers/promises';
import { watchSnapshots } from '../../../electron/hosts/snapshot-watch.ts';
import type { RpcConnection } from '../../../electron/libvirt/connection.ts';
import { domainRef } from '../../../electron/libvirt/domains.ts';
import { procedures } from '../../../electron/libvirt/procedures.ts';
import type { Measurement } from '../measurement.ts';
import type { Bench } from '../section.ts';
import { connectOurs, type Ours } from '../world/ours.ts';

const SNAPSHOTS = 5_000;
const DOMAINS = 10_000;
/** How long is looked, milliseconds. */
const IDLE_MS = 40_000;
const STORM_MS = 20_000;
/** Two of the looks at the list of domains. */
const CROWD_MS = 31_000;
const EVENTS_A_SECOND = 20;
const MINUTE_MS = 60_000;

/** What an app that nobody touches asks of libvirt, and of this computer. */
export async function* measureIdle(bench: Bench): AsyncGenerator<Measurement> {
  const world = await bench.world();
  const domain = await world.deep(SNAPSHOTS);
  const ours = await connectOurs((await world.ways.get('local')).ours, world.lab.dir, { counts: true });
  const closed = new AbortController();
  const { first, over } = watch(ours, domain.uuid, closed.signal);
  await first;
  const open = `a domain of ${SNAPSHOTS.toLocaleString('en')} snapshots open`;
  const idle = await spent(ours, () => sleep(IDLE_MS));
  const note = (ms: number) => ({ note: `extrapolated from ${ms / 1_000} s` });
  yield {
    ...{ name: `idle, ${open}: calls`, unit: 'a minute', values: [idle.calls], target: 200 },
    ...note(IDLE_MS),
  };
  yield { name: `idle, ${open}: of a processor`, unit: '%', values: [idle.processor], target: 1 };

  const crowded = await connectOurs(await world.crowd(DOMAINS), world.lab.dir, { counts: true });
  if (crowded.session.domains.length !== DOMAINS)
    throw new Error(`${crowded.session.domains.length} domains were listed of ${DOMAINS}`);
  let told = 0;
  ours.session.onChange((uuid) => {
    if (uuid === domain.uuid) told++;
  });
  const events = stir(world.hands, domain.uuid);
  // Each host is counted by itself, so that they can be measured at the same time.
  const [storm, crowd] = await Promise.all([spent(ours, () => events), spent(crowded, () => sleep(CROWD_MS))]);
  if (told === 0) throw new Error('the session was told of no event');
  yield {
    ...{ name: `${EVENTS_A_SECOND} events a second, ${open}: calls`, unit: 'a minute', values: [storm.calls] },
    note: `extrapolated from ${STORM_MS / 1_000} s with ${await events} events`,
  };
  yield {
    ...{ name: `idle, ${DOMAINS.toLocaleString('en')} domains: calls`, unit: 'a minute', values: [crowd.calls] },
    ...note(CROWD_MS),
  };
  closed.abort();
  await over;
  await Promise.all([ours.session.disconnect(), crowded.session.disconnect()]);
}

/** Watches the snapshots of a domain as a window does that shows it. */
function watch({ session }: Ours, uuid: string, signal: AbortSignal) {
  let seen = () => {};
  const first = new Promise<void>((resolve) => (seen = resolve));
  const over = (async () => {
    for await (const _ of watchSnapshots(session, uuid, signal)) seen();
  })();
  return { first, over };
}

/** What is asked a minute, and how much of one processor this process takes, while something goes on. */
async function spent(
  { calls }: Ours,
  meanwhile: () => Promise<unknown>,
): Promise<{ calls: number; processor: number }> {
  const [asked, began, used] = [calls.count, performance.now(), process.cpuUsage()];
  await meanwhile();
  const took = performance.now() - began;
  const { user, system } = process.cpuUsage(used);
  return {
    calls: ((calls.count - asked) * MINUTE_MS) / took,
    processor: ((user + system) / 1_000 / took) * 100,
  };
}

/** Pauses and resumes a domain as somebody else. @returns how many events that were */
async function stir(hands: RpcConnection, uuid: string): Promise<number> {
  const domain = domainRef(uuid);
  // It may be on: a revert has left it so.
  await hands.call(procedures.domainDestroy, { domain }).catch(() => {});
  await hands.call(procedures.domainCreateWithFlags, { domain, flags: 0 });
  const began = performance.now();
  let events = 0;
  for (; performance.now() - began < STORM_MS; events++) {
    await hands.call(events % 2 === 0 ? procedures.domainSuspend : procedures.domainResume, { domain });
    const next = began + ((events + 1) * 1_000) / EVENTS_A_SECOND;
    await sleep(Math.max(0, next - performance.now()));
  }
  await hands.call(procedures.domainDestroy, { domain });
  return events;
}
