import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { HostDetails } from '../schema.ts';
import { differenceBetween, importRows } from './compare.ts';
import { connectTimes, hostColours, hostLimits, sshClients, unsaid } from './details.ts';
import { hostFileLimits, hostFileText, readHostFile } from './file.ts';
import { linesOfElements } from './json-lines.ts';

const line = (most: number, least = 0) =>
  fc
    .string({ unit: 'grapheme', minLength: least, maxLength: Math.floor(most / 12) })
    .map((text) => text.replace(/[\p{Cc}\p{Zl}\p{Zp}]/gu, '').trim())
    .filter((text) => text.length >= least && text.length <= most);
const anyDetails: fc.Arbitrary<HostDetails> = fc.record({
  name: line(hostLimits.name, 1),
  group: line(hostLimits.group),
  colour: fc.constantFrom(null, ...hostColours),
  note: line(hostLimits.note).map((text) => `${text}\n"${text}`.trim()),
  protected: fc.boolean(),
  readOnly: fc.boolean(),
  ssh: fc.constantFrom(...sshClients),
  connect: fc.constantFrom(...connectTimes),
});
const anyHosts = fc
  .array(anyDetails, { maxLength: 8 })
  .map((each) => each.map((details, at) => ({ ...details, uri: `qemu+ssh://kvm-${at}/system` })));
const read = (text: string) => {
  const file = readHostFile(text);
  if ('unreadable' in file) throw new Error(file.unreadable);
  return file.hosts;
};
const fileOf = (...hosts: unknown[]) =>
  `{"snapkeel":"hosts","version":1,"hosts":[\n${hosts.map((host) => JSON.stringify(host)).join(',\n')}\n]}`;
const a = { ...unsaid, uri: 'qemu+ssh://a/system', name: 'a' };

describe('a file of hosts', () => {
  it('is read as it was written, whatever is said of them', () => {
    fc.assert(
      fc.property(anyHosts, (hosts) => {
        const again = read(hostFileText(hosts));
        expect(again.map((host) => ('details' in host ? { ...host.details, uri: host.uri } : host))).toEqual(hosts);
        expect(again.map((host) => host.line)).toEqual(hosts.map((_, at) => at + 5));
        expect(importRows(again, () => undefined).every(({ verdict }) => verdict === 'add')).toBe(true);
        const known = new Map(hosts.map((host) => [host.uri, host]));
        expect(importRows(again, (uri) => known.get(uri)).every(({ verdict }) => verdict === 'here')).toBe(true);
      }),
    );
  });

  it('needs nothing but a URI, and takes nothing that it does not know', () => {
    const [host] = read(fileOf({ uri: ' qemu+ssh://kvm-a/system ', password: 'geheim' }));
    expect(host).toEqual({
      line: 2,
      name: 'kvm-a',
      uri: 'qemu+ssh://kvm-a/system',
      details: { ...unsaid, name: 'kvm-a' },
    });
  });

  it.each([
    ['not JSON', '{"snapkeel":'],
    ['not a Snapkeel list', '{"hosts":[]}'],
    ['not a Snapkeel list', '[]'],
    ['another version', '{"snapkeel":"hosts","version":2,"hosts":[]}'],
    ['more than 1,000', fileOf(...Array.from({ length: hostFileLimits.hosts + 1 }, () => a))],
    ['larger than', ' '.repeat(hostFileLimits.characters + 1)],
  ])('that is none is refused: %s', (why, text) => {
    expect(readHostFile(text)).toEqual({ unreadable: expect.stringContaining(why) });
  });

  it.each([
    ['Its connection URI', { name: 'x' }],
    ['The address must start with a driver', { uri: 'kvm-a' }],
    ['password', { uri: 'qemu+ssh://root:geheim@a/system' }],
    ['Its name', { ...a, name: 'two\nlines' }],
    ['Its name', { ...a, name: 'x'.repeat(hostLimits.name + 1) }],
    ['Its colour', { ...a, colour: 'red' }],
    ['Its note', { ...a, note: 7 }],
    ['Its “protected”', { ...a, protected: 'yes' }],
    ['It does not describe', 'qemu:///system'],
    ['It does not describe', null],
  ])('has a reason for each host that cannot be taken: %s', (why, host) => {
    const [, found] = read(fileOf(a, host));
    expect(found).toMatchObject({ line: 3, refused: expect.stringContaining(why) });
  });

  it('has a host once', () => {
    expect(read(fileOf(a, { ...a, name: 'again' }))[1]).toMatchObject({ refused: 'It is already in line 2.' });
  });
});

describe('what an import would do', () => {
  it('is told of each host, with what the file says otherwise', () => {
    const other = { ...a, name: 'b', group: 'lab', colour: 'teal', note: 'x', protected: true, readOnly: true };
    expect(importRows(read(fileOf(other)), () => ({ ...a }))).toEqual([
      {
        line: 2,
        name: 'a',
        uri: a.uri,
        verdict: 'differs',
        reason: 'The file says: name “b”, group “lab”, colour teal, another note, protected, read-only.',
      },
    ]);
    expect(differenceBetween(HostDetails.parse(other), a)).toBe(
      'The file says: name “a”, no group, no colour, no note, not protected, not read-only.',
    );
  });
});

it('knows the line of each element, whatever is around it', () => {
  const text = '{"x":["[,"],\n"hosts":["\\"]",\n{"hosts":[1,\n2]},\n[1,2],3\n],\n"y":{"hosts":[1]}}';
  expect(linesOfElements(text, 'hosts')).toEqual([2, 3, 5, 5]);
  expect(linesOfElements('{"hosts":[]}', 'hosts')).toEqual([]);
  fc.assert(
    fc.property(fc.array(fc.jsonValue(), { maxLength: 6 }), fc.jsonValue(), (hosts, other) => {
      const lines = linesOfElements(JSON.stringify({ other, hosts, after: other }), 'hosts');
      expect(lines).toEqual(hosts.map(() => 1));
    }),
  );
});
