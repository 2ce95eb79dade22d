import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { scanPlain } from './plain-xml.ts';
import { readXml, type XmlElement, XmlError } from './xml.ts';

interface Tree {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly text: string;
  readonly children: readonly Tree[];
}
function childrenOf(element: XmlElement): Tree[] {
  return element.childNames.flatMap((name) => element.all(name)).map(dump);
}
function dump(element: XmlElement): Tree {
  const { name, attributes, text } = element;
  return { name, attributes: { ...attributes }, text, children: childrenOf(element) };
}

const snapshot = `<domainsnapshot>
  <name>before &lt;the&gt; upgrade</name>
  <description>line one
line two &amp; more</description>
  <state>running</state>
  <parent>
    <name>base</name>
  </parent>
  <creationTime>1764110000</creationTime>
  <memory snapshot='external' file='/var/lib/libvirt/qemu/save/a&apos;b'/>
  <disks>
    <disk name='vda' snapshot='external' type='file'>
      <driver type='qcow2'/>
      <source file="/images/a 'b'.qcow2" index='1'/>
    </disk>
    <disk name='vdb' snapshot='no'/>
  </disks>
</domainsnapshot>
`;

describe('a plain text', () => {
  it('as libvirt writes it is read as the parser reads it', async () => {
    const found = scanPlain(snapshot);
    expect(found && dump(found)).toEqual(dump(await readXml(snapshot, 'domainsnapshot')));
  });

  it('in pieces of any kind is read as the parser reads it, or left to the parser', async () => {
    const piece = fc.constantFrom(
      ...[
        '<a>',
        '</a>',
        '<b x="1">',
        "<b x='2' y='3'/>",
        '</b>',
        '<c/>',
        '<c />',
        '</c >',
        '<d  e="f"/>',
        '<e\ng="h"/>',
      ],
      ...[
        '<f a="1" a="2"/>',
        '<g a=1/>',
        '<g a/>',
        '<h:i j:k="l"/>',
        '<1/>',
        '<-a/>',
        '< a/>',
        '<a',
        '>',
        '/>',
        '<',
        '</',
      ],
      ...[
        'text',
        ' ',
        '\n',
        '\t',
        '\r\n',
        '&lt;',
        '&amp;',
        '&quot;',
        '&',
        '&x;',
        '&#65;',
        '&#x0;',
        ']]>',
        '😀',
        'ü',
        '\u0001',
      ],
      ...[
        '<!-- c -->',
        '<![CDATA[x]]>',
        '<?pi?>',
        '<!DOCTYPE a>',
        '<?xml version="1.0"?>',
        '\ufffe',
        '\ud800',
        '"',
        "'",
      ],
      ...[
        '<k l="&gt;"/>',
        '<k l="a>b"/>',
        '<k l="\n"/>',
        '<k l="&no;"/>',
        '<__proto__ __proto__="x"/>',
        '<k constructor="y"/>',
      ],
    );
    let read = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(piece, { maxLength: 12 }), async (pieces) => {
        const text = `<r>${pieces.join('')}</r>`;
        const found = scanPlain(text);
        if (!found) return;
        read++;
        expect(dump(found)).toEqual(dump(await readXml(text, 'r')));
      }),
      { numRuns: 20_000 },
    );
    expect(read).toBeGreaterThan(100);
  });

  it('around its root is read as the parser reads it, or left to the parser', async () => {
    const around = fc.array(fc.constantFrom('', ' ', '\n', 'x', '<r/>', '<!-- -->', '&amp;', '\t'), { maxLength: 3 });
    await fc.assert(
      fc.asyncProperty(around, around, async (before, after) => {
        const text = `${before.join('')}<r>t</r>${after.join('')}`;
        const found = scanPlain(text);
        if (found) expect(dump(found)).toEqual(dump(await readXml(text, 'r')));
      }),
    );
  });
});

describe('what is not plain', () => {
  it.each([
    '',
    'x',
    '<a>',
    '<a></b>',
    '</a>',
    '<a/><a/>',
    '<a>&nbsp;</a>',
    '<a>&#65;</a>',
    '<a b="1" b="2"/>',
    '<a><!-- --></a>',
  ])('%j is left to the parser', (text) => {
    expect(scanPlain(text)).toBeNull();
  });

  it('a tower of elements is left to the parser, which refuses it', async () => {
    const tower = `${'<a>'.repeat(5_000)}${'</a>'.repeat(5_000)}`;
    expect(scanPlain(tower)).toBeNull();
    await expect(readXml(tower, 'a')).rejects.toThrow(XmlError);
    expect(scanPlain(`<a ${Array.from({ length: 500 }, (_, at) => `b${at}="1"`).join(' ')}/>`)).toBeNull();
  });
});
