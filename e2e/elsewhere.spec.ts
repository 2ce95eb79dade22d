import { askEdit, CreateDialog } from './dialogs.ts';
import { expect, needsLab, test } from './fixtures.ts';

needsLab();
const at = 1024 * 1024;

test('a snapshot that is deleted while the dialog is open: nothing is reverted', async ({ start, lab }) => {
  const guest = await lab.guest({ name: `vanish-${test.info().project.name}` });
  await guest.writeBytes(at, 'before');
  await guest.snapshot('doomed');
  await guest.writeBytes(at, 'AFTER!');

  const app = await start('--connect', lab.uri);
  await app.open(guest.name);
  const dialog = await app.askRevert('doomed');
  await lab.virsh('snapshot-delete', guest.name, 'doomed');
  await dialog.revert.click();
  await expect(dialog.root).toContainText('“doomed” no longer exists');
  await expect(dialog.root).toContainText('Nothing was reverted');
  expect(await guest.readBytes(at, 6)).toBe('AFTER!');
  await app.page.keyboard.press('Escape');
  await expect(dialog.root).toBeHidden();
  await expect(app.snapshot('doomed')).toBeHidden();
});

test('a domain that is started while the dialog is open: read again before anything is lost', async ({
  start,
  lab,
}) => {
  const guest = await lab.guest({ name: `stale-${test.info().project.name}` });
  await guest.snapshot('clean');
  const app = await start('--connect', lab.uri);
  await app.open(guest.name);
  const dialog = await app.askRevert('clean');
  await guest.start();
  await dialog.revert.click();
  await expect(dialog.root).toContainText('The domain is running now; it was shut off');
  expect(await guest.state()).toBe('running');
  await expect(dialog.root).toContainText('Everything in memory, including running programs');
  await dialog.confirm();
  expect(await guest.state()).toBe('shut off');
});

test('a domain that is paused while a snapshot is described: read again, with what was written', async ({
  start,
  lab,
}) => {
  const guest = await lab.guest({ name: `described-${test.info().project.name}` });
  await guest.start();
  const app = await start('--connect', lab.uri);
  const dialog = new CreateDialog(app);
  await app.open(guest.name);
  await dialog.open();
  const description = dialog.root.getByRole('textbox', { name: 'Description' });
  await dialog.name.fill('written');
  await description.fill('and why');
  await lab.virsh('suspend', guest.name);
  await dialog.take.click();
  await expect(dialog.root).toContainText('The domain was running and is paused now.');
  await expect(dialog.name).toHaveValue('written');
  await expect(description).toHaveValue('and why');
  expect(await guest.snapshots()).toEqual([]);
  await dialog.confirm('written');
});

test('a snapshot that is described elsewhere while its name is edited: read again, with what was written', async ({
  start,
  lab,
}) => {
  const guest = await lab.guest({ name: `edited-${test.info().project.name}` });
  await guest.snapshot('plain', '--disk-only');
  const app = await start('--connect', lab.uri);
  await app.open(guest.name);
  const dialog = await askEdit(app, 'plain');
  await dialog.name.fill('by hand');
  await lab.virsh('snapshot-create-as', guest.name, 'below', '--disk-only');
  await dialog.save.click();
  await expect(dialog.root).toContainText('below');
  await expect(dialog.root).toContainText('Nothing was changed by Snapkeel');
  await expect(dialog.name).toHaveValue('by hand');
  await dialog.save.click();
  await expect(dialog.root).toBeHidden({ timeout: 30_000 });
  expect(await guest.snapshots()).toEqual(['below', 'by hand']);
});

test('a domain that another client starts is shown as running by itself', async ({ start, lab }) => {
  const guest = await lab.guest({ name: `started-${test.info().project.name}` });
  const app = await start('--connect', lab.uri);
  const row = app.domain(guest.name);
  const told = { timeout: 10_000 }; // the domains are listed anew every 15 s
  await expect(row).toHaveAccessibleDescription(/shut off/);
  await lab.virsh('start', guest.name);
  await expect(row).toHaveAccessibleDescription(/running/, told);
  await lab.virsh('destroy', guest.name);
  await expect(row).toHaveAccessibleDescription(/shut off/, told);
});

test('snapshots made and deleted elsewhere appear and disappear by themselves', async ({ start, lab }) => {
  const guest = await lab.guest({ name: `listed-${test.info().project.name}` });
  const app = await start('--connect', lab.uri);
  await app.open(guest.name);
  await guest.snapshot('made-elsewhere');
  await expect(app.snapshot('made-elsewhere')).toBeVisible();
  await lab.virsh('snapshot-delete', guest.name, 'made-elsewhere');
  await expect(app.snapshot('made-elsewhere')).toBeHidden();
});

test('the daemon goes away and comes back', async ({ start, lab }) => {
  const guest = await lab.guest({ name: `away-${test.info().project.name}` });
  const app = await start('--connect', lab.uri);
  await expect(app.domain(guest.name)).toBeVisible();
  await lab.restartDaemon();
  await lab.virsh('start', guest.name);
  await expect(app.domain(guest.name)).toHaveAccessibleDescription(/running/);
});
