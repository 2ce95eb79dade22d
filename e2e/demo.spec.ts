import { expect, test } from './fixtures.ts';

test('the demo host: a revert by mouse', async ({ start }) => {
  const app = await start('--demo');
  await app.open('db-primary');
  const row = app.page.getByRole('row').filter({ hasText: 'current' }).first();
  await row.click({ button: 'right' });
  await app.page.getByRole('menuitem', { name: 'Revert to current snapshot…' }).click();
  await app.dialog.ready();
  await app.dialog.confirm();
  await expect(app.lastOutcome).toContainText('db-primary reverted');
});

test('the demo host: a revert by keyboard alone', async ({ start }) => {
  const app = await start('--demo');
  const { keyboard } = app.page;
  await expect(app.domain('db-primary')).toBeVisible();
  const focused = app.page.locator(':focus');
  await expect(async () => {
    await keyboard.press('Tab');
    await expect(focused).toHaveRole('treeitem', { timeout: 200 });
  }).toPass();
  await keyboard.type('db-pri');
  await expect(focused).toHaveAccessibleName('db-primary');
  await keyboard.press('Enter');
  await expect(app.page.getByRole('treegrid')).toBeVisible();
  await expect(async () => {
    await keyboard.press('Tab');
    await expect(focused).toHaveRole('row', { timeout: 200 });
  }).toPass();
  await keyboard.press('Home');
  const snapshot = await focused.getAttribute('aria-labelledby').then((id) => app.page.locator(`#${id}`).textContent());
  await keyboard.press('Enter');
  await app.dialog.ready();
  await expect(app.dialog.root).toContainText(snapshot);
  await keyboard.press('Escape');
  await expect(app.dialog.root).toBeHidden();
  await expect(focused).toHaveRole('row');

  await keyboard.press('Enter');
  await app.dialog.ready();
  await keyboard.press('Tab');
  await expect(app.dialog.revert).toBeFocused();
  await keyboard.press('Enter');
  await expect(app.dialog.root).toBeHidden({ timeout: 15_000 });
  await expect(app.lastOutcome).toContainText('db-primary reverted');
});

test('the demo host: force for a managed save, refusal without a configuration', async ({ start }) => {
  const app = await start('--demo');
  await app.open('win11-desktop');
  await app.page.getByRole('row').nth(1).click();
  await app.page.getByRole('button', { name: 'Revert…' }).click();
  await app.dialog.ready();
  await expect(app.dialog.root).toContainText('managed save');
  await expect(app.dialog.revert).toBeDisabled();
  await app.dialog.force.click();
  await app.dialog.confirm();
  await expect(app.lastOutcome).toContainText('win11-desktop reverted');

  await app.open('legacy-erp');
  const rows = app.page.getByRole('row');
  const blocked: string[] = [];
  for (let index = 1; index < (await rows.count()); index++) {
    if (!(await rows.nth(index).getAttribute('class'))?.includes('snapshot')) continue;
    await rows.nth(index).click();
    await app.page.getByRole('button', { name: 'Revert…' }).click();
    await app.dialog.ready();
    if (await app.dialog.revert.isDisabled()) blocked.push(await app.dialog.root.textContent());
    await app.dialog.cancel.click();
  }
  expect(blocked.join('\n')).toContain('does not hold the domain’s configuration');
});
