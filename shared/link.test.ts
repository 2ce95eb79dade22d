import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Link, linkText, parseLink } from './link.ts';

const words = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 60 });
const anyLink: fc.Arbitrary<Link> = fc.oneof(
  fc.record({ action: fc.constant('open'), host: words, domain: words, snapshot: fc.option(words) }),
  fc.record({ action: fc.constant('revert'), host: words, domain: words, snapshot: words }),
) as fc.Arbitrary<Link>;

describe('a link', () => {
  it('is read as it was written, whatever the names are', () => {
    fc.assert(
      fc.property(anyLink, (link) => {
        expect(parseLink(linkText(link))).toEqual(link);
      }),
    );
  });
  it('may be the first line of a file', () => {
    const text = '\uFEFFsnapkeel://revert?host=qemu%3A%2F%2F%2Fsystem&domain=web&snapshot=clean\r\nmore\n';
    expect(parseLink(text)).toEqual({ action: 'revert', host: 'qemu:///system', domain: 'web', snapshot: 'clean' });
  });
  it.each([
    '',
    'https://revert?host=a&domain=b&snapshot=c',
    'snapkeel://delete?host=a&domain=b&snapshot=c',
    'snapkeel://revert?host=a&domain=b',
    'snapkeel://open?host=a&domain=\ud800',
    'snapkeel://revert?host=&domain=b&snapshot=c',
    'snapkeel://open?domain=b',
    'snapkeel://open/further?host=a&domain=b',
    `snapkeel://open?host=a&domain=${'b'.repeat(5_000)}`,
  ])('is none: %s', (text) => {
    expect(parseLink(text)).toBeNull();
  });
  it('is nothing, or is read, whatever comes', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(() => parseLink(`snapkeel://open?${text}`)).not.toThrow();
      }),
    );
  });
});
