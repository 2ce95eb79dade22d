import { describe, expect, it } from 'vitest';
import type { Disk } from '../../libvirt/disks.ts';
import { diskWith } from '../../libvirt/fixtures.ts';
import type { DeleteFacts, DeleteMode } from '../../schema.ts';
import { assessDelete } from './assess.ts';
import { chain, deleteFacts, type History, type Row, running } from './fixtures.ts';
import { deleteNeeds } from './needs.ts';
import { deleteRules } from './rules.ts';
import { deleteWarnings } from './warnings.ts';

interface Speaks {
  readonly history: History;
  readonly names: readonly string[];
  readonly mode?: DeleteMode;
  /** Where it has to be silent: one thing is different. */
  readonly not: Partial<History>;
}
const outside = chain('external', 'a', 'b', 'c');
const branches = [...outside, { name: 'd', kind: 'external', parent: 'a' } as const];
const hole = outside.map((row) => (row.name === 'b' ? { ...row, forgotten: true as const } : row));
const old = { libvirtVersion: 9_000_000 };
const newest = { libvirtVersion: 12_008_000 };
const image = (path: string, target = 'vda') => ({ target, path, type: 'file', format: 'qcow2', below: [] });
const disk = (path: string, change: Partial<Disk> = {}, target = 'vda') => diskWith(image(path, target), change);
/** A domain whose definition does not say what lies below. */
const top = (path: string) => ({ disks: [disk(path)] });
/** An internal snapshot that has listed a drive for media, too. */
const withMedium: Row[] = [
  {
    name: 'a',
    change: {
      stored: {
        name: 'a',
        config: [disk('/i/base'), disk('/iso', { device: 'cdrom', readonly: true }, 'sda')],
        disks: [
          { target: 'vda', kind: 'internal' },
          { target: 'sda', kind: 'none' },
        ],
        reverted: [],
      },
    },
  },
];
const drive = (path: string | null) => ({
  disks: [
    disk('/i/base'),
    {
      ...disk('/iso', { device: 'cdrom', readonly: true }, 'sda'),
      ...(path === null ? { image: null } : { image: { path, type: 'file', format: 'raw' } }),
    },
  ],
});
/** The only snapshot, external, with another record of its disks. */
const alone = (change: Partial<NonNullable<Row['change']>['stored']>, more: NonNullable<Row['change']> = {}): Row[] => [
  {
    name: 'a',
    kind: 'external',
    change: {
      stored: {
        name: 'a',
        config: [disk('/i/base')],
        disks: [{ target: 'vda', kind: 'external', file: '/i/a' }],
        reverted: [],
        ...change,
      },
      ...more,
    },
  },
];
/** What a deletion that was broken off leaves on the parent. */
const marked = (deleteInProgress: boolean): Row[] => [
  {
    name: 'a',
    kind: 'external',
    change: {
      stored: {
        name: 'a',
        config: [disk('/i/base')],
        disks: [
          { target: 'vda', kind: 'external', file: '/i/a', ...(deleteInProgress ? { deleteInProgress: true } : {}) },
        ],
        reverted: [],
      },
    },
  },
  ...chain('external', 'b', 'c'),
];
/** b stands on a, and has left its disk out. */
const leftOut: Row[] = [
  ...chain('external', 'a'),
  {
    name: 'b',
    kind: 'external',
    change: {
      stored: {
        name: 'b',
        config: [disk('/i/a')],
        disks: [{ target: 'vda', kind: 'none' }],
        reverted: [],
      },
    },
  },
];
/** Taken when the domain had another disk alone. */
const without: Row = {
  name: 'b',
  change: {
    stored: {
      name: 'b',
      config: [disk('/i/other', {}, 'vdb')],
      disks: [{ target: 'vdb', kind: 'internal' }],
      reverted: [],
    },
  },
};
const memory = { memory: 'external', memoryFile: '/i/a.mem' } as const;
const paused = (reason: string) => ({ ...running, state: 'paused', reason }) as const;
const unseenTags = { '/i/base': { tags: null } };
const ofGuest = (change: NonNullable<Row['change']>): Row[] => [{ name: 'a', kind: 'external', change }];
const offTaken = branches.map(
  (row): Row =>
    row.name === 'c' || row.name === 'b'
      ? {
          ...row,
          change: {
            stored: {
              name: row.name,
              config: [disk(row.name === 'c' ? '/i/b' : '/i/a')],
              disks: [{ target: 'vda', kind: 'external', file: `/i/${row.name}` }],
              reverted: [],
            },
          },
        }
      : row,
);

const insideOverlay: Row[] = [{ name: 'e', kind: 'external' }, { name: 'i' }];
const baseGone: NonNullable<History['images']> = {
  '/i/base': { exists: false },
  '/i/e': { tags: [{ id: '1', name: 'i' }] },
};
const readOnly = disk('/i/ro', { readonly: true }, 'vdb');
/** A guest with a disk that it cannot write to, which an internal snapshot lists. */
const withReadOnly = ({
  now = readOnly,
  memory = 'none' as 'none' | 'internal',
  tags = ['i'] as readonly string[] | null,
}): History => ({
  rows: [
    {
      name: 'i',
      change: {
        memory,
        stored: {
          name: 'i',
          config: [disk('/i/base'), readOnly],
          disks: ['vda', 'vdb'].map((target) => ({ target, kind: 'internal' })),
          ...(memory === 'internal' ? { memoryInside: true } : {}),
          reverted: [],
        },
      },
    },
  ],
  domain: { ...running, disks: [disk('/i/base'), now] },
  change: {},
  images: {
    '/i/base': { tags: [{ id: '1', name: 'i' }] },
    '/i/ro': { tags: tags?.map((name) => ({ id: '1', name })) ?? null },
  },
});

/** For each rule a deletion of which it speaks. */
const cases: Readonly<Record<string, Speaks>> = {
  PINNED: {
    history: { rows: [{ name: 'a', change: { pinned: true } }, { name: 'b' }] },
    names: ['a'],
    not: { rows: chain('internal', 'a', 'b') },
  },
  TEST_METADATA_ONLY: {
    history: { rows: chain('internal', 'a'), change: { driver: 'TEST' } },
    names: ['a'],
    mode: 'metadata-only',
    not: { change: { driver: 'QEMU' } },
  },
  BUSY: {
    history: { rows: chain('internal', 'a'), domain: { ...running, busy: true } },
    names: ['a'],
    mode: 'metadata-only',
    not: { domain: running },
  },
  EXTERNAL_UNSUPPORTED: {
    history: { rows: outside, change: { libvirtVersion: 8_009_000 } },
    names: ['c'],
    not: { change: old },
  },
  BLOCK_JOB: {
    history: { rows: outside, domain: { ...running, blockJobs: ['vda'] } },
    names: ['c'],
    not: { domain: running },
  },
  EXTERNAL_WITHOUT_CURRENT: { history: { rows: outside, current: null }, names: ['b'], not: { current: 'c' } },
  DISK_DETACHED_CRASH: {
    history: { rows: chain('internal', 'a'), domain: { ...running, disks: [] }, change: old },
    names: ['a'],
    not: { domain: { disks: [] } },
  },
  DISK_DETACHED: {
    history: { rows: chain('internal', 'a'), domain: { ...running, disks: [] } },
    names: ['a'],
    not: { domain: { disks: [] } },
  },
  DISK_ELSEWHERE: {
    history: { rows: [{ name: 'i' }, ...outside], domain: running },
    names: ['i'],
    not: { domain: {} },
  },
  IMAGE_NOT_LOCAL: {
    history: {
      rows: [
        {
          name: 'a',
          change: {
            stored: {
              name: 'a',
              config: [diskWith({ ...image('rbd://pool/x'), type: 'network' })],
              disks: [{ target: 'vda', kind: 'internal' }],
              reverted: [],
            },
          },
        },
      ],
    },
    names: ['a'],
    not: { rows: chain('internal', 'a') },
  },
  SEVERAL_CHILDREN: { history: { rows: branches }, names: ['a'], not: { change: old } },
  CURRENT_WITH_CHILDREN: { history: { rows: outside, current: 'b' }, names: ['b'], not: { current: 'c' } },
  OFF_CHAIN_WITH_CHILDREN: { history: { rows: branches }, names: ['b'], not: { rows: outside } },
  NOTHING_OUTSIDE: {
    history: { rows: alone({ disks: [{ target: 'vda', kind: 'none' }] }, memory), change: old },
    names: ['a'],
    not: { change: { libvirtVersion: 9_001_000 } },
  },
  IN_PROGRESS: { history: { rows: marked(true) }, names: ['a'], not: { rows: marked(false) } },
  STORED_WITHOUT_DISK: { history: { rows: alone({ config: [] }) }, names: ['a'], not: { rows: alone({}) } },
  DISK_TAKEN_OUT: {
    history: { rows: outside, domain: { disks: [] } },
    names: ['c'],
    not: { domain: {} },
  },
  NOT_IN_CHAIN: {
    history: { rows: outside, change: old, domain: top('/i/c') },
    names: ['b'],
    not: { domain: { ...running, ...top('/i/c') } },
  },
  NO_BASE: {
    history: { rows: outside, images: { '/i/c': { under: null } } },
    names: ['c'],
    not: { images: {} },
  },
  BASE_ELSEWHERE: { history: { rows: hole }, names: ['a'], not: { rows: outside } },
  PARENT_INTERNAL: {
    history: { rows: [{ name: 'i' }, ...outside] },
    names: ['a'],
    not: { rows: outside },
  },
  CANNOT_START: {
    history: { rows: outside, images: { '/i/base': { exists: false } } },
    names: ['c'],
    not: { images: {} },
  },
  NO_BLOCK_JOBS: {
    history: { rows: chain('external', 'a'), domain: { disks: [disk('/i/a', { transient: true })] } },
    names: ['a'],
    not: { domain: top('/i/a') },
  },
  JOB_NAME: {
    history: { rows: chain('internal', 'two words'), domain: running, images: { '/i/base': { tags: null } } },
    names: ['two words'],
    not: { images: { '/i/base': { tags: [] } } },
  },
  NAME_STAYS: {
    history: { rows: chain('internal', 'a"b'), domain: running, images: { '/i/base': { tags: null } }, change: old },
    names: ['a"b'],
    not: { domain: {} },
  },
  TAGS_LOST: {
    history: { rows: [...chain('external', 'a'), { name: 'i' }], images: { '/i/a': { tags: null } } },
    names: ['a'],
    not: { images: { '/i/a': { tags: [] } } },
  },
  SHARED_IMAGE: {
    history: { rows: [...outside, { name: 'd', kind: 'external', parent: null }] },
    names: ['d'],
    not: { rows: [...outside, { name: 'd', kind: 'external' }] },
  },
  CLONES: {
    history: { rows: outside, change: { strays: [{ path: '/i/clone', on: '/i/c', usedBy: ['shop'] }] } },
    names: ['c'],
    not: { change: { strays: [{ path: '/i/clone', on: '/i/c', usedBy: [] }] } },
  },
  STRANDED: {
    // Somebody pulled b into c while the guest ran: what c was taken in still lies on what a would be merged from.
    history: { rows: outside, domain: running, images: { '/i/c': { under: image('/i/a') } } },
    names: ['a'],
    not: { images: {} },
  },
  UNLINKS_NEEDED: {
    history: { rows: chain('external', 'a', 'b'), current: 'a', domain: top('/i/b') },
    names: ['b'],
    not: { domain: {} },
  },
  BRANCH_ABOVE: {
    history: { rows: [...chain('external', 'root'), ...offTaken] },
    names: ['root'],
    not: { change: newest },
  },
  PAUSED_SINCE_MEMORY_WRITTEN: {
    history: { rows: ofGuest({ ...memory, state: 'paused' }), domain: paused('user') },
    names: ['a'],
    not: { change: newest },
  },
  PAUSED_SINCE_MEMORY_LOADED: {
    history: { rows: outside, domain: paused('migrating') },
    names: ['c'],
    not: { change: old },
  },
  STAYS_SINCE_MEMORY_WRITTEN: {
    history: { rows: [{ name: 'i' }], domain: paused('creating snapshot'), images: unseenTags, change: old },
    names: ['i'],
    not: { change: newest },
  },
  STAYS_SINCE_MEMORY_LOADED: {
    history: { rows: [{ name: 'i' }], domain: paused('migrating'), images: unseenTags },
    names: ['i'],
    not: { change: old },
  },
  STAYS_ON_READ_ONLY: {
    history: withReadOnly({}),
    names: ['i'],
    not: { domain: { disks: [disk('/i/base'), readOnly] } },
  },
  STAYS_WITHOUT_BASE: {
    history: { rows: insideOverlay, images: baseGone },
    names: ['i'],
    not: { domain: running },
  },
  UNLIKE_FORMAT: {
    history: { rows: outside, images: { '/i/c': { found: 'raw' } } },
    names: ['c'],
    not: { images: { '/i/c': { found: 'qcow2' } } },
  },
  DISK_NOT_BELOW: {
    history: { rows: [{ name: 'a' }, without], change: old },
    names: ['a'],
    not: { change: {} },
  },
  IMAGE_GONE: {
    history: { rows: outside, domain: running, images: { '/i/b': { exists: false } } },
    names: ['c'],
    not: { images: { '/i/base': { exists: false } } },
  },
  MANAGED_SAVE: {
    history: { rows: outside, domain: { managedSave: true, savedImages: ['/i/c', '/i/other'] } },
    names: ['c'],
    not: { domain: { managedSave: true, savedImages: ['/i/b'] } },
  },
};

it('without a current snapshot a leaf may go, unless the domain lies on it', () => {
  const of = (domain = {}) =>
    assessDelete(deleteFacts({ rows: outside, current: null, domain }), ['c'], 'this').blockers.map(({ code }) => code);
  expect(of()).toEqual([]);
  expect(of(top('/i/c'))).toEqual(['UNLINKS_NEEDED']);
});

it.each([['none'], ['manual']] as const)('a name matters to QEMU only where a disk is part of it: %s', (kind) => {
  const of = (kinds: readonly ('none' | 'manual' | 'internal')[], memory: 'none' | 'internal' = 'none') => {
    const disks = kinds.map((each, n) => ({ target: `vd${'ab'[n]}`, kind: each }));
    const config = [disk('/i/base'), disk('/i/other', {}, 'vdb')];
    const rows = [
      { name: 'two words', change: { stored: { name: 'two words', config, disks, reverted: [] }, memory } },
    ];
    const facts = deleteFacts({
      rows,
      domain: { ...running, disks: config },
      images: { '/i/base': { tags: null } },
    });
    return assessDelete(facts, ['two words'], 'this').blockers.map(({ code }) => code);
  };
  expect(of([kind, kind])).toEqual([]);
  expect(of(['internal', kind])).toEqual(['JOB_NAME']);
  expect(of([kind], 'internal')).toEqual(['JOB_NAME']);
  expect(of([])).toEqual(['JOB_NAME']);
});

it('what lies below an image matters to qemu-img where that holds the snapshot', () => {
  const of = (images: NonNullable<History['images']>) =>
    assessDelete(deleteFacts({ rows: insideOverlay, images }), ['i'], 'this').blockers.map(({ code }) => code);
  expect(of({ ...baseGone, '/i/e': { tags: null } })).toEqual(['STAYS_WITHOUT_BASE']);
  expect(of({ ...baseGone, '/i/e': { tags: [] } })).toEqual([]);
  expect(of({ ...baseGone, '/i/base': { exists: true } })).toEqual([]);
});

it('QEMU deletes nothing on a read-only disk, where something is to be deleted', () => {
  const of = (given: Parameters<typeof withReadOnly>[0]) =>
    assessDelete(deleteFacts(withReadOnly(given)), ['i'], 'this').blockers.map(({ code }) => code);
  expect(of({})).toEqual(['STAYS_ON_READ_ONLY']);
  expect(of({ tags: null })).toEqual(['STAYS_ON_READ_ONLY']);
  expect(of({ tags: ['other'] })).toEqual([]);
  expect(of({ now: { ...readOnly, readonly: false } })).toEqual([]);
  expect(of({ memory: 'internal' })).toEqual([]);
});

it('what no guest wrote to may be merged into what others need', () => {
  const facts = deleteFacts({ rows: [...outside, { name: 'd', kind: 'external', parent: null }] });
  const readOnly = (disks: readonly Disk[]) => disks.map((each) => ({ ...each, readonly: true }));
  const medium = {
    ...facts,
    domain: { ...facts.domain, disks: readOnly(facts.domain.disks) },
    snapshots: facts.snapshots.map((each) => ({
      ...each,
      stored: { ...each.stored, config: readOnly(each.stored.config) },
    })),
  };
  const told = (of: DeleteFacts) => assessDelete(of, ['d'], 'this');
  expect(told(facts).blockers.map(({ code }) => code)).toEqual(['SHARED_IMAGE']);
  expect(told(medium)).toMatchObject({ verdict: 'risky', blockers: [] });
  const written = { ...medium, domain: facts.domain };
  expect(told(written).blockers.map(({ code }) => code)).toEqual(['SHARED_IMAGE']);
});

it('a disk of a snapshot is looked for in both configurations of those below', () => {
  const child = (next?: string[]): Row => ({
    name: 'b',
    change: {
      stored: {
        name: 'b',
        config: [disk('/i/base')],
        ...(next ? { next } : {}),
        disks: [{ target: 'vda', kind: 'internal' }],
        reverted: [],
      },
    },
  });
  const told = (row: Row) =>
    assessDelete(deleteFacts({ rows: [{ name: 'a' }, row], change: old }), ['a'], 'this').blockers.map(
      ({ code }) => code,
    );
  expect(told(child())).toEqual([]);
  expect(told(child(['vda', 'vdb']))).toEqual([]);
  expect(told(child([]))).toEqual(['DISK_NOT_BELOW']);
});

it('what a saved memory needs is not known where libvirt does not tell: nothing is merged then', () => {
  const facts = deleteFacts({ rows: outside, domain: { managedSave: true, savedImages: null } });
  expect(assessDelete(facts, ['b'], 'this').blockers.map(({ code }) => code)).toContain('MANAGED_SAVE');
});

const told: Readonly<Record<string, Speaks>> = {
  WAY_BACK: {
    history: { rows: [{ name: 'a', change: { undoes: true } }] },
    names: ['a'],
    not: { rows: chain('internal', 'a') },
  },
  FINISHES_BROKEN_OFF: { history: { rows: marked(true) }, names: ['b'], not: { rows: marked(false) } },
  STARTED_MEANWHILE: { history: { rows: outside }, names: ['c'], not: { domain: running } },
  NOT_CANCELLABLE_WITHOUT_HARM: {
    history: { rows: outside },
    names: ['b'],
    not: { rows: chain('none', 'a', 'b', 'c') },
  },
  LEFT_OUT_DISK: { history: { rows: leftOut }, names: ['a'], not: { rows: chain('external', 'a', 'b') } },
  MERGES_INTO_MEDIUM: {
    history: { rows: chain('external', 'a'), domain: { disks: [disk('/i/a', { device: 'cdrom', readonly: true })] } },
    names: ['a'],
    not: { domain: {} },
  },
  SPOILS_OVERLAYS: {
    // What the domain wrote to until it went back to an internal snapshot further down, where “c” was taken and forgotten.
    history: {
      rows: [{ name: 'i' }, ...chain('external', 'a', 'b'), { name: 'c', kind: 'external', forgotten: true }],
      current: 'i',
    },
    names: ['b'],
    not: { images: { '/i/b': { exists: false } } },
  },
  UNLISTED_TAGS_LOST: {
    history: { rows: outside, images: { '/i/c': { tags: [{ id: '1', name: 'by hand' }] } } },
    names: ['c'],
    not: { images: {} },
  },
  TAG_TWICE: {
    history: {
      rows: chain('internal', 'a'),
      images: {
        '/i/base': {
          tags: [
            { id: '1', name: 'a' },
            { id: '2', name: 'a' },
          ],
        },
      },
    },
    names: ['a'],
    not: { images: {} },
  },
  STAYS_INSIDE: {
    history: { rows: chain('internal', 'a'), domain: { ...running, disks: [] }, change: { libvirtVersion: 7_000_000 } },
    names: ['a'],
    not: { domain: { disks: [] } },
  },
  MEMORY_FILE_STAYS: {
    history: { rows: ofGuest(memory), change: old },
    names: ['a'],
    not: { change: {} },
  },
  CHILDREN_MISLED: {
    history: { rows: outside, change: old },
    names: ['b'],
    mode: 'metadata-only',
    not: { change: {} },
  },
  DATA_STAYS: {
    history: { rows: outside },
    names: ['b'],
    mode: 'metadata-only',
    not: { rows: chain('none', 'a', 'b', 'c') },
  },
  SAME_NAME_AGAIN: {
    history: { rows: chain('internal', 'a') },
    names: ['a'],
    mode: 'metadata-only',
    not: { rows: chain('external', 'a') },
  },
};

/** For each fact that matters a deletion that is safe while it is known, and the same where it is not. */
const unknown: Readonly<Record<string, Speaks>> = {
  METADATA_UNREAD: {
    history: { rows: [{ name: 'a', change: { known: false } }] },
    names: ['a'],
    not: { rows: chain('internal', 'a') },
  },
  MEMORY_UNKNOWN: {
    history: { rows: [{ name: 'a', change: { memory: 'unknown' } }] },
    names: ['a'],
    not: { rows: chain('internal', 'a') },
  },
  DISK_UNKNOWN: {
    history: { rows: outside, domain: { disks: [disk('/i/c', { type: 'new' })] } },
    names: ['c'],
    not: { domain: {} },
  },
  BUSY_UNKNOWN: {
    history: { rows: chain('internal', 'a'), domain: { ...running, busy: null } },
    names: ['a'],
    not: { domain: running },
  },
  BLOCK_JOBS_UNKNOWN: {
    history: { rows: outside, domain: { ...running, blockJobs: null } },
    names: ['c'],
    not: { domain: running },
  },
  PAUSE_UNKNOWN: { history: { rows: outside, domain: paused('user') }, names: ['c'], not: { domain: running } },
  IMAGE_UNKNOWN: {
    history: { rows: outside, images: { '/i/base': { exists: null } } },
    names: ['c'],
    not: { images: {} },
  },
  CHAIN_UNREAD: {
    history: { rows: outside, domain: top('/i/c'), images: { '/i/c': { under: undefined } } },
    names: ['c'],
    not: { images: {} },
  },
  TAGS_UNREAD: { history: { rows: outside, images: { '/i/c': { tags: null } } }, names: ['c'], not: { images: {} } },
  OTHERS_UNREAD: {
    history: {
      rows: [
        ...outside,
        {
          name: 'x',
          parent: 'b',
          kind: 'external',
          change: {
            stored: {
              name: 'x',
              config: [disk('/i/far')],
              disks: [{ target: 'vda', kind: 'external', file: '/i/x' }],
              reverted: [],
            },
          },
        },
      ],
      current: 'c',
    },
    names: ['c'],
    not: { rows: outside },
  },
};

const codes = ({ history, names, mode = 'this' }: Speaks, what: 'blockers' | 'warnings' | 'unknowns') =>
  assessDelete(deleteFacts(history), names, mode)[what].map(({ code }) => code);

describe('each rule', () => {
  it.each(deleteRules.map(({ code, effect, error }) => ({ code, effect, error })))(
    '$code',
    ({ code, effect, error }) => {
      const speaks = cases[code];
      if (!speaks) throw new Error(`no case for ${code}`);
      expect(codes(speaks, 'blockers')).toContain(code);
      expect(codes({ ...speaks, history: { ...speaks.history, ...speaks.not } }, 'blockers')).not.toContain(code);
      expect(error !== undefined).toBe(effect === 'refused');
    },
  );

  it.each(deleteWarnings.map(({ code }) => code))('%s, a warning', (code) => {
    const speaks = told[code];
    if (!speaks) throw new Error(`no case for ${code}`);
    expect(codes(speaks, 'warnings')).toContain(code);
    expect(codes({ ...speaks, history: { ...speaks.history, ...speaks.not } }, 'warnings')).not.toContain(code);
  });

  it.each(deleteNeeds.map(({ code }) => code))('%s, not known', (code) => {
    const speaks = unknown[code];
    if (!speaks) throw new Error(`no case for ${code}`);
    const without = { ...speaks, history: { ...speaks.history, ...speaks.not } };
    expect(codes(speaks, 'unknowns')).toContain(code);
    expect(codes(without, 'unknowns')).toEqual([]);
    expect(assessDelete(deleteFacts(speaks.history), speaks.names, 'this').verdict).toBe('risky');
    expect(assessDelete(deleteFacts(without.history), speaks.names, 'this').verdict).toBe('safe');
  });

  it('has a code of its own', () => {
    const all = [...deleteRules, ...deleteWarnings, ...deleteNeeds].map(({ code }) => code);
    expect(new Set(all).size).toBe(all.length);
    expect([cases, told, unknown].flatMap((each) => Object.keys(each)).sort()).toEqual([...all].sort());
  });

  it('leaves metadata alone in peace', () => {
    for (const [code, speaks] of Object.entries(cases)) {
      if (['PINNED', 'TEST_METADATA_ONLY', 'BUSY', 'DISK_NOT_BELOW'].includes(code)) continue;
      expect(codes({ ...speaks, mode: 'metadata-only' }, 'blockers'), code).toEqual([]);
    }
  });
});

describe('rules as wide as libvirt’s', () => {
  const blockers = (history: History, names: string[], mode: DeleteMode = 'this') =>
    assessDelete(deleteFacts(history), names, mode).blockers.map(({ code }) => code);

  it('a medium that was changed or taken out keeps a running guest’s internal snapshot', () => {
    const off = { rows: withMedium, domain: drive('/other.iso') };
    expect(blockers(off, ['a'])).toEqual([]);
    expect(blockers({ rows: withMedium, domain: { ...running, ...drive('/iso') } }, ['a'])).toEqual([]);
    expect(blockers({ rows: withMedium, domain: { ...running, ...drive('/other.iso') } }, ['a'])).toEqual([
      'DISK_ELSEWHERE',
    ]);
    expect(blockers({ rows: withMedium, domain: { ...running, ...drive(null) } }, ['a'])).toEqual(['DISK_ELSEWHERE']);
    expect(blockers({ rows: withMedium, domain: { ...running, ...top('/i/base') } }, ['a'])).toEqual(['DISK_DETACHED']);
  });

  it('a leaf of another branch whose parent is internal goes, and no file with it', () => {
    const rows: Row[] = [{ name: 'i' }, { name: 'e', kind: 'external' }, { name: 'j', parent: 'i' }];
    const { blockers: none, unlinks, verdict } = assessDelete(deleteFacts({ rows, current: 'i' }), ['e'], 'this');
    expect({ none, unlinks, verdict }).toEqual({ none: [], unlinks: [], verdict: 'safe' });
    // Before 11.0 libvirt would have deleted the image that i is inside of.
    const older = { libvirtVersion: 10_010_000 };
    expect(blockers({ rows, current: 'i', change: older }, ['e'])).toEqual(['UNLINKS_NEEDED']);
    expect(blockers({ rows, current: 'i', change: old }, ['e'])).toEqual(['NOT_IN_CHAIN']);
  });

  it('what a deletion that was broken off had begun is ended by doing it again, and then the parent can go', () => {
    expect(blockers({ rows: marked(true) }, ['a'])).toEqual(['IN_PROGRESS']);
    expect(blockers({ rows: marked(true) }, ['b'])).toEqual([]);
    expect(blockers({ rows: marked(true), current: 'c' }, ['b', 'a'])).toEqual([]);
  });

  it('a parent that libvirt does not list is none', () => {
    const rows: Row[] = [
      { name: 'a', parent: 'lost' },
      { name: 'b', parent: 'a' },
    ];
    const gone = assessDelete(deleteFacts({ rows, current: 'a' }), ['a'], 'this');
    expect(gone).toMatchObject({ moves: [{ name: 'b', to: null }], current: null });
  });

  it('a branch above kills 11.3 where libvirt stored no chain for it, as for an empty drive', () => {
    const [a, b, c, d] = branches as [Row, Row, Row, Row];
    const live = { state: 'disk-snapshot' } as const;
    const lives = [a, { ...b, change: live }, { ...c, change: live }, d];
    expect(blockers({ rows: [{ name: 'root', kind: 'external' }, ...lives] }, ['root'])).toEqual([]);
    const empty = { ...disk('/iso', { device: 'cdrom', readonly: true }, 'sda'), image: null };
    const stored = {
      name: 'c',
      config: [disk('/i/b', {}), empty],
      disks: [{ target: 'vda', kind: 'external' as const, file: '/i/c' }],
      reverted: [],
    };
    const emptied = [a, { ...b, change: live }, { ...c, change: { ...live, stored } }, d];
    expect(blockers({ rows: [{ name: 'root', kind: 'external' }, ...emptied] }, ['root'])).toEqual(['BRANCH_ABOVE']);
  });

  it('a left-out disk is merged by what the child stored', () => {
    expect(assessDelete(deleteFacts({ rows: leftOut, domain: top('/i/a') }), ['a'], 'this').merges).toEqual([
      { target: 'vda', from: '/i/a', into: '/i/base', active: true },
    ]);
  });
});
