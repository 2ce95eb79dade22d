import { expect, test } from 'vitest';
import type { ConnectStep, HostTestEvent } from '../../../shared/schema.ts';
import { advanceTest, beginTest, shownSteps, stopTest, type TestRun } from './test-run.ts';

type State = Extract<HostTestEvent, { type: 'step' }>['state'];
const told = (step: ConnectStep, state: State, host = 'kvm-a'): HostTestEvent => ({ type: 'step', step, host, state });
const begun = (...steps: ConnectStep[]): HostTestEvent[] =>
  steps.flatMap((step, at) => [told(step, 'running'), ...(at < steps.length - 1 ? [told(step, 'done')] : [])]);
const after = (uri: string, events: readonly HostTestEvent[]) => events.reduce(advanceTest, beginTest(uri));
const shown = (run: TestRun) => shownSteps(run).map(({ step, state }) => `${step} ${state}`);
const problem = { code: 'X', what: '', effect: '', next: '' };

test('all steps of the way are shown from the beginning', () => {
  expect(shown(after('qemu:///system', []))).toEqual(['socket waiting', 'open waiting', 'read waiting']);
  expect(shown(after('qemu+tcp://kvm-a/system', begun('resolve', 'connect')))).toEqual([
    'resolve done',
    'connect running',
    'open waiting',
    'read waiting',
  ]);
  expect(shown(after('lab', begun('configure')))).toEqual(['configure running']);
});

test('an address is not looked up, and what comes after a failure is not reached', () => {
  const events = [...begun('configure', 'connect', 'authenticate'), told('authenticate', 'failed')];
  const run = after('qemu+tls://10.0.0.1/system', [...events, { type: 'refused', step: 'authenticate', problem }]);
  expect(shown(run)).toEqual([
    'configure done',
    'resolve skipped',
    'connect done',
    'authenticate failed',
    'open unreached',
    'read unreached',
  ]);
});

test('a machine on the way has steps of its own, before those of the host', () => {
  const steps = ['resolve', 'connect', 'host-key', 'authenticate'] as const;
  const jump = steps.flatMap((step) => [told(step, 'running', 'gate'), told(step, 'done', 'gate')]);
  const run = after('qemu+ssh://kvm-a/system', [
    told('configure', 'running'),
    told('configure', 'done'),
    ...jump,
    told('connect', 'running'),
  ]);
  expect(shownSteps(run).map(({ step, host, state }) => `${step} ${host} ${state}`)).toEqual([
    'configure kvm-a done',
    ...steps.map((step) => `${step} gate done`),
    'connect kvm-a running',
    ...['socket', 'open', 'read'].map((step) => `${step} null waiting`),
  ]);
});

test('after a question the connection is made anew', () => {
  const first = begun('configure', 'resolve', 'connect', 'host-key');
  const again = [told('host-key', 'done'), told('resolve', 'running')];
  expect(shown(after('qemu+ssh://kvm-a/system', [...first, ...again])).slice(0, 4)).toEqual([
    'configure done',
    'resolve running',
    'connect waiting',
    'host-key waiting',
  ]);
});

test('a step that fails as a part of another stands in its place', () => {
  const run = after('qemu+ssh://kvm-a/system', [...begun('configure', 'authenticate'), told('connect', 'failed')]);
  expect(shown(run).slice(0, 4)).toEqual(['configure done', 'resolve skipped', 'connect failed', 'host-key waiting']);
});

test('a test that is stopped, and one that has ended', () => {
  const run = stopTest(after('qemu:///system', begun('socket')));
  expect(shown(run)).toEqual(['socket unreached', 'open unreached', 'read unreached']);
  const ended = advanceTest(run, { type: 'refused', step: null, problem });
  expect(stopTest(ended)).toBe(ended);
});
