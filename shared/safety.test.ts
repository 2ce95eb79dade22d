import { describe, expect, it } from 'vitest';
import { disk as createDisk, facts as createFacts } from './operations/create/fixtures.ts';
import { disk as diskFact, type Facts, facts as revertFacts, storedDisk } from './operations/revert/fixtures.ts';
import { safetyOffer, safetyRules } from './safety.ts';
import { safetyDescription, safetyName, safetyRequestOf } from './safety-names.ts';
import type { CreateFacts } from './schema.ts';

const image = '/images/web.qcow2';
const create = (more: Partial<CreateFacts> = {}) =>
  createFacts({
    disks: [createDisk('vda', { path: image })],
    snapshots: [{ name: 'before-upgrade', kind: 'internal', memory: 'none', state: 'shutoff' }],
    current: 'before-upgrade',
    ...more,
  });
const external: Facts = {
  snapshot: { kind: 'external', disks: [{ target: 'vda', kind: 'external' }] },
  stored: { disks: [storedDisk({ kind: 'external' })] },
};
const outside = {
  snapshots: [{ name: 'before-upgrade', kind: 'external', memory: 'none', state: 'shutoff' }],
} satisfies Partial<CreateFacts>;
const offer = (revert: Facts = {}, more: Partial<CreateFacts> = {}) =>
  safetyOffer(revertFacts(revert), create(more), 'before-revert {date} {time}', 0);
const codes = (revert: Facts = {}, more: Partial<CreateFacts> = {}) =>
  offer(revert, more).reasons.map((reason) => reason.code);

describe('the kind follows the snapshot that is reverted to', () => {
  const off = { state: 'shutoff', active: false } as const;
  it.each([
    ['internal', {}, {}, true],
    ['internal', {}, off, false],
    ['external', external, outside, true],
    ['external', external, { ...outside, ...off }, false],
    ['internal', { driver: 'TEST', ...external }, { driver: 'TEST', ...outside }, true],
  ] as const)('%s: %j', (kind, revert, more, memory) => {
    expect(offer(revert, more)).toMatchObject({ available: true, kind, memory, reasons: [] });
  });
});

describe('why not', () => {
  const overlaid = createDisk('vda', {
    path: '/images/web.e',
    below: [{ path: image, type: 'file', format: 'qcow2' }],
  });
  const onOverlay: Facts = {
    domain: { disks: [{ ...diskFact, file: '/images/web.e' }] },
    stored: { disks: [storedDisk({ now: '/images/web.e' })] },
  };
  const detached: Facts = {
    stored: {
      disks: [
        storedDisk(),
        storedDisk({
          target: 'vdb',
          image: { path: '/images/b', type: 'file', format: 'qcow2' },
          attached: false,
          now: null,
        }),
      ],
    },
  };
  /** Each rule: what it holds for, and the nearest thing that it does not hold for. */
  const cases: readonly (readonly [string, [Facts, Partial<CreateFacts>?], [Facts, Partial<CreateFacts>?]])[] = [
    ['DRIVER', [{}, { driver: 'LXC' }], [{}, { driver: 'TEST' }]],
    ['WRITES_ELSEWHERE', [detached], [{}]],
    ['WRITES_ELSEWHERE', [onOverlay, { disks: [overlaid] }], [external, outside]],
    ['LIES_ON_IT', [onOverlay, { disks: [overlaid] }], [{}]],
  ];
  it.each(cases)('%s: %j but not %j', (code, holds, not) => {
    const refused = offer(...holds);
    expect(refused.reasons.map((reason) => reason.code)).toContain(code);
    expect(refused).toMatchObject({ available: false, kind: null, memory: false, notes: [], doubts: [] });
    expect(refused.reasons.every((reason) => reason.text.endsWith('.'))).toBe(true);
    expect(codes(...not)).not.toContain(code);
  });

  it('every rule has a case', () => {
    expect(new Set(cases.map(([code]) => code))).toEqual(new Set(safetyRules.map((rule) => rule.code)));
  });

  it('what keeps a snapshot from being taken', () => {
    expect(codes({}, { disks: [createDisk('vda', { path: image, format: 'raw' })] })).not.toEqual([]);
    expect(codes({}, { blockJobs: ['vda'] })).not.toEqual([]);
  });

  it('an undo that would fail: a drive that is no file, a checkpoint', () => {
    const drive = createDisk('hdc', { type: 'block', path: '/dev/sr0', readonly: true, device: 'cdrom' });
    expect(codes(external, { ...outside, disks: [createDisk('vda', { path: image }), drive] })).not.toEqual([]);
    const reasons = offer({ domain: { checkpoints: [{ name: 'cp', disks: [{ target: 'vda', image }] }] } }).reasons;
    expect(reasons.map(({ code }) => code)).toEqual(['CHECKPOINT']);
    expect(reasons[0]?.text).toMatch(/^It could not be used for Undo: /);
  });

  it('is silent where all is well, with what is worth knowing', () => {
    expect(codes()).toEqual([]);
    expect(offer().notes.map((note) => note.code)).toEqual(['PAUSES_GUEST']);
    expect(offer({}, { active: false, state: 'shutoff', managedSave: true }).notes.map((note) => note.code)).toContain(
      'MANAGED_SAVE_NOT_KEPT',
    );
  });
});

describe('the name', () => {
  const noon = new Date(2026, 10, 23, 12, 4, 5).getTime();
  const name = (pattern: string, target = 'clean', taken: string[] = []) =>
    safetyName(pattern, target, noon, new Set(taken));

  it.each([
    ['before-revert-{date}-{time}', 'clean', 'before-revert-2026-11-23-12-04-05'],
    ['before-revert {date} {time}', 'clean', 'before-revert-2026-11-23-12-04-05'],
    ['{snapshot} {unheard}', 'a/b', 'a-b-unheard-'],
    ['{snapshot}', '..hidden', 'hidden'],
    ['{snapshot}', '...', 'before-revert'],
    [' a\tb\n', 'x', 'a-b'],
    ['{snapshot}', '{date}', 'date-'],
    ['{snapshot}', 'Größe 1', 'Gr-e-1'],
  ])('of %j for %j is %j', (pattern, target, expected) => {
    expect(name(pattern, target)).toBe(expected);
  });

  it('is unique', () => {
    expect(name('safe', 'clean', ['safe', 'safe-2'])).toBe('safe-3');
  });

  it('is told from others by its description', () => {
    expect(safetyRequestOf(safetyDescription('a ] “b”', 'r-1'))).toBe('r-1');
    expect(safetyRequestOf(`${safetyDescription('a', 'r-1')} edited`)).toBeNull();
    expect(safetyRequestOf('')).toBeNull();
  });
});
