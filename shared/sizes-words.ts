import { formatBytes, formatClock, formatCount, formatWhole } from './format.ts';
import type { Size, SizeTotal, SizeTruth, SizeUnknown } from './schema.ts';
import { bytesOf } from './sizes.ts';

/** What stands where a size cannot be told and there is no room to say why. */
export const notReported = 'not reported';

/** What stands before a size that is not exact. */
const before: Readonly<Record<SizeTruth, string>> = {
  exact: '',
  'at-least': 'at least ',
  'at-most': 'up to ',
  about: 'about ',
};

/** Hundreds have no decimals, and are no more, or no less, than is true. */
const rounded: Readonly<Record<SizeTruth, (value: number) => number>> = {
  exact: Math.round,
  'at-least': Math.floor,
  'at-most': Math.ceil,
  about: Math.round,
};

/** What of the disks differs; with nothing to differ, the second. `{}` is the size. */
const changed: Readonly<Record<SizeTruth, readonly [some: string, none: string]>> = {
  exact: ['{} of disk blocks differ', 'no disk block differs'],
  'at-least': [
    'at least about {} of disk blocks differ; what the guest has not flushed is missing',
    'no disk block differs yet; what the guest has not flushed is missing',
  ],
  'at-most': ['up to {} of disk blocks differ', 'no disk block differs'],
  about: [
    'about {} of disk blocks differ; what the guest has not flushed is missing',
    'no disk block differs yet; what the guest has not flushed is missing',
  ],
};

/** Why a size is not told, as a sentence without its stop. */
export const whyUnknown: Readonly<Record<SizeUnknown, string>> = {
  'no-pool': 'libvirt shows this image’s contents only where a storage pool has its folder',
  'inactive-pool': 'The storage pool that has this image is not active',
  'newer-than-pool': 'The storage pool has not listed this image yet: it has to be refreshed',
  gone: 'The image is not there any more',
  'read-only': 'This connection may only look, and libvirt shows it no contents of images',
  refused: 'libvirt did not let this image be read',
  'not-qcow2': 'It cannot be told for this image: its format is not qcow2',
  corrupt: 'It cannot be told for this image: QEMU marked it as corrupt',
  dirty: 'It cannot be told for this image: it was not closed properly, and its counts may be behind',
  unsupported: 'It cannot be told for this image: it uses a feature of qcow2 that Snapkeel does not read',
  damaged: 'It cannot be told for this image: what it says of itself makes no sense',
  missing: 'The snapshot is not in the image',
  changing: 'The image changed while it was measured. Measure it again',
  busy: 'The domain is being changed. Measure it afterwards',
  'too-much': 'Too much of the image would have to be read at once',
  'not-told': 'libvirt does not report how much that is',
};

/** `1.5 GiB`, `at least 1.5 GiB`, `not reported`. */
export function sizeWords(size: Size): string {
  return size.known ? `${before[size.truth]}${inFigures(size)}` : notReported;
}

/** `frees 1.5 GiB`, `frees up to 1.5 GiB`; null where it cannot be told. */
export function freesWords(size: Size): string | null {
  return size.known ? `frees ${sizeWords(size)}` : null;
}

/** The same where there is room for a few words; of several together, why they could not be measured. */
export function freesInShort(size: Size): string {
  return freesWords(size) ?? (!size.known && size.why === 'too-much' ? 'too much to read at once' : notReported);
}

/** `(measured 12:14)`. */
export function measuredWords(at: number): string {
  return `(measured ${formatClock(at)})`;
}

/** `3 MiB of disk blocks differ`; or why that cannot be told. */
export function changedWords(size: Size): string {
  if (!size.known) return whyUnknown[size.why];
  const [some, none] = changed[size.truth];
  return size.bytes === 0 ? none : some.replace('{}', inFigures(size));
}

/** What a total is of, and what is never in it. */
export const whatTotalIs =
  'Memory and files of the snapshots, each file once. What they keep inside disk images has no size of its own';

/** What a domain's snapshots take up: `1.5 GiB known, 4 snapshots not reported`, or `not reported`. */
export function totalWords(total: SizeTotal): string {
  if (total.parts.length === 0) return notReported;
  const known = `${formatBytes(bytesOf([total]))} known`;
  return total.notReported === 0 ? known : `${known}, ${formatCount(total.notReported, 'snapshot')} ${notReported}`;
}

/**
 * The same of the domains of a host, as a figure and what is said of it: `65 GiB`, `known, 4 domains not fully reported`.
 * @param unread domains that were not looked at
 * @returns null before anything is known
 */
export function totalOfDomains(totals: readonly SizeTotal[], unread: number): [figure: string, words: string] | null {
  if (totals.length === 0) return null;
  const partly = totals.filter((each) => each.notReported > 0).length;
  const rest = unread === 0 ? [] : [`${formatWhole(unread)} not read yet`];
  if (totals.every(({ parts }) => parts.length === 0))
    return [formatCount(partly, 'domain'), ['without a reported size', ...rest].join(', ')];
  const missing = partly === 0 ? [] : [`${formatCount(partly, 'domain')} not fully reported`];
  return [formatBytes(bytesOf(totals)), ['known', ...missing, ...rest].join(', ')];
}

function inFigures({ bytes, truth }: Extract<Size, { known: true }>): string {
  return formatBytes(bytes).replace(/^\d{3,}\.\d/, (value) => `${rounded[truth](Number(value))}`);
}
