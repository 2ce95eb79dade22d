import { describe, expect, it } from 'vitest';
import { parseXml, XmlError } from './xml.ts';

const text = (inner: string) => parseXml(`<d><t>${inner}</t></d>`, 'd').at('t')?.text;

describe('text', () => {
  it.each([
    ['001', '001'],
    ['1e5', '1e5'],
    ['0x10', '0x10'],
    ['true', 'true'],
    ['', ''],
    [' a  b ', ' a  b '],
    ['&lt;b&gt; &amp; &quot;&apos;', '<b> & "\''],
    ['&amp;lt;', '&lt;'],
    ['&amp;#65;', '&#65;'],
    ['&#65;&#x42;&#128512;&#10;', 'AB😀\n'],
    ['Ünï 日本 😀', 'Ünï 日本 😀'],
    ['<![CDATA[<x> &amp;]]>', '<x> &amp;'],
    ['a<!-- not this -->b', 'ab'],
  ])('%j is read as %j', (inner, expected) => {
    expect(text(inner)).toBe(expected);
  });

  it('of attributes is read the same way', () => {
    const element = parseXml(`<d a='001' b="a&amp;b&#65;" c=' x>y '/>`, 'd');
    expect(['a', 'b', 'c', 'd'].map((name) => element.attribute(name))).toEqual(['001', 'a&bA', ' x>y ', undefined]);
  });
});

describe('elements', () => {
  const root = parseXml('<d><a n="1"><b>x</b></a><a n="2"/><q:c xmlns:q="u">y</q:c></d>', 'd');

  it('are found by path, first one first', () => {
    expect(root.all('a').map((each) => each.attribute('n'))).toEqual(['1', '2']);
    expect(root.at('a', 'b')?.text).toBe('x');
    expect(root.at('q:c')?.text).toBe('y');
  });

  it('that are missing are undefined all the way down', () => {
    expect(root.at('x')).toBeUndefined();
    expect(root.at('x', 'y', 'z')).toBeUndefined();
    expect(root.at('a', 'b', 'c')).toBeUndefined();
    expect(root.all('x')).toEqual([]);
    expect(root.at('toString')).toBeUndefined();
    expect(root.all('constructor')).toEqual([]);
    expect(root.attribute('n')).toBeUndefined();
  });
});

describe('documents that are not well-formed', () => {
  it.each([
    '',
    'hello',
    '<d',
    '<d>',
    '<d><a></d>',
    '<d><a></b></d>',
    '<d a=1/>',
    '<d a="1" a="2"/>',
    '<d>a & b</d>',
    '<d><__proto__>1</__proto__></d>',
    '<d><constructor/></d>',
    '<other/>',
    '<a><d/></a>',
  ])('%j is an XmlError', (xml) => {
    expect(() => parseXml(xml, 'd')).toThrow(XmlError);
    expect(() => parseXml(xml, 'd', true)).toThrow(XmlError);
  });

  it('leave Object alone', () => {
    expect(() => parseXml('<d __proto__="x"><__proto__ polluted="yes"/></d>', 'd')).toThrow(XmlError);
    expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false);
  });
});

describe('hostile documents', () => {
  const outcome = (xml: string, skip = false) => {
    try {
      return parseXml(xml, 'd', skip).at('t')?.text.length ?? 'read';
    } catch (error) {
      return error;
    }
  };

  it('a billion laughs do not expand', () => {
    const names = [...'abcdefghij'];
    const entities = names.map((name, index) => {
      const before = names[index - 1];
      return `<!ENTITY ${name} "${before ? `&${before};`.repeat(10) : 'ha'.repeat(5)}">`;
    });
    const result = outcome(`<!DOCTYPE d [${entities.join('')}]><d><t>&j;</t></d>`);
    if (typeof result === 'number') expect(result).toBeLessThan(100_000);
    else expect(result).toBeInstanceOf(XmlError);
  });

  it('one large entity, often, does not either', () => {
    const xml = `<!DOCTYPE d [<!ENTITY a "${'a'.repeat(9_000)}">]><d><t>${'&a;'.repeat(900)}</t></d>`;
    expect(outcome(xml)).toBeInstanceOf(XmlError);
  });

  it('external entities are refused', () => {
    expect(outcome('<!DOCTYPE d [<!ENTITY a SYSTEM "file:///etc/passwd">]><d><t>&a;</t></d>')).toBeInstanceOf(XmlError);
  });

  it.each([5_000, 100_000])('%d nested elements are an XmlError, not a crash', (depth) => {
    const nested = `<d>${'<a>'.repeat(depth)}${'</a>'.repeat(depth)}</d>`;
    expect(outcome(nested)).toBeInstanceOf(XmlError);
    expect(outcome(`<d>${'<a>'.repeat(depth)}`)).toBeInstanceOf(XmlError);
  });

  it('many escaped characters are only text', () => {
    expect(outcome(`<d><t>${'&lt;&#65;'.repeat(20_000)}</t></d>`)).toBe(40_000);
  });
});

it('reads the deepest backing chain that libvirt allows', () => {
  const chain = 200;
  const xml = `<domain><devices><disk>${'<backingStore type="file">'.repeat(chain)}${'</backingStore>'.repeat(chain)}</disk></devices></domain>`;
  let depth = 0;
  let element = parseXml(xml, 'domain').at('devices', 'disk', 'backingStore');
  while (element) {
    depth++;
    element = element.at('backingStore');
  }
  expect(depth).toBe(chain);
});

describe('skipConfigs', () => {
  const xml = `<domainsnapshot><name>n</name><domain type='kvm'><name>vm</name><metadata><domain>x</domain></metadata></domain>
    <cookie/><inactiveDomain type='kvm'><name>vm</name></inactiveDomain><state>running</state></domainsnapshot>`;

  it('leaves the configurations unread and everything else as it was', () => {
    const [head, all] = [parseXml(xml, 'domainsnapshot', true), parseXml(xml, 'domainsnapshot')];
    for (const path of [['name'], ['state']]) expect(head.at(...path)?.text).toBe(all.at(...path)?.text);
    expect(head.at('domain')).toBeDefined();
    expect(head.at('domain', 'name')).toBeUndefined();
    expect(all.at('domain', 'name')?.text).toBe('vm');
    expect(all.at('inactiveDomain', 'name')?.text).toBe('vm');
  });

  it('still sees that the document was cut', () => {
    for (const end of [xml.length - 3, xml.indexOf('<state>'), xml.indexOf('<cookie')])
      expect(() => parseXml(xml.slice(0, end), 'domainsnapshot', true)).toThrow(XmlError);
  });

  it('does not need a configuration to be there', () => {
    expect(parseXml('<domainsnapshot><name>n</name></domainsnapshot>', 'domainsnapshot', true).at('name')?.text).toBe(
      'n',
    );
  });
});
