import { expect, it } from 'vitest';
import { polkitAvailable } from '../lab/available.ts';
import { polkitUsers } from '../lab/bus.ts';
import { startLab } from '../lab/lab.ts';
import { OtherSession } from './sessions.ts';

const available = polkitAvailable();
if (!available.ok) console.warn(`How long libvirt waits for polkit is left out: ${available.reason}`);

/** It takes these 30 seconds: they are libvirt's, and nothing sets them. */
it.skipIf(!available.ok)(
  'a question of polkit’s that nobody answers is given up by libvirt, not by the app; answered late, it counts for the next',
  { timeout: 240_000 },
  async () => {
    const lab = await startLab({ polkit: true });
    const session = new OtherSession(lab, { uri: 'qemu:///system', user: polkitUsers.askedOnce.id, agent: true });
    try {
      session.send('connect');
      await session.untilAsked(1);
      const { problem } = await session.untilStatus('refused');
      expect(problem).toMatchObject({
        code: 'POLKIT_UNANSWERED',
        what: expect.stringMatching(/libvirt waits only 30 seconds for it\.$/),
        next: expect.stringMatching(/^Answer the question if it is still there, then connect again\./),
      });
      session.send('grant');
      session.send('connect');
      await session.untilStatus('connected');
      expect(session.asked).toBe(1);
    } finally {
      await session.stop();
      await lab.stop();
    }
  },
);
