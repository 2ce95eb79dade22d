import { afterAll, beforeAll, expect, it } from 'vitest';
import { assessRevert } from '../../../shared/operations/revert/risk.ts';
import { demoDomains } from '../../simulator/demo.ts';
import { type Bench, createBench } from '../../testing.ts';
import { gatherRevert } from './facts.ts';

const domains = demoDomains(Date.now());
const choice = { startState: 'as-saved', safetySnapshot: false, removeManagedSave: false, resetNvram: false } as const;
let bench: Bench;
beforeAll(async () => {
  bench = createBench([], { domains });
  bench.session.connect();
  await bench.status('connected');
});
afterAll(() => bench.close());

/** What raises the verdict, if anything does. */
it.each([
  ['web-01', 'before-upgrade', 'safe', []],
  ['web-02', 'before-drain', 'safe', []],
  ['db-primary', 'before-pg16', 'safe', []],
  ['ci-image-builder', 'toolchain-clang', 'safe', []],
  ['fileserver', 'before-acl-migration', 'safe', []],
  ['fileserver', 'before-smb311', 'safe', []],
  ['wiki', 'theme-test', 'safe', []],
  ['win11-desktop', 'before-24H2', 'needsForce', ['MANAGED_SAVE']],
  ['win11-desktop', 'repro-1187', 'risky', ['MANAGED_SAVE_SURVIVES']],
  ['game-server', 'update-27', 'risky', ['DEEP_CHAIN']],
  ['ci-runner-01', 'clean', 'willFail', ['TRANSIENT_NEEDS_STATE']],
  ['legacy-erp', 'delivered', 'willFail', ['NO_CONFIGURATION']],
  ['legacy-erp', 'suspended-for-move', 'willFail', ['SUSPENDED_SNAPSHOT']],
  ['storage-migration', 'before-copy', 'willFail', ['BLOCK_JOB']],
  ['wiki', 'theme-final', 'willFail', ['EXTERNAL_IMAGE_GONE']],
])('the demo host: %s to %s is %s', async (domain, name, verdict, codes) => {
  const uuid = domains.find((each) => each.name === domain)?.uuid ?? '';
  const { facts } = await gatherRevert(bench.session, uuid, { kind: 'named', name }, null, {
    marked: () => new Set(),
  });
  const assessment = assessRevert(facts, choice);
  expect(assessment.verdict).toBe(verdict);
  const said = [...assessment.blockers, ...assessment.requirements, ...assessment.warnings].map(({ code }) => code);
  expect(said).toEqual(expect.arrayContaining(codes));
});

it('the demo host: firmware that somebody removed is told', async () => {
  const { uuid = '' } = domains.find(({ name }) => name === 'win11-desktop') ?? {};
  const files = async () =>
    (await gatherRevert(bench.session, uuid, { kind: 'current' }, null, { marked: () => new Set() })).facts.stored
      .files;
  const [loader, nvram] = await files();
  expect([loader?.exists, nvram?.exists]).toEqual([true, true]);
  bench.simulator.hands.removeFile('win11-desktop', nvram?.path ?? '');
  expect(await files()).toEqual([loader, { ...nvram, exists: false }]);
});
