import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { engineOn, revertsOn, takesOn } from '../../electron/testing.ts';
import { firstDraft } from '../../shared/operations/create/draft.ts';
import { labAvailable } from '../lab/available.ts';
import { type Lab, startLab } from '../lab/lab.ts';
import { type Connected, connectTo } from './connected.ts';

const uuid = '5e0f6a52-77d1-4c3c-9a34-1f5a7c2e0b07';
const domain = `<domain type='test'><name>guest</name><uuid>${uuid}</uuid><memory>8192</memory><os><type>hvm</type></os><devices><disk type='file' device='disk'><source file='/guest.img'/><target dev='vda'/></disk></devices></domain>`;

const available = labAvailable();
if (!available.ok) console.log(`Left out: the test driver with a file: ${available.reason}.`);
let lab: Lab;
let at: Connected;
beforeAll(async () => {
  if (!available.ok) return;
  lab = await startLab();
  const file = join(lab.dir, 'node.xml');
  await writeFile(file, `<node>${domain}</node>`);
  at = await connectTo(lab, `test+unix:///${file}?socket=${lab.socket}`);
});
afterAll(async () => {
  await at?.session.disconnect();
  await lab?.stop();
});

test.skipIf(!available.ok)('what is changed in a world from a file is seen, and reverted', async () => {
  const { session, services } = at;
  expect(session.host.connection).toMatchObject({ status: 'connected', driver: 'TEST' });
  expect(session.domains).toMatchObject([{ uuid, state: 'running', snapshotCount: 0 }]);
  const engine = engineOn(at, services);
  const takes = takesOn(engine, session.host.id);
  const taking = await takes.plan(uuid);
  const draft = { ...firstDraft(taking.facts, 'fresh'), description: 'of this world' };
  expect(await takes.run({ plan: taking, draft })).toMatchObject({
    result: 'done',
    differences: [],
  });
  expect((await session.readSnapshots(uuid)).list).toMatchObject({
    snapshots: [{ name: 'fresh', description: 'of this world' }],
    current: 'fresh',
  });
  const reverts = revertsOn(engine, session.host.id);
  const plan = await reverts.plan(uuid, { kind: 'named', name: 'fresh' });
  const outcome = await reverts.run(plan, { startState: 'paused' });
  expect(outcome).toMatchObject({ result: 'done', differences: [], found: { state: 'paused', current: 'fresh' } });
});
