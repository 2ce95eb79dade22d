import { afterEach, beforeEach, expect, it } from 'vitest';
import { Journal } from '../../kept/journal/journal.ts';
import {
  type Bench,
  createBench,
  createServices,
  engineOn,
  type MemoryFile,
  memoryFile,
  revertsOn,
  uuidOf,
} from '../../testing.ts';
import { conclusions } from '../registry.ts';
import type { Services } from './services.ts';
import { settleLater } from './settle-later.ts';

const request = {
  operationId: 'op',
  host: { name: 'Lab', uri: 'qemu+ssh://lab/system', kind: 'ssh' },
  domain: { uuid: uuidOf(1), name: 'on' },
  snapshot: 'clean',
  flags: 1,
  plan: [],
  currentBefore: 'later',
};

let bench: Bench;
let services: Services;
let file: MemoryFile;
beforeEach(async () => {
  bench = createBench([
    {
      name: 'on',
      uuid: uuidOf(1),
      state: 'running',
      snapshots: [
        { name: 'clean', ago: 60, state: 'running' },
        { name: 'later', ago: 30 },
      ],
    },
  ]);
  file = memoryFile();
  services = await createServices(bench, file);
  bench.session.connect();
  await bench.status('connected');
});
afterEach(() => bench.close());

/** The app as it starts again over what a killed one has written. */
const startAgain = async (text: string) => {
  await bench.session.disconnect();
  const journal = await Journal.open({ file: memoryFile(text), who: 'tester', log: (line) => bench.lines.push(line) });
  const stop = settleLater(bench.session, { ...services, journal }, conclusions);
  bench.session.connect();
  await bench.until(() => journal.list({ limit: 9 }).every((entry) => entry.result !== null));
  stop();
  return journal.list({ limit: 9 });
};
const upToAsked = () => `${file.text.split('\n').find((line) => line.includes('"asked"'))}\n`;
const askedLine = (more: object) =>
  JSON.stringify({ type: 'asked', at: Date.now(), who: 'tester', ...request, ...more });
const revert = async (name: string) => {
  const reverts = revertsOn(engineOn(bench, services), 'lab');
  return reverts.run(await reverts.plan(uuidOf(1), { kind: 'named', name }));
};

it('killed after libvirt did it: unknown, and what libvirt says', async () => {
  await revert('clean');
  expect(await startAgain(upToAsked())).toMatchObject([
    {
      kind: 'revert',
      result: 'unknown',
      resolved: true,
      answeredAt: null,
      found: { state: 'running', current: 'clean' },
      differences: [
        expect.stringContaining('did not get libvirt’s answer'),
        'The domain is running and its current snapshot is “clean”, which it was not before.',
      ],
    },
  ]);
});

it('killed before libvirt did it: unknown, and not where it should be', async () => {
  await revert('clean');
  const before = upToAsked();
  bench.simulator.hands.createSnapshot('on', 'other');
  expect(await startAgain(before)).toMatchObject([
    {
      result: 'unknown',
      found: { current: 'other' },
      differences: [expect.anything(), expect.stringContaining('is “other”, not “clean”')],
    },
  ]);
});

it('an answer that was written is not asked for again', async () => {
  await revert('clean');
  expect(await startAgain(file.text)).toMatchObject([{ result: 'done', resolved: false }]);
});

it('a safety snapshot that is there under its own mark is proven done, another is not', async () => {
  const asked = (requestId: string) => askedLine({ kind: 'safety-snapshot', snapshot: 'safe', requestId });
  const description = 'Taken by Snapkeel before reverting to “clean”. [snapkeel-safety mine]';
  expect(await startAgain(`${asked('mine')}\n`)).toMatchObject([{ result: 'unknown' }]);
  bench.simulator.hands.createSnapshot('on', 'safe', { description });
  expect(await startAgain(`${asked('mine')}\n${asked('theirs')}\n`)).toMatchObject([
    { requestId: 'theirs', result: 'unknown' },
    { requestId: 'mine', result: 'done' },
  ]);
});

it('a connection that is lost for good while libvirt reverts is resolved at the next one', async () => {
  const stop = settleLater(bench.session, services, conclusions);
  bench.simulator.faults.dropOnNext('domainRevertToSnapshot', 'after');
  const running = revert('clean');
  await bench.status('retrying');
  await bench.session.disconnect();
  expect(await running).toMatchObject({ result: 'unknown', found: null });
  expect(services.journal.list({ limit: 9 })).toMatchObject([{ result: null }]);
  bench.session.connect();
  await bench.until(() => services.journal.list({ limit: 9 })[0]?.result === 'unknown');
  expect(services.journal.list({ limit: 9 })).toMatchObject([{ resolved: true, found: { current: 'clean' } }]);
  stop();
});

it('a deletion that is seen to be done later: what is remembered of the snapshot goes, and stays where it is there', async () => {
  const { marks } = services;
  const { host } = bench.session;
  for (const name of ['clean', 'gone']) await marks.interrupt(host, uuidOf(1), name, null);
  const lines = ['clean', 'gone'].map((snapshot) => askedLine({ kind: 'delete', snapshot, requestId: snapshot }));
  expect(await startAgain(`${lines.join('\n')}\n`)).toMatchObject([
    { snapshotName: 'gone', result: 'done' },
    {
      snapshotName: 'clean',
      result: 'unknown',
      differences: [expect.anything(), expect.stringContaining('still there')],
    },
  ]);
  await bench.until(() => !marks.isInterrupted(host, uuidOf(1), 'gone'));
  expect(marks.isInterrupted(host, uuidOf(1), 'clean')).toBe(true);
});
