import { describe, expect, test } from 'vitest';
import { diskLayers } from '../chain.ts';
import type { Image, SnapshotDisk, StoredDisks } from '../libvirt/disks.ts';
import { diskWith } from '../libvirt/fixtures.ts';
import { assessHealth, healthRules } from './assess.ts';
import { dataRules } from './data-rules.ts';
import type { FileFact, HealthFacts, HealthSnapshot } from './facts.ts';

const image = (path: string): Image => ({ path, type: 'file', format: 'qcow2' });
const snapshot = (name: string, at: string, disk: Partial<SnapshotDisk>, parent: string | null): HealthSnapshot => {
  const stored: StoredDisks = {
    name,
    config: [diskWith({ target: 'vda', ...image(at), below: [] })],
    disks: [{ target: 'vda', kind: 'internal', ...disk }],
    reverted: [],
  };
  const kind = disk.kind === 'external' ? 'external' : 'internal';
  return {
    name,
    parent,
    state: 'shutoff',
    memory: 'none',
    kind,
    memoryFile: null,
    hasConfig: true,
    readable: true,
    stored,
  };
};
const tag = (id: string, name: string, vmStateBytes = 0) => ({ id, name, vmStateBytes });

/** “a” inside /d.qcow2, which is written to; all was read. */
function inside(name: string, change: Partial<HealthFacts> = {}): HealthFacts {
  const snapshots = [snapshot(name, '/d.qcow2', {}, null)];
  return {
    driver: 'QEMU',
    libvirtVersion: 11_003_000,
    domain: { uuid: 'u', name: 'g', active: false, managedSave: false, targets: ['vda'] },
    current: name,
    snapshots,
    disks: diskLayers(
      [{ target: 'vda', ...image('/d.qcow2'), below: [] }],
      snapshots.map(({ stored }) => stored),
      new Map([['/d.qcow2', null]]),
    ),
    files: new Map([['/d.qcow2', { exists: true, virtualBytes: 1, allocatedBytes: 1 }]]),
    tags: new Map([['/d.qcow2', [tag('1', name)]]]),
    marked: new Map(),
    modifiedAt: new Map(),
    takenAt: new Map(),
    interrupted: new Set(),
    imported: new Set(),
    checkpoints: [],
    strays: [],
    unlisted: [],
    ...change,
  };
}

/** a, and b whose deletion was broken off, or not. */
function layered(isBrokenOff: boolean, change: Partial<HealthFacts> = {}): HealthFacts {
  const mark = isBrokenOff ? ({ deleteInProgress: true } as const) : {};
  const snapshots = [
    snapshot('a', '/base', { kind: 'external', file: '/d.a', ...mark }, null),
    snapshot('b', '/d.a', { kind: 'external', file: '/d.b' }, 'a'),
  ];
  const there = { exists: true, virtualBytes: 1, allocatedBytes: 1 };
  return inside('b', {
    snapshots,
    disks: diskLayers(
      [{ target: 'vda', ...image('/d.b'), below: [] }],
      snapshots.map(({ stored }) => stored),
      new Map<string, Image | null>([
        ['/d.b', image('/d.a')],
        ['/d.a', image('/base')],
        ['/base', null],
      ]),
    ),
    files: new Map(['/base', '/d.a', '/d.b'].map((path) => [path, there])),
    tags: new Map(),
    ...change,
  });
}

const table = (...tags: ReturnType<typeof tag>[]) => ({ tags: new Map([['/d.qcow2', tags]]) });
/** “a” was taken of a running guest. */
const live = (...tags: ReturnType<typeof tag>[]) =>
  inside('a', {
    ...table(...tags),
    snapshots: [{ ...snapshot('a', '/d.qcow2', {}, null), state: 'running', memory: 'internal' }],
  });
/** For each rule, facts of which it speaks, and facts of which it does not: one thing is different. */
const cases: Readonly<Record<string, readonly [HealthFacts, HealthFacts]>> = {
  'merge-broken-off': [layered(true), layered(false)],
  'written-since': [
    layered(false, {
      snapshots: [snapshot('e', '/base', { kind: 'external', file: '/d.e' }, 'lost'), snapshot('i', '/base', {}, 'e')],
      disks: diskLayers(
        [{ target: 'vda', ...image('/d.e'), below: [] }],
        [
          snapshot('e', '/base', { kind: 'external', file: '/d.e' }, null).stored,
          snapshot('i', '/base', {}, 'e').stored,
        ],
      ),
    }),
    layered(false),
  ],
  'tag-gone': [inside('a', table()), inside('a')],
  'tag-without-memory': [live(tag('1', 'a')), live(tag('1', 'a', 4096))],
  'tag-twice': [inside('a', table(tag('1', 'a'), tag('2', 'a'))), inside('a')],
  'id-is-another': [inside('1', table(tag('1', 'x'), tag('2', '1'))), inside('1', table(tag('1', '1'), tag('2', 'x')))],
  'digits-name': [inside('1', { tags: new Map() }), inside('a', { tags: new Map() })],
  'unlisted-tag': [inside('a', table(tag('1', 'a'), tag('2', 'by hand'))), inside('a')],
  checkpoints: [inside('a', { checkpoints: ['cp1'] }), layered(false, { checkpoints: ['cp1'] })],
};
const codes = (facts: HealthFacts) => assessHealth(facts).findings.map(({ code }) => code);

describe('each rule of the data', () => {
  test.each(dataRules.map(({ code }) => code))('%s', (code) => {
    const [speaks, silent] = cases[code] ?? [];
    if (!speaks || !silent) throw new Error(`no case for ${code}`);
    expect(codes(speaks)).toContain(code);
    expect(codes(silent)).not.toContain(code);
    const { driver } = dataRules.find((rule) => rule.code === code) ?? {};
    expect(codes({ ...speaks, driver: 'TEST' }).includes(code)).toBe(driver !== 'QEMU');
  });

  test('every rule of health has a code of its own, and says where it is from', () => {
    const all = healthRules.map(({ code }) => code);
    expect(new Set(all).size).toBe(all.length);
    expect(healthRules.filter(({ source }) => source === '')).toEqual([]);
  });
});

test('what ails the data of a snapshot is told for its row', () => {
  expect(assessHealth(inside('a')).data).toEqual([]);
  expect(assessHealth(inside('a', table())).data).toMatchObject([
    { name: 'a', state: 'gone', why: [expect.stringContaining('no longer contains')] },
  ]);
  expect(assessHealth(layered(true)).data).toMatchObject([{ name: 'b', state: 'mixture' }]);
  // The record on the parent, or what was seen of it here: both count.
  const seen = assessHealth(layered(false, { interrupted: new Set(['b']) }));
  expect(seen.findings).toMatchObject([{ code: 'merge-broken-off', snapshots: ['b'] }]);
});

test('a base that only another branch is known to need is not called needless to the domain while its chain is unread', () => {
  const gone = { exists: false, virtualBytes: null, allocatedBytes: null };
  const there = { exists: true, virtualBytes: 1, allocatedBytes: 1 };
  const snapshots = [snapshot('a', '/base', { kind: 'external', file: '/d.a' }, null)];
  const facts = (probed: ReadonlyMap<string, Image | null>) =>
    layered(false, {
      snapshots,
      current: null,
      disks: diskLayers([{ target: 'vda', ...image('/d.x'), below: [] }], [...snapshots.map((s) => s.stored)], probed),
      files: new Map<string, FileFact>([
        ['/base', gone],
        ['/d.a', there],
        ['/d.x', there],
      ]),
    });
  const means = (probed: ReadonlyMap<string, Image | null>) =>
    assessHealth(facts(probed)).findings.find(({ code }) => code === 'snapshot-disk-missing')?.means;
  expect(means(new Map([['/d.x', null]]))).toContain('The domain itself does not need the file.');
  expect(means(new Map())).toContain('is not known');
});
