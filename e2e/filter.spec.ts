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
  await expect(dialog).toContainText('libvirt has no place for tags in a snapshot');
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
