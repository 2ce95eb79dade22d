import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { parseLibvirtUri } from '../../shared/libvirt-uri.ts';
import type { HostTestEvent } from '../../shared/schema.ts';
import { buildDomain } from '../simulator/build.ts';
import { createSimulator, type Simulator } from '../simulator/simulator.ts';
import { uuidOf } from '../testing.ts';
import { type Dial, type TransportContext, TransportError } from '../transport/transport.ts';
import { HostFinder } from './host-finder.ts';
import { testConnection } from './test-connection.ts';

const never = new AbortController().signal;
const text = 'qemu+ssh://kvm-a/system';
let simulator: Simulator;
let closed: number;
beforeEach(() => {
  const now = Math.floor(Date.now() / 1000);
  simulator = createSimulator({ domains: [1, 2].map((n) => buildDomain({ name: `g${n}`, uuid: uuidOf(n) }, now)) });
  closed = 0;
});
afterEach(() => simulator.close());

type OnStep = NonNullable<TransportContext['onStep']>;
/** A way to the simulator that says so. */
const through = (steps: readonly Parameters<OnStep>[0][], dial: Dial) => (onStep: OnStep) => ({
  dial: async (signal: AbortSignal) => {
    for (const step of steps) onStep(step, 'kvm-a');
    return await dial(signal);
  },
  describe: () => 'simulated',
  close: () => void closed++,
});
function test(openTransport: ReturnType<typeof through>, signal = never, readPatienceMs = 30_000) {
  const options = { text, uri: parseLibvirtUri(text), name: 'kvm-a', openTransport, log: () => {}, readPatienceMs };
  return testConnection(options, signal);
}
async function all(events: AsyncIterable<HostTestEvent>): Promise<HostTestEvent[]> {
  const heard: HostTestEvent[] = [];
  for await (const event of events) heard.push(event);
  return heard;
}
const stepsOf = (events: readonly HostTestEvent[]) =>
  events.flatMap((event) => (event.type === 'step' ? [`${event.step} ${event.state}`] : []));

describe('a test of a connection', () => {
  it('tells of each step, and then what is there', async () => {
    const heard = await all(test(through(['resolve', 'connect', 'connect'], simulator.dial)));
    expect(stepsOf(heard)).toEqual(
      ['resolve', 'connect', 'open', 'read'].flatMap((step) => [`${step} running`, `${step} done`]),
    );
    expect(heard.at(-1)).toEqual({
      type: 'found',
      found: {
        uri: text,
        driver: 'QEMU',
        libvirtVersion: 11_003_000,
        hypervisorVersion: 10_000_000,
        domains: 2,
        via: 'simulated',
        roundTripMs: expect.any(Number),
      },
    });
    expect(closed).toBe(1);
  });

  it.each([
    ['AUTH_FAILED', ['connect', 'authenticate'], 'authenticate', 'SSH_AUTH_FAILED'],
    ['CONNECTION_LOST', ['connect'], 'connect', 'CONNECTION_LOST'],
    ['HELPER_MISSING', ['socket', 'open'], 'socket', 'HELPER_MISSING'],
    ['HOST_KEY_CHANGED', ['configure', 'authenticate'], 'host-key', 'HOST_KEY_CHANGED'],
    ['STREAM_GARBAGE', ['connect', 'authenticate'], 'authenticate', 'STREAM_GARBAGE'],
  ] as const)('%s after %j is the fault of %s', async (code, steps, step, problem) => {
    const heard = await all(
      test(
        through(steps, async () => {
          throw new TransportError(code, 'no');
        }),
      ),
    );
    expect(heard.at(-2)).toEqual({ type: 'step', step, host: 'kvm-a', state: 'failed' });
    expect(heard.at(-1)).toMatchObject({ type: 'refused', step, problem: { code: problem } });
    expect(JSON.stringify(heard)).not.toContain('by itself');
    expect(closed).toBe(1);
  });

  it('does not wait for ever for what libvirt tells of itself', async () => {
    let opened = false;
    const heard: HostTestEvent[] = [];
    for await (const event of test(through([], simulator.dial), never, 50)) {
      heard.push(event);
      if (event.type === 'step' && event.step === 'read' && !opened) {
        opened = true;
        simulator.faults.freeze(true);
      }
    }
    expect(heard.at(-1)).toMatchObject({ type: 'refused', step: 'read', problem: { code: 'NO_ANSWER' } });
    simulator.faults.freeze(false);
  });

  it.each(['signal', 'return'])('ends by %s, and closes what it had', async (how) => {
    const stop = new AbortController();
    const waiting: Dial = (signal) =>
      new Promise((_, reject) => signal.addEventListener('abort', () => reject(new TransportError('CANCELLED', 'no'))));
    const events = test(through(['connect'], waiting), stop.signal);
    expect((await events.next()).value).toMatchObject({ step: 'connect', state: 'running' });
    if (how === 'signal') {
      const next = events.next();
      stop.abort();
      expect(await next).toEqual({ done: true, value: undefined });
    } else await events.return(undefined);
    await vi.waitFor(() => expect(closed).toBe(1));
  });
});

describe('what is typed', () => {
  const finder = () =>
    new HostFinder({
      surroundings: () => ({ env: {}, home: '/nowhere', etc: '/nowhere' }),
      hosts: () => [],
      openTransport: (_, { onStep = () => {} }) => through(['socket'], simulator.dial)(onStep),
      log: () => {},
    });

  it('is tested, or refused before anything is begun', async () => {
    expect((await all(finder().test(text, undefined, never))).at(-1)).toMatchObject({ type: 'found' });
    for (const bad of ['nowhere', 'esx://x/', ''])
      expect(await all(finder().test(bad, undefined, never))).toMatchObject([
        { type: 'refused', step: null, problem: { code: 'INVALID_URI' } },
      ]);
  });
});
