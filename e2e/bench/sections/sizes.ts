import { join } from 'node:path';
import { Figures } from '../../../electron/libvirt/qcow2/figures.ts';
import { readSnapshotTable } from '../../../electron/libvirt/snapshot-table.ts';
import { lookInto } from '../../../electron/libvirt/volume-reader.ts';
import { run } from '../../lab/run.ts';
import { watchEventLoop } from '../event-loop.ts';
import type { Measurement } from '../measurement.ts';
import { timed } from '../rounds.ts';
import type { Bench } from '../section.ts';
import { connectOurs } from '../world/ours.ts';

const ROUNDS = 5;
const SNAPSHOTS = 50;
const GIB = 2 ** 30;
/** Of the disk, and how much of it is written to before the first snapshot. */
const DISK = 100 * GIB;
const WRITTEN = 20 * GIB;
/** What is written between two snapshots, MiB. */
const BETWEEN = 64;

/** What it costs to know sizes that libvirt does not tell: of an image of 100 GiB with 20 of them in use, and 50 snapshots. */
export async function* measureSizes(bench: Bench): AsyncGenerator<Measurement> {
  const { lab, ways } = await bench.world();
  const folder = join(lab.dir, 'guests');
  const path = join(folder, 'sizes.qcow2');
  bench.say(`making an image of ${DISK / GIB} GiB with ${SNAPSHOTS} snapshots`);
  await makeImage(path);
  await lab.virsh('pool-create-as', 'sizes', 'dir', '--target', folder);
  for (const way of ['local', 'far'] as const) {
    const { name, ours } = await ways.get(way);
    // The ways are those to the test driver, which has no storage of that kind.
    const { session } = await connectOurs(ours.replace('test+', 'qemu+').replace('/default', '/system'), lab.dir);
    const { reads } = session;
    const rows: readonly [string, number | undefined, () => Promise<unknown>][] = [
      ['the list of 50 snapshots', way === 'local' ? 60 : 400, () => readSnapshotTable(reads, path)],
      ['what a revert changes', undefined, () => figure(reads, path, (each, [one]) => each.changedSince(one as never))],
      [
        'what one deletion frees',
        undefined,
        () => figure(reads, path, (each, [one]) => each.freedByDeleting([one as never])),
      ],
      ['what 50 deletions free', undefined, () => figure(reads, path, (each, all) => each.freedByDeleting(all))],
    ];
    for (const [what, target, act] of rows) {
      const values: number[] = [];
      const blocks: number[] = [];
      for (let round = 0; round < ROUNDS && (round === 0 || bench.left() > 0); round++) {
        const loop = watchEventLoop();
        values.push(await timed(act));
        blocks.push(loop.stop().longest);
      }
      yield { name: `${what} ${name}`, unit: 'ms', values, ...(target === undefined ? {} : { target }) };
      if (way === 'local')
        yield { name: `${what}: the longest without a turn for others`, unit: 'ms', values: blocks, target: 50 };
    }
    await session.disconnect();
  }
  await lab.virsh('pool-destroy', 'sizes');
}

type Reads = Parameters<typeof lookInto>[0];
type Snapshots = Parameters<Figures['freedByDeleting']>[0];

async function figure(reads: Reads, path: string, ask: (figures: Figures, snapshots: Snapshots) => Promise<number>) {
  const looked = await lookInto(reads, path, ({ header, snapshots }, read) =>
    ask(new Figures({ header, read }), snapshots),
  );
  if (!looked.known) throw new Error(`the image could not be measured: ${looked.why}`);
  return looked.value;
}

/** Only metadata takes room: clusters are allocated, and nothing is written to them. */
async function makeImage(path: string): Promise<void> {
  await run(['qemu-img', 'create', '-q', '-f', 'qcow2', '-o', 'preallocation=metadata', path, String(WRITTEN)]);
  await run(['qemu-img', 'resize', '-q', path, String(DISK)]);
  for (let nth = 0; nth < SNAPSHOTS; nth++) {
    await run(['qemu-img', 'snapshot', '-c', `night-${nth}`, path]);
    const at = ((nth * 397) % 300) * BETWEEN;
    await run(['qemu-io', '-f', 'qcow2', '-c', `write -z ${at}M 1M`, '-c', `write ${at + 1}M 1M`, path]);
  }
}
