import { describe, expect, it } from 'vitest';
import { canBuildGenerations } from './available.ts';
import { generationRoot, generations } from './generations.ts';
import { startLab } from './lab.ts';

const available = canBuildGenerations();
if (!available.ok) console.warn(`The generations of libvirt are left out: ${available.reason}`);

/** The first time, a Debian root is built. */
const timeout = 10 * 60_000;

describe.skipIf(!available.ok).each(generations)('libvirt %s', (generation) => {
  it('starts a guest, takes snapshots of it and reverts it', { timeout }, async ({ skip }) => {
    await generationRoot(generation, console.log).catch((error: Error) =>
      skip(`it can't be had here: ${error.message}`),
    );
    const lab = await startLab({ generation });
    try {
      expect(Number.parseFloat(lab.version)).toBeGreaterThanOrEqual(Number(generation));
      const guest = await lab.guest({ name: 'alpha' });
      await guest.writeBytes(1 << 20, 'before');
      await guest.snapshot('off');
      await guest.start();
      await guest.counted(10);
      await guest.snapshot('running');
      const late = await guest.leap();
      await guest.revert('running');
      expect(await guest.counter()).toBeLessThan(late);
      await guest.destroy();
      await guest.writeBytes(1 << 20, 'after!');
      await guest.revert('off');
      expect(await guest.readBytes(1 << 20, 6)).toBe('before');
    } finally {
      await lab.stop();
    }
  });
});
