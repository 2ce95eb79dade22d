import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { settleLater } from '../../electron/operations/engine/settle-later.ts';
import { conclusions } from '../../electron/operations/registry.ts';
import { engineOn, revertsOn } from '../../electron/testing.ts';
import { canBuildGenerations, labAvailable } from '../lab/available.ts';
import { wantedGenerations } from '../lab/extent.ts';
import { type Guest, startLab } from '../lab/lab.ts';
import { type Connected, connectTo } from './connected.ts';

describe.each(wantedGenerations('host', '11.3'))('an answer that never comes, on libvirt %s', (generation) => {
  const available = generation === 'host' ? labAvailable() : canBuildGenerations();
  if (!available.ok) console.log(`Left out: answers that are lost on ${generation}: ${available.reason}.`);
  let at: Connected;
  let stop: () => void;
  beforeAll(async () => {
    if (!available.ok) return;
    at = await connectTo(await startLab({ generation }));
    stop = settleLater(at.session, at.services, conclusions);
  });
  afterAll(async () => {
    stop?.();
    await at?.session.disconnect();
    await at?.lab.stop();
  });

  /** A running guest with two snapshots, the first of which is not the current one. */
  const running = async (name: string): Promise<{ guest: Guest; uuid: string }> => {
    const guest = await at.lab.guest({ name });
    await guest.start();
    await guest.snapshot('one');
    await guest.snapshot('two');
    return { guest, uuid: await at.lab.virsh('domuuid', name) };
  };
  /** Freezes the daemon when the next request is written down, right before libvirt is asked. Resolves then. */
  const frozenBeforeAsking = () =>
    new Promise<void>((resolve) => {
      const { file, lab } = at;
      const append = file.append.bind(file);
      file.append = async (line) => {
        await append(line);
        if (!line.includes('"type":"asked"')) return;
        file.append = append;
        await lab.signalDaemon('STOP');
        resolve();
      };
    });
  const entry = () => at.services.journal.list({ limit: 1 })[0];

  test.skipIf(!available.ok)(
    'a daemon that hangs reverts late: told as it is in the end',
    { timeout: 180_000 },
    async () => {
      const { session, services, lab } = at;
      const { guest, uuid } = await running('hangs');
      const reverts = revertsOn(engineOn(at, services), session.host.id);
      const plan = await reverts.plan(uuid, { kind: 'named', name: 'one' });
      const frozen = frozenBeforeAsking();
      const outcome = reverts.run(plan);
      await frozen;
      await expect.poll(() => session.isConnected, { timeout: 90_000 }).toBe(false);
      await lab.signalDaemon('CONT');
      expect(await outcome).toMatchObject({ result: 'unknown', problem: { code: 'OUTCOME_UNKNOWN' } });
      await expect.poll(() => entry()?.found, { timeout: 60_000 }).toMatchObject({ state: 'running', current: 'one' });
      expect(entry()).toMatchObject({ kind: 'revert', result: 'unknown', resolved: true });
      expect(await lab.virsh('snapshot-current', guest.name, '--name')).toBe('one');
      expect(await lab.virsh('domstate', guest.name)).toBe('running');
    },
  );

  test.skipIf(!available.ok)(
    'a daemon that dies before it reverts: nothing was reverted',
    { timeout: 180_000 },
    async () => {
      const { session, services, lab } = at;
      const { guest, uuid } = await running('dies');
      const reverts = revertsOn(engineOn(at, services), session.host.id);
      const plan = await reverts.plan(uuid, { kind: 'named', name: 'one' });
      const frozen = frozenBeforeAsking();
      const outcome = reverts.run(plan);
      await frozen;
      await lab.signalDaemon('KILL');
      await lab.restartDaemon();
      expect(await outcome).toMatchObject({ result: 'unknown', found: { state: 'running', current: 'two' } });
      expect(entry()).toMatchObject({ found: { current: 'two' } });
      expect(await lab.virsh('snapshot-current', guest.name, '--name')).toBe('two');
    },
  );
});
