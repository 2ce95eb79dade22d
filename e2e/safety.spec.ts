import { both, expect, forEver, test } from './fixtures.ts';

test('the demo host: a safety snapshot, the revert, and back again by Undo', both, async ({ start }) => {
  const app = await start('--demo');
  await app.open('db-primary');
  const dialog = await app.askRevert('pg15-loaded');
  await expect(dialog.safety).toBeChecked();
  await expect(dialog.root).toContainText(/before-revert.*internal, with memory/);
  await expect(dialog.revert).toHaveText('Take snapshot and revert');
  await dialog.confirm();
  await expect(app.lastOutcome).toContainText('db-primary reverted to “pg15-loaded”');
  const message = app.page.getByRole('region', { name: 'Messages' });
  await expect(message).toContainText(/The safety snapshot “before-revert.*” was taken first/);

  await app.snapshot('pg15-loaded').click();
  await app.page.keyboard.press('ControlOrMeta+z');
  await dialog.ready();
  await expect(dialog.root).toContainText('Undo the last revert of db-primary?');
  await app.page.keyboard.press('Escape');
  await expect(dialog.root).toBeHidden();
  await message.getByRole('button', { name: 'Undo…' }).click();
  await dialog.ready();
  await expect(dialog.root).toContainText('Undo the last revert of db-primary?');
  await expect(dialog.root).toContainText('before the revert to “pg15-loaded”');
  await dialog.safety.uncheck();
  await expect(dialog.root).toContainText('this cannot be undone');
  await expect(dialog.revert).toHaveText('Undo the revert');
  await dialog.confirm();
  await expect(app.lastOutcome).toContainText('revert undone');
  await expect(app.page.getByRole('row', { name: /^before-revert/ })).toContainText('current');
});

test('the demo host: what is set aside, what is destroyed without it, and what the history keeps of it', async ({
  start,
}) => {
  const app = await start('--demo');
  await app.open('fileserver');
  const dialog = await app.askRevert('before-acl-migration');
  await expect(dialog.safety).toBeChecked();
  await expect(dialog.root.getByRole('heading', { name: /^This sets aside/ })).toBeVisible();
  await expect(dialog.root).not.toContainText('destroys');
  await expect(dialog.root).not.toContainText('libvirt deletes');
  await dialog.safety.uncheck();
  await expect(dialog.root.getByRole('heading', { name: /^This destroys/ })).toBeVisible();
  await expect(dialog.root).toContainText(/libvirt deletes .*fileserver\.before-smb311/);
  await expect(dialog.root).not.toContainText('snapshot-create-as');
  await dialog.safety.check();
  await expect(dialog.root).toContainText('snapshot-create-as fileserver');
  const keptBox = dialog.root.locator('section').filter({ hasText: /^This sets aside/ });
  // How much it is is measured beside it, and may come later.
  const aside = (await keptBox.getByRole('listitem').allInnerTexts()).map((text) =>
    text.replace(/: [^:]*\(measured .*\)$/s, ''),
  );
  const notes = await dialog.root.getByRole('list', { name: 'Notes' }).getByRole('listitem').allInnerTexts();
  expect(aside).toContain('Everything written to vda and vdb since the snapshot');
  expect(notes.join()).toContain('consoles are disconnected');
  await dialog.confirm();

  await app.tab('Activity');
  const history = app.page.getByRole('treegrid', { name: 'Activity of fileserver' });
  await history.getByRole('row').filter({ hasText: 'Revert to' }).first().click();
  const details = app.page.getByRole('complementary', { name: 'Details' });
  for (const text of aside) await expect(details).toContainText(`${text} · kept by the safety snapshot`);
  for (const plan of await details.getByText('The plan as it was read').all()) await plan.click();
  for (const text of aside) await expect(details).toContainText(`Kept in the safety snapshot: ${text}`);
  for (const text of notes.filter((note) => !note.includes('before-revert-')))
    await expect(details).toContainText(text);
  await expect(details).not.toContainText('libvirt deletes');
});

test('the demo host: cancelled while the safety snapshot is taken, nothing is reverted', async ({ start, pace }) => {
  pace.snapshotMs = forEver;
  const app = await start('--demo');
  await app.open('db-primary');
  const dialog = await app.askRevert('pg15-loaded');
  await dialog.revert.click();
  const title = dialog.root.getByRole('heading', { level: 2 });
  await expect(title).toHaveText('Reverting db-primary to “pg15-loaded”');
  await expect(dialog.root).toContainText('Taking the safety snapshot');
  await dialog.cancel.click();
  await expect(dialog.root).toContainText('Nothing was reverted', { timeout: 30_000 });
  await expect(title).toHaveText('db-primary was not reverted to “pg15-loaded”: cancelled');
  await app.page.keyboard.press('Escape');
  await expect(dialog.root).toBeHidden();
  await expect(app.page.getByRole('row', { name: 'before-pg16' })).toContainText('current');
  await app.tab('Activity');
  const history = app.page.getByRole('treegrid', { name: 'Activity of db-primary' });
  await expect(history).toContainText(/Safety snapshot “before-revert.*nothing was reverted/);
});

test('the demo host: removing the managed save image takes the place of force', async ({ start }) => {
  const app = await start('--demo');
  await app.open('win11-desktop');
  const dialog = await app.askRevert('before-24H2');
  await expect(dialog.force).toBeVisible();
  await expect(dialog.revert).toBeDisabled();
  await dialog.removeManagedSave.check();
  await expect(dialog.force).toBeHidden();
  await expect(dialog.revert).toBeEnabled();
  await dialog.confirm();
  await expect(app.lastOutcome).toContainText('win11-desktop reverted');
  await expect(app.domain('win11-desktop')).not.toHaveAccessibleDescription(/managed save/);
});

test('the demo host: to restore saved memory is no danger, to discard it is', async ({ start }) => {
  const app = await start('--demo');
  await app.page.setViewportSize({ width: 1600, height: 900 });
  await app.open('win11-desktop');
  await app.page.getByRole('button', { name: 'Start…' }).click();
  const dialog = app.page.getByRole('alertdialog');
  const verb = dialog.getByRole('button', { name: 'Start', exact: true });
  await expect(dialog).toContainText('Memory that was saved earlier is restored');
  await expect(verb).toHaveAttribute('data-look', 'primary');
  await dialog.getByRole('checkbox', { name: 'Discard the saved memory and boot from the disks' }).check();
  await expect(verb).toHaveAttribute('data-look', 'danger');
});

test('the demo host: a protected domain wants its name typed, a pinned snapshot shows it', async ({ start }) => {
  const app = await start('--demo');
  const { page } = app;
  await app.open('web-01');
  await page.getByRole('button', { name: 'More for web-01' }).click();
  await page.getByRole('menuitem', { name: /^Protect/ }).click();
  await expect(app.domain('web-01')).toHaveAccessibleDescription(/protected/);
  const dialog = await app.askRevert('app-2.0');
  await expect(dialog.revert).toBeDisabled();
  await dialog.typedName.fill('web-02');
  await expect(dialog.revert).toBeDisabled();
  await dialog.typedName.fill('web-01');
  await expect(dialog.revert).toBeEnabled();
  await page.keyboard.press('Escape');
  await expect(dialog.root).toBeHidden();

  await app.snapshot('app-2.0').click({ button: 'right' });
  await page.getByRole('menuitem', { name: 'Pin against deletion' }).click();
  await expect(app.snapshot('app-2.0').getByRole('img', { name: 'pinned' })).toBeVisible();
});

test('the demo host: the settings name the next safety snapshot', async ({ start }) => {
  const app = await start('--demo');
  const { page } = app;
  await app.open('web-01');
  await page.keyboard.press('ControlOrMeta+,');
  const settings = page.getByRole('dialog', { name: 'Settings' });
  await settings.getByRole('textbox', { name: 'Name', exact: true }).fill('way-back-from-{snapshot}');
  await expect(settings).toContainText('revert to “clean”: “way-back-from-clean”');
  await settings.getByRole('button', { name: 'Save' }).click();
  await expect(settings).toBeHidden();
  const dialog = await app.askRevert('app-2.0');
  await expect(dialog.root).toContainText('way-back-from-app-2.0');
});
