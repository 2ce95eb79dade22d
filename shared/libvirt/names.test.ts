import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import {
  isXmlText,
  nameNote,
  nameProblem,
  overlayHazard,
  type TagEffect,
  type TagFacts,
  type TagOperation,
  tagHazards,
  tagRules,
  utf8Bytes,
} from './names.ts';

describe('a name', () => {
  const taken = new Set(['clean']);
  it.each([
    ['app-2.0', null],
    ['grün & <b>', null],
    ['-dash', null],
    ['', 'needs a name'],
    ['a/b', 'slash'],
    ['.hidden', 'full stop'],
    [' a', 'space'],
    ['a\nb', 'cannot store'],
    ['a\u0007', 'cannot store'],
    ['a\uD800', 'cannot store'],
    ['x'.repeat(200), null],
    ['x'.repeat(201), '200 bytes'],
    ['é'.repeat(101), '200 bytes'],
    ['clean', 'already a snapshot “clean”'],
  ])('“%s”: %s', (name, problem) => {
    if (problem === null) expect(nameProblem(name, taken)).toBeNull();
    else expect(nameProblem(name, taken)).toContain(problem);
  });

  it('is measured in UTF-8', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }).filter(isXmlText), (text) => {
        expect(utf8Bytes(text)).toBe(encodeURIComponent(text).replaceAll(/%../g, '.').length);
      }),
    );
  });
});

test.each([
  ['a\u202Eb', true],
  ['a\u200Bb', true],
  ['a\u0007', true],
  ['grün & <b> 日本 -x', false],
])('of %j it is said that it may look like another: %j', (name, expected) => {
  expect(nameNote(name)?.code === 'NAME_INVISIBLE').toBe(expected);
});

const versions = { '7.0': 7_000_000, '9.0': 9_000_000, '11.3': 11_003_000, '12.8': 12_008_000 } as const;
const old = ['7.0', '9.0'] as const;
const newer = ['11.3', '12.8'] as const;
const all = [...old, ...newer] as const;
const plain = ['ok', '-dash', '--all', 'a.b', 'a_b', '1a', '1.5', 'x'.repeat(200)];
const odd = ['a b', "a'b", '%s', 'a$b', '`a`', '#a', 'a,b', 'a:b', 'é', '日本', '😀', 'a\u202Eb', '~'];
const quoted = ['a"b', '"', 'a\\b', 'a\\', 'a\\nb'];

/** What was measured, with snapshots of memory where the guest runs. */
const measured: readonly (readonly [
  readonly (keyof typeof versions)[],
  'off' | 'on',
  readonly string[],
  Partial<Record<TagOperation, TagEffect>>,
])[] = [
  [all, 'off', [...plain, ...odd], {}],
  [all, 'on', plain, {}],
  [old, 'on', odd, {}],
  [newer, 'on', odd, { take: 'refused', delete: 'refused' }],
  [['7.0'], 'on', quoted, { take: 'misnamed', revert: 'nothing', delete: 'left' }],
  [['9.0'], 'on', quoted, { take: 'misnamed', revert: 'fails', delete: 'left' }],
  [newer, 'on', quoted, { take: 'refused', revert: 'fails', delete: 'refused' }],
  [all, 'off', ['7', '12'], { take: 'another', revert: 'another' }],
  [all, 'on', ['7', '12'], { take: 'another', revert: 'another' }],
  [all, 'off', ['0', '007'], { take: 'another' }],
];
const operations = ['take', 'revert', 'delete'] as const;
const factsOf = (version: keyof typeof versions, guest: 'off' | 'on'): TagFacts => ({
  driver: 'QEMU',
  libvirtVersion: versions[version],
  active: guest === 'on',
  memory: guest === 'on',
});

describe('the tag of an internal snapshot', () => {
  const rows = measured.flatMap(([on, guest, names, effects]) =>
    on.flatMap((version) => names.map((name) => ({ version, guest, name, effects }))),
  );
  it.each(rows)('$version, $guest: $name', ({ version, guest, name, effects }) => {
    for (const operation of operations) {
      const found = tagHazards(name, operation, factsOf(version, guest)).map(({ effect }) => effect);
      expect(found).toEqual(effects[operation] ? [effects[operation]] : []);
    }
  });

  it('names with quotation marks and backslashes are right while the guest is off', () => {
    for (const name of quoted)
      for (const operation of operations)
        expect(tagHazards(name, operation, { ...factsOf('9.0', 'off'), memory: false })).toEqual([]);
    // Of one that has memory, and so was taken while the guest ran, the images hold nothing.
    expect(tagHazards('a"b', 'revert', { ...factsOf('9.0', 'off'), memory: true })).toMatchObject([
      { effect: 'fails' },
    ]);
  });

  it('each rule is tried, and is about QEMU alone', () => {
    const seen = new Set<string>();
    for (const { version, guest, name } of rows)
      for (const operation of operations) {
        for (const { code, effect, text } of tagHazards(name, operation, factsOf(version, guest))) {
          seen.add(`${code} ${operation} ${effect}`);
          expect(text).toMatch(/^[A-Z“l].*\.$/);
        }
        expect(tagHazards(name, operation, { ...factsOf(version, guest), driver: 'TEST' })).toEqual([]);
      }
    expect([...seen].sort()).toEqual(tagRules.map((each) => `${each.code} ${each.operation} ${each.effect}`).sort());
  });

  it('what is not known counts as if it were so', () => {
    const unknown = { driver: 'QEMU', libvirtVersion: versions['9.0'], active: null, memory: null };
    expect(operations.map((each) => tagHazards('a"b', each, unknown).map(({ effect }) => effect))).toEqual([
      ['misnamed'],
      ['fails'],
      ['left'],
    ]);
    expect(tagHazards('ok', 'revert', unknown)).toEqual([]);
  });
});

describe('a comma in the path of an overlay', () => {
  const off = { operation: 'take', active: false, memory: false } as const;
  const on = { operation: 'take', active: true, memory: false } as const;
  const back = { operation: 'revert', active: true, memory: false } as const;
  const memory = { ...back, memory: true } as const;
  it.each([
    ['/i/hda.s1', off, null],
    ['/a,b/hda.s1', off, 'refused'],
    ['/i/hda.s,1', off, 'misnamed'],
    ['/a,b/hda.s,1', off, 'refused'],
    ['/a,b/hda.s,1', on, null],
    ['/i/hda.s,1', { ...on, active: null }, 'misnamed'],
    ['/a,b/hda.qcow2', back, 'fails'],
    ['/i/hda.s,1', back, null], // what follows the last dot goes
    ['/i/d,1.qcow2', back, 'misnamed'],
    ['/i/d,1', back, 'misnamed'],
    ['/a,b/d,1.qcow2', memory, null],
    ['/a,b/hda.qcow2', { ...memory, memory: null }, 'fails'],
  ] as const)('%s, %j: %s', (path, facts, effect) => {
    expect(overlayHazard(path, facts)?.effect ?? null).toBe(effect);
  });
});
