import { listDomains } from '../../../electron/libvirt/domains.ts';
import type { Measurement } from '../measurement.ts';
import { timed } from '../rounds.ts';
import type { Bench } from '../section.ts';
import { exponent, median } from '../statistics.ts';
import { connectOurs, readOurs } from '../world/ours.ts';

const SNAPSHOTS = [1_000, 2_500, 5_000, 16_000] as const;
const DOMAINS = [1_000, 3_000, 10_000] as const;
const ROUNDS = 3;
/** 1 is as many times as long as there are more of them, 2 that times itself. */
const MOST = 1.3;

/** Whether what there is more of takes more than its share. */
export async function* measureGrowth(bench: Bench): AsyncGenerator<Measurement> {
  const world = await bench.world();
  const { ours } = await world.ways.get('local');
  const home = world.lab.dir;
  yield* growing('snapshots', SNAPSHOTS, bench, async (size) => {
    const domain = await world.deep(size);
    return { read: () => readOurs(ours, home, [domain]), end: async () => {} };
  });
  yield* growing('domains', DOMAINS, bench, async (size) => {
    const { session } = await connectOurs(await world.crowd(size), home);
    return { read: () => timed(() => listDomains(session.reads)), end: () => session.disconnect() };
  });
}

type Prepare = (size: number) => Promise<{ readonly read: () => Promise<number>; readonly end: () => Promise<void> }>;

/** Rounds go through all sizes, so that a machine that is busy for a while is so for all of them. */
async function* growing(
  what: string,
  sizes: readonly number[],
  bench: Bench,
  prepare: Prepare,
): AsyncGenerator<Measurement> {
  const rows = [];
  for (const size of sizes) rows.push({ size, ...(await prepare(size)), times: [] as number[] });
  await rows[0]?.read(); // neither a compiler at work nor a connection’s first steps
  for (let round = 0; round < ROUNDS && (round === 0 || bench.left() > 0); round++)
    for (const { read, times } of rows) times.push(await read());
  for (const { size, times } of rows)
    yield { name: `growth, ${size.toLocaleString('en')} ${what}`, unit: 'ms', values: times };
  for (const { end } of rows) await end();
  const points = rows.map(({ size, times }) => ({ size, time: median(times) }));
  yield { name: `growth with ${what}: exponent`, unit: '', values: [exponent(points)], target: MOST };
}
