import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Guest } from './guest.ts';
import type { Lab } from './lab.ts';
import { retry } from './run.ts';

/** What libvirt pipes a guest's memory through on its way to a file, in every generation here. */
const helper = '/usr/lib/libvirt/libvirt_iohelper';

/** Puts a program before libvirt's helper that waits for as long as a file is there: QEMU's pipe fills up, and it waits too. */
const install = `set -e
[ -e ${helper}.real ] || mv ${helper} ${helper}.real
cat >${helper} <<END
#!/bin/sh
while [ -e $0 ]; do sleep 0.05; done
exec ${helper}.real "\\$@"
END
chmod 755 ${helper}`;

/** Memory of guests that is on its way to a file, and does not get there. */
export interface HeldMemory {
  /** Lets it through. */
  release(): Promise<void>;
  /** Lets it through once QEMU has been told to cancel, so that nothing is written before. */
  releaseCancelled(guest: Guest): Promise<void>;
}

/**
 * From now on no guest of a lab gets its memory into a file, be it an external snapshot or a managed save: what takes
 * long elsewhere takes until it is released, whatever the machine. For guests after `fillMemory`, as root: it changes
 * the lab's own libvirt.
 */
export async function holdMemory(lab: Lab): Promise<HeldMemory> {
  const gate = join(lab.dir, 'memory-is-held');
  await writeFile(gate, '');
  await lab.run(['sh', '-c', install, gate]);
  const release = () => rm(gate, { force: true });
  return {
    release,
    async releaseCancelled({ name }) {
      await retry(async () => {
        const answer = await lab.virsh('qemu-monitor-command', name, '{"execute":"query-migrate"}');
        const { status } = JSON.parse(answer).return;
        if (status === 'active' || status === 'setup') throw new Error(`the migration of ${name} is ${status}`);
      }, 30_000);
      await release();
    },
  };
}
