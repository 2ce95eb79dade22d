import { describe, expect, it } from 'vitest';
import { expectedAfter, expectedAfterSafety, withKnownBefore } from './after-safety.ts';
import { facts, storedDisk } from './operations/revert/fixtures.ts';
import { staleness } from './operations/revert/risk.ts';
import type { RevertFacts, SafetyOffer, Snapshot } from './schema.ts';

const snapshot = (name: string, more: Partial<Snapshot> = {}): Snapshot => ({
  name,
  description: '',
  parent: null,
  createdAt: 1_000,
  state: 'running',
  memory: 'internal',
  kind: 'internal',
  disks: [{ target: 'vda', kind: 'internal' }],
  ...more,
});
const disk = {
  target: 'vda',
  device: 'disk',
  readonly: false,
  type: 'file',
  format: 'qcow2',
  file: '/vm.qcow2',
  dropped: null,
  allocationBytes: 1,
  missing: false,
};
const none = { names: [], count: 0 };
const before = facts({
  domain: { managedSave: true, disks: [disk] },
  snapshot: snapshot('clean'),
  stored: { disks: [storedDisk({ image: { path: '/vm.qcow2', type: 'file', format: 'qcow2' }, now: '/vm.qcow2' })] },
  history: { leftBehind: { names: ['later'], count: 1 } },
  current: 'later',
});
const changed = (change: Partial<RevertFacts>, domain: Partial<RevertFacts['domain']> = {}): RevertFacts => ({
  ...before,
  ...change,
  domain: { ...before.domain, ...domain },
});
const leftBehind = { names: ['safe', 'later'], count: 2 };
const internal = snapshot('safe');
const external = snapshot('safe', {
  kind: 'external',
  memory: 'external',
  disks: [{ target: 'vda', kind: 'external', file: '/vm.safe' }],
});
const changes = (after: RevertFacts, safety: Snapshot | null, removed = false) =>
  staleness(expectedAfter(before, safety, removed), after);

describe('what preparing a revert changes', () => {
  const history: RevertFacts['history'] = {
    leftBehind,
    destroyed: none,
    unsure: none,
    now: 'stays',
    spoiled: [],
  };
  const afterInternal = changed({ current: 'safe', history });
  const afterExternal = changed(
    {
      current: 'safe',
      overlays: [{ target: 'vda', file: '/vm.safe', bytes: 7, inUse: true, under: null, neededBy: [], mayNeed: [] }],
      history,
      stored: {
        ...before.stored,
        disks: before.stored.disks.map((each) => ({ ...each, now: '/vm.safe', isUnderNow: true })),
      },
    },
    { disks: [{ ...disk, file: '/vm.safe', allocationBytes: 2 }] },
  );

  it('is expected', () => {
    expect(changes(before, null)).toEqual([]);
    expect(changes(changed({}, { managedSave: false }), null, true)).toEqual([]);
    expect(changes(afterInternal, internal)).toEqual([]);
    expect(changes(afterExternal, external)).toEqual([]);
    expect(
      changes({ ...afterExternal, domain: { ...afterExternal.domain, managedSave: false } }, external, true),
    ).toEqual([]);
  });

  it('is told of the safety snapshot itself, where it would depend on what is put back', () => {
    const unsure = { ...before, history: { ...before.history, now: 'unsure' } } as const;
    expect(expectedAfter(unsure, internal, false).history.unsure).toEqual({ names: ['safe'], count: 1 });
    expect(expectedAfter(unsure, external, false).history.unsure).toEqual(none);
    const found = (names: string[]) => {
      const expected = expectedAfter(
        changed({ history: { ...history, now: 'unsure', unsure: other } }),
        internal,
        false,
      );
      const now = { ...expected, history: { ...expected.history, unsure: { names, count: names.length } } };
      return staleness(expected, withKnownBefore(now, expected));
    };
    const other = { names: ['x'], count: 1 };
    expect(found(['x', 'safe'])).toEqual([]);
    expect(found(['x', 'y'])).toHaveLength(1);
  });

  it('is that an external one takes the overlays upon itself that would be deleted, and nothing lies on its own', () => {
    const spoiled = [{ path: '/clone', on: '/vm', usedBy: [] }];
    const lain = { ...before, history: { ...before.history, spoiled } };
    expect(expectedAfter(lain, internal, false).history.spoiled).toEqual(spoiled);
    expect(expectedAfter(lain, external, false).history.spoiled).toEqual([]);
  });

  it.each<[string, RevertFacts, Snapshot | null, boolean]>([
    ['another snapshot is current', { ...afterInternal, current: 'other' }, internal, false],
    ['nothing is current', { ...afterInternal, current: null }, internal, false],
    ['the snapshot did not become current', before, internal, false],
    [
      'one more was taken',
      changed({
        current: 'safe',
        history: {
          leftBehind: { names: ['safe', 'x', 'later'], count: 3 },
          destroyed: none,
          unsure: none,
          now: 'stays',
          spoiled: [],
        },
      }),
      internal,
      false,
    ],
    [
      'its data would be lost with the revert',
      {
        ...afterExternal,
        history: { ...history, destroyed: { names: ['safe'], count: 1 } },
      },
      external,
      false,
    ],
    ['a disk writes elsewhere', { ...afterExternal, domain: before.domain }, external, false],
    ['a stored disk has another image now', { ...afterExternal, stored: before.stored }, external, false],
    ['an overlay is another', { ...afterExternal, overlays: [] }, external, false],
    ['the guest was paused', { ...afterInternal, domain: { ...before.domain, state: 'paused' } }, internal, false],
    ['the managed save image went by itself', changed({}, { managedSave: false }), null, false],
    ['the managed save image is still there', before, null, true],
    [
      'the target was replaced',
      { ...afterInternal, snapshot: snapshot('clean', { createdAt: 2_000 }) },
      internal,
      false,
    ],
  ])('and nothing else is: %s', (_, after, safety, removed) => {
    expect(changes(after, safety, removed)).not.toEqual([]);
  });
});

describe('what an offered safety snapshot will change', () => {
  const offer = (kind: 'internal' | 'external'): SafetyOffer => ({
    available: true,
    kind,
    memory: true,
    name: 'safe',
    reasons: [],
    notes: [],
    doubts: [],
    virsh: null,
  });

  it('is what it then changes', () => {
    for (const safety of [internal, external]) {
      const kind = safety === internal ? 'internal' : 'external';
      const { current, overlays, history } = expectedAfter(before, safety, false);
      expect(expectedAfterSafety(before, offer(kind))).toMatchObject({ current, overlays, history });
    }
  });

  it('is no overlay where nothing is written', () => {
    const media = changed(
      {},
      {
        disks: [
          { ...disk, file: null },
          { ...disk, target: 'vdb', readonly: true },
        ],
      },
    );
    expect(expectedAfterSafety(media, offer('external')).overlays).toEqual([]);
  });
});
