import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createDriver } from '../../electron/operations/create/driver.ts';
import { engineOn, takesOn } from '../../electron/testing.ts';
import { firstDraft, withMode } from '../../shared/operations/create/draft.ts';
import type { CreateDraft, CreateMode } from '../../shared/schema.ts';
import { canBuildGenerations, isRoot, labAvailable } from '../lab/available.ts';
import { readDisk } from '../lab/disk.ts';
import { wantedGenerations } from '../lab/extent.ts';
import { fillMemory } from '../lab/fill-memory.ts';
import type { Guest } from '../lab/guest.ts';
import { holdMemory } from '../lab/hold-memory.ts';
import { type Lab, startLab } from '../lab/lab.ts';
import { type Connected, connectTo } from './connected.ts';

/** By default the machine's own libvirt and one that can revert to external snapshots. */
const wanted = wantedGenerations('host', '11.3');
const offset = 1 << 20;

describe.each(wanted)('a snapshot taken on a real libvirt: %s', (generation) => {
  const available = generation === 'host' ? labAvailable() : canBuildGenerations();
  let lab: Lab;
  let at: Connected;
  beforeAll(async () => {
    if (!available.ok) return;
    lab = await startLab({ generation });
    at = await connectTo(lab);
    engine = engineOn(at, at.services);
  });
  afterAll(async () => {
    await at?.session.disconnect();
    await lab?.stop();
  });

  const reverts = generation === '11.3' || generation === '12.8';
  if (!available.ok) console.log(`Left out: taking snapshots on ${generation}: ${available.reason}.`);
  else if (!reverts) console.log(`On ${generation}, external snapshots are not reverted to: this libvirt cannot.`);

  let engine: ReturnType<typeof engineOn>;
  const takes = () => takesOn(engine, at.session.host.id);
  /** Where the agent is given up after two seconds. */
  const soon = () => takesOn(engineOn(at, at.services, { create: createDriver(2) }), at.session.host.id);
  async function asked(guest: Guest, mode: CreateMode, change: Partial<CreateDraft> = {}, by = takes()) {
    const plan = await by.plan(await lab.virsh('domuuid', guest.name));
    const draft = { ...withMode(plan.facts, firstDraft(plan.facts, 'fresh'), mode), ...change };
    return { plan, draft };
  }
  const take = async (guest: Guest, mode: CreateMode, change: Partial<CreateDraft> = {}, by = takes()) =>
    by.run(await asked(guest, mode, change, by));
  const asPlanned = { result: 'done', differences: [] };

  test.skipIf(!available.ok)('off, internal: the bytes of then come back', { timeout: 120_000 }, async () => {
    const guest = await lab.guest({ name: 'off-internal', disks: 2 });
    await guest.writeBytes(offset, 'early');
    await guest.writeBytes(offset, 'early', 'hdb');
    expect(await take(guest, 'disks-internal', { description: 'why <not>' })).toMatchObject(asPlanned);
    await guest.writeBytes(offset, 'later');
    await guest.writeBytes(offset, 'later', 'hdb');
    await guest.revert('fresh');
    expect([await guest.readBytes(offset, 5), await guest.readBytes(offset, 5, 'hdb')]).toEqual(['early', 'early']);
    expect(await lab.virsh('snapshot-dumpxml', guest.name, 'fresh')).toContain('why &lt;not&gt;');
  });

  test.skipIf(!available.ok)('off, external: one disk left out, one elsewhere', { timeout: 120_000 }, async () => {
    const guest = await lab.guest({ name: 'off-external', disks: ['qcow2', 'raw', 'qcow2'] });
    for (const target of ['hda', 'hdb', 'hdc']) await guest.writeBytes(offset, 'early', target);
    const before = { hda: await guest.diskPath('hda'), hdb: await guest.diskPath('hdb') };
    const file = join(guest.folder, 'else where.qcow2');
    const disks = [
      { target: 'hda', include: true, file },
      { target: 'hdc', include: false, file: '' },
    ];
    expect(await take(guest, 'disks-external', { disks })).toMatchObject(asPlanned);
    expect(await guest.diskPath('hda')).toBe(file);
    expect(await guest.diskPath('hdb')).toBe(join(guest.folder, 'hdb.fresh'));
    expect(await guest.diskPath('hdc')).toBe(join(guest.folder, 'hdc.qcow2'));
    for (const target of ['hda', 'hdb']) await guest.writeBytes(offset, 'later', target);
    for (const path of Object.values(before)) expect((await readDisk(path, offset, 5)).toString()).toBe('early');
    if (!reverts) return;
    await guest.revert('fresh');
    expect(await guest.readBytes(offset, 5)).toBe('early');
  });

  test.skipIf(!available.ok)('running, disks only: the guest goes on', { timeout: 120_000 }, async () => {
    const guest = await lab.guest({ name: 'on-disks' });
    await guest.writeBytes(offset, 'early');
    const base = await guest.diskPath();
    await guest.start();
    const counter = await guest.counter();
    expect(await take(guest, 'disks-external')).toMatchObject(asPlanned);
    await guest.counted(counter + 1);
    await guest.destroy();
    await guest.writeBytes(offset, 'later');
    expect((await readDisk(base, offset, 5)).toString()).toBe('early');
    if (!reverts) return;
    await guest.revert('fresh');
    expect(await guest.readBytes(offset, 5)).toBe('early');
  });

  test.skipIf(!available.ok)('running and paused, internal: the memory comes back', { timeout: 180_000 }, async () => {
    const guest = await lab.guest({ name: 'on-internal' });
    await guest.start();
    expect(await take(guest, 'memory-internal', { name: 'runs' })).toMatchObject(asPlanned);
    const late = await guest.leap();
    await lab.virsh('suspend', guest.name);
    const paused = await guest.counter();
    expect(await take(guest, 'memory-internal', { name: 'stands' })).toMatchObject(asPlanned);
    expect(await guest.state()).toBe('paused');
    await lab.virsh('resume', guest.name);
    await guest.leap();
    await guest.revert('stands');
    expect(await guest.state()).toBe('paused');
    expect(await guest.counter()).toBe(paused);
    await guest.revert('runs');
    expect(await guest.counter()).toBeLessThan(late);
  });

  test.skipIf(!available.ok)(
    'running, external memory: live, standing still, paused',
    { timeout: 180_000 },
    async () => {
      const guest = await lab.guest({ name: 'on-external', disks: 2 });
      await guest.start();
      const disks = [{ target: 'hdb', include: false, file: '' }];
      expect(await take(guest, 'memory-external', { name: 'live', disks })).toMatchObject(asPlanned);
      const late = await guest.leap();
      const still = { name: 'still', live: false, memoryFile: join(guest.folder, 'still, here.mem') };
      expect(await take(guest, 'memory-external', still)).toMatchObject(asPlanned);
      expect(existsSync(still.memoryFile)).toBe(true);
      await lab.virsh('suspend', guest.name);
      const paused = await guest.counter();
      expect(await take(guest, 'memory-external', { name: 'stands' })).toMatchObject(asPlanned);
      expect(await guest.state()).toBe('paused');
      const again = await asked(guest, 'memory-external', { name: 'again' });
      expect(await takes().run(again)).toMatchObject({
        result: 'failed',
        problem: { code: 'INTERNAL_ERROR' },
      });
      await lab.virsh('resume', guest.name);
      await guest.leap();
      if (reverts) {
        await guest.revert('stands');
        expect(await guest.counter()).toBe(paused);
        await guest.revert('live');
        expect(await guest.counter()).toBeLessThan(late);
      } else {
        await guest.destroy();
        await lab.virsh('restore', join(guest.folder, 'on-external.live.mem'), '--paused');
        expect(await guest.counter()).toBeLessThan(late);
      }
    },
  );

  const quiesces = available.ok && isRoot();
  if (available.ok && !quiesces)
    console.log('Left out: quiescing and a cancelled snapshot, for which a lab must run as root.');
  test.skipIf(!quiesces)(
    'quiesced: frozen for the snapshot, and thawed whatever happens',
    { timeout: 180_000 },
    async () => {
      const guest = await lab.guest({ name: 'quiesced', agent: true });
      await guest.start();
      const { agent } = guest;
      if (!agent) throw new Error('a guest with an agent has none');
      const freezeAndThaw = ['guest-fsfreeze-freeze', 'guest-fsfreeze-thaw'];
      expect(await take(guest, 'disks-external', { name: 'well' })).toMatchObject(asPlanned);
      expect(agent.commands).toEqual(freezeAndThaw);

      agent.reset();
      agent.misbehaves.set('guest-fsfreeze-freeze', { error: 'no freezing today' });
      const unfrozen = await take(guest, 'disks-external', { name: 'unfrozen' });
      expect(unfrozen).toMatchObject({ result: 'failed', differences: [] });
      expect(unfrozen.problem?.detail).toContain('no freezing today');
      expect(agent.commands.at(-1)).toBe('guest-fsfreeze-thaw');

      agent.reset();
      agent.misbehaves.set('guest-fsfreeze-freeze', 'hang');
      const hung = await take(guest, 'disks-external', { name: 'hung' }, soon());
      expect(hung).toMatchObject({ result: 'failed', differences: [] });
      expect(agent.commands.at(-1)).toBe('guest-fsfreeze-thaw');

      agent.reset();
      const overlay = await guest.diskPath();
      agent.misbehaves.set('guest-fsfreeze-thaw', { error: 'no thawing today' });
      expect(await take(guest, 'disks-external', { name: 'half' })).toMatchObject({
        result: 'failed',
        problem: { code: 'CREATE_HALF_DONE' },
        differences: [`hda writes to the new file ${join(guest.folder, 'hda.half')}.`],
      });
      expect(agent.commands).toEqual([...freezeAndThaw, 'guest-fsfreeze-thaw']);
      expect(agent.frozen).toBe(false);
      expect(await guest.diskPath()).not.toBe(overlay);
      expect(await guest.snapshots()).toEqual(['well']);

      agent.reset();
      agent.misbehaves.set('guest-fsfreeze-freeze', 'die');
      const died = await take(guest, 'disks-external', { name: 'died' });
      expect(died.result).toBe('failed');
      expect(died.differences.join()).toContain('may still be frozen');
      expect(await guest.snapshots()).toEqual(['well']);
    },
  );

  test.skipIf(!quiesces)('memory that takes long, cancelled: nothing is left', { timeout: 180_000 }, async () => {
    const guest = await lab.guest({ name: 'long', memoryInFile: true });
    await guest.start();
    await fillMemory(lab, guest, 16);
    const memory = await holdMemory(lab);
    const before = await guest.diskPath();
    const outcome = take(guest, 'memory-external', { live: false });
    const operation = () => at.services.operations.list().find(({ phase }) => phase !== 'ended');
    await expect.poll(() => operation()?.progress?.doneBytes ?? 0, { timeout: 60_000 }).toBeGreaterThan(0);
    at.services.operations.cancel(operation()?.id ?? '');
    await memory.releaseCancelled(guest);
    expect(await outcome).toMatchObject({ result: 'cancelled', differences: [] });
    expect(await guest.snapshots()).toEqual([]);
    expect(await guest.diskPath()).toBe(before);
    expect(await guest.state()).toBe('running');
    for (const file of ['long.fresh.mem', 'hda.fresh']) expect(existsSync(join(guest.folder, file))).toBe(false);
    expect(await take(guest, 'memory-external')).toMatchObject(asPlanned);
  });
});
