import { resolveTag, tagsNamed } from '../../../shared/libvirt/image-tags.ts';
import type { Size, SizeTruth, SizeUnknown } from '../../../shared/schema.ts';
import { known, leastTrue, unknown } from '../../../shared/sizes.ts';
import type { StreamCaller } from '../../libvirt/domains.ts';
import { Qcow2Error } from '../../libvirt/qcow2/error.ts';
import { Figures } from '../../libvirt/qcow2/figures.ts';
import type { ImageHead } from '../../libvirt/qcow2/image.ts';
import type { ReadRanges } from '../../libvirt/qcow2/ranges.ts';
import { type LookOptions, lookInto } from '../../libvirt/volume-reader.ts';
import { type KeptFigures, printOf } from './kept-figures.ts';

/** Bytes, or why not; `changedTruth` is how true what is changed can be at best. */
export interface ImageFigures {
  readonly changed: number | SizeUnknown | null;
  readonly changedTruth: SizeTruth;
  readonly frees: number | SizeUnknown;
  readonly revertFrees: number | SizeUnknown | null;
  readonly used: number | SizeUnknown;
}

/** The same in one image as the window is told it. */
export interface ImageSizes {
  readonly changed: Size | null;
  readonly frees: Size;
  readonly revertFrees: Size | null;
  readonly used: Size;
}

export interface Asked {
  readonly path: string;
  /** One, for what a revert to it changes, too; several, for what they free together. */
  readonly names: readonly string[];
  /** Which file it is, and in which state, of an image that nobody writes to; else null, and nothing is kept. */
  readonly version: () => Promise<string | null>;
}

/**
 * What an image's own metadata say of some of its snapshots. An image that is replaced, and put back before its header is
 * read again, has another inode or another time of its inode by then; a file that a guest writes to has those all the time.
 * @throws as lookInto; what `version` throws
 */
export async function measureImage(
  caller: StreamCaller,
  { path, names, version }: Asked,
  kept: KeptFigures,
  options: LookOptions,
): Promise<ImageFigures> {
  const before = await version();
  const looked = await lookInto(
    caller,
    path,
    async (head, read) => {
      const print = printOf([path, before, ...names], head.bytes);
      const figures =
        (before === null ? undefined : kept.find(print)) ?? (await figuresOf(head, read, names, options.signal));
      return { print, figures };
    },
    options,
  );
  if (!looked.known) return nothing(looked.why, names.length === 1);
  const { print, figures } = looked.value;
  if ((await version()) !== before) return nothing('changing', names.length === 1);
  if (before !== null) kept.keep(print, figures);
  return figures;
}

/** With how true the rest is. */
export function asSizes(figures: ImageFigures, truth: SizeTruth): ImageSizes {
  const { changed, changedTruth, frees, revertFrees, used } = figures;
  const size = (value: number | SizeUnknown, ...truths: SizeTruth[]) =>
    typeof value === 'number' ? known(value, leastTrue(...truths)) : unknown(value);
  return {
    changed: changed === null ? null : size(changed, truth, changedTruth),
    frees: size(frees, truth),
    revertFrees: revertFrees === null ? null : size(revertFrees, truth),
    used: size(used, truth),
  };
}

function nothing(why: SizeUnknown, isOne: boolean): ImageFigures {
  const ofOne = isOne ? why : null;
  return { changed: ofOne, changedTruth: 'exact', frees: why, revertFrees: ofOne, used: why };
}

/** @throws Qcow2Error; what reading throws */
async function figuresOf(
  { header, snapshots }: ImageHead,
  read: ReadRanges,
  names: readonly string[],
  signal: AbortSignal | undefined,
): Promise<ImageFigures> {
  const figures = new Figures({ header, read, signal });
  const [name, another] = names;
  const isOne = name !== undefined && another === undefined;
  // A revert goes by the ID first, a deletion by the name alone.
  const meant = isOne ? resolveTag(snapshots, name) : null;
  const deleted = names.flatMap((each) => tagsNamed(snapshots, each).slice(0, 1));
  return {
    changed: !meant ? null : meant.kind === 'missing' ? 'missing' : await orWhy(() => figures.changedSince(meant.tag)),
    changedTruth: header.hasSubclusters || header.backing !== null ? 'at-most' : 'exact',
    frees: deleted.length < names.length ? 'missing' : await orWhy(() => figures.freedByDeleting(deleted)),
    revertFrees: isOne ? await orWhy(() => figures.freedByReverting()) : null,
    used: await orWhy(() => figures.used()),
  };
}

/** What makes one figure unknown, and not all of them. */
const OF_ONE: ReadonlySet<string> = new Set(['dirty', 'too-much']);

async function orWhy(tell: () => Promise<number>): Promise<number | SizeUnknown> {
  try {
    return await tell();
  } catch (error) {
    if (error instanceof Qcow2Error && OF_ONE.has(error.fault)) return error.fault;
    throw error;
  }
}
