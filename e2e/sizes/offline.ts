import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Random } from '../explore/random.ts';
import { fileRanges, measure } from './figures.ts';
import { makeImage } from './images.ts';
import type { ImageKind } from './kinds.ts';
import * as oracle from './oracle.ts';

/** A figure of an image that qemu-img made, and what it really was. Bytes. */
export interface ImageCase {
  readonly what: string;
  readonly told: number;
  readonly really: number;
  readonly agrees: boolean;
}

/** Makes an image of a kind, which a seed decides, and holds all its figures against what qemu-img does to copies. */
export async function holdImage(kind: ImageKind, seed: number): Promise<ImageCase[]> {
  const folder = await mkdtemp(join(tmpdir(), 'snapkeel-sizes-'));
  try {
    const path = await makeImage(folder, kind, new Random(seed));
    const { read, close } = fileRanges(path);
    const { tags, changed, deleted, reverted, used } = await measure(read);
    const cases: ImageCase[] = [];
    const add = (what: string, told: number, really: number, isBound = false) =>
      cases.push({ what, told, really, agrees: isBound ? told >= really : told === really });
    add('used', await used(), oracle.used(path));
    add('revert frees', await reverted(), await oracle.freedByReverting(path, tags[0] as string));
    for (const tag of tags) {
      add(`frees ${tag}`, await deleted([tag]), await oracle.freedByDeleting(path, [tag]));
      const really = await oracle.changedByReverting(path, tag, kind.unitBytes);
      add(`changed ${tag}`, await changed(tag), really, !kind.isExact);
    }
    for (const some of [tags.slice(0, 2), tags])
      add(`together ${some.join()}`, await deleted(some), await oracle.freedByDeleting(path, some));
    close();
    return cases;
  } finally {
    await rm(folder, { recursive: true });
  }
}
