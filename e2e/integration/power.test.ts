import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { engineOn } from '../../electron/testing.ts';
import { consentsOfButton } from '../../shared/operations/operation.ts';
import { powerType } from '../../shared/operations/power/type.ts';
import { canBuildGenerations, labAvailable } from '../lab/available.ts';
import { type Guest, startLab } from '../lab/lab.ts';
import { type Connected, connectTo } from './connected.ts';

describe.each(['host', '12.8'] as const)(
  'a guest whose memory was saved by “managed save”, on libvirt %s',
  (generation) => {
    const available = generation === 'host' ? labAvailable() : canBuildGenerations();
    if (!available.ok) console.log(`Left out: starting after a managed save on ${generation}: ${available.reason}.`);
    let connected: Connected;
    beforeAll(async () => {
      if (available.ok) connected = await connectTo(await startLab({ generation }));
    });
    afterAll(async () => {
      await connected?.session.disconnect();
      await connected?.lab.stop();
    });

    /** A guest that has leapt ahead and was saved; what it had counted by then, at the least. */
    const savedGuest = async (name: string): Promise<{ guest: Guest; counted: number }> => {
      const guest = await connected.lab.guest({ name });
      await guest.start();
      const counted = await guest.leap();
      await guest.managedSave();
      return { guest, counted };
    };
    const start = async ({ name }: Guest, discardSave: boolean) => {
      const { lab, session, services } = connected;
      const engine = engineOn(connected, services);
      const uuid = await lab.virsh('domuuid', name);
      const plan = await engine.plan('power', session.host.id, uuid, { action: 'start' });
      const choice = { discardSave };
      const acknowledged = consentsOfButton(powerType.assess(plan, plan.facts, choice));
      return engine.run('power', { planId: plan.planId, choice, acknowledged });
    };
    const reason = ({ name }: Guest) => connected.lab.virsh('domstate', name, '--reason');

    test.skipIf(!available.ok)('goes on from there when it is started', { timeout: 120_000 }, async () => {
      const { guest, counted } = await savedGuest('restored');
      const outcome = await start(guest, false);
      expect(outcome).toMatchObject({
        result: 'done',
        notes: ['libvirt reports: running (restored).'],
        differences: [],
      });
      expect(await reason(guest)).toBe('running (restored)');
      await guest.booted();
      expect(await guest.counter()).toBeGreaterThanOrEqual(counted);
    });

    test.skipIf(!available.ok)('begins anew when the saved memory is dropped', { timeout: 120_000 }, async () => {
      const { guest, counted } = await savedGuest('dropped');
      const outcome = await start(guest, true);
      expect(outcome).toMatchObject({ result: 'done', notes: ['libvirt reports: running (booted).'], differences: [] });
      expect(await reason(guest)).toBe('running (booted)');
      expect(await connected.lab.virsh('dominfo', guest.name)).toMatch(/^Managed save: +no$/m);
      await guest.booted();
      expect(await guest.counter()).toBeLessThan(counted);
    });
  },
);
