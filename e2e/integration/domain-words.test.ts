import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { domainWords } from '../../electron/inspect/domain-words.ts';
import { labAvailable } from '../lab/available.ts';
import { type Lab, startLab } from '../lab/lab.ts';
import { type Connected, connectTo } from './connected.ts';

const available = labAvailable();
if (!available.ok) console.warn(`What libvirt says of a domain is left out: ${available.reason}`);

describe.skipIf(!available.ok)('a domain’s own words, as libvirt tells them', () => {
  let lab: Lab;
  let at: Connected;
  beforeAll(async () => {
    lab = await startLab();
    at = await connectTo(lab);
  }, 300_000);
  afterAll(async () => {
    await at?.session.disconnect();
    await lab?.stop();
  });

  it('are none at first, then those that virsh has set, also while it runs', { timeout: 120_000 }, async () => {
    const guest = await lab.guest({ name: 'spoken' });
    const uuid = (await lab.virsh('domuuid', guest.name)).trim();
    const words = () => domainWords(at.session, uuid);
    expect(await words()).toEqual({ title: '', description: '' });
    const description = 'Ask the DBAs before you touch it.\n<b> & "quotes"';
    await lab.virsh('desc', guest.name, '--config', '--title', 'Shop database, primary');
    await lab.virsh('desc', guest.name, '--config', description);
    expect(await words()).toEqual({ title: 'Shop database, primary', description });
    await lab.virsh('start', guest.name);
    expect(await words()).toEqual({ title: 'Shop database, primary', description });
    await lab.virsh('desc', guest.name, '--live', '--title', 'Only until it stops');
    expect(await words()).toMatchObject({ title: 'Only until it stops', description });
  });
});
