import { randomUUID } from 'node:crypto';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { decodePicture } from '../../electron/kept/thumbnails/picture.ts';
import { bootSector, leapTicks } from './boot-sector.ts';
import { NoCounter, readCounter } from './counter.ts';
import { createDisk, type DiskFormat, readDisk, writeDisk } from './disk.ts';
import { diskTargets, domainXml, type GuestOptions } from './domain-xml.ts';
import { FakeAgent } from './fake-agent.ts';
import { type HeldStart, holdableEmulator, holdStart } from './hold-start.ts';
import { CommandError, retry, sleep } from './run.ts';

const diskMebibytes = 64;

type Virsh = (...args: string[]) => Promise<string>;

/**
 * Makes the disks of a guest and defines it, or creates it when it is transient.
 * @throws CommandError when the daemon refuses
 */
export async function makeGuest(virsh: Virsh, folder: string, options: GuestOptions): Promise<Guest> {
  const { name, disks: wanted = 1, transient = false, pool = true } = options;
  const formats: readonly DiskFormat[] = typeof wanted === 'number' ? Array(wanted).fill('qcow2') : wanted;
  await mkdir(folder, { recursive: true });
  const disks = formats.map((format, index) => ({ format, path: join(folder, `${diskTargets[index]}.${format}`) }));
  await Promise.all(disks.map(({ path }) => createDisk(path, options.diskMiB ?? diskMebibytes)));
  if (disks[0]) await writeDisk(disks[0].path, 0, bootSector(name));

  const xmlFile = join(folder, 'domain.xml');
  const agent = options.agent ? new FakeAgent(join(folder, 'agent.sock')) : undefined;
  await agent?.listen();
  const emulator = options.holdable ? await holdableEmulator(folder, name) : undefined;
  await writeFile(xmlFile, domainXml(options, disks, { agentSocket: agent?.path, emulator }));
  await virsh(transient ? 'create' : 'define', xmlFile);
  if (pool) await virsh('pool-create-as', `guest-${randomUUID()}`, 'dir', '--target', folder);
  const guest = new Guest(virsh, folder, name, agent && { agent });
  if (transient) await guest.booted();
  return guest;
}

/** A tiny machine that counts the ticks of its clock on its screen. */
export class Guest {
  readonly name: string;
  /** Holds its disks; a place for the overlays and memory files of external snapshots too. */
  readonly folder: string;
  /** Of a guest that was made with one. */
  readonly agent: FakeAgent | undefined;
  readonly #virsh: Virsh;
  /** The folder as this process sees it. */
  readonly #files: string;

  /** @param files where this process finds the folder, if only the lab has it at its path */
  constructor(
    virsh: Virsh,
    folder: string,
    name: string,
    { agent, files }: { agent?: FakeAgent; files?: string } = {},
  ) {
    this.agent = agent;
    this.#virsh = virsh;
    this.#files = files ?? folder;
    this.folder = folder;
    this.name = name;
  }

  /** Such as 'running', 'paused' or 'shut off'. */
  async state(): Promise<string> {
    return await this.#virsh('domstate', this.name);
  }

  /** Starts it, with more arguments for `virsh start`, and waits until it counts; not if it starts paused. */
  async start(...args: string[]): Promise<void> {
    await this.#virsh('start', this.name, ...args);
    if (!args.includes('--paused')) await this.booted();
  }

  /** Holds up its next start, by whatever operation, of a guest that was made `holdable`. */
  holdStart(): Promise<HeldStart> {
    return holdStart(this.folder);
  }

  /** Pulls the plug. */
  async destroy(): Promise<void> {
    await this.#virsh('destroy', this.name);
  }

  /** Saves its memory to a file of libvirt's and stops it; the next start continues from there. */
  async managedSave(): Promise<void> {
    await this.#virsh('managedsave', this.name);
  }

  /** Waits until the counter is on the screen. Milliseconds. */
  async booted(timeout = 20_000): Promise<void> {
    await retry(() => this.counter(), timeout);
  }

  /**
   * What the guest has counted since it booted: about 18 a second. Also while it is paused.
   * @throws NoCounter when the guest hasn't booted yet
   * @throws CommandError when it doesn't run
   */
  async counter(): Promise<number> {
    for (let attempt = 1; ; attempt++) {
      try {
        return readCounter(decodePicture(await this.#screenshot()));
      } catch (error) {
        if (!(error instanceof NoCounter) || attempt === 3) throw error;
      }
    }
  }

  /** Waits until the counter has reached a value. Milliseconds. */
  async counted(value: number, timeout = 20_000): Promise<number> {
    return await retry(async () => {
      const counter = await this.counter();
      if (counter < value) throw new Error(`${this.name} has counted to ${counter}, not to ${value}`);
      return counter;
    }, timeout);
  }

  /**
   * Presses a key, at which the guest counts ten minutes ahead, and gives what it has counted to then: so two moments
   * are told apart however fast the machine is. It must run, and not be paused.
   */
  async leap(): Promise<number> {
    const before = await this.counter();
    await this.#virsh('send-key', this.name, 'KEY_SPACE');
    return await this.counted(before + leapTicks);
  }

  /**
   * Writes to a disk as the guest would, while it is shut off. The first 512 bytes are the boot sector.
   * @param target the first disk unless named otherwise
   */
  async writeBytes(offset: number, text: string, target: string = diskTargets[0]): Promise<void> {
    await writeDisk(await this.diskPath(target), offset, Buffer.from(text));
  }

  /** Reads from a disk what the guest would see there. */
  async readBytes(offset: number, length: number, target: string = diskTargets[0]): Promise<string> {
    return (await readDisk(await this.diskPath(target), offset, length)).toString();
  }

  /** The image that a disk writes to now: its base, or the overlay of an external snapshot. */
  async diskPath(target: string = diskTargets[0]): Promise<string> {
    const table = await this.#virsh('domblklist', this.name, '--details');
    const rows = table.split('\n').map((row) => /^\s*\S+\s+\S+\s+(\S+)\s+(.+?)\s*$/.exec(row));
    const source = rows.find((row) => row?.[1] === target)?.[2];
    if (source === undefined) throw new Error(`${this.name} has no disk ${target}`);
    return source;
  }

  /** Takes a snapshot; more arguments are those of `virsh snapshot-create-as`. */
  async snapshot(name: string, ...args: string[]): Promise<void> {
    await this.#virsh('snapshot-create-as', this.name, '--name', name, ...args);
  }

  /**
   * Reverts to a snapshot; more arguments are those of `virsh snapshot-revert`. libvirt names the overlay that an
   * external revert makes by the second, and refuses (67) to make two of one name: it waits for that second to pass.
   */
  async revert(name: string, ...args: string[]): Promise<void> {
    while ((await readdir(this.#files)).some((file) => file.endsWith(`.${Math.floor(Date.now() / 1000)}`)))
      await sleep(30);
    await this.#virsh('snapshot-revert', this.name, '--snapshotname', name, ...args);
  }

  /** The names of its snapshots, in libvirt's order. */
  async snapshots(): Promise<string[]> {
    const names = await this.#virsh('snapshot-list', this.name, '--name');
    return names.split('\n').filter((name) => name !== '');
  }

  /** The name of its current snapshot, if it has one. */
  async current(): Promise<string | undefined> {
    try {
      return await this.#virsh('snapshot-current', this.name, '--name');
    } catch (error) {
      if (error instanceof CommandError && /no current snapshot/.test(error.stderr)) return undefined;
      throw error;
    }
  }

  /** Changes the memory size of its persistent definition; a running guest keeps its own until it starts anew. */
  async editMemory(mebibytes: number): Promise<void> {
    const xml = await this.#virsh('dumpxml', this.name, '--inactive');
    const edited = xml
      .replace(/<memory[^>]*>\d+</, `<memory unit='MiB'>${mebibytes}<`)
      .replace(/<currentMemory[^>]*>\d+</, `<currentMemory unit='MiB'>${mebibytes}<`);
    const file = join(this.folder, `${randomUUID()}.xml`);
    await writeFile(file, edited);
    await this.#virsh('define', file);
    await rm(file);
  }

  async #screenshot(): Promise<Buffer> {
    const file = join(this.folder, `${randomUUID()}.screen`);
    try {
      await this.#virsh('screenshot', this.name, '--file', file);
      return await readFile(file);
    } finally {
      await rm(file, { force: true });
    }
  }
}
