import { CommandError, run, sleep } from '../lab/run.ts';
import { type Mark, overwriteMark, writeCommands } from './marks.ts';
import { ImageError } from './qcow2.ts';
import { refreshPool, type Stage } from './stage.ts';
import { virshEach } from './virsh.ts';
import { type Disk, isBooted, isInside, isWritable, look, type World } from './world.ts';

const keys = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZ'].map((letter) => `KEY_${letter}`);
/** The BIOS keeps no more of them. */
const bootMs = 20_000;
const keyMs = 5_000;

/** Gives everything that a guest could write to a mark that it never had. */
export class Freshener {
  #last: Mark = 1;

  constructor(private readonly stage: Stage) {}

  /**
   * Writes a new mark to every disk of a guest that is off or running, and to a running guest's memory. What is saved for the next start stays as it is.
   * @returns the world, with its new memory
   */
  async freshen(world: World): Promise<World> {
    const disks = world.disks.filter((disk) => isWritable(disk) && isInside(disk.path ?? '', this.stage));
    await refreshPool(this.stage);
    if (!world.exists || (!world.active && world.managedSave)) return world;
    if (world.active) return world.state === 'running' ? this.#running(world, disks) : world;
    await Promise.all(disks.map(({ path, format }) => writeMark(path ?? '', format, this.#next())));
    return world;
  }

  async #running(world: World, disks: readonly Disk[]): Promise<World> {
    const { uuid, lab } = this.stage;
    const writes = disks.flatMap((disk) =>
      [...writeCommands(this.#next()), 'flush'].map((each) => monitor(uuid, disk, each)),
    );
    const key = keys[this.#last % keys.length] ?? 'KEY_A';
    await virshEach(lab, [...writes, ['send-key', uuid, key]]);
    const guess = [...world.snapshots.keys()];
    if (isFull(world.memory)) return look(this.stage, guess);
    for (const deadline = Date.now() + keyMs; ; await sleep(20)) {
      const now = await look(this.stage, guess);
      if (now.memory !== world.memory || Date.now() > deadline) return now;
    }
  }

  #next(): Mark {
    this.#last += 1;
    return this.#last;
  }
}

/** Leaves an image as it is that can't be written to, or is not there. */
async function writeMark(path: string, format: string, mark: Mark): Promise<void> {
  try {
    if (overwriteMark(path, mark)) return;
    await run(['qemu-io', '-f', format, ...writeCommands(mark).flatMap((each) => ['-c', each]), path]);
  } catch (error) {
    if (!(error instanceof CommandError || error instanceof ImageError)) throw error;
  }
}

/** Writes what a running guest's QEMU still holds back to its images. A paused one has no right to touch them. */
export async function flush(stage: Stage, world: World): Promise<void> {
  if (world.state !== 'running') return;
  const disks = world.disks.filter(isWritable);
  if (disks.length > 0)
    await virshEach(
      stage.lab,
      disks.map((disk) => monitor(stage.uuid, disk, 'flush')),
    );
}

/** Waits until a guest that has just started can be told by its memory; gives up where it does not boot. */
export async function waitForBoot(stage: Stage, world: World): Promise<World> {
  if (world.state !== 'running') return world;
  for (const deadline = Date.now() + bootMs; Date.now() < deadline; await sleep(50)) {
    if (await isBooted(stage)) break;
  }
  return look(stage, [...world.snapshots.keys()]);
}

/** Waits until the BIOS has thrown away the keys that a guest had before it was reset. Its boot sector stays in memory. */
export async function waitForReset(stage: Stage): Promise<void> {
  for (const deadline = Date.now() + bootMs; Date.now() < deadline; await sleep(50)) {
    if ((await look(stage)).memory?.startsWith('1e001e00')) return;
  }
}

/** The buffer's end meets its beginning: no key fits in any more. */
function isFull(memory: string | null): boolean {
  return memory?.startsWith('1e003c00') ?? false;
}

/** virsh's words for a command of QEMU's monitor that acts on a disk as the guest would. */
function monitor(uuid: string, { alias }: Disk, command: string): string[] {
  const device = alias?.startsWith('virtio') ? `/machine/peripheral/${alias}/virtio-backend` : (alias ?? '');
  return ['qemu-monitor-command', uuid, '--hmp', `qemu-io -d ${device} "${command}"`];
}
