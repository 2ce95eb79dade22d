import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRouterClient, type RouterClient } from '@orpc/server';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { unsaid } from '../shared/host-list/details.ts';
import { consentsOfButton } from '../shared/operations/operation.ts';
import { revertType } from '../shared/operations/revert/type.ts';
import { AppEvent, type Domain, type RevertChoice, type RevertPlan } from '../shared/schema.ts';
import { type Backend, createBackend } from './backend.ts';
import { FolderInUse } from './kept/lock.ts';
import { type Disk, mountDisk, withoutDisks } from './kept/testing.ts';
import type { AppRouter } from './router.ts';

let dataDir: string;
let backend: Backend;
let client: RouterClient<AppRouter>;
const start = async () => {
  backend = await createBackend({ version: '0', shell: 'browser', dataDir, demo: true, connect: [], log: () => {} });
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

  it('wants the name of any domain of a protected host typed, in the next run too', async () => {
    const { hostId, uuid } = await domainNamed('web-02');
    const aim = { kind: 'newest' } as const;
    const before = await client.changes.revert.plan({ hostId, uuid, aim });
    const details = { ...unsaid, name: 'Production', protected: true };
    await client.hosts.edit({ hostId, details });
    await expect(client.hosts.edit({ hostId, details: { ...details, name: ' ' } })).rejects.toThrow();
    const notTyped = { code: 'PROBLEM', data: { code: 'NAME_NOT_TYPED' } };
    await expect(client.changes.revert.run(orderOf(before))).rejects.toMatchObject(notTyped);

    await backend.close();
    await start();
    await domainNamed('web-02');
    const { hosts, marks } = await everything();
    expect(hosts).toMatchObject([{ id: hostId, ...details }]);
    expect(marks.protected).toEqual([]);
    const plan = await client.changes.revert.plan({ hostId, uuid, aim });
    expect(plan.protected).toBe(true);
    await expect(client.changes.revert.run(orderOf(plan))).rejects.toMatchObject(notTyped);
    expect(await client.changes.revert.run({ ...orderOf(plan), typedName: 'web-02' })).toMatchObject({
      result: 'done',
    });
  });

  it('changes nothing on a host that is read-only, which libvirt would not let it either', async () => {
    const { hostId, uuid } = await domainNamed('web-02');
    const aim = { kind: 'newest' } as const;
    const before = await client.changes.revert.plan({ hostId, uuid, aim });
    await client.hosts.edit({ hostId, details: { ...unsaid, name: 'Production', readOnly: true } });
    await vi.waitFor(async () => expect((await everything()).hosts[0]?.connection.status).toBe('connected'), 30_000);
    const refused = { code: 'PROBLEM', data: { code: 'READ_ONLY_HOST' } };
    await expect(client.changes.revert.plan({ hostId, uuid, aim })).rejects.toMatchObject(refused);
    await expect(client.changes.revert.run(orderOf(before))).rejects.toMatchObject(refused);
    await expect(client.changes.power.plan({ hostId, uuid, aim: { action: 'reset' } })).rejects.toMatchObject(refused);
    await client.hosts.edit({ hostId, details: { ...unsaid, name: 'Production' } });
    await vi.waitFor(() => client.changes.revert.plan({ hostId, uuid, aim }), 30_000);
  });

  it('reaches nothing of itself at first, and has the demo once somebody wants it', async () => {
    await backend.close();
    const restart = async () => {
      backend = await createBackend({
        ...{ version: '0', shell: 'browser', dataDir, demo: false },
        ...{ connect: [], log: () => {} },
      });
      client = createRouterClient(backend.router);
    };
    await restart();
    expect((await everything()).hosts).toEqual([]);
    const { hostId } = await client.hosts.addDemo();
    await domainNamed('web-02');
    for await (const { found, left } of await client.snapshots.names({ hostId }))
      if (left === 0) {
        expect(found.flatMap(({ names }) => names)).toContain('app-2.0');
        break;
      }
    await backend.close();
    await restart();
    expect((await everything()).hosts).toMatchObject([{ id: hostId, kind: 'simulated' }]);
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
    await expect(client.batches.stop({ id: run.id })).rejects.toMatchObject({ data: { code: 'NO_BATCH' } });
    await expect(client.operations.cancel({ id: 'x' })).rejects.toMatchObject({ data: { code: 'NO_OPERATION' } });
  });
});

describe('the data directory', () => {
  it('belongs to one backend', async () => {
    await expect(start()).rejects.toThrow(FolderInUse);
    await backend.close();
    await start();
  });

  it('with a damaged file is told of in every window, and not once it is mended', async () => {
    await backend.close();
    await writeFile(join(dataDir, 'marks.json'), '{"version":1,"prot');
    await mkdir(join(dataDir, 'settings.json'));
    await start();
    expect((await everything()).notices.map(({ code }) => code).sort()).toEqual(['KEPT_DAMAGED', 'KEPT_NOT_READ']);
    await expect(client.settings.set({ safetySnapshotsKept: 7 })).rejects.toMatchObject({
      code: 'PROBLEM',
      data: { code: 'KEPT_NOT_READ' },
    });
    await rm(join(dataDir, 'settings.json'), { recursive: true });
    await writeFile(join(dataDir, 'settings.json'), '{}');
    await client.settings.set({ safetySnapshotsKept: 7 });
    expect((await everything()).notices.map(({ code }) => code)).toEqual(['KEPT_DAMAGED']);
  });

  it.skipIf(withoutDisks('A backend on a disk that cannot be written to')).each([
    ['read-only', (disk: Disk) => disk.readOnly(true)],
    ['full', (disk: Disk) => disk.fill()],
  ])('that is %s: it runs, says so, and changes nothing', async (_, make) => {
    await backend.close();
    await rm(dataDir, { recursive: true });
    const disk = mountDisk();
    dataDir = disk.path;
    try {
      await start();
      const { hostId, uuid } = await domainNamed('web-02');
      await client.marks.set({ kind: 'protected', hostId, uuid, on: true });
      await backend.close();
      make(disk);
      await start();
      await domainNamed('web-02');
      const { notices, marks, hosts } = await everything();
      expect(notices).toMatchObject([{ code: 'FOLDER_UNWRITABLE' }]);
      expect(marks.protected).toEqual([{ hostId, uuid }]);
      const notWritten = { code: 'PROBLEM', data: { code: 'KEPT_NOT_WRITTEN' } };
      await expect(client.marks.set({ kind: 'protected', hostId, uuid, on: false })).rejects.toMatchObject(notWritten);
      await expect(client.settings.set({ safetySnapshotsKept: 7 })).rejects.toMatchObject(notWritten);
      await expect(client.hosts.add({ uri: 'qemu+ssh://nobody@localhost:1/system' })).rejects.toMatchObject(notWritten);
      const plan = await client.changes.revert.plan({ hostId, uuid, aim: { kind: 'newest' } });
      const run = { ...orderOf(plan), typedName: 'web-02' };
      expect(await client.changes.revert.run(run)).toMatchObject({
        result: 'refused',
        problem: { code: 'JOURNAL_FAILED' },
      });
      expect(await everything()).toMatchObject({ marks, hosts, settings: { safetySnapshotsKept: 3 } });
    } finally {
      await backend.close();
      disk.close();
      dataDir = await mkdtemp(join(tmpdir(), 'snapkeel-backend-'));
      await start();
    }
  });
});
