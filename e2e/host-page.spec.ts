import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { App } from './app.ts';
import { both, expect, forEver, test } from './fixtures.ts';

const demo = 'Demo (simulated)';
const table = ({ page }: App) => page.getByRole('treegrid', { name: `Domains of ${demo}` });
const row = (app: App, name: string) => table(app).getByRole('row', { name, exact: true });
const details = ({ page }: App) => page.getByRole('complementary', { name: 'Details' });

async function openHost(app: App): Promise<void> {
  await app.domain(demo).click();
  await expect(table(app)).toBeVisible();
}

test('the demo host: its domains, with what is known of each, and the way to them', both, async ({ start }) => {
  const app = await start('--demo');
  const { page } = app;
  await page.setViewportSize({ width: 1700, height: 900 });
  await openHost(app);
  await expect(page.getByRole('main')).toContainText('15 domains');
  await expect(row(app, 'db-primary')).toContainText('running');
  await expect(row(app, 'db-replica').locator('[data-column="snapshots"]')).toHaveText('61');
  await expect(row(app, 'db-replica').getByRole('time').or(row(app, 'db-replica').locator('time'))).toHaveCount(2);
  await expect(row(app, 'scratch').locator('[data-column="newest"]')).toHaveText('–');

  // Overlays and memory are known, what is inside images is not; and no more is claimed of all together.
  const size = (name: string) => row(app, name).locator('[data-column="size"]');
  await expect(size('scratch')).toHaveText('–');
  await expect(size('ci-image-builder')).toHaveText('not reported');
  await expect(size('game-server')).toHaveText('1.7 GiB');
  await expect(size('web-01')).toHaveText(/^1\.5 GiB\s*4 not reported$/);
  await expect(page.getByRole('main')).toContainText('47.4 GiB known, 12 domains not fully reported');
  await page.getByRole('columnheader', { name: 'Size' }).click();
  await expect(table(app).getByRole('row').last()).toHaveAccessibleName('legacy-erp');
  await expect(row(app, 'db-primary')).not.toContainText('Shop database');

  await page.getByRole('columnheader', { name: 'Snapshots' }).click();
  await expect(table(app).getByRole('row').nth(1)).toHaveAccessibleName('db-replica');
  await row(app, 'db-replica').click();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { name: 'game-server' })).toBeVisible();
  await app.open('db-primary');
  await expect(page.getByRole('main')).toContainText('Ask the DBAs before you touch it.');
  await openHost(app);
  await expect(row(app, 'db-primary')).toContainText('Shop database, primary');

  await page.setViewportSize({ width: 900, height: 600 });
  await expect(page.getByRole('columnheader', { name: 'State' })).toBeHidden();
  await expect(page.getByRole('main')).toContainText('47.4 GiB known'); // of rows, whatever their columns
  await expect(row(app, 'db-replica').getByRole('img', { name: 'running' })).toBeVisible();
});

test('the demo host: what runs there is shown, and can be cancelled', async ({ start, pace }) => {
  pace.snapshotMs = forEver;
  const app = await start('--demo');
  const { page } = app;
  await app.open('db-primary');
  const dialog = await app.askRevert('pg15-loaded');
  await dialog.revert.click();
  await expect(dialog.root).toContainText('Taking the safety snapshot');
  await page.keyboard.press('Escape');
  await openHost(app);
  await expect(details(app)).toContainText('Taking a safety snapshot of db-primary');
  await expect(row(app, 'db-primary')).toContainText('Taking the safety snapshot');
  await details(app).getByRole('button', { name: 'Cancel what runs on db-primary' }).click();
  await expect(details(app)).toContainText('Nothing');
  await page.getByRole('tab', { name: 'Activity' }).click();
  await expect(page.getByRole('treegrid', { name: `Activity of ${demo}` })).toContainText('db-primary');
});

test('the demo host: problems are those of opened domains and of reverts of earlier runs', async ({ start, home }) => {
  const at = Date.now() - 3_600_000;
  const asked = {
    ...{ type: 'asked', requestId: 'r', operationId: 'o', at, kind: 'revert', who: 'ada' },
    host: { name: demo, uri: 'qemu:///system', kind: 'simulated' },
    domain: { uuid: '8d3c1b52-6f0e-4a2c-9a53-1f5a7c2e0b01', name: 'web-01' },
    ...{ snapshot: 'app-1.8', flags: 0, plan: [], currentBefore: null },
  };
  const answered = { type: 'answered', requestId: 'r', at: at + 1, result: 'failed' };
  await mkdir(join(home, 'data'), { mode: 0o700 });
  await writeFile(join(home, 'data', 'journal.jsonl'), `${JSON.stringify(asked)}\n${JSON.stringify(answered)}\n`);
  const app = await start('--demo');
  const { page } = app;
  await page.setViewportSize({ width: 1700, height: 900 });
  await openHost(app);
  await expect(row(app, 'web-01')).toContainText('last revert: failed');
  await expect(app.domain('web-01')).toHaveAccessibleDescription(/last revert: failed/);
  await expect(app.domain('wiki')).not.toHaveAccessibleDescription(/health/);
  await expect(details(app)).toContainText(/Pool default[\d.]+ [GT]iB free of 1 TiB/);
  await expect(row(app, 'wiki').locator('[data-column="status"]')).toHaveText('–');
  await app.open('wiki');
  await app.tab('Health');
  await expect(page.getByRole('main')).toContainText('Checked just now');
  await expect(app.domain('wiki')).toHaveAccessibleDescription(/health finding/);
  await openHost(app);
  await expect(row(app, 'wiki')).toContainText('health finding');
  await page.getByRole('tab', { name: /^Problems/ }).click();
  const list = page.getByRole('tabpanel', { name: /^Problems/ });
  await expect(list).toContainText('Revert to “app-1.8”');
  await list.getByRole('button', { name: 'Health of wiki' }).click();
  await expect(page.getByRole('heading', { name: 'wiki' })).toBeVisible();
  await expect(page.getByRole('tab', { name: /^Health/ })).toHaveAttribute('aria-selected', 'true');
});
