import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { diskLayers } from '../chain.ts';
import type { DiskImage, Image, SnapshotDisk, StoredDisks } from '../libvirt/disks.ts';
import { diskWith } from '../libvirt/fixtures.ts';
import { type DataFacts, dataOfSnapshots, isDamaged, type Tag, tagFound } from './data.ts';

const image = (path: string): Image => ({ path, type: 'file', format: 'qcow2' });
const disk = (path: string, ...below: string[]): DiskImage => ({
  target: 'vda',
  ...image(path),
  below: below.map(image),
});
interface Row {
  readonly name: string;
  readonly parent?: string;
  /** What it was taken in. */
  readonly at: string;
  /** The overlay that it made. */
  readonly made?: string;
  readonly inProgress?: true;
  /** It was a medium that nobody could write to. */
  readonly medium?: boolean;
  readonly change?: Partial<DataFacts['snapshots'][number]>;
}
const snapshot = ({
  name,
  parent,
  at,
  made,
  inProgress,
  medium = false,
  change,
}: Row): DataFacts['snapshots'][number] => {
  const own: SnapshotDisk = {
    target: 'vda',
    kind: made === undefined ? 'internal' : 'external',
    ...(made === undefined ? {} : { file: made }),
    ...(inProgress ? { deleteInProgress: true as const } : {}),
  };
  const stored: StoredDisks = { name, config: [diskWith(disk(at), { readonly: medium })], disks: [own], reverted: [] };
  return {
    name,
    parent: parent ?? null,
    memory: 'none',
    memoryFile: null,
    readable: true,
    hasConfig: true,
    stored,
    ...change,
  };
};

/** base ← d.a ← d.b, written to: d.b; “a” holds the base and “b” holds d.a; every file is there and was read. */
const rows: Row[] = [
  { name: 'a', at: 'base', made: 'd.a' },
  { name: 'b', parent: 'a', at: 'd.a', made: 'd.b' },
];
interface Given extends Partial<Omit<DataFacts, 'snapshots' | 'disks'>> {
  readonly rows?: readonly Row[];
  readonly now?: DiskImage;
  readonly gone?: readonly string[];
  readonly unread?: true;
}
const facts = ({ rows: given = rows, now = disk('d.b'), gone = [], unread, ...change }: Given = {}): DataFacts => {
  const snapshots = given.map(snapshot);
  const probed = new Map<string, Image | null>(unread ? [] : [['base', null]]);
  const disks = diskLayers(
    [now],
    snapshots.map(({ stored }) => stored),
    probed,
  );
  const paths = disks.flatMap(({ nodes }) => [...nodes.keys()]);
  return {
    libvirtVersion: 11_003_000,
    current: given.at(-1)?.name ?? null,
    snapshots,
    disks,
    files: new Map(paths.map((path) => [path, { exists: !gone.includes(path) }])),
    tags: new Map(),
    interrupted: new Set(),
    imported: new Set(),
    modifiedAt: new Map(),
    takenAt: new Map(),
    ...change,
  };
};
const told = (given: Given) =>
  [...dataOfSnapshots(facts(given)).values()].map(({ name, why }) => [name, ...why.map(({ code }) => code)].join(' '));

describe('external snapshots', () => {
  test('whose images are all there and were read', () => {
    expect(dataOfSnapshots(facts()).get('b')).toEqual({ name: 'b', state: 'there', why: [] });
  });
  test.each<[string, Given, string[]]>([
    ['its image is gone', { gone: ['d.a'] }, ['a', 'b image-gone']],
    ['an image below is gone', { gone: ['base'] }, ['a image-gone', 'b base-gone']],
    ['nobody told what the base lies on', { unread: true }, ['a base-unread', 'b base-unread']],
    ['files that could not be asked for', { files: new Map() }, ['a image-unknown', 'b image-unknown image-unknown']],
    ['the domain writes to the base', { now: disk('base') }, ['a written-to', 'b written-to']],
    ['the domain writes to the image of the last', { now: disk('d.a') }, ['a', 'b written-to']],
    ['the person saw its deletion broken off', { interrupted: new Set(['b']) }, ['a', 'b merge-broken-off']],
    // Through the overlay that was being merged nothing has changed.
    ['so it was of the first', { interrupted: new Set(['a']) }, ['a merge-broken-off', 'b']],
  ])('%s', (_, given, expected) => expect(told(given)).toEqual(expected));

  test('libvirt’s own record of a deletion that was broken off stands on the parent', () => {
    const [a, b] = rows as [Row, Row];
    expect(told({ rows: [{ ...a, inProgress: true }, b] })).toEqual(['a', 'b merge-broken-off']);
    // A revert gave the parent other overlays since, and another child.
    const other: Row = { name: 'c', parent: 'a', at: 'd.c', made: 'd.c2' };
    const branched = [{ ...a, inProgress: true } as const, b, other];
    expect(told({ rows: branched, now: disk('d.c2'), current: 'c' })).toEqual([
      'a',
      'b',
      'c merge-broken-off base-unread',
    ]);
    expect(told({ rows: branched, current: null })).toEqual(['a', 'b merge-perhaps', 'c base-unread merge-perhaps']);
  });

  test('on what nobody says that it lies, whatever the tree suggests', () => {
    const snapshots = [rows[0] as Row, { name: 'b', parent: 'a', at: 'd.x', made: 'd.b' }].map(snapshot);
    const stored = snapshots.map((each) => each.stored);
    const why = (told: ReadonlyMap<string, Image | null>) => {
      const tree = { current: 'b', parents: new Map([['b', 'a']]) };
      const disks = diskLayers([disk('d.b')], stored, told, tree);
      const files = new Map(['base', 'd.x'].map((path) => [path, { exists: true }]));
      const data = dataOfSnapshots({ ...facts(), snapshots, disks, files }).get('b');
      return data?.why.map(({ code, path }) => `${code} ${path}`);
    };
    expect(why(new Map([['base', null]]))).toEqual(['base-unread d.x']);
    expect(
      why(
        new Map([
          ['base', null],
          ['d.x', image('base')],
        ]),
      ),
    ).toEqual([]);
  });

  test('nobody writes to a medium that is put in again', () => {
    const again: Row[] = [
      { name: 'a', at: 'base', made: 'd.a', medium: true },
      { name: 'b', parent: 'a', at: 'base', made: 'd.b', medium: true },
    ];
    expect(told({ rows: again, now: { ...disk('base'), readonly: true } })).toEqual(['a', 'b']);
    expect(told({ rows: again, now: disk('base') })).toEqual(['a written-to', 'b written-to']);
    const [a] = again as [Row];
    expect(told({ rows: [a, { name: 'b', parent: 'a', at: 'base', made: 'd.b' }], now: disk('d.b') })).toEqual([
      'a written-since',
      'b',
    ]);
  });

  interface Inside {
    readonly at: string;
    /** What the storage says that it lies on. */
    readonly under: Image | null;
    /** What its own configuration says that it lay on: that of a guest that was on. */
    readonly laid?: readonly string[];
    readonly change?: Row['change'];
    /** Snapshots besides. */
    readonly beside?: readonly Row[];
  }
  const inside = ({ at, under, laid, change, beside = rows }: Inside) => {
    const own = snapshot({ name: 'i', parent: 'b', at, ...(change ? { change } : {}) });
    const config = [diskWith(disk(at, ...(laid ?? [])))];
    const live = laid ? { ...own, stored: { ...own.stored, config, memoryInside: true as const } } : own;
    const snapshots = [...beside.map(snapshot), live];
    const told = new Map([
      ['base', null],
      ['d.a', image('base')],
      [at, under],
    ]);
    const stored = snapshots.map((each) => each.stored);
    const files = new Map([...told.keys()].map((path) => [path, { exists: true }]));
    const tags = new Map([[at, [{ id: '1', name: 'i', vmStateBytes: 0 }]]]);
    const given = { ...facts(), current: 'i', snapshots, disks: diskLayers([disk(at)], stored, told), files, tags };
    const why = dataOfSnapshots(given).get('i')?.why ?? [];
    return ['i', ...why.map(({ code }) => code)].join(' ');
  };
  const lost = 'i pulled-perhaps';
  /** An external one that libvirt lists no overlay of. */
  const bare: Row[] = rows.map((row) => ({ ...row, made: 'd.gone' }));
  test.each<[string, Inside, string]>([
    ['lies where it lay', { at: 'd.b', under: image('d.a') }, 'i'],
    ['lies on nothing any more', { at: 'd.b', under: null }, lost],
    ['lies further down', { at: 'd.b', under: image('base') }, lost],
    ['a revert made, and lies on nothing', { at: 'd.1790000000', under: null }, lost],
    ['a revert made', { at: 'd.1790000000', under: image('base') }, 'i'],
    ['nobody is known to have made, named as overlays are', { at: 'd.01', under: null }, lost],
    ['the same, of a guest that was on', { at: 'd.01', under: null, laid: [] }, 'i'],
    ['nobody made', { at: 'x.QCOW2', under: null }, 'i'],
    ['has no suffix', { at: '/v1.0/x', under: null }, 'i'],
    ['lay on another by its own configuration', { at: 'x.img', under: null, laid: ['base'] }, lost],
    ['lay elsewhere by its own configuration', { at: 'x.img', under: image('base'), laid: ['d.a', 'base'] }, lost],
    ['lies where its own configuration says', { at: 'x.img', under: image('base'), laid: ['base'] }, 'i'],
    [
      // The image between was merged, which libvirt notes with the snapshot above.
      'lies where the next external one above says',
      { at: 'x.img', under: image('d.a'), laid: ['d.x', 'd.a', 'base'], beside: bare },
      'i',
    ],
    [
      'lay on another by the configuration of another snapshot',
      {
        at: 'x.img',
        under: null,
        beside: [
          ...rows,
          {
            name: 'j',
            at: 'x.img',
            change: {
              stored: { name: 'j', config: [diskWith(disk('x.e', 'x.img', 'base'))], disks: [], reverted: [] },
            },
          },
        ],
      },
      lost,
    ],
  ])('an internal one in an image that %s', (_, given, expected) => expect(inside(given)).toBe(expected));

  test('memory outside is a file of its own', () => {
    const [a] = rows as [Row];
    const at = (memoryFile: string | null, exists: boolean | null) =>
      told({
        rows: [{ ...a, change: { memory: 'external', memoryFile } }],
        now: disk('d.a'),
        files: new Map([
          ['base', { exists: true }],
          ['m', { exists }],
        ]),
      });
    expect(at('m', true)).toEqual(['a']);
    expect(at('m', false)).toEqual(['a memory-gone']);
    expect(at('m', null)).toEqual(['a memory-unknown']);
    expect(at(null, true)).toEqual(['a memory-unknown']);
  });
});

describe('an image that was written to again after it was frozen', () => {
  /** “e” holds the base; the domain went back inside the base, and “c” was taken there. */
  const e: Row = { name: 'e', at: 'base', made: 'd.e' };
  const c: Row = { name: 'c', at: 'base' };
  const at = (
    times: readonly (readonly [string, number])[],
    all: readonly Row[] = [e, c],
    modified: readonly (readonly [string, number])[] = [],
  ) =>
    told({
      rows: all,
      modifiedAt: new Map(modified),
      now: disk('d.x', 'base'),
      takenAt: new Map(times),
      tags: new Map([['base', [{ id: '1', name: 'c', vmStateBytes: 0 }]]]),
    });
  test.each<[string, readonly (readonly [string, number])[], string]>([
    [
      'later',
      [
        ['e', 1_000],
        ['c', 2_000],
      ],
      'e written-since',
    ],
    [
      'earlier',
      [
        ['e', 2_000],
        ['c', 1_000],
      ],
      'e written-perhaps',
    ],
    [
      'in the same second',
      [
        ['e', 1_000],
        ['c', 1_000],
      ],
      'e written-perhaps',
    ],
    [
      'at a time that is none',
      [
        ['e', 1_000],
        ['c', -5],
      ],
      'e written-perhaps',
    ],
    [
      'in a year far off',
      [
        ['e', 1_000],
        ['c', 9e15],
      ],
      'e written-perhaps',
    ],
    ['nobody knows when', [], 'e written-perhaps'],
  ])('by a snapshot taken %s', (_, times, expected) => expect(at(times)[0]).toBe(expected));

  test('the tree counts for more than clocks', () => {
    const times = [
      ['e', 2_000],
      ['c', 1_000],
    ] as const;
    expect(at(times, [e, { ...c, parent: 'e' }])[0]).toBe('e written-since');
    const later = [
      ['e', 1_000],
      ['c', 2_000],
    ] as const;
    expect(at(later, [{ ...e, parent: 'c' }, c])[0]).toBe('e written-perhaps');
  });

  test.each<[string, number, string]>([
    ['in the second of the snapshot, before or after it', 2_000, 'e written-perhaps'],
    ['before it', 1_999, 'e'],
    ['after it, as going back to what was taken earlier does', 3_000, 'e written-perhaps'],
  ])('the storage says that it was written to %s', (_, modified, expected) => {
    const times = [
      ['e', 2_000],
      ['c', 1_000],
    ] as const;
    expect(at(times, [e, c], [['base', modified]])[0]).toBe(expected);
  });

  test('a snapshot with memory is whole when its memory is', () => {
    const live: Row = { ...e, change: { memory: 'external', memoryFile: 'm' } };
    const times = [
      ['e', 2_000],
      ['c', 1_000],
    ] as const;
    const files = new Map(['base', 'd.x', 'd.e', 'm'].map((path) => [path, { exists: true }]));
    const saved = (m: number) =>
      told({
        rows: [live, c],
        now: disk('d.x', 'base'),
        files,
        takenAt: new Map(times),
        modifiedAt: new Map([
          ['base', 5_000],
          ['m', m],
        ]),
        tags: new Map([['base', [{ id: '1', name: 'c', vmStateBytes: 0 }]]]),
      })[0];
    expect(saved(5_400)).toBe('e');
    expect(saved(5_000)).toBe('e written-perhaps');
  });

  test('what lies inside the image keeps its blocks', () => {
    expect(
      at([
        ['e', 2_000],
        ['c', 1_000],
      ])[1],
    ).toBe('c');
  });

  test('and everything above it is concerned', () => {
    const f: Row = { name: 'f', parent: 'e', at: 'd.e', made: 'd.f' };
    expect(
      at(
        [
          ['e', 1_000],
          ['f', 1_500],
          ['c', 2_000],
        ],
        [e, f, c],
      ),
    ).toEqual(['e written-since', 'f written-since', 'c']);
  });
});

describe('a snapshot that was reverted to, of which libvirt lists every disk since', () => {
  const at = (made: string, modified?: number, taken = 1_700_000_000_000) =>
    told({
      rows: [{ name: 'e', at: 'base', made }],
      now: disk('base.x', 'base'),
      takenAt: new Map([['e', taken]]),
      modifiedAt: new Map(modified === undefined ? [] : [['base', modified]]),
    })[0];
  test.each<[string, Parameters<typeof at>, string]>([
    ['and nobody knows when its image was written to', ['base.1700000009'], 'e part-perhaps'],
    ['and its image was written to since', ['base.1700000009', 1_700_000_005_000], 'e part-perhaps'],
    ['and its image was not', ['base.1700000009', 1_699_999_999_500], 'e'],
    ['in the very second', ['base.1700000000'], 'e part-perhaps'],
    ['or that was named after an earlier time', ['base.1699999999'], 'e'],
    ['and nobody knows when it was taken', ['base.1700000009', undefined, 0], 'e part-perhaps'],
    ['or not: its file has another name', ['other.1700000009'], 'e'],
  ])('%s', (_, given, expected) => expect(at(...given)).toBe(expected));

  test.each<[string, string, string]>([
    ['may have left a disk out that was written to then', 'base.1700000009', 'e part-perhaps'],
    ['and one that had it from the beginning has not', 'base.e', 'e written-since'],
  ])('%s', (_, made, expected) => {
    const later: Row = { name: 'f', at: 'base', made: 'base.f' };
    const takenAt = new Map([
      ['e', 1_700_000_000_000],
      ['f', 1_700_000_020_000],
    ]);
    expect(told({ rows: [{ name: 'e', at: 'base', made }, later], now: disk('base.f', 'base'), takenAt })).toEqual([
      expected,
      'f',
    ]);
  });
});

describe('internal snapshots', () => {
  const inside: Row[] = [
    { name: '1', at: 'base' },
    { name: 'x', at: 'base' },
  ];
  const tag = (id: string, name: string, vmStateBytes = 0): Tag => ({ id, name, vmStateBytes });
  const table = (...tags: Tag[]) => told({ rows: inside, now: disk('base'), tags: new Map([['base', tags]]) });
  test.each<[string, Tag[], string[]]>([
    ['both are in the image', [tag('2', '1'), tag('3', 'x')], ['1', 'x']],
    ['one is not', [tag('2', '1')], ['1', 'x tag-gone']],
    ['a name is the ID of the other', [tag('1', 'x'), tag('2', '1')], ['1 id-is-another', 'x']],
    ['a name is its own ID', [tag('1', '1'), tag('2', 'x')], ['1', 'x']],
    ['a name stands there twice', [tag('2', 'x'), tag('3', 'x'), tag('4', '1')], ['1', 'x tag-twice']],
  ])('%s', (_, tags, expected) => expect(table(...tags)).toEqual(expected));

  test('a table that could not be read is not known to hold them', () => {
    const all = dataOfSnapshots(facts({ rows: inside, now: disk('base') }));
    expect([...all.values()].map(({ state }) => state)).toEqual(['unknown', 'unknown']);
    expect(all.get('1')?.why[0]?.text).toContain('the ID of another');
  });

  test('its memory is in the image, unless somebody has put another snapshot of that name there', () => {
    const live = (...tags: Tag[]) =>
      told({
        rows: [{ name: 'x', at: 'base', change: { memory: 'internal' } }],
        now: disk('base'),
        tags: new Map([['base', tags]]),
      });
    expect(live(tag('1', 'x', 4096))).toEqual(['x']);
    expect(live(tag('1', 'x'))).toEqual(['x tag-without-memory']);
    expect(live(tag('1', 'y', 4096))).toEqual(['x tag-gone']);
    expect(live(tag('1', 'x', 4096), tag('2', 'x', 4096))).toEqual(['x tag-twice']);
    expect(live(tag('1', 'x', 4096), tag('2', 'x'))).toEqual(['x tag-without-memory tag-twice']);
  });

  test('QEMU keeps nothing of a read-only disk where it saves memory, and qemu-img does where it is off', () => {
    const two = ({ readonly, memory }: { readonly readonly: boolean; readonly memory: 'none' | 'internal' }) => {
      const stored: StoredDisks = {
        name: 'x',
        config: [diskWith(disk('base')), diskWith({ ...disk('other'), target: 'vdb' }, { readonly })],
        disks: ['vda', 'vdb'].map((target) => ({ target, kind: 'internal' })),
        ...(memory === 'internal' ? { memoryInside: true } : {}),
        reverted: [],
      };
      const whole = facts({ rows: [{ name: 'x', at: 'base', change: { memory, stored } }] });
      const told = new Map<string, Image | null>([
        ['base', null],
        ['other', null],
      ]);
      const disks = diskLayers([disk('base'), { ...disk('other'), target: 'vdb', readonly }], [stored], told);
      const files = new Map([...told.keys()].map((path) => [path, { exists: true }]));
      const tags = new Map([
        ['base', [tag('1', 'x', memory === 'internal' ? 4096 : 0)]],
        ['other', []],
      ]);
      return dataOfSnapshots({ ...whole, disks, files, tags })
        .get('x')
        ?.why.map(({ code, target }) => `${code} ${target}`);
    };
    expect(two({ readonly: true, memory: 'internal' })).toEqual([]);
    expect(two({ readonly: false, memory: 'internal' })).toEqual(['tag-gone vdb']);
    expect(two({ readonly: true, memory: 'none' })).toEqual(['tag-gone vdb']);
  });

  test('QEMU looks for the ID before the name', () => {
    expect(tagFound([tag('1', '2'), tag('2', '1')], '2')?.name).toBe('1');
    expect(tagFound([tag('1', 'a')], 'b')).toBeUndefined();
  });
});

test('metadata that says too little', () => {
  const [a] = rows as [Row];
  const bare = { name: 'a', config: [], disks: [{ target: 'vda', kind: 'external' as const }], reverted: [] };
  expect(told({ rows: [{ ...a, change: { readable: false, stored: bare } }] })).toEqual(['a metadata-unread']);
  expect(told({ rows: [{ ...a, change: { stored: bare } }] })).toEqual(['a disk-unknown']);
  const left = { ...bare, disks: [{ target: 'vda', kind: 'none' as const }] };
  expect(told({ rows: [{ ...a, change: { stored: left } }] })).toEqual(['a']);
});

test('whatever single fact is unknown: no snapshot that it concerns is said to be there', () => {
  const whole = facts({ tags: new Map() });
  fc.assert(
    fc.property(fc.constantFrom(...whole.files.keys()), (path) => {
      const files = new Map(whole.files).set(path, { exists: null as unknown as boolean });
      for (const { name, state, why } of dataOfSnapshots({ ...whole, files }).values()) {
        const concerned = path === 'base' || (path === 'd.a' && name === 'b');
        expect(state).toBe(concerned ? 'unknown' : 'there');
        expect(isDamaged({ state })).toBe(false);
        expect(why.every((each) => each.path === path)).toBe(true);
      }
    }),
  );
});
