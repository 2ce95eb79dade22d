import { describe, expect, it } from 'vitest';
import type { Disk, SnapshotDisk } from '../../libvirt/disks.ts';
import { holds } from '../../rule.ts';
import type { EditPlan, ImportRow, Snapshot, SnapshotList } from '../../schema.ts';
import { editSteps, editStepText } from './edit-steps.ts';
import { chooseCurrent } from './import-current.ts';
import { type Candidate, importRules, judgeImport } from './import-rules.ts';
import { importWarnings } from './import-words.ts';
import { makeCurrentRefusal, makeCurrentRules } from './make-current.ts';
import { redefinitionProblem } from './redefinition.ts';
import { nameFixed, renameProblem, renameRules } from './rename.ts';
import { metadataStaleness } from './staleness.ts';
import { editType } from './types.ts';
import { virshEdit, virshExport, virshImport, virshMakeCurrent } from './virsh.ts';

const snapshot = (name: string, more: Partial<Snapshot> = {}): Snapshot => ({
  name,
  description: '',
  parent: null,
  createdAt: 1_000,
  state: 'shutoff',
  memory: 'none',
  kind: 'internal',
  disks: [{ target: 'vda', kind: 'internal' }],
  ...more,
});
const external = (name: string, more: Partial<Snapshot> = {}) =>
  snapshot(name, { kind: 'external', disks: [{ target: 'vda', kind: 'external', file: `/i/${name}` }], ...more });
const facts = { driver: 'QEMU', libvirtVersion: 11_003_000, offWithCheckpoints: false };
const holder: Partial<Snapshot> = { kind: 'none', disks: [] };
const vda: Disk = {
  target: 'vda',
  device: 'disk',
  type: 'file',
  image: { path: '/i/a', type: 'file', format: 'qcow2' },
  below: [],
  snapshot: null,
  readonly: false,
  shareable: false,
  transient: false,
  startupPolicy: null,
};
const manual = snapshot('m', { kind: 'none', disks: [{ target: 'vda', kind: 'manual' }] });
const fixed = (of: Snapshot, children: readonly Snapshot[] = []) =>
  nameFixed({
    facts,
    snapshot: of,
    config: [vda],
    children: children.map((child) => ({ facts, snapshot: child, config: [vda] })),
  });
const refused = (of: Snapshot, list: SnapshotList) =>
  makeCurrentRefusal({ ...list, snapshot: of, config: [vda], facts });

describe('who keeps the name', () => {
  it.each<[string, Snapshot, string | null]>([
    ['internal disks', snapshot('a'), 'internal-disk'],
    [
      'one internal disk among external ones',
      external('a', { kind: 'mixed', disks: [{ target: 'a', kind: 'internal' }] }),
      'internal-disk',
    ],
    ['internal memory', snapshot('a', { ...holder, memory: 'internal' }), 'internal-memory'],
    ['memory of an unknown kind', external('a', { memory: 'unknown' }), 'unknown-kind'],
    ['a disk of an unknown kind', external('a', { disks: [{ target: 'a', kind: 'unknown' }] }), 'unknown-kind'],
    ['external disks', external('a'), null],
    ['external disks and memory', external('a', { memory: 'external' }), null],
    ['external memory alone', snapshot('a', { ...holder, memory: 'external', kind: 'external' }), null],
    ['nothing but a configuration', snapshot('a', holder), null],
    ['disks that are left to somebody else', manual, 'not-redefinable'],
  ])('%s', (_, of, code) => expect(fixed(of)?.code ?? null).toBe(code));
});

describe('what libvirt does not take back', () => {
  const of = (kind: SnapshotDisk['kind'], more: Partial<Snapshot> = {}) =>
    snapshot('a', { kind: 'none', disks: [{ target: 'vda', kind }], ...more });
  const beside = [
    { target: 'vda', kind: 'none' },
    { target: 'vdb', kind: 'external' },
  ] as const;
  const rows: readonly [string, Snapshot, Partial<Disk>, boolean][] = [
    ['a disk left to somebody else', of('manual'), {}, true],
    ['so it is where the configuration says the same', of('manual'), { snapshot: 'manual' }, true],
    ['and where it says “no”', of('manual'), { snapshot: 'no' }, true],
    ['a disk left out', of('none'), {}, true],
    ['an empty drive that could be written to', of('none'), { device: 'floppy', image: null }, true],
    ['not one that the configuration leaves out', of('none'), { snapshot: 'no' }, false],
    ['nor one that nobody writes to', of('none'), { readonly: true }, false],
    ['nor an internal one', of('internal'), {}, false],
    ['nor disks only, of a guest that is on', of('manual', { state: 'disk-snapshot' }), {}, false],
    ['nor beside a memory file', of('manual', { state: 'running', memory: 'external' }), {}, false],
    ['nor beside an overlay', of('none', { disks: [...beside] }), {}, false],
  ];
  it.each(rows)('%s', (_, of, disk, isRefused) => {
    expect(redefinitionProblem({ facts, snapshot: of, config: [{ ...vda, ...disk }] }) !== null).toBe(isRefused);
  });
  it.each([
    ['9.0 nothing beside checkpoints', 9_000_000, true, 'beside-checkpoints'],
    ['9.0 all while it is on, or without any', 9_000_000, false, undefined],
    ['11.3 all the same', 11_003_000, true, undefined],
  ])('%s', (_, libvirtVersion, offWithCheckpoints, code) => {
    const on = { ...facts, libvirtVersion, offWithCheckpoints };
    expect(redefinitionProblem({ facts: on, snapshot: external('a'), config: [vda] })?.code).toBe(code);
  });
  it('keeps the parent’s name too, which such a child would have to be told', () => {
    expect(fixed(external('a'), [external('b'), manual])).toMatchObject({
      code: 'child-not-redefinable',
      text: expect.stringContaining('“m”'),
    });
    expect(fixed(external('a'), [external('b')])).toBeNull();
  });
});

describe('who may be made current', () => {
  const list = (snapshots: Snapshot[], current: string | null = 'b') => ({ snapshots, current });
  it.each<[string, Snapshot[], string | null, string | null]>([
    ['an internal one', [snapshot('a'), snapshot('b')], 'b', null],
    ['an internal one where none is current', [snapshot('a')], null, null],
    ['the current one', [snapshot('a')], 'a', 'already-current'],
    ['an internal one beside an external one', [snapshot('a'), external('b')], 'b', 'external-tree'],
    ['one beside external memory', [snapshot('a'), snapshot('b', { memory: 'external' })], 'b', 'external-tree'],
    ['one that libvirt does not take back', [manual, snapshot('b')], 'b', 'not-redefinable'],
    ['one beside what is unknown', [snapshot('a'), snapshot('b', { memory: 'unknown' })], 'b', 'unknown-kind'],
  ])('%s', (_, snapshots, current, code) =>
    expect(refused(snapshots[0] as Snapshot, list(snapshots, current))?.code ?? null).toBe(code),
  );

  it('names no more than a few', () => {
    const many = Array.from({ length: 9 }, (_, index) => external(`e${index}`));
    expect(refused(many[0] as Snapshot, list(many))?.text).toContain('“e2” and 6 more');
  });
});

describe('the steps of an edit', () => {
  const edited = { name: 'a', description: 'old', current: true, children: ['b', 'c'] };
  it('are none, one, or one more than there are children and one', () => {
    expect(editSteps(edited, { name: 'a', description: 'old' })).toEqual([]);
    expect(editSteps(edited, { name: 'a', description: 'new' })).toEqual([{ kind: 'describe', snapshot: 'a' }]);
    expect(editSteps(edited, { name: 'z', description: 'old' }).map((step) => editStepText(step))).toEqual([
      '“z” is added with the metadata of “a”.',
      '“b” is redefined as a child of “z”.',
      '“c” is redefined as a child of “z”.',
      'The metadata with the old name “a” is removed. No data is touched.',
    ]);
  });

  it('have lines of virsh, safe in a shell', () => {
    const target = { uri: 'qemu:///system', domain: '-d' };
    expect(virshEdit(target, editSteps(edited, { name: "it's", description: '' }))).toEqual([
      "virsh -c qemu:///system snapshot-edit --domain=-d a --rename --current  # change <name> to it's",
      "virsh -c qemu:///system snapshot-edit --domain=-d b  # change the name in <parent> to it's",
      "virsh -c qemu:///system snapshot-edit --domain=-d c  # change the name in <parent> to it's",
    ]);
    const web = { uri: null, domain: 'web 1' };
    expect(virshMakeCurrent(web, '$(x)')).toBe("virsh snapshot-current 'web 1' '$(x)'");
    expect(virshExport(web, ['a b'])).toEqual(["virsh snapshot-dumpxml 'web 1' 'a b' > './a b.xml'"]);
    expect(virshImport(web, [{ name: 'a', current: true, diskOnly: true }])).toEqual([
      "virsh snapshot-create 'web 1' ./a.xml --redefine --current --disk-only",
    ]);
  });
});

describe('a plan that is no longer so', () => {
  const read = { snapshot: snapshot('a'), current: false, children: ['b', 'c'] };
  it.each<[string, Partial<typeof read>, string | null]>([
    ['the same, in another order', { children: ['c', 'b'] }, null],
    ['another snapshot of the name', { snapshot: snapshot('a', { createdAt: 5 }) }, 'now a different snapshot'],
    ['another description', { snapshot: snapshot('a', { description: 'x' }) }, 'description'],
    ['another parent', { snapshot: snapshot('a', { parent: 'p' }) }, '“p” now; it was none'],
    ['another kind', { snapshot: external('a') }, 'The XML of'],
    ['another child', { children: ['b'] }, 'children'],
    ['being current', { current: true }, 'is the current snapshot now'],
  ])('%s', (_, change, sentence) => {
    const found = metadataStaleness(read, { ...read, ...change });
    if (sentence === null) expect(found).toEqual([]);
    else expect(found).toEqual([expect.stringContaining(sentence)]);
  });
});

describe('which one becomes current with an import', () => {
  const none = { snapshots: [], current: null };
  const at = (of: Snapshot, file: string) => ({ snapshot: of, places: new Map([['vda', file]]) });
  const tree = [at(external('e1', { createdAt: 1 }), '/i/e1'), at(external('e2', { createdAt: 2 }), '/i/e2')];
  const active = (file: string) => new Map([['vda', file]]);
  const inside = [at(snapshot('i1'), '/i/base')];
  it.each([
    [
      'the one that is here stays',
      { added: inside, here: { snapshots: [], current: 'x' }, named: 'i1', active: active('/i/base') },
      null,
      null,
    ],
    ['an internal one as named', { added: inside, here: none, named: 'i1', active: active('/elsewhere') }, 'i1', null],
    ['none where none is named', { added: inside, here: none, named: null, active: active('/i/base') }, null, null],
    [
      'an external one where the disks are',
      { added: tree, here: none, named: 'e2', active: active('/i/e2') },
      'e2',
      null,
    ],
    [
      'the one where the disks are, unnamed',
      { added: tree, here: none, named: null, active: active('/i/e1') },
      'e1',
      null,
    ],
    [
      'not one where the disks are not',
      { added: tree, here: none, named: 'e1', active: active('/i/e2') },
      null,
      'disks-elsewhere',
    ],
    [
      'nor any when they are nowhere',
      { added: tree, here: none, named: null, active: active('/i/x') },
      null,
      'disks-elsewhere',
    ],
    [
      'the newest of several that fit',
      {
        added: [...tree, at(snapshot('i', { createdAt: 3 }), '/i/e2')],
        here: none,
        named: null,
        active: active('/i/e2'),
      },
      'i',
      null,
    ],
    [
      'nor an internal one over lost external ones',
      { added: inside, here: { snapshots: [external('e')], current: null }, named: 'i1', active: active('/i/e') },
      null,
      'disks-elsewhere',
    ],
  ])('%s', (_, asked, name, refusal) => {
    const choice = chooseCurrent(asked);
    expect([choice.name, choice.refusal?.code ?? null]).toEqual([name, refusal]);
  });
});

describe('a new name', () => {
  const plan = (of: Snapshot) => ({ snapshot: of, nameFixed: fixed(of), refusal: null, taken: ['taken'] });
  it.each<[string, Snapshot, string, RegExp | null]>([
    ['an internal one', snapshot('a'), '2', /tag/],
    ['an internal one under its own name', snapshot('2'), '2', null],
    ['an external one, digits', external('a'), '2', null],
    ['an external one, a comma', external('a'), 'a,b', null],
    ['an external one, a name that is taken', external('a'), 'taken', /already/],
    ['one of an unknown kind', external('a', { memory: 'unknown' }), 'b', /does not know/],
  ])('of %s', (_, of, name, problem) => {
    if (problem === null) expect(renameProblem(plan(of), name)).toBeNull();
    else expect(renameProblem(plan(of), name)).toMatch(problem);
  });
});

describe('what an import is warned of', () => {
  const row = (name: string, more: Partial<ImportRow> = {}): ImportRow => ({
    name,
    file: 'f',
    parent: null,
    depth: 0,
    verdict: 'add',
    reason: null,
    notes: [],
    current: false,
    createdAt: 1,
    kind: 'internal',
    state: 'shutoff',
    memory: 'none',
    ...more,
  });
  const outside = { kind: 'external' } as const;
  const withMemory = { memory: 'internal' } as const;
  const codes = (rows: ImportRow[], path = '/i/a', on: Partial<typeof facts> = {}) =>
    importWarnings(rows, {
      from: 'web',
      to: 'web',
      missing: [],
      facts: { ...facts, ...on },
      images: new Map(rows.map(({ name }) => [name, [path]])),
    }).flatMap(({ code }) => (code === 'internal-data' ? [] : [code]));
  const nine = { libvirtVersion: 9_000_000 };
  it.each<[string, string[], string[]]>([
    ['digits', codes([row('2')]), ['digits-name']],
    ['digits of an external one', codes([row('2', outside)]), []],
    ['digits that are not added', codes([row('2', { verdict: 'here' }), row('a')]), []],
    ['digits on the test driver', codes([row('2')], '/i/a', { driver: 'TEST' }), []],
    ['a quotation mark, with memory', codes([row('a"b', withMemory)]), ['garbled-name', 'undeletable-name']],
    ['a quotation mark, without', codes([row('a"b')]), ['undeletable-name']],
    ['a quotation mark of an external one', codes([row('a"b', outside)]), []],
    ['a blank', codes([row('a b')]), ['undeletable-name']],
    ['a blank, before names were parts of jobs', codes([row('a b')], '/i/a', nine), []],
    ['a comma in a folder', codes([row('a', outside)], '/a,b/c'), ['comma']],
    ['a comma in an image’s name', codes([row('a', outside)], '/i/a,b.c'), ['comma']],
    ['a comma, with memory outside', codes([row('a', { ...outside, memory: 'external' })], '/a,b/c'), []],
    ['a comma, where nothing outside is reverted', codes([row('a', outside)], '/a,b/c', nine), []],
    ['a comma of an internal one', codes([row('a')], '/a,b/c'), []],
    ['what cannot be seen', codes([row('a\u202eb', outside)]), ['invisible-name']],
    ['nothing', codes([row('größe', outside), row('plain')]), []],
  ])('%s', (_, found, expected) => expect(found).toEqual(expected));
});

describe('what is not added', () => {
  const domain = { uuid: 'u', name: 'web' };
  const ground = { facts, domain, targets: ['vda'], here: { snapshots: [], current: null } };
  const candidate = (of: Snapshot, more: Partial<Candidate> = {}): Candidate => ({
    file: 'f',
    snapshot: of,
    uuid: 'u',
    lacks: [],
    targets: ['vda'],
    layers: [vda],
    xml: '<domainsnapshot/>',
    ...more,
  });
  const rows: readonly [string, Candidate][] = [
    ['lacks', candidate(snapshot('a'), { lacks: ['domain'] })],
    ['name', candidate(snapshot('a/b'))],
    ['unknown-state', candidate(snapshot('a', { state: 'unknown' }))],
    ['unknown-kind', candidate(snapshot('a', { memory: 'unknown' }))],
    ['unknown-kind', candidate(snapshot('a', { disks: [{ target: 'vda', kind: 'unknown' }] }))],
    ['other-domain', candidate(snapshot('a'), { uuid: null })],
    ['other-domain', candidate(snapshot('a'), { uuid: 'v' })],
    ['strange-disk', candidate(snapshot('a'), { targets: [] })],
    ['not-redefinable', candidate(manual)],
    ['too-large', candidate(snapshot('a'), { xml: 'x'.repeat(4 * 1024 * 1024 + 1) })],
  ];
  it.each(rows)('%s', (code, of) => {
    const found = importRules.filter((rule) => holds(rule, { ...ground, candidate: of }));
    expect(found.map((rule) => rule.code)).toEqual([code]);
    expect(judgeImport([of], ground)).toMatchObject([{ verdict: 'no', reason: expect.stringMatching(/\w.*\.$/) }]);
  });
  it('is nothing else, and each rule is tried', () => {
    const fine = { ...ground, candidate: candidate(snapshot('a')) };
    expect(importRules.filter((rule) => holds(rule, fine))).toEqual([]);
    expect([...new Set(rows.map(([code]) => code))]).toEqual(importRules.map(({ code }) => code));
  });
});

describe('what is not known of a snapshot', () => {
  const whole = external('a', {
    memory: 'external',
    disks: [
      { target: 'vda', kind: 'external' },
      { target: 'vdb', kind: 'none' },
    ],
  });
  const inside = snapshot('a', {
    memory: 'internal',
    disks: [...whole.disks].map((disk) => ({ ...disk, kind: 'none' })),
  });
  /** Each fact of them that can be unknown, unknown. */
  const doubted = [whole, inside].flatMap((of): Snapshot[] => [
    { ...of, memory: 'unknown' },
    ...of.disks.map(
      (_, at): Snapshot => ({
        ...of,
        disks: of.disks.map((disk, index) => (index === at ? { target: disk.target, kind: 'unknown' } : disk)),
      }),
    ),
  ]);
  const none: SnapshotList = { snapshots: [], current: null };
  it.each(doubted.map((of) => [JSON.stringify([of.kind, of.memory, of.disks]), of] as const))('%s', (_, of) => {
    expect(fixed(of)).not.toBeNull();
    expect(refused(of, { snapshots: [of], current: 'b' })).not.toBeNull();
    const nowhere = { added: [{ snapshot: of, places: new Map() }], here: none, named: 'a' };
    expect(chooseCurrent({ ...nowhere, active: new Map([['vda', '/i/a']]) })).toMatchObject({
      name: null,
      refusal: { code: 'disks-elsewhere', text: expect.stringContaining('does not say which files') },
    });
  });
  it('each rule has a source', () => {
    for (const { source } of [...renameRules, ...makeCurrentRules, ...importRules]) expect(source).toMatch(/\w/);
  });
});

describe('what keeps an edit from being saved', () => {
  const found = { snapshot: snapshot('a'), current: false, children: [], taken: [], nameFixed: null, refusal: null };
  const of = (description: string) =>
    editType
      .assess({} as EditPlan, { ...found, notes: [] }, { name: 'a', description })
      .blockers.map(({ code, text }) => [code, text]);

  it('tells a description that is too long from one with a strange character', () => {
    expect(of('x'.repeat((1 << 20) + 1))).toEqual([['DESCRIPTION_REFUSED', 'The description is longer than 1 MiB']]);
    expect(of('bell \u0007')).toEqual([
      ['DESCRIPTION_REFUSED', 'The description contains a character that libvirt cannot store'],
    ]);
    expect(of('x'.repeat(1 << 20))).toEqual([]);
  });
});
