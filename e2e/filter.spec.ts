import { expect, test } from './fixtures.ts';

test('the demo host: the history is filtered by words, by what a snapshot is, and by tags', async ({ start }) => {
  const app = await start('--demo');
  const { page } = app;
  await app.open('web-01');
  const field = page.getByRole('textbox', { name: 'Filter snapshots' });
  const count = page.getByRole('main').getByRole('status').filter({ hasText: 'snapshot' });
  const rows = page.getByRole('treegrid').or(page.getByRole('grid')).getByRole('row');
  const names = async () => (await rows.locator('b').allTextContents()).map((name) => name.trim());
  await expect(count).toHaveText('7 snapshots in 2 branches');

  await page.keyboard.press('ControlOrMeta+f');
  await expect(field).toBeFocused();
  await field.fill('state:running release');
  await expect(count).toHaveText('1 of 7 snapshots');
  expect(await names()).toEqual(['app-2.0']);

  await page.keyboard.press('Escape');
  await expect(field).toHaveValue('');
  await page.getByRole('button', { name: 'Filter by what a snapshot is' }).click();
  const running = page.getByRole('menuitemcheckbox', { name: 'Running' });
  await expect(running).toContainText('3');
  await running.click();
  await page.getByRole('menuitemcheckbox', { name: 'With memory' }).click();
  await page.keyboard.press('Escape');
  await expect(field).toHaveValue('state:running memory:yes');
  await expect(count).toHaveText('3 of 7 snapshots');
  await page.getByRole('button', { name: 'Do not filter by “Guest was: Running”' }).click();
  await expect(field).toHaveValue('memory:yes');

  await field.fill('');
  await app.snapshot('hardened').click({ button: 'right' });
  await page.getByRole('menuitem', { name: 'Tags…' }).click();
  const dialog = page.getByRole('dialog');
  await expect(dialog).toContainText('libvirt does not store tags');
  await dialog.getByRole('textbox').fill('golden, my lab');
  await dialog.getByRole('button', { name: 'Save' }).click();
  await field.fill('tag:"my lab"');
  await expect(count).toHaveText('1 of 7 snapshots');
  expect(await names()).toEqual(['hardened']);

  await field.fill('kind:external');
  await expect(page.getByRole('main')).toContainText('No snapshot matches');
  await page.getByRole('button', { name: 'Clear the filter', exact: true }).click();
  await expect(count).toHaveText('7 snapshots in 2 branches');
});

test('the demo host: nothing is done to a row that the filter hides, and another domain starts unfiltered', async ({
  start,
}) => {
  const app = await start('--demo');
  const { page } = app;
  await app.open('web-01');
  await app.snapshot('app-1.8').click();
  const field = page.getByRole('textbox', { name: 'Filter snapshots' });
  await field.fill('older:30w');
  await expect(app.snapshot('app-1.8')).toBeHidden();
  await expect(page.getByRole('button', { name: 'Revert…' })).toBeDisabled();
  await app.open('web-02');
  await expect(field).toHaveValue('');
});

test('the demo host: several snapshots are selected by mouse and keyboard', async ({ start }) => {
  const app = await start('--demo');
  const { page } = app;
  await app.open('web-01');
  const bar = page.getByRole('region', { name: 'Selected snapshots' });
  const selected = page.getByRole('treegrid').getByRole('row', { selected: true });
  await app.snapshot('installed').click();
  await expect(bar).toBeHidden();
  await app.snapshot('app-1.8').click({ modifiers: ['Shift'] });
  await expect(bar).toContainText('3 snapshots selected');
  await expect(selected).toHaveCount(3);
  await app.snapshot('hardened').click({ modifiers: ['ControlOrMeta'] });
  await expect(bar).toContainText('2 snapshots selected');
  await expect(page.getByRole('button', { name: 'Revert…' })).toBeDisabled();

  await page.keyboard.press('Escape');
  await expect(bar).toBeHidden();
  await app.snapshot('installed').click();
  await page.keyboard.press('Shift+ArrowDown');
  await page.keyboard.press('Shift+ArrowDown');
  await expect(bar).toContainText('3 snapshots selected');
  await page.keyboard.press('ControlOrMeta+a');
  await expect(bar).toContainText('7 snapshots selected');
  // To filter, the selection goes: its bar lies over the field.
  await page.keyboard.press('ControlOrMeta+f');
  await expect(bar).toBeHidden();
  const field = page.getByRole('textbox', { name: 'Filter snapshots' });
  await expect(field).toBeFocused();
  await field.fill('try');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ControlOrMeta+a');
  await expect(bar).toContainText('2 snapshots selected');
  await bar.getByRole('button', { name: 'Clear' }).click();
  await expect(bar).toBeHidden();
  await field.fill('');

  await app.snapshot('installed').click();
  await app.snapshot('hardened').click({ modifiers: ['ControlOrMeta'] });
  await bar.getByRole('button', { name: 'Tags…' }).click();
  const dialog = page.getByRole('dialog', { name: 'Tags of 2 snapshots' });
  await dialog.getByRole('textbox').fill('kept, golden');
  await dialog.getByRole('button', { name: 'Save' }).click();
  await expect(dialog).toBeHidden();
  await bar.getByRole('button', { name: 'Tags…' }).click();
  await dialog.getByRole('checkbox', { name: 'kept on 2 of 2' }).check();
  await dialog.getByRole('button', { name: 'Save' }).click();
  await expect(dialog).toBeHidden();

  const count = page
    .getByRole('main')
    .getByRole('status')
    .filter({ hasText: /of \d+ snapshots$/ });
  await page.keyboard.press('ControlOrMeta+f');
  await field.fill('tag:golden');
  await expect(count).toHaveText('2 of 7 snapshots');
  await field.fill('tag:kept');
  await expect(count).toHaveText('0 of 7 snapshots');
  await field.fill('');
  await app.snapshot('installed').click();
  await app.snapshot('hardened').click({ modifiers: ['ControlOrMeta'] });
  await app.snapshot('hardened').click({ button: 'right' });
  await expect(page.getByRole('menuitem', { name: 'Copy 2 snapshot names' })).toBeVisible();
  await expect(page.getByRole('menuitem', { name: /^Revert/ })).toBeHidden();
  await page.keyboard.press('Escape');
  await app.snapshot('app-2.0').click({ button: 'right' });
  await expect(page.getByRole('menuitem', { name: 'Revert to “app-2.0”…' })).toBeVisible();
});
