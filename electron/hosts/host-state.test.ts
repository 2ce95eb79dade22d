import { expect, it } from 'vitest';
import type { HostStatus, Problem } from '../../shared/schema.ts';
import { type HostEvent, hostStates, nextStatus } from './host-state.ts';

const problem: Problem = { code: 'TIMED_OUT', what: 'w', effect: 'e', next: 'n' };
const facts = { driver: 'QEMU', libvirtVersion: 1, hypervisorVersion: 1, via: 'x', roundTripMs: 1 };
const states: { readonly [S in HostStatus['status']]: Extract<HostStatus, { status: S }> } = {
  disconnected: { status: 'disconnected' },
  connecting: { status: 'connecting', since: 1, step: 'connect', at: 'h', asks: false },
  connected: { status: 'connected', ...facts },
  retrying: { status: 'retrying', problem, retryAt: 9 },
  refused: { status: 'refused', problem },
};
const events: { readonly [E in HostEvent['type']]: Extract<HostEvent, { type: E }> } = {
  begin: { type: 'begin', now: 5 },
  step: { type: 'step', step: 'authenticate', at: 'gate' },
  asks: { type: 'asks', asks: true },
  ready: { type: 'ready', facts },
  silent: { type: 'silent', since: 7 },
  answers: { type: 'answers' },
  lost: { type: 'lost', problem, retryAt: 9 },
  refused: { type: 'refused', problem },
  disconnect: { type: 'disconnect' },
};
/** Where each event leads; what is not named changes nothing. */
const leads: Readonly<Record<HostStatus['status'], Partial<Record<HostEvent['type'], HostStatus['status']>>>> = {
  disconnected: { begin: 'connecting', disconnect: 'disconnected' },
  connecting: {
    ...{ begin: 'connecting', step: 'connecting', asks: 'connecting', ready: 'connected' },
    ...{ lost: 'retrying', refused: 'refused', disconnect: 'disconnected' },
  },
  connected: {
    ...{ begin: 'connecting', silent: 'connected', answers: 'connected' },
    ...{ lost: 'retrying', refused: 'refused', disconnect: 'disconnected' },
  },
  retrying: { begin: 'connecting', disconnect: 'disconnected' },
  refused: { begin: 'connecting', disconnect: 'disconnected' },
};

it.each(
  Object.values(states).flatMap((state) => Object.values(events).map((event) => [state.status, event.type] as const)),
)('%s, %s', (from, by) => {
  const to = leads[from][by];
  const next = nextStatus(states[from], events[by]);
  if (to === undefined) expect(next).toBe(states[from]);
  else expect(next.status).toBe(to);
  expect(Object.hasOwn(hostStates[from], by)).toBe(to !== undefined);
});

it('a connection that is silent is told as that until it answers', () => {
  const silent = nextStatus(states.connected, events.silent);
  expect(silent).toEqual({ ...states.connected, silentSince: 7 });
  expect(nextStatus(silent, events.answers)).toEqual(states.connected);
});

it('an attempt tells its step, the machine it is about, and whether the person is asked', () => {
  const asked = nextStatus(nextStatus(states.connecting, events.step), events.asks);
  expect(asked).toMatchObject({ step: 'authenticate', at: 'gate', asks: true, since: 1 });
});
