import { join } from 'node:path';
import type { Random } from '../explore/random.ts';
import { run } from '../lab/run.ts';
import type { ImageKind } from './kinds.ts';

const K = 1024;

/** Draws what is written to a disk, so that no two writes leave the same bytes in a place. */
export class Writes {
  #pattern = 0;
  #compressed = 0;
  #sizeBytes: number;

  constructor(
    private readonly kind: ImageKind,
    private readonly random: Random,
  ) {
    this.#sizeBytes = kind.mebibytes * K * K;
  }

  /** Commands of qemu-io. */
  draw(count: number): string[] {
    return Array.from({ length: count }, () => this.#one());
  }

  grown(sizeBytes: number): void {
    this.#sizeBytes = sizeBytes;
  }

  #one(): string {
    const { random, kind } = this;
    const unit = kind.unitBytes;
    // Compressed data are written to what is not allocated alone: one after the other, from the middle on.
    const middle = this.#sizeBytes / 2;
    if (kind.compressed && random.chance(0.6) && middle + (this.#compressed + 1) * unit <= this.#sizeBytes)
      return `write -c -P ${this.#next()} ${middle + this.#compressed++ * unit} ${unit}`;
    const end = kind.compressed ? middle + this.#compressed * unit : this.#sizeBytes;
    const length = Math.min(512 * (1 + random.below(random.pick([1, 8, 200, 1_000]))), end);
    const offset = Math.min(512 * random.below(end / 512), end - length);
    // A part of a cluster that becomes zeros may, or may not, become a cluster of zeros.
    const from = Math.floor(offset / unit) * unit;
    const whole = `${from} ${Math.min(end - from, unit * (1 + random.below(3)))}`;
    if (!kind.withoutZeros && random.chance(0.15)) return `write -z ${whole}`;
    if (!kind.withoutZeros && random.chance(0.1)) return `discard ${whole}`;
    return `write -P ${this.#next()} ${offset} ${length}`;
  }

  #next(): number {
    this.#pattern = (this.#pattern % 255) + 1;
    return this.#pattern;
  }
}

/** Makes an empty image of a kind; an overlay lies on one that is full of something. */
export async function createImage(path: string, kind: ImageKind): Promise<void> {
  const size = `${kind.mebibytes}M`;
  const below = `${path}.below`;
  if (kind.isOverlay) {
    await run(['qemu-img', 'create', '-q', '-f', 'raw', below, size]);
    await run(['qemu-io', '-f', 'raw', '-c', `write -P 254 0 ${size}`, below]);
  }
  const over = kind.isOverlay ? ['-b', below, '-F', 'raw'] : [];
  await run(['qemu-img', 'create', '-q', '-f', 'qcow2', '-o', kind.options, ...over, path, size]);
}

/** Has qemu-io do things to an image that nothing has open. */
export async function writeAll(path: string, commands: readonly string[]): Promise<void> {
  if (commands.length === 0) return; // qemu-io would wait to be told some
  await run(['qemu-io', '-d', 'unmap', '-f', 'qcow2', ...commands.flatMap((each) => ['-c', each]), path]);
}

/**
 * An image of a kind with some snapshots, as qemu-img takes them: written to between them, gone back to, and some of them
 * deleted again.
 * @returns its path
 */
export async function makeImage(folder: string, kind: ImageKind, random: Random, name = 'image'): Promise<string> {
  const path = join(folder, `${name}.qcow2`);
  await createImage(path, kind);
  const writes = new Writes(kind, random);
  let sizeMiB = kind.mebibytes;
  const taken: string[] = [];
  const { atMost = 5 } = kind;
  for (let step = 0; step < 9; step++) {
    await writeAll(path, writes.draw(2 + random.below(12)));
    if (taken.length < atMost) {
      taken.push(`s${step}`);
      await run(['qemu-img', 'snapshot', '-c', `s${step}`, path]);
    }
    if (kind.grows && step % 3 === 1) {
      sizeMiB += 3;
      await run(['qemu-img', 'resize', '-q', path, `${sizeMiB}M`]);
      writes.grown(sizeMiB * K * K);
    }
    // Where sizes differ, what is written next would have to know of the size then.
    if (!kind.grows && random.chance(kind.branches ? 0.5 : 0.15))
      await run(['qemu-img', 'snapshot', '-a', random.pick(taken), path]);
    if (taken.length > 2 && random.chance(0.2)) {
      const [gone = ''] = taken.splice(random.below(taken.length), 1);
      await run(['qemu-img', 'snapshot', '-d', gone, path]);
    }
  }
  await writeAll(path, writes.draw(random.below(8)));
  return path;
}
