import type { Locator } from '@playwright/test';
import type { App } from './app.ts';
import { both, expect, test } from './fixtures.ts';

function changesOf({ page }: App): Locator {
  return page.getByRole('region', { name: 'Configuration changes since' });
}

function comparison({ page }: App): Locator {
  return page.getByRole('dialog', { name: /^Compare/ });
}

test('the details of a snapshot tell what the configuration has otherwise now', async ({ start }) => {
  const app = await start('--demo');
  await app.open('db-primary');
  await app.snapshot('before-pg16').click();
  const changes = changesOf(app);
  await expect(changes).toContainText('2 configuration changes');
  await expect(changes).toContainText(/Memory 2 GiB →.* 4 GiB/);
  await expect(changes).toContainText('Disk vdb');

  await app.open('web-01');
  await app.snapshot('before-upgrade').click();
  await expect(changes).toContainText('No configuration changes');
  await app.open('legacy-erp');
  await app.snapshot('delivered').click();
  await expect(changes).toContainText('libvirt stores no configuration with this snapshot');
});

test('the comparison shows the changes in words and the XML side by side', async ({ start }) => {
  const app = await start('--demo');
  const { keyboard } = app.page;
  await app.open('db-primary');
  await app.snapshot('before-pg16').click();
  await changesOf(app).getByRole('button', { name: 'Compare' }).click();
  const dialog = comparison(app);
  await expect(dialog).toBeVisible();
  const memory = dialog.getByRole('row', { name: /^Memory/ });
  await expect(memory).toContainText('2 GiB');
  await expect(memory).toContainText('4 GiB');
  await expect(dialog.getByRole('row', { name: /^Disk vdb/ })).toContainText('virtio, qcow2');

  const xml = dialog.getByRole('table', { name: /^XML of/ });
  const line = xml.getByRole('row').filter({ hasText: '<memory' });
  await expect(line.getByRole('cell').first()).toContainText("−changed from   <memory unit='KiB'>2097152</memory>");
  await expect(line.getByRole('cell').last()).toContainText("+to   <memory unit='KiB'>4194304</memory>");
  await keyboard.press('F7');
  await expect(dialog.getByRole('status')).toHaveText('1 of 2');
  await keyboard.press('F7');
  await expect(xml.getByRole('row').filter({ hasText: 'db-primary-vdb.qcow2' })).toBeInViewport();
  await expect(xml).not.toContainText('<alias');

  await dialog.getByRole('radio', { name: /^Next start/ }).check();
  await expect(dialog).toContainText('db-primary at its next start');
  await expect(dialog.getByRole('radio', { name: 'Next start · 2' })).toBeChecked();
  await keyboard.press('Escape');
  await expect(dialog).toBeHidden();
});

test('the comparison is a command of the row, also by keyboard', both, async ({ start }) => {
  const app = await start('--demo');
  await app.open('ci-image-builder');
  await app.snapshot('base').click({ button: 'right' });
  await app.page.getByRole('menuitem', { name: 'Compare configuration…' }).click();
  const dialog = comparison(app);
  await expect(dialog).toContainText('No changes since');
  await expect(dialog).toContainText('ci-image-builder at its next start');
  await expect(dialog.getByRole('radio', { name: 'Now running' })).toHaveCount(0);
  await app.page.keyboard.press('Escape');
  await expect(dialog).toBeHidden();
  await app.snapshot('base').click();
  await app.page.keyboard.press('ControlOrMeta+d');
  await expect(dialog).toBeVisible();
});
