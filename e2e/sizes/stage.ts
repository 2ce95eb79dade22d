import { randomUUID } from 'node:crypto';
import type { HostSession } from '../../electron/hosts/host-session.ts';
import { KeptFigures } from '../../electron/inspect/sizes/kept-figures.ts';
import { snapshotSizes } from '../../electron/inspect/sizes/sizes.ts';
import type { Size, SnapshotSizes } from '../../shared/schema.ts';
import { Random } from '../explore/random.ts';
import { connectTo } from '../integration/connected.ts';
import { bootSector } from '../lab/boot-sector.ts';
import { writeDisk } from '../lab/disk.ts';
import { diskTargets } from '../lab/domain-xml.ts';
import type { Generation } from '../lab/generations.ts';
import { type Guest, type Lab, startLab } from '../lab/lab.ts';
import { createImage, Writes, writeAll } from './images.ts';
import type { ImageKind } from './kinds.ts';
import * as oracle from './oracle.ts';

/** One figure of one snapshot in one image, held against what it really was. */
export interface SizeCase {
  readonly version: string;
  readonly state: 'off' | 'running' | 'paused';
  readonly kind: string;
  readonly what: string;
  /** As it was told. */
  readonly told: string;
  readonly really: number;
  readonly agrees: boolean;
}

/** QEMU's names of the disks. */
const devices = ['ide0-0-0', 'ide0-0-1', 'ide0-1-0', 'ide0-1-1'] as const;
/** Images of one guest; the first takes the memory. */
const DISKS = 3;
/** Snapshots that are taken of each. */
const TAKEN = 3;
const never = new AbortController().signal;

/** Tries images of these kinds on one generation of libvirt: figures while the guest is off, runs, and is paused. */
export async function runGeneration(
  generation: Generation,
  kinds: readonly ImageKind[],
  seed: number,
  onProgress: (line: string) => void = () => {},
): Promise<SizeCase[]> {
  const lab = await startLab({ generation, onProgress });
  try {
    const { session } = await connectTo(lab);
    const cases: SizeCase[] = [];
    const those = kinds.filter(({ atMost = TAKEN }) => atMost >= TAKEN);
    for (let from = 0; from < those.length; from += DISKS) {
      const stage = new Stage(lab, session, those.slice(from, from + DISKS), new Random(seed + from));
      cases.push(...(await stage.run()));
      await lab.clear();
      onProgress(`libvirt ${lab.version}: ${cases.length} cases, ${cases.filter(({ agrees }) => !agrees).length} off`);
    }
    await session.disconnect();
    return cases;
  } finally {
    await lab.stop();
  }
}

/** One guest, each disk of which is of another kind. */
class Stage {
  readonly #cases: SizeCase[] = [];
  readonly #kept = new KeptFigures();
  readonly #writes: readonly Writes[];
  #guest!: Guest;
  #uuid = '';
  #paths: string[] = [];

  constructor(
    private readonly lab: Lab,
    private readonly session: HostSession,
    private readonly kinds: readonly ImageKind[],
    private readonly random: Random,
  ) {
    this.#writes = kinds.map((kind) => new Writes(kind, random));
  }

  async run(): Promise<SizeCase[]> {
    await this.#make();
    await this.#written();
    await this.#guest.snapshot('one');
    await this.#written();
    await this.#guest.snapshot('two');
    await this.#written();
    await this.#compare('off', ['one', 'two']);
    if (this.random.chance(0.5)) await this.#guest.revert('one');
    for (const [index, path] of this.#paths.entries())
      if (index === 0) await writeDisk(path, 0, bootSector(this.#guest.name));
    await this.#guest.start();
    const counted = await this.#guest.counter();
    await this.#writtenLive();
    await this.#guest.snapshot('live');
    await this.#writtenLive();
    const names = ['one', 'two', 'live'];
    const running = await this.#measure(names);
    const other = Date.now();
    await this.lab.virsh('list', '--all');
    if (Date.now() - other > 5_000) throw new Error('another connection had to wait while it was measured');
    await this.#guest.counted(counted + 2);
    await this.lab.virsh('suspend', this.#guest.name);
    // Everything is flushed now: what a running guest was said to have at least, is there.
    await this.#hold('running', names, running);
    await this.#compare('paused', names);
    await this.#guest.destroy();
    await this.#compare('off', names);
    return this.#cases;
  }

  async #make(): Promise<void> {
    const name = `sizes-${this.random.below(1_000_000)}`;
    this.#guest = await this.lab.guest({ name, disks: this.kinds.length, pool: false });
    this.#uuid = await this.lab.virsh('domuuid', name);
    for (const [index, kind] of this.kinds.entries()) {
      const path = await this.#guest.diskPath(diskTargets[index]);
      await createImage(path, kind);
      this.#paths.push(path);
    }
    await this.lab.virsh('pool-create-as', `guest-${randomUUID()}`, 'dir', '--target', this.#guest.folder);
  }

  async #written(): Promise<void> {
    for (const [index, path] of this.#paths.entries())
      await writeAll(path, (this.#writes[index] as Writes).draw(3 + this.random.below(10)));
  }

  async #writtenLive(): Promise<void> {
    for (const index of this.#paths.keys())
      for (const command of (this.#writes[index] as Writes).draw(2 + this.random.below(5)))
        await this.lab.virsh(
          'qemu-monitor-command',
          this.#guest.name,
          '--hmp',
          `qemu-io -d ${devices[index]} "${command}"`,
        );
  }

  async #compare(state: SizeCase['state'], names: readonly string[]): Promise<void> {
    await this.#hold(state, names, await this.#measure(names));
  }

  /** Of each snapshot alone, and of all of them together last. */
  async #measure(names: readonly string[]): Promise<SnapshotSizes[]> {
    const found: SnapshotSizes[] = [];
    for (const each of [...names.map((name) => [name]), names])
      found.push(await snapshotSizes(this.session, this.#uuid, each, this.#kept, never));
    return found;
  }

  async #hold(state: SizeCase['state'], names: readonly string[], measured: readonly SnapshotSizes[]): Promise<void> {
    for (const [index, path] of this.#paths.entries()) {
      const kind = this.kinds[index] as ImageKind;
      const of = (sizes: SnapshotSizes) => sizes.images.find((each) => each.path === path);
      const add = (what: string, told: Size | null | undefined, really: number) =>
        this.#cases.push({
          ...{ version: this.lab.version, state, kind: kind.name, what, told: inWords(told), really },
          agrees: isTrue(told, really, state, kind, what),
        });
      for (const [nth, name] of names.entries()) {
        const sizes = of(measured[nth] as SnapshotSizes);
        add(`changed ${name}`, sizes?.changed, await oracle.changedByReverting(path, name, kind.unitBytes));
        add(`frees ${name}`, sizes?.frees, await oracle.freedByDeleting(path, [name]));
        if (nth > 0) continue;
        add('revert frees', sizes?.revertFrees, await oracle.freedByReverting(path, name));
        add('used', sizes?.used, oracle.used(path));
      }
      add('together', of(measured.at(-1) as SnapshotSizes)?.frees, await oracle.freedByDeleting(path, names));
    }
  }
}

/** Whether something is as it was told, and told as it has to be. */
function isTrue(
  told: Size | null | undefined,
  really: number,
  state: SizeCase['state'],
  kind: ImageKind,
  what: string,
): boolean {
  const changed = what.startsWith('changed');
  if (!told) return false;
  // QEMU counts late here: until it closes the image nobody knows what is free.
  if (state !== 'off' && kind.name === 'lazy refcounts' && !changed) return !told.known && told.why === 'dirty';
  if (!told.known) return false;
  const isBound = changed && !kind.isExact;
  if (state === 'running') {
    if (told.truth !== (isBound ? 'about' : 'at-least')) return false;
    return isBound || told.bytes <= really || what === 'used';
  }
  return isBound ? told.truth === 'at-most' && told.bytes >= really : told.truth === 'exact' && told.bytes === really;
}

function inWords(size: Size | null | undefined): string {
  if (!size) return 'nothing';
  return size.known ? `${size.truth} ${size.bytes}` : size.why;
}
