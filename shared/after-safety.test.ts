import { describe, expect, it } from 'vitest';
import { expectedAfter } from './after-safety.ts';
import { staleness } from './risk.ts';
import type { RevertFacts, Snapshot } from './schema.ts';

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
const disk = { target: 'vda', type: 'file', format: 'qcow2', file: '/vm.qcow2', allocationBytes: 1, missing: false };
const before = {
  driver: 'QEMU',
  libvirtVersion: 11_003_000,
  hypervisorVersion: 10_000_000,
  domain: {
    uuid: 'u',
    name: 'vm',
    state: 'running',
    reason: 'booted',
    persistent: true,
    managedSave: true,
    autostart: false,
    disks: [disk],
    blockJobs: [],
    consoles: [],
  },
  snapshot: snapshot('clean'),
  hasConfig: true,
  stored: { disks: [], nvram: null, genid: false, memoryFile: null },
  overlays: [],
  history: { leftBehind: { names: ['later'], count: 1 }, externalDescendants: [] },
  current: 'later',
  configChanges: [],
  riskReported: null,
  interruptedDelete: false,
} as unknown as RevertFacts;
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
  staleness(expectedAfter(before, after, safety, removed), after);

describe('what preparing a revert changes', () => {
  const afterInternal = changed({ current: 'safe', history: { leftBehind, externalDescendants: [] } });
  const afterExternal = changed(
    {
      current: 'safe',
      overlays: [{ target: 'vda', file: '/vm.safe', bytes: 7, inUse: true }],
      history: { leftBehind, externalDescendants: ['safe'] },
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

  it.each<[string, RevertFacts, Snapshot | null, boolean]>([
    ['another snapshot is current', { ...afterInternal, current: 'other' }, internal, false],
    ['nothing is current', { ...afterInternal, current: null }, internal, false],
    ['the snapshot did not become current', before, internal, false],
    [
      'one more was taken',
      changed({
        current: 'safe',
        history: { leftBehind: { names: ['safe', 'x', 'later'], count: 3 }, externalDescendants: [] },
      }),
      internal,
      false,
    ],
    [
      'another lies on the target',
      { ...afterExternal, history: { leftBehind, externalDescendants: ['safe', 'x'] } },
      external,
      false,
    ],
    ['a disk writes elsewhere', { ...afterExternal, domain: before.domain }, external, false],
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
