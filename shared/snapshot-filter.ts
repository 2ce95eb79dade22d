import { own } from './own.ts';
import { safetyRequestOf } from './safety-names.ts';
import type { Snapshot } from './schema.ts';

/** What is known of a snapshot beyond itself. */
export interface Known {
  readonly current: boolean;
  readonly pinned: boolean;
  /** It has no children. */
  readonly leaf: boolean;
  /** It has no parent that libvirt lists. */
  readonly root: boolean;
  readonly tags: readonly string[];
  /** How big it is, bytes; null where nobody knows. */
  readonly bytes: number | null;
}
/** One `key:value` of a filter. */
export interface Facet {
  readonly key: FacetKey;
  readonly value: string;
}
/** All words must be found; of several values of one key, one must fit; different keys must all fit. */
export interface SnapshotFilter {
  readonly words: readonly string[];
  readonly facets: readonly Facet[];
}

interface FacetRow {
  readonly label: string;
  /** The values that a menu offers, with their words. Other values may be typed where `accepts` says so. */
  readonly values: Readonly<Record<string, string>>;
  accepts?(value: string): boolean;
  /** Made once for many snapshots. */
  test(value: string): Test;
}
/** @param now milliseconds since 1970 */
type Test = (snapshot: Snapshot, known: Known, now: number) => boolean;

const hour = 3_600_000;
const units: Readonly<Record<string, number>> = { h: hour, d: 24 * hour, w: 7 * 24 * hour, y: 365 * 24 * hour };
const spanPattern = /^(\d{1,6})([hdwy])$/;
/** `>1g`, `<500m`: binary units. */
const sizePattern = /^([<>])(\d{1,6}(?:\.\d{1,3})?)([kmgt])$/i;
const sizeUnits: Readonly<Record<string, number>> = { k: 2 ** 10, m: 2 ** 20, g: 2 ** 30, t: 2 ** 40 };
const stateWords: Readonly<Record<string, string>> = {
  running: 'Running',
  paused: 'Paused',
  shutoff: 'Shut off',
  'disk-snapshot': 'Not recorded (disks only)',
  crashed: 'Crashed',
  pmsuspended: 'Suspended',
  unknown: 'Unknown',
};
const marks: Readonly<Record<string, (snapshot: Snapshot, known: Known) => boolean>> = {
  pinned: (_, { pinned }) => pinned,
  current: (_, { current }) => current,
  leaf: (_, { leaf }) => leaf,
  root: (_, { root }) => root,
  safety: ({ description }) => safetyRequestOf(description) !== null,
};

/** What snapshots can be told apart by, in the order of the menu. */
export const facetRows = {
  state: {
    label: 'Guest was',
    values: stateWords,
    test:
      (value) =>
      ({ state }) =>
        state === value,
  },
  kind: {
    label: 'Kind',
    values: { internal: 'Internal', external: 'External', mixed: 'Mixed', none: 'No disks' },
    test:
      (value) =>
      ({ kind }) =>
        kind === value,
  },
  memory: {
    label: 'Memory',
    values: { yes: 'With memory', no: 'Without memory' },
    test:
      (value) =>
      ({ memory }) =>
        (memory === 'internal' || memory === 'external') === (value === 'yes'),
  },
  newer: {
    label: 'Taken within',
    values: { '1d': 'The last day', '7d': 'The last 7 days', '30d': 'The last 30 days' },
    accepts: (value) => spanPattern.test(value),
    test: (value) => {
      const span = spanOf(value);
      return ({ createdAt }, _, now) => now - createdAt <= span;
    },
  },
  older: {
    label: 'Taken before',
    values: { '30d': '30 days ago', '1y': 'A year ago' },
    accepts: (value) => spanPattern.test(value),
    test: (value) => {
      const span = spanOf(value);
      return ({ createdAt }, _, now) => now - createdAt > span;
    },
  },
  size: {
    label: 'Size',
    values: { '>100m': 'Over 100 MiB', '>1g': 'Over 1 GiB' },
    accepts: (value) => sizePattern.test(value),
    test: (value) => {
      const [, side, count, unit] = sizePattern.exec(value) ?? [];
      const limit = Number(count) * (sizeUnits[unit?.toLowerCase() ?? ''] ?? 0);
      // What nobody knows is neither big nor small.
      return (_, { bytes }) => bytes !== null && (side === '>' ? bytes > limit : bytes < limit);
    },
  },
  is: {
    label: 'Only',
    values: {
      current: 'Current',
      pinned: 'Pinned',
      leaf: 'Without children',
      root: 'Without a parent',
      safety: 'Safety snapshots',
    },
    test: (value) => own(marks, value) ?? (() => false),
  },
  tag: {
    label: 'Tag',
    values: {},
    accepts: (value) => value !== '',
    test: (value) => {
      const wanted = value.toLowerCase();
      return (_, { tags }) => tags.some((tag) => tag.toLowerCase() === wanted);
    },
  },
} as const satisfies Record<string, FacetRow>;
export type FacetKey = keyof typeof facetRows;
export const facetKeys = Object.keys(facetRows) as FacetKey[];

const rowOf = (key: FacetKey): FacetRow => facetRows[key];
const tokenPattern = /(\w+):"([^"]*)"|(\w+):(\S+)|"([^"]*)"|(\S+)/g;

/** Reads what was typed. What is no facet, or has a value that makes no sense, is a word. */
export function parseFilter(text: string): SnapshotFilter {
  const words: string[] = [];
  const facets: Facet[] = [];
  for (const [whole, quotedKey, quoted, plainKey, plain, phrase] of text.matchAll(tokenPattern)) {
    const key = (quotedKey ?? plainKey)?.toLowerCase();
    const value = quoted ?? plain ?? '';
    if (key !== undefined && isKey(key) && isValue(key, value)) facets.push({ key, value: lowered(key, value) });
    else if (phrase !== '') words.push((phrase ?? whole).toLowerCase());
  }
  return { words, facets };
}

/** The text that reads as this filter. */
export function formatFilter({ words, facets }: SnapshotFilter): string {
  const quote = (value: string) => (/\s/.test(value) || value === '' ? `"${value}"` : value);
  const asWord = (word: string) => (/\s/.test(word) || parseFilter(word).facets.length > 0 ? `"${word}"` : word);
  return [...facets.map(({ key, value }) => `${key}:${quote(value)}`), ...words.map(asWord)].join(' ');
}

/** Puts a facet to the filter, or takes it out. */
export function toggleFacet(filter: SnapshotFilter, { key, value }: Facet): SnapshotFilter {
  const others = filter.facets.filter((facet) => facet.key !== key || facet.value !== value);
  const had = others.length < filter.facets.length;
  return { ...filter, facets: had ? others : [...filter.facets, { key, value }] };
}

/** `Guest was: Running`: a facet in words. */
export function facetWords({ key, value }: Facet): string {
  const { label, values } = rowOf(key);
  const size = sizePattern.exec(value);
  if (size && values[value] === undefined)
    return `${label}: ${size[1] === '>' ? 'over' : 'under'} ${size[2]} ${size[3]?.toUpperCase()}iB`;
  const span = spanPattern.exec(value);
  const spanWords = span ? `${span[1]} ${{ h: 'hours', d: 'days', w: 'weeks', y: 'years' }[span[2] ?? '']}` : value;
  const before = key === 'older' && span ? `${spanWords} ago` : spanWords;
  return `${label}: ${values[value] ?? before}`;
}

/** Whether a snapshot fits; made once for many. @param now milliseconds since 1970. */
export function filterTest(
  { words, facets }: SnapshotFilter,
  now: number,
): (snapshot: Snapshot, known: Known) => boolean {
  const wanted = facetKeys
    .map((key) => facets.filter((facet) => facet.key === key).map(({ value }) => rowOf(key).test(value)))
    .filter((tests) => tests.length > 0);
  return (snapshot, known) => {
    if (!wanted.every((tests) => tests.some((test) => test(snapshot, known, now)))) return false;
    if (words.length === 0) return true;
    const text = foldedText(snapshot);
    const whole = known.tags.length === 0 ? text : `${text}\n${known.tags.join('\n').toLowerCase()}`;
    return words.every((word) => whole.includes(word));
  };
}

const folded = new WeakMap<Snapshot, string>();

/** What words are looked for in, in small letters: the same at each letter that is typed. */
function foldedText(snapshot: Snapshot): string {
  const known = folded.get(snapshot);
  if (known !== undefined) return known;
  const text = `${snapshot.name}\n${snapshot.description}`.toLowerCase();
  folded.set(snapshot, text);
  return text;
}

/** How many of the snapshots have a facet. */
export function countFacet(
  { key, value }: Facet,
  snapshots: readonly { snapshot: Snapshot; known: Known }[],
  now: number,
): number {
  const test = rowOf(key).test(value);
  return snapshots.filter(({ snapshot, known }) => test(snapshot, known, now)).length;
}

function isKey(key: string): key is FacetKey {
  return Object.hasOwn(facetRows, key);
}

function isValue(key: FacetKey, value: string): boolean {
  const { values, accepts } = rowOf(key);
  return Object.hasOwn(values, value.toLowerCase()) || (accepts?.(value) ?? false);
}

/** Tags keep their letters; they are compared without regard to case. */
function lowered(key: FacetKey, value: string): string {
  return key === 'tag' ? value : value.toLowerCase();
}

function spanOf(value: string): number {
  const [, count, unit] = spanPattern.exec(value) ?? [];
  return Number(count) * (units[unit ?? ''] ?? 0);
}
