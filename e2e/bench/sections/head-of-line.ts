import { setTimeout as sleep } from 'node:timers/promises';
import type { HostSession } from '../../../electron/hosts/host-session.ts';
import { domainXml } from '../../../electron/libvirt/domains.ts';
import { watchEventLoop } from '../event-loop.ts';
import type { Measurement } from '../measurement.ts';
import { timed } from '../rounds.ts';
import type { Bench } from '../section.ts';
import { connectOurs } from '../world/ours.ts';

const SNAPSHOTS = 16_000;
const ROUNDS = 3;
/** How long it is between an answer and the next question, milliseconds. */
const PAUSE_MS = 10;
const MOST_MS = 50;

/** What a long read keeps others waiting for: another domain of the same host, and this computer’s one thread. */
export async function* measureHeadOfLine(bench: Bench): AsyncGenerator<Measurement> {
  const world = await bench.world();
  const domain = await world.deep(SNAPSHOTS);
  const other = await world.deep(2);
  const small = await world.deep(25);
  const { ours } = await world.ways.get('local');
  const questions: readonly [string, number | undefined, (session: HostSession) => Promise<unknown>][] = [
    ['its configuration', MOST_MS, (session) => domainXml(session.reads, other.uuid, false)],
    ['its 25 snapshots', undefined, (session) => session.readSnapshots(small.uuid)],
  ];
  const blocks: number[] = [];
  for (const [what, target, ask] of questions) {
    const longest: number[] = [];
    const waits: number[] = [];
    for (let round = 0; round < ROUNDS && (round === 0 || bench.left() > 0); round++) {
      const { session } = await connectOurs(ours, world.lab.dir);
      await ask(session);
      const waited = await askMeanwhile(
        () => session.readSnapshots(domain.uuid),
        () => ask(session),
      );
      await session.disconnect();
      waits.push(...waited);
      longest.push(Math.max(...waited));
      blocks.push(await longestBlock(ours, world.lab.dir, domain.uuid));
    }
    const name = `while ${SNAPSHOTS.toLocaleString('en')} snapshots are read, another domain waits for ${what}`;
    yield { name: `${name}: usually`, unit: 'ms', values: waits };
    yield { name: `${name}: at most`, unit: 'ms', values: longest, ...(target !== undefined && { target }) };
  }
  yield {
    name: `while ${SNAPSHOTS.toLocaleString('en')} snapshots are read: longest block of the event loop`,
    ...{ unit: 'ms', values: blocks, target: MOST_MS },
  };
}

/** Asks again and again while something goes on. @returns how long each question waited, milliseconds */
async function askMeanwhile(work: () => Promise<unknown>, ask: () => Promise<unknown>): Promise<number[]> {
  let isOver = false;
  const over = work().finally(() => {
    isOver = true;
  });
  const waited: number[] = [];
  while (!isOver) {
    await sleep(PAUSE_MS);
    waited.push(await timed(ask));
  }
  await over;
  return waited;
}

/** The same read alone. @returns for how long nothing else had a turn, milliseconds */
async function longestBlock(uri: string, home: string, uuid: string): Promise<number> {
  const { session } = await connectOurs(uri, home);
  await sleep(100);
  const loop = watchEventLoop();
  await session.readSnapshots(uuid);
  const { longest } = loop.stop();
  await session.disconnect();
  return longest;
}
