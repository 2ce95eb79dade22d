import { describe, expect, it } from 'vitest';
import { type Facts, facts, memoryChange, overlay } from './fixtures.ts';
import { staleness } from './staleness.ts';

describe('staleness', () => {
  it('is empty while nothing changed, also after libvirt’s answer', () => {
    expect(staleness(facts(), facts({ domain: {}, snapshot: {} }))).toEqual([]);
    expect(staleness(facts(), facts({ riskReported: 'risky' }))).toEqual([]);
  });

  it.each<[string, Facts, Facts, string, string]>([
    ['state', {}, { domain: { state: 'shutoff' } }, 'shut off now; it was running', 'running now; it was shut off'],
    ['persistence', {}, { domain: { persistent: false } }, 'transient now', 'persistent now'],
    ['managed save', {}, { domain: { managedSave: true } }, 'has a managed save', 'has no managed save'],
    ['current snapshot', {}, { current: 'b' }, '“b” now; it was “before-upgrade”', '“before-upgrade” now; it was “b”'],
    [
      'no current snapshot',
      {},
      { current: null },
      'none now; it was “before-upgrade”',
      '“before-upgrade” now; it was none',
    ],
    [
      'snapshot',
      {},
      { snapshot: { createdAt: 5 } },
      '“before-upgrade” was changed or replaced',
      'was changed or replaced',
    ],
    ['snapshot’s disks', {}, { snapshot: { disks: [] } }, 'was changed or replaced', 'was changed or replaced'],
    [
      'snapshot’s name',
      {},
      { snapshot: { name: 'z' } },
      '“z” was changed or replaced',
      '“before-upgrade” was changed or replaced',
    ],
    [
      'configuration',
      {},
      { configChanges: [memoryChange] },
      'was changed. Memory: 2 GiB in the snapshot, 4 GiB now.',
      'matches the snapshot’s again',
    ],
    ['stored configuration', {}, { hasConfig: false }, 'stored with the snapshot', 'stored with the snapshot'],
    [
      'tree',
      {},
      { history: { leftBehind: { names: ['b'], count: 1 } } },
      'snapshots, or the data stored',
      'snapshots, or the data stored',
    ],
    ['memory file', {}, { stored: { memoryFile: { path: '/m', exists: false } } }, 'were changed', 'were changed'],
    ['hypervisor process', {}, { domain: { active: false } }, 'has stopped', 'has been started'],
    ['data', {}, { data: { state: 'unknown', why: [] } }, 'data of “before-upgrade”', 'data of “before-upgrade”'],
    ['checkpoints', {}, { domain: { checkpoints: null } }, 'checkpoints', 'checkpoints'],
    ['job', {}, { domain: { job: true } }, 'has started', 'has ended'],
    ['knowledge of a job', {}, { domain: { job: null } }, 'no longer known', 'has ended'],
    ['images', {}, { domain: { disks: [] } }, 'other images', 'other images'],
    ['overlays', {}, { overlays: [overlay] }, 'other images', 'other images'],
    ['autostart', {}, { domain: { autostart: true } }, 'Autostart is on', 'Autostart is off'],
    ['block jobs', {}, { domain: { blockJobs: ['vda'] } }, 'has started', 'has ended'],
    ['consoles', {}, { domain: { consoles: ['vnc'] } }, 'consoles were changed', 'consoles were changed'],
    ['driver', {}, { driver: 'TEST' }, 'another libvirt', 'another libvirt'],
    ['version', {}, { libvirtVersion: 11_004_000 }, 'another libvirt', 'another libvirt'],
  ])('a change of the %s is told both ways', (_, a, b, there, back) => {
    const [before, after] = [facts(a), facts(b)];
    expect(staleness(before, after)).toEqual([expect.stringContaining(there)]);
    expect(staleness(after, before)).toEqual([expect.stringContaining(back)]);
  });

  it('does not mind that an overlay grows', () => {
    expect(staleness(facts({ overlays: [overlay] }), facts({ overlays: [{ ...overlay, bytes: 9 }] }))).toEqual([]);
  });

  it('tells everything that changed', () => {
    expect(staleness(facts(), facts({ current: null, domain: { state: 'paused', managedSave: true } }))).toHaveLength(
      3,
    );
  });
});
