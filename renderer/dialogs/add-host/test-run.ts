import { connectSteps } from '../../../shared/connect-steps.ts';
import { parseLibvirtUri } from '../../../shared/libvirt-uri.ts';
import type { ConnectStep, HostTestEvent, Problem, TestFound } from '../../../shared/schema.ts';

/** A step as it is shown. `skipped`: it was not needed. `unreached`: the test ended before. */
export interface ShownStep {
  readonly step: ConnectStep;
  /** Null as long as it is not known. */
  readonly host: string | null;
  readonly state: 'waiting' | 'running' | 'done' | 'failed' | 'skipped' | 'unreached';
}

export type SshClient = 'built-in' | 'openssh';

type TestEnd =
  | { readonly kind: 'found'; readonly found: TestFound }
  | { readonly kind: 'refused'; readonly step: ConnectStep | null; readonly problem: Problem }
  | { readonly kind: 'stopped' };

/** A test of a connection, as far as it has come. */
export interface TestRun {
  /** As it was typed. */
  readonly uri: string;
  /** The one that was asked for, if any. */
  readonly sshClient: SshClient | undefined;
  readonly steps: readonly Extract<HostTestEvent, { type: 'step' }>[];
  readonly end: TestEnd | null;
}

/** A test that has just begun. */
export function beginTest(uri: string, sshClient?: SshClient): TestRun {
  return { uri, sshClient, steps: [], end: null };
}

/**
 * The test after an event. A step that begins anew, as after a question, takes back those that came after it; so does one
 * that was gone as a part of another, and failed.
 */
export function advanceTest(run: TestRun, event: HostTestEvent): TestRun {
  if (event.type === 'found') return { ...run, end: { kind: 'found', found: event.found } };
  if (event.type === 'refused') return { ...run, end: { kind: 'refused', step: event.step, problem: event.problem } };
  const same = run.steps.findIndex(({ step, host }) => step === event.step && host === event.host);
  const before = same < 0 ? run.steps.filter(({ state }) => state === 'done') : run.steps.slice(0, same);
  return { ...run, steps: [...before, event] };
}

/** The test where the person does not wait for its end. */
export function stopTest(run: TestRun): TestRun {
  return run.end === null ? { ...run, end: { kind: 'stopped' } } : run;
}

const all = connectSteps;
const ways = {
  ssh: all,
  openssh: ['configure', 'authenticate', 'socket', 'open', 'read'],
  tls: all.filter((step) => step !== 'host-key' && step !== 'socket'),
  tcp: ['resolve', 'connect', 'open', 'read'],
  local: ['socket', 'open', 'read'],
  unknown: [],
} as const satisfies Readonly<Record<string, readonly ConnectStep[]>>;

/** Which way a text leads: that of an alias is known to the backend alone. */
export function wayOf(text: string): keyof typeof ways {
  try {
    const { transport } = parseLibvirtUri(text);
    return transport === 'auto' || transport === 'unix' ? 'local' : transport;
  } catch {
    return 'unknown';
  }
}

/** All steps of a test, those that are still to come too, so that nothing moves while it goes on. */
export function shownSteps({ uri, sshClient, steps, end }: TestRun): ShownStep[] {
  const way = wayOf(uri);
  const expected: readonly ConnectStep[] = ways[way === 'ssh' && sshClient === 'openssh' ? 'openssh' : way];
  const came = new Set(steps.map(({ step }) => step));
  const shown: ShownStep[] = [];
  let next = 0;
  for (const { step, host, state } of steps) {
    const at = expected.indexOf(step);
    const between = expected.slice(next, Math.max(next, at)).filter((each) => !came.has(each));
    shown.push(...between.map((each): ShownStep => ({ step: each, host: null, state: 'skipped' })));
    shown.push({ step, host, state: end?.kind === 'stopped' && state === 'running' ? 'unreached' : state });
    next = Math.max(next, at + 1);
  }
  const rest = end === null ? 'waiting' : 'unreached';
  const left = end?.kind === 'found' ? [] : expected.slice(next);
  return [...shown, ...left.map((step): ShownStep => ({ step, host: null, state: rest }))];
}
