import { formatCount } from '../../../shared/format.ts';
import type { ConnectStep } from '../../../shared/schema.ts';
import { type ShownStep, type TestRun, wayOf } from './test-run.ts';

const labels: Readonly<Record<ConnectStep, string>> = {
  configure: 'Read the SSH configuration',
  resolve: 'Look up the name',
  connect: 'Connect',
  'host-key': 'Check the host key',
  authenticate: 'Log in',
  socket: 'Reach libvirt’s socket',
  open: 'Open libvirt',
  read: 'Read domains',
};
const labelsOfTls: Partial<typeof labels> = {
  configure: 'Read the certificates',
  authenticate: 'Set up TLS',
};

/** What is said beside each step. */
export const stateWords: Readonly<Record<ShownStep['state'], string>> = {
  waiting: '',
  running: 'now',
  done: 'done',
  failed: 'failed',
  skipped: 'not needed',
  unreached: 'not reached',
};

/** What a step of the way to a URI does. */
export function stepLabel(step: ConnectStep, uri: string): string {
  return (wayOf(uri) === 'tls' ? labelsOfTls[step] : undefined) ?? labels[step];
}

/** How a test goes, in a few words. */
export function testTitle({ uri, end }: TestRun): string {
  if (end === null) return 'Testing…';
  if (end.kind === 'stopped') return 'Stopped. Nothing stays open.';
  if (end.kind === 'found') return 'The connection works.';
  return end.step === null ? 'The test failed.' : `“${stepLabel(end.step, uri)}” failed.`;
}

/** How a test goes, in one sentence, for who hears it. */
export function testSentence(run: TestRun): string {
  const { uri, end } = run;
  if (end === null) return `Testing ${uri}…`;
  if (end.kind === 'stopped') return testTitle(run);
  if (end.kind === 'found') return `${testTitle(run)} ${formatCount(end.found.domains, 'domain')}.`;
  return `${testTitle(run)} ${end.problem.what} ${end.problem.next}`;
}
