import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { safetyDescription } from './safety-names.ts';
import type { Snapshot } from './schema.ts';
import {
  facetKeys,
  facetRows,
  facetWords,
  filterTest,
  formatFilter,
  type Known,
  parseFilter,
  toggleFacet,
} from './snapshot-filter.ts';

const day = 86_400_000;
const now = 400 * day;
const plain: Known = { current: false, pinned: false, leaf: false, root: false, tags: [], bytes: null };
const snapshot = (more: Partial<Snapshot> = {}): Snapshot => ({
  name: 'before-upgrade',
  description: 'kernel 6.12',
  parent: null,
  createdAt: now - 10 * day,
  state: 'running',
  memory: 'internal',
  kind: 'internal',
  disks: [],
  ...more,
});
const hits = (text: string, more: Partial<Snapshot> = {}, known: Partial<Known> = {}) =>
  filterTest(parseFilter(text), now)(snapshot(more), { ...plain, ...known });

describe('a filter', () => {
  it.each([
    ['', true],
    ['UPGRADE kernel', true],
    ['"kernel 6.12"', true],
    ['"upgrade kernel"', false],
    ['state:running', true],
    ['STATE:Running', true],
    ['state:paused', false],
    ['state:paused state:running', true],
    ['state:running kind:external', false],
    ['memory:yes', true],
    ['memory:no', false],
    ['newer:11d', true],
    ['newer:9d', false],
    ['older:1w newer:2w', true],
    ['older:300h', false],
    ['is:pinned', false],
    ['is:current', false],
    ['is:safety', false],
    ['is:leaf', false],
    ['is:root', false],
    ['tag:gold', false],
  ])('%s', (text, expected) => expect(hits(text)).toBe(expected));

  it('looks at marks and tags', () => {
    expect(hits('is:pinned', {}, { pinned: true })).toBe(true);
    expect(hits('is:current', {}, { current: true })).toBe(true);
    const GiB = 2 ** 30;
    expect(hits('size:>1G', {}, { bytes: GiB + 1 })).toBe(true);
    expect(hits('size:>1G', {}, { bytes: GiB })).toBe(false);
    expect(hits('size:<1.5g', {}, { bytes: GiB })).toBe(true);
    expect(hits('size:>1k', {}, { bytes: null })).toBe(false);
    expect(hits('size:<9t', {}, { bytes: null })).toBe(false);
    expect(hits('is:leaf', {}, { leaf: true })).toBe(true);
    expect(hits('is:leaf', {}, { root: true })).toBe(false);
    expect(hits('is:root', {}, { root: true })).toBe(true);
    expect(hits('is:root', {}, { leaf: true })).toBe(false);
    expect(hits('is:leaf is:root', {}, { root: true })).toBe(true);
    expect(hits('tag:"my lab"', {}, { tags: ['My Lab'] })).toBe(true);
    expect(hits('my lab', {}, { tags: ['My Lab'] })).toBe(true);
    expect(hits('is:safety', { description: safetyDescription('clean', 'request') })).toBe(true);
  });

  it('takes what is no facet for words', () => {
    expect(parseFilter('state:green colour:red newer:soon is: "" 10:30')).toEqual({
      words: ['state:green', 'colour:red', 'newer:soon', 'is:', '10:30'],
      facets: [],
    });
    expect(hits('6.12')).toBe(true);
    expect(hits('constructor:x')).toBe(false);
  });

  it('is the same after writing and reading', () => {
    const facet = fc.oneof(
      ...facetKeys
        .filter((key) => key !== 'tag')
        .map((key) => fc.constantFrom(...Object.keys(facetRows[key].values)).map((value) => ({ key, value }))),
      fc.stringMatching(/^[^",\n\s][^",\n]{0,20}$/).map((value) => ({ key: 'tag' as const, value })),
    );
    const word = fc.stringMatching(/^[^"\s]{1,12}( [^"\s]{1,5})?$/).map((text) => text.toLowerCase());
    fc.assert(
      fc.property(fc.array(word), fc.array(facet), (words, facets) => {
        const read = parseFilter(formatFilter({ words, facets }));
        expect(read).toEqual({ words, facets });
      }),
    );
  });

  it('facets go in and out, and have words', () => {
    const filter = toggleFacet(parseFilter('kernel'), { key: 'state', value: 'running' });
    expect(formatFilter(filter)).toBe('state:running kernel');
    expect(formatFilter(toggleFacet(filter, { key: 'state', value: 'running' }))).toBe('kernel');
    expect(facetWords({ key: 'state', value: 'shutoff' })).toBe('Guest was: Shut off');
    expect(facetWords({ key: 'older', value: '3w' })).toBe('Taken before: 3 weeks ago');
    expect(facetWords({ key: 'size', value: '>1g' })).toBe('Size: Over 1 GiB');
    expect(facetWords({ key: 'size', value: '<2.5t' })).toBe('Size: under 2.5 TiB');
    expect(facetWords({ key: 'tag', value: 'gold' })).toBe('Tag: gold');
  });
});
