import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { canBuildGenerations, labAvailable } from '../lab/available.ts';
import { generationRoot } from '../lab/generations.ts';
import { startLab } from '../lab/lab.ts';

const host = labAvailable();
const others = canBuildGenerations();
if (!host.ok) console.warn(`What libvirt does to tags is left out: ${host.reason}`);

/** Why tags are kept in `marks.json`: tried with the element that a `<domain>` has for such things. */
describe.skipIf(!host.ok)('an element of our own in a snapshot’s metadata', () => {
  it.for(['host', '11.3', '12.8'] as const)('is dropped by %s', { timeout: 600_000 }, async (generation, { skip }) => {
    if (generation !== 'host' && !others.ok) skip(others.reason);
    if (generation !== 'host')
      await generationRoot(generation, console.log).catch((error: Error) => skip(`it can't be had: ${error.message}`));
    const lab = await startLab({ generation });
    try {
      const guest = await lab.guest({ name: 'tagged' });
      await guest.snapshot('clean');
      const tags = "<metadata><tags xmlns='https://snapkeel.org/tags'>golden</tags></metadata>";
      const xml = await lab.virsh('snapshot-dumpxml', guest.name, 'clean', '--security-info');
      const file = join(guest.folder, 'tagged.xml');
      await writeFile(file, xml.replace('</domainsnapshot>', `${tags}</domainsnapshot>`));
      await lab.virsh('snapshot-create', guest.name, file, '--redefine', '--current');
      const after = await lab.virsh('snapshot-dumpxml', guest.name, 'clean', '--security-info');
      expect(after).not.toContain('golden');
      expect(after).toBe(xml);
    } finally {
      await lab.stop();
    }
  });
});
