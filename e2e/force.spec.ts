import { expect, needsGenerations, test } from './fixtures.ts';
import type { Lab } from './lab/lab.ts';

needsGenerations();

test('force: the hypervisor must be replaced to start an offline snapshot', async ({ start, oldLab }) => {
  const guest = await oldLab.guest({ name: `respawn-${test.info().project.name}`, graphics: true });
  await guest.snapshot('off');
  await guest.start();
  const pid = await hypervisor(oldLab, guest.name);

  const app = await start('--connect', oldLab.uri);
  await app.open(guest.name);
  const dialog = await app.askRevert('off');
  await expect(dialog.force).toBeHidden();
  await dialog.choice('Running').click();
  await expect(dialog.root).toContainText('must replace the hypervisor process');
  await expect(dialog.root).toContainText('--running --force');
  await expect(dialog.force).not.toBeChecked();
  await expect(dialog.revert).toBeDisabled();
  expect(await hypervisor(oldLab, guest.name)).toBe(pid);

  await dialog.force.click();
  await dialog.confirm();
  expect(await guest.state()).toBe('running');
  expect(await hypervisor(oldLab, guest.name)).not.toBe(pid);
  await expect(app.lastOutcome).toContainText('off');
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

/** libvirt's number of the running hypervisor process: another one after each start. */
function hypervisor(lab: Lab, name: string): Promise<string> {
  return lab.virsh('domid', name);
}
