import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRouterClient, type RouterClient } from '@orpc/server';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { consentsOfButton } from '../shared/operations/operation.ts';
import { revertType } from '../shared/operations/revert/type.ts';
import { AppEvent, type Domain, type RevertChoice, type RevertPlan } from '../shared/schema.ts';
import { type Backend, createBackend } from './backend.ts';
import type { AppRouter } from './router.ts';

let dataDir: string;
let backend: Backend;
let client: RouterClient<AppRouter>;
const start = async () => {
  backend = await createBackend({ version: '0', dataDir, demo: true, connect: [], log: () => {} });
  client = createRouterClient(backend.router);
};
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'snapkeel-backend-'));
  await start();
});
afterEach(async () => {
  await backend.close();
  await rm(dataDir, { recursive: true });
});

const everything = async () => {
  for await (const event of await client.events()) {
    AppEvent.parse(event);
    if (event.type === 'everything') return event;
  }
  throw new Error('no first event');
};
const domainNamed = (name: string): Promise<Domain> =>
  vi.waitFor(async () => {
    const found = (await everything()).domains.find((each) => each.name === name);
    if (!found) throw new Error(`no ${name} yet`);
    return found;
  }, 30_000);

/** With everything agreed to that is read above the button. */
const orderOf = (plan: RevertPlan, change: Partial<RevertChoice> = {}) => {
  const usual = { startState: 'as-saved', safetySnapshot: false, removeManagedSave: false, resetNvram: false } as const;
  const choice = { ...usual, ...change };
  return { planId: plan.planId, choice, acknowledged: consentsOfButton(revertType.assess(plan, plan.facts, choice)) };
};

describe('the backend', () => {
  it('takes a safety snapshot, reverts, undoes, and can tell of it after a new start', async () => {
    const { hostId, uuid } = await domainNamed('web-02');
    const { revert } = client.changes;
    const about = { hostId, uuid };
    expect(await client.undoOffer(about)).toMatchObject({ available: false });
    const plan = await revert.plan({ ...about, aim: { kind: 'newest' } });
    expect(plan.safety.available).toBe(true);
    const outcome = await revert.run(orderOf(plan, { safetySnapshot: true }));
    expect(outcome).toMatchObject({ result: 'done', differences: [], detail: { safety: { result: 'taken' } } });
    const undo = await revert.plan({ ...about, aim: { kind: 'undo' } });
    expect(undo).toMatchObject({ undo: true, facts: { snapshot: { name: outcome.detail?.safety?.name } } });
    expect(await revert.run(orderOf(undo))).toMatchObject({ result: 'done' });
    const told = await client.journal.list({ uuid });
    expect(told.map((entry) => [entry.kind, entry.result])).toEqual([
      ['undo', 'done'],
      ['revert', 'done'],
      ['safety-snapshot', 'done'],
    ]);

    await backend.close();
    await start();
    expect(await client.journal.list({ uuid })).toEqual(told);
    expect((await stat(join(dataDir, 'journal.jsonl'))).mode & 0o777).toBe(0o600);
  });

  it('finds out what became of a revert that it did not live to see the end of', async () => {
    const { hostId, uuid } = await domainNamed('web-02');
    const { revert } = client.changes;
    const plan = await revert.plan({ hostId, uuid, aim: { kind: 'newest' } });
    await revert.run(orderOf(plan));
    await backend.close();
    const file = join(dataDir, 'journal.jsonl');
    const [asked = ''] = (await readFile(file, 'utf8')).split('\n');
    await writeFile(file, `${asked}\n{"type":"answe`);
    await start();
    await domainNamed('web-02');
    await vi.waitFor(async () => {
      const [entry] = await client.journal.list({ hostId });
      expect(entry).toMatchObject({ result: 'unknown', resolved: true, found: { state: expect.any(String) } });
    }, 30_000);
  });

  it('keeps marks and settings, and tells every window', async () => {
    const { hostId, uuid } = await domainNamed('web-02');
    await client.marks.set({ kind: 'protected', hostId, uuid, on: true });
    expect(
      await client.marks.set({ kind: 'pinned', hostId, uuid, name: 'app-2.0', createdAt: 1_000, on: true }),
    ).toEqual({
      protected: [{ hostId, uuid }],
      pinned: [{ hostId, uuid, name: 'app-2.0' }],
      tagged: [],
      interrupted: [],
    });
    await client.settings.set({ safetySnapshotsKept: 7 });
    await expect(client.settings.set({ safetyNamePattern: '../x' })).rejects.toThrow();
    await backend.close();
    await start();
    expect(await everything()).toMatchObject({
      marks: { protected: [{ hostId, uuid }] },
      settings: { safetySnapshotsKept: 7 },
    });
    await domainNamed('web-02');
    const { revert } = client.changes;
    const plan = await revert.plan({ hostId, uuid, aim: { kind: 'current' } });
    const running = revert.run(orderOf(plan));
    await expect(running).rejects.toMatchObject({ code: 'PROBLEM', data: { code: 'NAME_NOT_TYPED' } });
  });

  it('resets a lab', async () => {
    const { hostId, uuid } = await domainNamed('web-02');
    const { revert } = client.changes;
    const rows = await revert.planEach({ items: [{ hostId, uuid }], aim: { kind: 'current' } });
    const run = await revert.runEach({
      orders: rows.flatMap(({ plan }) => (plan ? [orderOf(plan)] : [])),
      onFailure: 'continue',
      leftOut: [],
    });
    expect(run.rows).toMatchObject([{ domainName: 'web-02', status: 'ended', outcome: { result: 'done' } }]);
    expect((await everything()).batches).toHaveLength(1);
    await expect(client.batches.stop({ id: run.id })).rejects.toMatchObject({ data: { code: 'NO_LAB_RUN' } });
    await expect(client.operations.cancel({ id: 'x' })).rejects.toMatchObject({ data: { code: 'NO_OPERATION' } });
  });
});
