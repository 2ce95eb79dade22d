import { connect } from 'node:net';
import type { RpcConnection } from '../../../electron/libvirt/connection.ts';
import { listDomains } from '../../../electron/libvirt/domains.ts';
import { ping } from '../../../electron/libvirt/greet.ts';
import { closeConnection, openConnection } from '../../../electron/libvirt/open.ts';
import type { Measurement } from '../measurement.ts';
import { virshOnce } from '../rivals/virsh.ts';
import { inRounds, ratios, timed } from '../rounds.ts';
import type { Bench } from '../section.ts';
import { connectOurs } from '../world/ours.ts';

/** Rounds of what takes a few milliseconds. */
const ROUNDS = 15;

/** The small things that everything else stands on, beside virsh doing the same. */
export async function* measureBasics(bench: Bench): AsyncGenerator<Measurement> {
  const world = await bench.world();
  const { lab, ways } = world;
  const domains = (await world.many()).length;
  const { ours, theirs } = await ways.get('local');
  const far = await ways.get('far');
  const { session } = await connectOurs(ours, lab.dir);
  const distant = await connectOurs(far.ours, lab.dir);
  const opened: RpcConnection[] = [];
  const sessions = [session, distant.session];
  const rows: readonly [string, () => Promise<number>, string, () => Promise<number>][] = [
    [
      'connect, authenticate, open',
      () => timed(async () => opened.push(await openConnection(connect(lab.socket), 'test:///default'))),
      'virsh uri',
      () => virshOnce(theirs, 'uri'),
    ],
    [
      `connect, and list ${domains} domains with all marks`,
      () => timed(async () => sessions.push((await connectOurs(ours, lab.dir)).session)),
      'virsh list --all',
      () => virshOnce(theirs, 'list', '--all'),
    ],
    [
      `list ${domains} domains with all marks, connected`,
      () => timed(() => listDomains(session.reads)),
      'virsh list --all --name',
      () => virshOnce(theirs, 'list', '--all', '--name'),
    ],
    [
      'round trip',
      () => timed(() => ping(session.reads)),
      'virsh version --daemon',
      () => virshOnce(theirs, 'version', '--daemon'),
    ],
  ];
  for (const [what, mine, theirWords, their] of rows) {
    await mine();
    const rivals = [
      { name: what, run: mine },
      { name: theirWords, run: their },
    ];
    const times = await inRounds(rivals, { atMost: ROUNDS, withinMs: 5_000 });
    for (const { name } of rivals) yield { name, unit: 'ms', values: times.get(name) ?? [] };
    yield { name: `${what}: faster than ${theirWords}`, unit: '×', values: ratios(times, theirWords, what) };
  }
  const trips: number[] = [];
  for (let round = 0; round < ROUNDS; round++) trips.push(await timed(() => ping(distant.session.reads)));
  yield { name: `round trip ${far.name}`, unit: 'ms', values: trips, note: 'what the way of this name really takes' };
  await Promise.all([...opened.map((each) => closeConnection(each)), ...sessions.map((each) => each.disconnect())]);
}
