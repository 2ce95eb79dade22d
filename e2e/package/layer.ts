import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, writeFileSync } from 'node:fs';
import { run } from './tools.ts';

/**
 * Lays a file system in memory over this one, where nobody else sees it, and holds it until its input ends: also when
 * whoever started it dies. The runtime, if one is given, lies in the layer's /mnt.
 */
const hold = `
mount -t tmpfs tmpfs /mnt
mkdir /mnt/upper /mnt/work /mnt/root
mount -t overlay overlay -o lowerdir=/,upperdir=/mnt/upper,workdir=/mnt/work /mnt/root
mount --rbind /dev /mnt/root/dev
mount -t proc proc /mnt/root/proc
[ -z "$1" ] || mount --bind "$1" /mnt/root/mnt
echo held
exec cat
`;

/** This system with a layer over it that is thrown away: whatever is installed in it is installed nowhere else. */
export class Layer {
  private constructor(private readonly holder: ChildProcess) {}

  /**
   * Only root can have one.
   * @param runtime a folder laid out like Electron’s own
   */
  static async over(runtime: string | undefined): Promise<Layer> {
    const holder = spawn('unshare', ['--mount', 'sh', '-ec', hold, 'sh', runtime ?? ''], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    const held = await Promise.race([once(holder.stdout, 'data'), once(holder, 'exit')]);
    if (`${held[0]}` !== 'held\n') throw new Error(`the layer’s holder ended with ${held[0]}`);
    return new Layer(holder);
  }

  /** Runs a program in it to its end. @returns what it printed @throws Error when it fails */
  run(...command: readonly string[]): string {
    return this.#run('chroot', '/mnt/root', ...command);
  }

  /** Puts a file of this system into it. */
  copy(from: string, to: string): void {
    this.#run('cp', from, `/mnt/root${to}`);
  }

  /** The paths of all that was made or changed in it and has such a name, by a pattern of `find`. */
  added(name: string): string[] {
    const found = this.#run('find', '/mnt/upper', '-iname', name);
    return found.split('\n').flatMap((path) => (path ? [path.slice('/mnt/upper'.length)] : []));
  }

  /**
   * Writes a program that starts a program of the layer, with the same arguments.
   * @param file where to, outside of it
   */
  launcher(file: string, program: string): void {
    const line = ['nsenter', ...this.#enter, 'chroot', '/mnt/root', 'env', '--unset=TMPDIR', program, '"$@"'];
    writeFileSync(file, `#!/bin/sh\nexec ${line.join(' ')}\n`);
    chmodSync(file, 0o755);
  }

  async remove(): Promise<void> {
    const ended = once(this.holder, 'exit');
    this.holder.stdin?.end();
    await ended;
  }

  #run(...command: readonly string[]): string {
    return run('nsenter', [...this.#enter, ...command]);
  }

  get #enter(): readonly string[] {
    return [`--target=${this.holder.pid}`, '--mount'];
  }
}
