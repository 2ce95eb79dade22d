import { describe, expect, it } from 'vitest';
import { type Size, SizeTruth, SizeUnknown } from './schema.ts';
import { known, unknown } from './sizes.ts';
import {
  changedWords,
  freesInShort,
  freesWords,
  sizeWords,
  totalOfDomains,
  totalWords,
  whyUnknown,
} from './sizes-words.ts';

const bytes = 3 * 1024 * 1024;

describe('a size in words', () => {
  it.each<[SizeTruth, string, string, string, string]>([
    ['exact', '3 MiB', 'frees 3 MiB', '3 MiB of disk blocks differ', 'no disk block differs'],
    [
      'at-least',
      'at least 3 MiB',
      'frees at least 3 MiB',
      'at least about 3 MiB of disk blocks differ; what the guest has not flushed is missing',
      'no disk block differs yet; what the guest has not flushed is missing',
    ],
    ['at-most', 'up to 3 MiB', 'frees up to 3 MiB', 'up to 3 MiB of disk blocks differ', 'no disk block differs'],
    [
      'about',
      'about 3 MiB',
      'frees about 3 MiB',
      'about 3 MiB of disk blocks differ; what the guest has not flushed is missing',
      'no disk block differs yet; what the guest has not flushed is missing',
    ],
  ])('that is %s', (truth, own, frees, changed, same) => {
    const size = known(bytes, truth);
    expect([sizeWords(size), freesWords(size), changedWords(size)]).toEqual([own, frees, changed]);
    expect(changedWords(known(0, truth))).toBe(same);
  });

  it('has no decimals in hundreds, and says no more than is true', () => {
    const words = (truth: SizeTruth) => sizeWords(known(513.5 * 1024 * 1024, truth));
    expect(SizeTruth.options.map(words)).toEqual(['514 MiB', 'at least 513 MiB', 'up to 514 MiB', 'about 514 MiB']);
    expect(sizeWords(known(99.5 * 1024, 'exact'))).toBe('99.5 KiB');
  });

  it('is there for each truth', () => {
    for (const truth of SizeTruth.options) {
      const size: Size = known(bytes, truth);
      for (const words of [sizeWords(size), freesWords(size), changedWords(size)]) expect(words).toContain('3 MiB');
    }
  });

  it.each<[SizeUnknown, string]>([
    ['no-pool', 'libvirt shows this image’s contents only where a storage pool has its folder'],
    ['inactive-pool', 'The storage pool that has this image is not active'],
    ['newer-than-pool', 'The storage pool has not listed this image yet: it has to be refreshed'],
    ['gone', 'The image is not there any more'],
    ['read-only', 'This connection may only look, and libvirt shows it no contents of images'],
    ['refused', 'libvirt did not let this image be read'],
    ['not-qcow2', 'It cannot be told for this image: its format is not qcow2'],
    ['corrupt', 'It cannot be told for this image: QEMU marked it as corrupt'],
    ['dirty', 'It cannot be told for this image: it was not closed properly, and its counts may be behind'],
    ['unsupported', 'It cannot be told for this image: it uses a feature of qcow2 that Snapkeel does not read'],
    ['damaged', 'It cannot be told for this image: what it says of itself makes no sense'],
    ['missing', 'The snapshot is not in the image'],
    ['changing', 'The image changed while it was measured. Measure it again'],
    ['busy', 'The domain is being changed. Measure it afterwards'],
    ['too-much', 'Too much of the image would have to be read at once'],
    ['not-told', 'libvirt does not report how much that is'],
  ])('that is %s', (why, sentence) => {
    expect(whyUnknown[why]).toBe(sentence);
    expect(freesInShort(unknown(why))).toBe(why === 'too-much' ? 'too much to read at once' : 'not reported');
  });

  it('is never a figure where it is not known, and says why', () => {
    for (const why of SizeUnknown.options) {
      const size = unknown(why);
      expect(sizeWords(size)).toBe('not reported');
      expect(freesWords(size)).toBeNull();
      expect(changedWords(size)).toBe(whyUnknown[why]);
      expect(whyUnknown[why]).toMatch(/^\S.*[^.\s]$/);
      expect(whyUnknown[why]).not.toMatch(/\d (bytes|[KMGT]iB)/);
    }
    expect(new Set(Object.values(whyUnknown)).size).toBe(SizeUnknown.options.length);
  });
});

describe('a total', () => {
  const total = (notReported: number, ...mebibytes: number[]) => ({
    measuredAt: 0,
    notReported,
    parts: mebibytes.map((each, n) => ({ place: `/${each}-${n}`, bytes: each * 1024 * 1024 })),
  });

  it('of a domain claims what is known, and says how many snapshots are not among it', () => {
    expect(totalWords(total(0, 512, 1024))).toBe('1.5 GiB known');
    expect(totalWords(total(4, 512, 1024))).toBe('1.5 GiB known, 4 snapshots not reported');
    expect(totalWords(total(1, 2))).toBe('2 MiB known, 1 snapshot not reported');
    expect(totalWords(total(4))).toBe('not reported');
  });

  it('of a host says which domains are not, or not wholly, among it', () => {
    expect(totalOfDomains([], 3)).toBeNull();
    expect(totalOfDomains([total(0, 512), total(0, 1024)], 0)).toEqual(['1.5 GiB', 'known']);
    expect(totalOfDomains([total(2, 512), total(7), total(0, 3)], 2)).toEqual([
      '515 MiB',
      'known, 2 domains not fully reported, 2 not read yet',
    ]);
    expect(totalOfDomains([total(2), total(7)], 0)).toEqual(['2 domains', 'without a reported size']);
  });
});
