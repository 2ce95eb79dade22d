import { describe, expect, it } from 'vitest';
import { parseXml, readXml, withoutConfigs, XmlError } from './xml.ts';
import { scanChildren } from './xml-children.ts';

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
    '<other/>',
    '<a><d/></a>',
  ])('%j is an XmlError', (xml) => {
    expect(() => parseXml(xml, 'd')).toThrow(XmlError);
  });

  it('leave Object alone: their names are names as any other', () => {
    const root = parseXml('<d __proto__="x"><__proto__ polluted="yes"/><constructor>c</constructor></d>', 'd');
    expect(root.childNames).toEqual(['__proto__', 'constructor']);
    expect(root.at('constructor')?.text).toBe('c');
    expect([root.attribute('__proto__'), root.attribute('constructor')]).toEqual(['x', undefined]);
    expect(root.at('hasOwnProperty')).toBeUndefined();
    expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false);
  });
});

describe('hostile documents', () => {
  const outcome = async (xml: string) => {
    try {
      return (await readXml(xml, 'd')).at('t')?.text.length ?? 'read';
    } catch (error) {
      return error;
    }
  };

  it('a billion laughs do not expand', async () => {
    const names = [...'abcdefghij'];
    const entities = names.map((name, index) => {
      const before = names[index - 1];
      return `<!ENTITY ${name} "${before ? `&${before};`.repeat(10) : 'ha'.repeat(5)}">`;
    });
    const result = await outcome(`<!DOCTYPE d [${entities.join('')}]><d><t>&j;</t></d>`);
    expect(result).toBeInstanceOf(XmlError);
  });

  it('one large entity, often, does not either', async () => {
    const xml = `<!DOCTYPE d [<!ENTITY a "${'a'.repeat(9_000)}">]><d><t>${'&a;'.repeat(900)}</t></d>`;
    expect(await outcome(xml)).toBeInstanceOf(XmlError);
  });

  it('external entities are refused', async () => {
    expect(await outcome('<!DOCTYPE d [<!ENTITY a SYSTEM "file:///etc/passwd">]><d><t>&a;</t></d>')).toBeInstanceOf(
      XmlError,
    );
  });

  it.each([5_000, 100_000])('%d nested elements are an XmlError, not a crash', async (depth) => {
    const nested = `<d>${'<a>'.repeat(depth)}${'</a>'.repeat(depth)}</d>`;
    expect(await outcome(nested)).toBeInstanceOf(XmlError);
    expect(await outcome(`<d>${'<a>'.repeat(depth)}`)).toBeInstanceOf(XmlError);
  });

  it('many escaped characters are only text', async () => {
    expect(await outcome(`<d><t>${'&lt;&#65;'.repeat(20_000)}</t></d>`)).toBe(40_000);
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

describe('what is too much', () => {
  const elements = (count: number) => `<d>${'<a/>'.repeat(count)}</d>`;
  it.each([
    ['elements', elements(50_000)],
    ['attributes', `<d>${'<a b="" c="" d=""/>'.repeat(33_334)}</d>`],
    ['1000 attributes', `<d${Array.from({ length: 1_001 }, (_, n) => ` a${n}=""`).join('')}/>`],
    ['characters', `<d>${'x'.repeat(4 << 20)}</d>`],
    ['characters of one text', `<d>${'&amp;'.repeat(300_000)}</d>`],
    ['brackets in a CDATA', `<d><![CDATA[${']'.repeat(1_200_000)}]]></d>`],
    ['characters of an attribute', `<d a="${'x'.repeat(1_200_000)}"/>`],
    ['characters of a comment', `<d><!-- ${'- '.repeat(600_000)}--></d>`],
    ['characters of a name', `<d><${'x'.repeat(1_200_000)}/></d>`],
  ])('%s', async (_, xml) => {
    await expect(readXml(xml, 'd')).rejects.toThrow(XmlError);
  });

  it('is no description of a MiB, and no number of texts together', async () => {
    const long = 'ä'.repeat(1 << 20);
    expect((await readXml(`<d><t>${long}</t><t a="${'y'.repeat(1 << 20)}"/></d>`, 'd')).at('t')?.text).toBe(long);
    expect((await readXml(`<d>${`<t>${'z'.repeat(1 << 19)}</t>`.repeat(7)}</d>`, 'd')).all('t')).toHaveLength(7);
  });

  it('is not read at once, but in slices that others get between', async () => {
    const xml = elements(49_000);
    expect(() => parseXml(xml, 'd')).toThrow('at once');
    let turns = 0;
    const count = setInterval(() => turns++);
    expect((await readXml(xml, 'd')).all('a')).toHaveLength(49_000);
    clearInterval(count);
    expect(turns).toBeGreaterThan(0);
  });

  // Where each character looked at all others, one of these would take hours.
  it.each<[string, (length: number) => string]>([
    ['starts that never end', (n) => '<domain '.repeat(n / 8)],
    ['configurations that never end', (n) => `<domainsnapshot>${'<domain>'.repeat(n / 8)}`],
    ['one long attribute', (n) => `<d a="${'x'.repeat(n)}"/>`],
    ['quotes that never close', (n) => `<d a="${"' ".repeat(n / 2)}`],
    ['comments', (n) => `<d>${'<!---->'.repeat(n / 7)}</d>`],
    ['references', (n) => `<d>${'&lt;'.repeat(n / 4)}</d>`],
    ['names', (n) => `<${'d'.repeat(n)}/>`],
  ])('does not take the square of its length: %s', { timeout: 120_000 }, async (_, of) => {
    const xml = of(4_000_000);
    await Promise.all([readXml(xml, 'd'), readXml(withoutConfigs(xml), 'd')].map((read) => read.catch(() => {})));
    try {
      scanChildren(xml);
    } catch (error) {
      expect(error).toBeInstanceOf(XmlError);
    }
  });
});

describe('withoutConfigs', () => {
  const xml = `<domainsnapshot><name>n</name><domain type='kvm'><name>vm</name><metadata><domain>x</domain></metadata></domain>
    <cookie/><inactiveDomain type='kvm'><name>vm</name></inactiveDomain><state>running</state></domainsnapshot>`;
  const head = (text: string) => parseXml(withoutConfigs(text), 'domainsnapshot');

  it('leaves the configurations out and everything else as it was', () => {
    const all = parseXml(xml, 'domainsnapshot');
    for (const path of [['name'], ['state']]) expect(head(xml).at(...path)?.text).toBe(all.at(...path)?.text);
    expect(head(xml).at('domain')).toBeUndefined();
    expect(all.at('domain', 'name')?.text).toBe('vm');
    expect(all.at('inactiveDomain', 'name')?.text).toBe('vm');
  });

  it('still shows that the document was cut', () => {
    for (const end of [xml.length - 3, xml.indexOf('<state>'), xml.indexOf('<cookie'), xml.indexOf('</domain>')])
      expect(() => head(xml.slice(0, end))).toThrow(XmlError);
  });

  it('does not need a configuration to be there', () => {
    expect(head('<domainsnapshot><name>n</name></domainsnapshot>').at('name')?.text).toBe('n');
  });
});
