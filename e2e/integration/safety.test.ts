import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { HostSession } from '../../electron/hosts/host-session.ts';
import type { Services } from '../../electron/operations/engine/services.ts';
import { undoOffer } from '../../electron/operations/revert/undo.ts';
import { engineOn, revertsOn } from '../../electron/testing.ts';
import type { RevertAim } from '../../shared/schema.ts';
import { canBuildGenerations, labAvailable } from '../lab/available.ts';
import { wantedGenerations } from '../lab/extent.ts';
import type { Guest } from '../lab/guest.ts';
import { type Lab, startLab } from '../lab/lab.ts';
import { connectTo } from './connected.ts';

/** By default the machine's own libvirt and one that can revert to external snapshots. */
const wanted = wantedGenerations('host', '11.3');
const offset = 1 << 20;

describe.each(wanted)('a safety snapshot and its undo on a real libvirt: %s', (generation) => {
  const available = generation === 'host' ? labAvailable() : canBuildGenerations();
  let lab: Lab;
  let session: HostSession;
  let services: Services;
  let reverts: ReturnType<typeof revertsOn>;
  beforeAll(async () => {
    if (!available.ok) return;
    lab = await startLab({ generation });
    ({ session, services } = await connectTo(lab));
    reverts = revertsOn(engineOn({ session }, services), session.host.id);
  });
  afterAll(async () => {
    await session?.disconnect();
    await lab?.stop();
  });

  const external = async (guest: Guest, name: string, memory: boolean) => {
    const file = (suffix: string) => join(guest.folder, `${name}.${suffix}`);
    const memspec = memory ? ['--memspec', `file=${file('mem')},snapshot=external`] : [];
    await guest.snapshot(name, '--diskspec', `hda,snapshot=external,file=${file('qcow2')}`, ...memspec);
  };
  const revert = async (guest: Guest, aim: RevertAim, safetySnapshot: boolean) => {
    const uuid = await lab.virsh('domuuid', guest.name);
    const plan = await reverts.plan(uuid, aim);
    return { uuid, plan, outcome: await reverts.run(plan, { safetySnapshot }) };
  };

  test.skipIf(!available.ok)('off, internal: the later bytes come back', { timeout: 120_000 }, async () => {
    const guest = await lab.guest({ name: 'off-internal' });
    await guest.writeBytes(offset, 'early');
    await guest.snapshot('clean');
    await guest.writeBytes(offset, 'later');
    const { uuid, outcome } = await revert(guest, { kind: 'named', name: 'clean' }, true);
    expect(outcome).toMatchObject({ result: 'done', differences: [], safety: { result: 'taken' } });
    expect(await guest.readBytes(offset, 5)).toBe('early');
    expect(await undoOffer(session, uuid, services.marks)).toMatchObject({ available: true });
    const undone = await revert(guest, { kind: 'undo' }, false);
    expect(undone.outcome).toMatchObject({ result: 'done', differences: [] });
    expect(await guest.readBytes(offset, 5)).toBe('later');
  });

  test.skipIf(!available.ok)('running, internal: memory comes back too', { timeout: 180_000 }, async () => {
    const guest = await lab.guest({ name: 'on-internal' });
    await guest.start();
    await guest.snapshot('clean');
    const late = await guest.leap();
    const { outcome } = await revert(guest, { kind: 'named', name: 'clean' }, true);
    expect(outcome).toMatchObject({
      result: 'done',
      differences: [],
      safety: { result: 'taken' },
      verification: { process: lab.version.startsWith('7.0') ? 'reused' : 'new' },
    });
    expect(await guest.counter()).toBeLessThan(late);
    const undone = await revert(guest, { kind: 'undo' }, false);
    expect(undone.outcome).toMatchObject({ result: 'done', differences: [] });
    expect(await guest.counter()).toBeGreaterThanOrEqual(late);
  });

  const canExternal = generation === '11.3' || generation === '12.8';
  if (!available.ok) console.log(`Left out: safety snapshots on ${generation}: ${available.reason}.`);
  else if (!canExternal)
    console.log(`Left out: external safety snapshots on ${generation}: this libvirt cannot revert to them.`);
  test.skipIf(!available.ok || !canExternal)('external, off', { timeout: 120_000 }, async () => {
    const guest = await lab.guest({ name: 'off-external' });
    await guest.writeBytes(offset, 'early');
    await external(guest, 'clean', false);
    await guest.writeBytes(offset, 'later');
    await services.settings.set({ safetySnapshotsKept: 1 });
    const { plan, outcome } = await revert(guest, { kind: 'named', name: 'clean' }, true);
    expect(plan.safety).toMatchObject({ available: true, kind: 'external', memory: false });
    expect(outcome).toMatchObject({ result: 'done', differences: [], safety: { result: 'taken' } });
    expect(await guest.readBytes(offset, 5)).toBe('early');
    const undone = await revert(guest, { kind: 'undo' }, true);
    expect(undone.outcome).toMatchObject({ result: 'done', differences: [] });
    expect(await guest.readBytes(offset, 5)).toBe('later');
    // There and back at once: overlays are named by the second.
    const again = await revert(guest, { kind: 'named', name: 'clean' }, true);
    expect(again.outcome).toMatchObject({ result: 'done', differences: [] });
    expect(await guest.readBytes(offset, 5)).toBe('early');
    const back = await revert(guest, { kind: 'undo' }, false);
    expect(back.outcome).toMatchObject({ result: 'done', differences: [] });
    expect(await guest.readBytes(offset, 5)).toBe('later');
  });

  test.skipIf(!available.ok || !canExternal)('external, running', { timeout: 180_000 }, async () => {
    const guest = await lab.guest({ name: 'on-external' });
    await guest.start();
    await external(guest, 'clean', true);
    const late = await guest.leap();
    const { outcome } = await revert(guest, { kind: 'named', name: 'clean' }, true);
    expect(outcome).toMatchObject({
      result: 'done',
      differences: [],
      safety: { result: 'taken' },
      verification: { process: 'new' },
    });
    expect(await guest.counter()).toBeLessThan(late);
    const undone = await revert(guest, { kind: 'undo' }, false);
    expect(undone.outcome).toMatchObject({ result: 'done', differences: [] });
    expect(await guest.counter()).toBeGreaterThanOrEqual(late);
  });
});
