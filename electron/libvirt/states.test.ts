import { describe, expect, it } from 'vitest';
import { domainState } from '../../shared/libvirt/flags.ts';
import { domainStates } from '../../shared/schema.ts';
import { reasonName, stateName } from './states.ts';

describe('stateName', () => {
  it('names virDomainState', () => {
    expect([1, 3, 5, 6, 7].map(stateName)).toEqual(['running', 'paused', 'shutoff', 'crashed', 'pmsuspended']);
    expect(new Set([...Object.keys(domainState), 'unknown'])).toEqual(new Set(domainStates));
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
    expect([reasonName('running', 11), reasonName('running', 12)]).toEqual(['post-copy failed', 'reason 12']);
    expect([reasonName('paused', 14), reasonName('paused', 15)]).toEqual(['api error', 'reason 15']);
    expect([reasonName('shutoff', 8), reasonName('shutoff', 9)]).toEqual(['daemon', 'reason 9']);
  });

  it('keeps a number that is newer, and says unknown for 0', () => {
    expect(reasonName('running', 99)).toBe('reason 99');
    expect(reasonName('crashed', 1)).toBe('reason 1');
    expect(reasonName('pmsuspended', 0)).toBe('unknown');
    expect(reasonName('unknown', 3)).toBe('reason 3');
  });
});
