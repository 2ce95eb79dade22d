import { watchSnapshots } from '../../electron/hosts/snapshot-watch.ts';
import { connectOurs } from './world/ours.ts';

/*
 * Looks at the snapshots of each domain of a host, one domain after the other, as a window does that somebody clicks
 * through, and again: `memory-subject.ts URI HOME`, with `--expose-gc`. Prints what it holds on to, a line a round, the
 * first before anything was looked at.
 */
const ROUNDS = 2;
const [uri = '', home = ''] = process.argv.slice(2);

const { session } = await connectOurs(uri, home);
console.log(JSON.stringify(await held(0)));
for (let round = 1; round <= ROUNDS; round++) {
  let snapshots = 0;
  for (const { uuid } of session.domains) {
    const closed = new AbortController();
    for await (const _ of watchSnapshots(session, uuid, closed.signal)) {
      snapshots += session.domains.find((each) => each.uuid === uuid)?.snapshotCount ?? 0;
      closed.abort();
    }
  }
  console.log(JSON.stringify(await held(snapshots)));
}
process.exit();

/** What is left after the rubbish is gone, megabytes. */
async function held(snapshots: number) {
  for (let time = 0; time < 5; time++) {
    globalThis.gc?.();
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  const { heapUsed, arrayBuffers, rss } = process.memoryUsage();
  return { snapshots, heap: (heapUsed + arrayBuffers) / 2 ** 20, resident: rss / 2 ** 20 };
}
