import { describe, expect, it } from 'vitest';
import { domainStates } from '../../shared/schema.ts';
import {
  createFlag,
  domainReasonNames,
  domainStateNames,
  eventId,
  lifecycle,
  listDomainsFlag,
  reasonName,
  revertFlag,
  stateName,
} from './constants.ts';

it('flags and events have libvirt’s values', () => {
  expect(revertFlag).toEqual({ running: 1, paused: 2, force: 4, resetNvram: 8 });
  expect(listDomainsFlag).toEqual({ active: 1, inactive: 2, persistent: 4, managedSave: 256, hasSnapshot: 4096 });
  expect(createFlag).toMatchObject({ redefine: 1, current: 2, diskOnly: 16 });
  expect(eventId).toMatchObject({ lifecycle: 0, blockJob: 16, jobCompleted: 21 });
  expect(lifecycle).toMatchObject({ defined: 0, started: 2, suspended: 3, resumed: 4, stopped: 5, crashed: 8 });
});

describe('stateName', () => {
  it('names virDomainState', () => {
    expect([1, 3, 5, 6, 7].map(stateName)).toEqual(['running', 'paused', 'shutoff', 'crashed', 'pmsuspended']);
    expect(new Set([...domainStateNames, 'unknown'])).toEqual(new Set(domainStates));
  });

  it.each([8, 99, -1, 1.5, Number.NaN])('keeps %d as unknown', (state) => {
    expect(stateName(state)).toBe('unknown');
  });
});

describe('reasonName', () => {
  it('uses the words of virsh', () => {
    expect(reasonName('running', 4)).toBe('from snapshot');
    expect(reasonName('paused', 7)).toBe('from snapshot');
    expect(reasonName('paused', 5)).toBe('I/O error');
    expect(reasonName('shutoff', 7)).toBe('from snapshot');
    expect(reasonName('shutoff', 2)).toBe('destroyed');
    expect(
      [domainReasonNames.running, domainReasonNames.paused, domainReasonNames.shutoff].map((each) => each?.length),
    ).toEqual([12, 15, 9]);
  });

  it('keeps a number that is newer, and says unknown for 0', () => {
    expect(reasonName('running', 99)).toBe('reason 99');
    expect(reasonName('crashed', 1)).toBe('reason 1');
    expect(reasonName('pmsuspended', 0)).toBe('unknown');
    expect(reasonName('unknown', 3)).toBe('reason 3');
  });
});
