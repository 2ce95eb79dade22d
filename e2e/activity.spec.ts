import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import type { App } from './app.ts';
import { both, expect, test } from './fixtures.ts';

const list = (page: Page, name = 'Activity') => page.getByRole('treegrid', { name, exact: true });
const details = ({ page }: App) => page.getByRole('complementary', { name: 'Details' });

async function openActivity({ page }: App): Promise<void> {
  await page.getByRole('banner').getByRole('button', { name: 'Activity' }).click();
  await expect(page.getByRole('heading', { name: 'Activity', level: 1 })).toBeVisible();
}

async function choose({ page }: App, menu: string, item: string): Promise<void> {
  await page.getByRole('main').getByRole('button', { name: menu }).click();
  await page
    .getByRole('menuitemcheckbox', { name: item })
    .or(page.getByRole('menuitemradio', { name: item }))
    .click();
  await page.keyboard.press('Escape');
}

const hour = 3_600_000;

/** A journal of an earlier run, oldest first: a revert each hour, every tenth failed, and one with names from outside. */
function journal(count: number, now: number): string {
  const lines = Array.from({ length: count }, (_, n) => {
    const at = now - (count - n - 0.5) * hour;
    const isLast = n === count - 1;
    const asked = {
      type: 'asked',
      requestId: `r${n}`,
      operationId: `o${n}`,
      at,
      kind: n % 2 === 0 ? 'revert' : 'create',
      who: 'ada',
      host: { name: `kvm-${n % 3}`, uri: `qemu+ssh://kvm-${n % 3}/system`, kind: 'ssh' },
      domain: { uuid: `8d3c1b52-6f0e-4a2c-9a53-${String(n % 100).padStart(12, '0')}`, name: `guest-${n % 100}` },
      snapshot: isLast ? '=HYPERLINK("http://x","y")' : `point-${n}`,
      flags: 0,
      plan: ['Everything since then is lost'],
      currentBefore: null,
    };
    const answered = { type: 'answered', requestId: `r${n}`, at: at + 2_000, result: n % 10 === 9 ? 'failed' : 'done' };
    return `${JSON.stringify(asked)}\n${JSON.stringify(answered)}\n`;
  });
  return lines.join('');
}

async function keepJournal(home: string, text: string): Promise<void> {
  await mkdir(join(home, 'data'), { mode: 0o700 });
  await writeFile(join(home, 'data', 'journal.jsonl'), text, { mode: 0o600 });
}

test(
  'the demo host: what was done anywhere is in one place, with what was planned and shown',
  both,
  async ({ start }) => {
    const app = await start('--demo');
    const { page } = app;
    await app.open('web-02');
    const dialog = await app.askRevert('app-2.0');
    const virsh = await dialog.root.locator('code').first().innerText();
    await dialog.confirm();
    await openActivity(app);
    await expect(page).toHaveTitle(/^Activity/);
    const rows = list(page).getByRole('row');
    await expect(rows.nth(1)).toHaveText('Today');
    await expect(rows.nth(2)).toContainText('Revert to “app-2.0”');
    await expect(rows.nth(2)).toHaveAttribute('aria-selected', 'true');
    const pane = details(app);
    await expect(pane).toContainText('done');
    await expect(pane).toContainText('Safety snapshot “before-revert-');
    await expect(pane.getByRole('heading', { name: 'Lost, as shown before' })).toBeVisible();
    await expect(pane).toContainText('kept by the safety snapshot');
    expect((await pane.locator('code').innerText()).replaceAll(/before-revert-[\d-]+/g, '')).toBe(
      virsh.replaceAll(/before-revert-[\d-]+/g, ''),
    );
    // The message lies over the foot of the details as long as it is there.
    await page.getByRole('button', { name: 'Close message' }).click();
    await pane.getByRole('button', { name: 'Undo…' }).click();
    await app.dialog.ready();
    await expect(app.dialog.root).toContainText('Undo the last revert of web-02');
    await page.keyboard.press('Escape');
    await pane.getByRole('button', { name: 'Open web-02' }).click();
    await expect(page.getByRole('heading', { name: 'web-02' })).toBeVisible();
    await app.tab('Activity');
    await expect(list(page, 'Activity of web-02')).toContainText('Revert to “app-2.0”');
  },
);

test('the demo host: the command leads to the activity of all hosts, and nothing done is said so', async ({
  start,
}) => {
  const app = await start('--demo');
  const { page } = app;
  await expect(app.domain('web-01')).toBeVisible();
  await page.keyboard.press('ControlOrMeta+k');
  await expect(page.getByRole('combobox')).toBeFocused();
  await page.keyboard.type('activity');
  await page
    .getByRole('option', { name: /^Activity/ })
    .first()
    .click();
  await expect(page.getByRole('heading', { name: 'Activity', level: 1 })).toBeVisible();
  await expect(page.getByRole('main')).toContainText('Nothing has been done yet');
});

test('the activity is filtered, and what is shown is what is exported', async ({ start, home }) => {
  await keepJournal(home, journal(60, Date.now()));
  const app = await start('--demo');
  const { page } = app;
  await page.setViewportSize({ width: 1700, height: 900 });
  await openActivity(app);
  const count = page.getByRole('main').getByRole('status');
  await expect(count).toHaveText('60 operations');
  await choose(app, 'Host: any', 'kvm-1');
  await expect(count).toHaveText('20 of 60');
  await choose(app, 'Outcome: any', 'failed');
  await expect(count).toHaveText('2 of 60');
  await page.getByRole('textbox', { name: 'Filter activity' }).fill('guest-49');
  await expect(count).toHaveText('1 of 60');
  await expect(list(page)).toContainText('Take “point-49”');
  const jsonl = await app.saved(async () => {
    await page.getByRole('button', { name: 'Export what is shown' }).click();
    await page.getByRole('menuitem', { name: 'JSON Lines…' }).click();
  });
  expect(jsonl.name).toBe('snapkeel-activity.jsonl');
  expect(
    jsonl.text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line)),
  ).toMatchObject([{ domain: 'guest-49', host: 'kvm-1', outcome: 'failed', kind: 'create' }]);

  await page.getByRole('button', { name: 'Clear', exact: true }).click();
  await choose(app, 'Time: any', 'Last 24 hours');
  await expect(count).toHaveText('24 of 60');
  const csv = await app.saved(async () => {
    await page.getByRole('button', { name: 'Export what is shown' }).click();
    await page.getByRole('menuitem', { name: 'CSV, for a spreadsheet…' }).click();
  });
  expect(csv.name).toBe('snapkeel-activity.csv');
  const rows = csv.text.split('\r\n');
  expect(rows).toHaveLength(26);
  expect(rows[1]).toContain(`"'=HYPERLINK(""http://x"",""y"")"`);

  await app.domain('web-01').click();
  await openActivity(app);
  await expect(count).toHaveText('24 of 60');
});

test('thousands of operations: only those in view exist, the keys pass over days, and narrow windows have one menu', async ({
  start,
  home,
}) => {
  await keepJournal(home, journal(5_000, Date.now()));
  const app = await start('--demo');
  const { page } = app;
  await openActivity(app);
  await expect(page.getByRole('main').getByRole('status')).toHaveText('5,000 operations');
  const rows = list(page).getByRole('row');
  expect(await rows.count()).toBeLessThan(60);
  await rows.filter({ hasText: 'HYPERLINK' }).click();
  await page.keyboard.press('End');
  const focused = page.locator('[data-index]:focus');
  await expect(focused).toContainText('point-0');
  await expect(details(app)).toContainText('Revert to “point-0”');
  await expect(details(app)).toContainText('Not written down for this entry.');
  await expect(details(app)).toContainText('not among those that are connected');
  await page.keyboard.press('Home');
  await expect(focused).toContainText('HYPERLINK');

  await page.setViewportSize({ width: 900, height: 600 });
  await expect(list(page).getByRole('columnheader', { name: 'Domain' })).toBeHidden();
  await choose(app, 'Filter by what was done', 'failed');
  await expect(page.getByRole('main').getByRole('status')).toHaveText('500 of 5,000');
  await page.getByRole('button', { name: 'Do not filter by “Outcome: failed”' }).click();
  await expect(page.getByRole('main').getByRole('status')).toHaveText('5,000 operations');
});
