import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { editSnapshotXml, sameBesidesEdits } from './snapshot-edit.ts';
import { parseSnapshot } from './snapshots.ts';
import { parseXml } from './xml.ts';
import { scanChildren } from './xml-children.ts';

const xml = `<domainsnapshot>
  <name>clean</name>
  <description>before &lt;all&gt; of it</description>
  <state>running</state>
  <parent>
    <name>root</name>
  </parent>
  <creationTime>1700000000</creationTime>
  <!-- <name>not this</name> -->
  <domain type='kvm'>
    <name>web</name>
    <description>of the domain</description>
    <metadata><a:b xmlns:a="urn:a"><![CDATA[<name>nor </domain> this</name>]]></a:b></metadata>
    <parent>kept</parent>
    <devices><graphics type='vnc' passwd='a>b "s3cret"'/></devices>
  </domain>
  <inactiveDomain><name>web</name></inactiveDomain>
  <cookie><cpu mode='custom'/></cookie>
  <revertDisks/>
  <newer than='us'>kept &#13; too</newer>
</domainsnapshot>
`;
/** What XML 1.0 can hold, without carriage returns: every reader makes line feeds of those. */
const xmlText = fc
  .string({ unit: 'binary', maxLength: 60 })
  .map((text) =>
    [...text].filter((character) => /[\t\n\x20-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/u.test(character)).join(''),
  );
const someText = fc.oneof(
  xmlText,
  fc.constantFrom(
    ']]>',
    '<![CDATA[x]]>',
    '<!-- x -->',
    '&amp;',
    '&#x41;',
    '</description></domainsnapshot>',
    '$& $1',
    '\t\n x ',
  ),
);

describe('editing a <domainsnapshot>', () => {
  it('changes what is meant and nothing inside the configuration', () => {
    const edited = editSnapshotXml(xml, { name: 'fresh', description: 'later', parent: 'other' });
    expect(edited).toBe(
      xml
        .replace('<name>clean</name>', '<name>fresh</name>')
        .replace('before &lt;all&gt; of it', 'later')
        .replace(/<parent>\s+<name>root<\/name>\s+<\/parent>/, '<parent><name>other</name></parent>'),
    );
  });

  it('puts back what was there when any name and description are undone', () => {
    fc.assert(
      fc.property(someText.filter(Boolean), someText, (name, description) => {
        const edited = editSnapshotXml(xml, { name, description });
        const snapshot = parseSnapshot(parseXml(edited, 'domainsnapshot'));
        expect(snapshot).toMatchObject({ name, description, parent: 'root' });
        const back = editSnapshotXml(edited, { name: 'clean', description: '' });
        expect(back).toBe(editSnapshotXml(xml, { description: '' }));
      }),
    );
  });

  it('adds a description behind the name, and takes it out without a trace', () => {
    const bare = editSnapshotXml(xml, { description: '' });
    expect(bare).not.toContain('before');
    expect(bare).toContain('</name>\n  <state>');
    expect(editSnapshotXml(bare, { description: 'x' })).toContain('</name>\n  <description>x</description>\n  <state>');
  });

  it('makes a root of a snapshot, and a child of a root', () => {
    const root = editSnapshotXml(xml, { parent: null });
    expect(parseSnapshot(parseXml(root, 'domainsnapshot')).parent).toBeNull();
    expect(parseSnapshot(parseXml(editSnapshotXml(root, { parent: 'a&b' }), 'domainsnapshot')).parent).toBe('a&b');
  });

  it.each([
    ['<domain><name>web</name></domain>', 'not a <domainsnapshot>'],
    ['<domainsnapshot><state>off</state></domainsnapshot>', 'no <name>'],
    ['<domainsnapshot><name>a</name>', 'no whole root'],
    ['<domainsnapshot><name>a</nam></domainsnapshot>', 'ends nothing'],
    ['<!DOCTYPE d [<!ENTITY a "b">]><domainsnapshot><name>a</name></domainsnapshot>', 'document type'],
    ['<domainsnapshot><!-- <name>a</name></domainsnapshot>', '--> is missing'],
    ['<domainsnapshot><name>a</name></domainsnapshot><x/>', 'more than one root'],
    ['', 'no whole root'],
  ])('refuses %s', (text, reason) => {
    expect(() => editSnapshotXml(text, { description: 'x' })).toThrow(reason);
  });
});

describe('the children of a document', () => {
  it('are found by their place, whatever stands inside them', () => {
    const { children } = scanChildren(xml);
    expect(children.map(({ name }) => name)).toEqual([
      'name',
      'description',
      'state',
      'parent',
      'creationTime',
      'domain',
      'inactiveDomain',
      'cookie',
      'revertDisks',
      'newer',
    ]);
    for (const { from, to, name } of children) expect(xml.slice(from, to)).toMatch(new RegExp(`^<${name}.*>$`, 's'));
  });

  // Checking the rest of the text with every tag would be 2,000 GB: it would not end in time on any machine.
  it('are found in a long text, looking at each sign once', { timeout: 60_000 }, () => {
    const long = `<r>${'<a b="x>">'.repeat(500_000)}${'</a>'.repeat(500_000)}</r>`;
    expect(scanChildren(long).children).toHaveLength(1);
  });
});

describe('what libvirt gives back after an edit', () => {
  const edited = editSnapshotXml(xml, { name: 'other', description: 'x', parent: null });
  const withMemory = (memory: string) => edited.replace('  <creationTime>', `  ${memory}\n  <creationTime>`);
  it.each<[string, string, boolean]>([
    ['the edit itself', edited, true],
    ['“no memory”, where nothing was said of it', withMemory("<memory snapshot='no'/>"), true],
    ['memory in the image', withMemory("<memory snapshot='internal'/>"), false],
    ['memory in a file', withMemory("<memory snapshot='external' file='/no'/>"), false],
    ['no memory, and yet a file', withMemory("<memory snapshot='no' file='/no'/>"), false],
    ['another state', edited.replace('running', 'shutoff'), false],
    ['a password less', edited.replace('s3cret', ''), false],
  ])('%s', (_, found, same) => {
    expect(sameBesidesEdits(found, xml)).toBe(same);
    expect(sameBesidesEdits(xml, found)).toBe(same);
  });

  it('is another one where the memory that it had is gone', () => {
    const had = withMemory("<memory snapshot='internal'/>");
    expect(sameBesidesEdits(had, withMemory("<memory snapshot='no'/>"))).toBe(false);
  });
});

it('white space of any length in front of an element is no matter', { timeout: 60_000 }, () => {
  const spaces = ' '.repeat(2_000_000);
  const edited = editSnapshotXml(`<domainsnapshot><name>n</name>${spaces}<state>shutoff</state></domainsnapshot>`, {
    description: 'x',
  });
  expect(edited.length).toBe(
    2_000_000 +
      '<domainsnapshot><name>n</name><description>x</description><state>shutoff</state></domainsnapshot>'.length,
  );
});
