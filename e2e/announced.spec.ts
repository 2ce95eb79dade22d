import type { App } from './app.ts';
import { expect, forEver, test } from './fixtures.ts';

/** What tells a screen reader something by itself, now. */
const live = ({ page }: App, text: string | RegExp) =>
  page.locator('[role="status"], [role="alert"], [aria-live]').filter({ hasText: text });

test('the demo host: an end that went well is announced once, whether or not its dialog is open', async ({ start }) => {
  const app = await start('--demo');
  await app.open('db-primary');
  const dialog = await app.askRevert('pg15-loaded');
  await dialog.confirm();
  await expect(app.lastOutcome).toContainText('db-primary reverted to “pg15-loaded”');
  await expect(live(app, 'db-primary reverted to “pg15-loaded”')).toHaveCount(1);

  const again = await app.askRevert('pg15-loaded');
  await again.revert.click();
  await expect(again.root).toContainText('Taking the safety snapshot');
  await app.page.keyboard.press('Escape');
  await expect(app.page.getByText('Nothing is running')).toBeVisible();
  await expect(live(app, 'db-primary reverted to “pg15-loaded”')).toHaveCount(1);
});

test('the demo host: one that did not is announced by its dialog, or by its message', async ({ start, pace }) => {
  pace.snapshotMs = forEver;
  const app = await start('--demo');
  const { page } = app;
  await app.open('db-primary');
  const dialog = await app.askRevert('pg15-loaded');
  await dialog.revert.click();
  await expect(live(app, /safety snapshot/i)).toHaveCount(1);
  await dialog.cancel.click();
  await expect(dialog.root).toContainText('Nothing was reverted.');
  await expect(live(app, /was not reverted|Nothing was reverted/)).toHaveCount(1);
  await page.keyboard.press('Escape');
  await expect(dialog.root).toBeHidden();

  const again = await app.askRevert('pg15-loaded');
  await again.revert.click();
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Cancel the operation on db-primary' }).click();
  await expect(page.getByText('Nothing is running')).toBeVisible();
  await expect(live(app, 'was not reverted to “pg15-loaded”')).toHaveCount(1);
});

test('the demo host: of several domains only the whole is announced', async ({ start }) => {
  const app = await start('--demo');
  const { takeEach, page } = app;
  await app.choose('web-01', 'scratch');
  await takeEach.open();
  await takeEach.name.fill('quiet-{domain}');
  if (await takeEach.warned.isVisible()) await takeEach.warned.check();
  await takeEach.take.click();
  await takeEach.ended();
  await expect(live(app, /“quiet-/)).toHaveCount(0);
  await takeEach.root.getByRole('button', { name: 'Close' }).click();
  await expect(page.getByRole('alertdialog')).toBeHidden();
  await expect(live(app, /“quiet-/)).toHaveCount(0);
});
