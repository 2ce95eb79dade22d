import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, needsGenerations, test } from './fixtures.ts';
import type { Lab } from './lab/lab.ts';

needsGenerations();
const at = 1024 * 1024;

for (const [choice, state] of [
  ['Running', 'running'],
  ['Paused', 'paused'],
] as const)
  test(`force: the hypervisor must be replaced to leave an offline snapshot ${state}`, async ({ start, oldLab }) => {
    const guest = await oldLab.guest({ name: `respawn-${state}-${test.info().project.name}`, graphics: 'port' });
    await guest.snapshot('off');
    await guest.start();
    const pid = await hypervisor(oldLab, guest.name);

    const app = await start('--connect', oldLab.uri);
    await app.open(guest.name);
    const dialog = await app.askRevert('off');
    await expect(dialog.force).toBeHidden();
    await dialog.choice(choice).click();
    await expect(dialog.root).toContainText('must replace the hypervisor process');
    await expect(dialog.root).toContainText(`--${state} --force`);
    await expect(dialog.force).not.toBeChecked();
    await expect(dialog.revert).toBeDisabled();
    expect(await hypervisor(oldLab, guest.name)).toBe(pid);

    await dialog.force.click();
    await dialog.confirm();
    expect(await guest.state()).toBe(state);
    expect(await hypervisor(oldLab, guest.name)).not.toBe(pid);
    await expect(app.lastOutcome).toContainText(`reverted to “off”, verified ${state}`);
  });

test('force: the running guest no longer matches the snapshot', async ({ start, oldLab }) => {
  const guest = await oldLab.guest({ name: `mismatch-${test.info().project.name}` });
  await guest.start();
  await guest.snapshot('small');
  const small = await guest.counter();
  await guest.destroy();
  await guest.editMemory(48);
  await guest.start();

  const app = await start('--connect', oldLab.uri);
  await app.open(guest.name);
  const dialog = await app.askRevert('small');
  await expect(dialog.root).toContainText('no longer matches the snapshot');
  await expect(dialog.root).toContainText('48 MiB now');
  await expect(dialog.revert).toBeDisabled();
  await dialog.force.click();
  await dialog.choice('Paused').click();
  await dialog.confirm();
  expect(await guest.state()).toBe('paused');
  expect(await guest.counter()).toBeLessThan(small + 18);
  expect(await oldLab.virsh('dominfo', guest.name)).not.toContain('49152 KiB');
});

test('force: the snapshot does not hold the domain’s configuration', async ({ start, oldLab, home }) => {
  const guest = await oldLab.guest({ name: `ancient-${test.info().project.name}` });
  await guest.writeBytes(at, 'before');
  await guest.snapshot('ancient');
  await guest.writeBytes(at, 'LATER!');
  const xml = await oldLab.virsh('snapshot-dumpxml', guest.name, 'ancient');
  const uuid = await oldLab.virsh('domuuid', guest.name);
  const file = join(home, 'ancient.xml');
  await writeFile(file, xml.replace(/<domain [\s\S]*<\/domain>/, `<domain><uuid>${uuid}</uuid></domain>`));
  await oldLab.virsh('snapshot-delete', guest.name, 'ancient', '--metadata');
  await oldLab.virsh('snapshot-create', guest.name, file, '--redefine', '--current');

  const app = await start('--connect', oldLab.uri);
  await app.open(guest.name);
  const dialog = await app.askRevert('ancient');
  await expect(dialog.root).toContainText('The snapshot does not hold the domain’s configuration');
  await expect(dialog.root).toContainText('the current configuration is kept');
  await expect(dialog.root).toContainText('--force');
  await expect(dialog.revert).toBeDisabled();
  await dialog.force.click();
  await dialog.confirm();
  await expect(app.lastOutcome).toContainText('reverted to “ancient”, verified shut off');
  expect(await guest.readBytes(at, 6)).toBe('before');
});

/** libvirt's number of the running hypervisor process: another one after each start. */
function hypervisor(lab: Lab, name: string): Promise<string> {
  return lab.virsh('domid', name);
}
