import { both, expect, test } from './fixtures.ts';

test('the demo host: a revert by mouse', both, async ({ start }) => {
  const app = await start('--demo');
  await app.open('db-primary');
  const row = app.page.getByRole('row').filter({ hasText: 'current' }).first();
  await row.click({ button: 'right' });
  await app.page.getByRole('menuitem', { name: /^Revert to “/ }).click();
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
  }).toPass({ intervals: [50] });
  await keyboard.type('db-pri');
  await expect(focused).toHaveAccessibleName('db-primary');
  await keyboard.press('Enter');
  await expect(app.page.getByRole('treegrid')).toBeVisible();
  await expect(async () => {
    await keyboard.press('Tab');
    await expect(focused).toHaveRole('row', { timeout: 200 });
  }).toPass({ intervals: [50] });
  await keyboard.press('Home');
  const snapshot = await app.page.locator(`#${await focused.getAttribute('aria-labelledby')}`).innerText();
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
  const refused = await app.askRevert('delivered');
  await expect(refused.root).toContainText('does not hold the domain’s configuration');
  await expect(refused.revert).toBeHidden();
});

test('the demo host: a snapshot whose image is gone is marked, and is not reverted to', async ({ start }) => {
  const app = await start('--demo');
  await app.open('wiki');
  await expect(app.snapshot('theme-final')).toContainText('data gone');
  await expect(app.snapshot('theme-test')).not.toContainText('data gone');
  const dialog = await app.askRevert('theme-final');
  await expect(dialog.root).toContainText('cannot be reverted to');
  await expect(dialog.root).toContainText('/var/lib/libvirt/images/wiki.theme-test is missing');
  await expect(dialog.root).not.toContainText('snapshot-revert');
  await expect(dialog.revert).toBeHidden();
  await expect(dialog.root).toContainText('What you can do');
  await dialog.root.getByRole('button', { name: 'theme-test' }).click();
  await expect(dialog.root).toContainText('Revert wiki to “theme-test”?');
});
