import type { Locator, Page } from '@playwright/test';
import { expect, test } from './fixtures.ts';

const head = (page: Page, name: string) => page.getByRole('columnheader', { name, exact: true });

async function widthOf(column: Locator): Promise<number> {
  return (await column.boundingBox())?.width ?? 0;
}

/** The names of the rows in view, from the top. */
async function names(page: Page): Promise<string[]> {
  const rows = page
    .getByRole('treegrid')
    .getByRole('row')
    .filter({ has: page.locator('b') });
  const placed = await Promise.all(
    (await rows.all()).map(async (row) => ({
      name: await row.locator('b').first().innerText(),
      at: Number(await row.getAttribute('aria-rowindex')),
    })),
  );
  return placed.toSorted((a, b) => a.at - b.at).map(({ name }) => name);
}

const tree = [
  'installed',
  'hardened',
  'app-1.8',
  'try-http3',
  'try-http3-tuned',
  'app-2.0',
  'before-upgrade',
  'You are here',
];

test('the demo host: the history is sorted by mouse, and back to the tree', async ({ start }) => {
  const app = await start('--demo');
  const { page } = app;
  await app.open('web-01');
  await expect(app.here).toBeVisible();
  expect(await names(page)).toEqual(tree);
  await expect(head(page, 'Tree')).toBeVisible();

  await head(page, 'Taken').click();
  await expect(head(page, 'Taken')).toHaveAttribute('aria-sort', 'descending');
  await expect(head(page, 'Tree')).toBeHidden();
  const newestFirst = [...tree.slice(0, -1).reverse()];
  await expect.poll(() => names(page)).toEqual(['You are here', ...newestFirst]);
  await expect(app.snapshot('app-2.0')).toHaveAttribute('aria-level', '1');

  await head(page, 'Snapshot').click();
  await expect(head(page, 'Taken')).toHaveAttribute('aria-sort', 'none');
  await expect.poll(() => names(page)).toEqual(['You are here', ...tree.slice(0, -1).sort()]);
  // A range goes by what is seen.
  await app.snapshot('app-1.8').click();
  await app.snapshot('before-upgrade').click({ modifiers: ['Shift'] });
  await expect(page.getByRole('region', { name: 'Selected snapshots' })).toContainText('3 snapshots selected');
  await page.keyboard.press('Escape');

  await page.getByRole('button', { name: 'Show the tree again' }).click();
  await expect(head(page, 'Tree')).toBeVisible();
  await expect.poll(() => names(page)).toEqual(tree);
});

test('the demo host: a column is made wider and narrower by mouse, and the window remembers', async ({ start }) => {
  const app = await start('--demo');
  const { page } = app;
  await page.setViewportSize({ width: 1600, height: 900 });
  await app.open('web-01');
  const [holds, name] = [head(page, 'Holds'), head(page, 'Snapshot')];
  const [usual, room] = [await widthOf(holds), await widthOf(name)];
  const edge = holds.locator('[data-edge]');
  await edge.hover();
  const at = (await edge.boundingBox()) ?? { x: 0, y: 0, width: 0, height: 0 };
  const [x, y] = [at.x + at.width / 2, at.y + at.height / 2];
  await page.mouse.down();
  await page.mouse.move(x - 30, y, { steps: 4 });
  await page.mouse.up();
  await expect.poll(() => widthOf(holds)).toBeCloseTo(usual + 30, 0);
  expect(await widthOf(name)).toBeCloseTo(room - 30, 0);
  await expect(holds).toHaveAttribute('aria-sort', 'none');

  await page.reload();
  await app.open('web-01');
  await expect.poll(() => widthOf(holds)).toBeCloseTo(usual + 30, 0);
  await edge.dblclick();
  await expect.poll(() => widthOf(holds)).toBeCloseTo(usual, 0);
});

test('the demo host: widths, order and columns by keyboard alone', async ({ start }) => {
  const app = await start('--demo');
  const { page } = app;
  const { keyboard } = page;
  const focused = page.locator(':focus');
  await page.setViewportSize({ width: 1600, height: 900 });
  await app.open('web-01');
  await expect(app.snapshot('app-1.8')).toBeVisible();
  await page.getByRole('button', { name: 'Go to here' }).focus();
  await keyboard.press('Tab');
  await expect(head(page, 'Snapshot')).toBeFocused();
  await keyboard.press('End');
  await expect(head(page, 'Guest was')).toBeFocused();
  await keyboard.press('ArrowLeft');
  await expect(head(page, 'Taken')).toBeFocused();
  const usual = await widthOf(head(page, 'Taken'));
  await keyboard.press('Shift+ArrowRight');
  await expect.poll(() => widthOf(head(page, 'Taken'))).toBeGreaterThan(usual);
  await keyboard.press('Shift+ArrowLeft');
  await expect.poll(() => widthOf(head(page, 'Taken'))).toBeCloseTo(usual, 0);

  await keyboard.press('Enter');
  await expect(head(page, 'Taken')).toHaveAttribute('aria-sort', 'descending');
  await keyboard.press('Enter');
  await expect(head(page, 'Taken')).toHaveAttribute('aria-sort', 'ascending');
  await keyboard.press('ArrowDown');
  await expect(focused).toHaveRole('row');
  await keyboard.press('Home');
  await keyboard.press('ArrowDown');
  await expect(focused).toHaveAccessibleName('installed');
  await keyboard.press('Shift+Tab');
  await expect(head(page, 'Taken')).toBeFocused();
  await keyboard.press('Enter');
  await expect(head(page, 'Tree')).toBeVisible();

  await page.getByRole('button', { name: 'Columns' }).focus();
  await keyboard.press('Enter');
  await expect(page.getByRole('menuitemcheckbox', { name: 'Holds' })).toBeFocused();
  await keyboard.press('Space');
  await expect(head(page, 'Holds')).toBeHidden();
  await keyboard.press('End');
  await keyboard.press('Enter');
  await expect(head(page, 'Holds')).toBeVisible();
});

test('the demo host: columns are hidden, and go by themselves where there is no room', async ({ start }) => {
  const app = await start('--demo');
  const { page } = app;
  await page.setViewportSize({ width: 1600, height: 760 });
  await app.open('web-01');
  const menu = page.getByRole('button', { name: 'Columns' });
  await menu.click();
  await page.getByRole('menuitemcheckbox', { name: 'Guest was' }).click();
  await expect(head(page, 'Guest was')).toBeHidden();
  await page.getByRole('menuitemcheckbox', { name: 'Guest was' }).click();
  await expect(head(page, 'Guest was')).toBeVisible();
  await page.keyboard.press('Escape');

  await page.setViewportSize({ width: 640, height: 760 });
  await expect(head(page, 'Guest was')).toBeHidden();
  await expect(head(page, 'Holds')).toBeHidden();
  await page.setViewportSize({ width: 900, height: 760 });
  await expect(head(page, 'Holds')).toBeVisible();
  await expect(head(page, 'Guest was')).toBeHidden();
});

test('the demo host: the activity is sorted too, and what is selected stays so', async ({ start }) => {
  const app = await start('--demo');
  const { page } = app;
  await app.open('scratch');
  for (const name of ['b-later', 'a-earlier']) {
    await page.getByRole('button', { name: 'Take snapshot' }).click();
    const dialog = page.getByRole('dialog').or(page.getByRole('alertdialog'));
    await dialog.getByRole('textbox', { name: 'Name' }).fill(name);
    await dialog.getByRole('button', { name: 'Take snapshot' }).click();
    await expect(dialog).toBeHidden();
    await expect(app.snapshot(name)).toBeVisible();
  }
  await app.tab('Activity');
  const rows = page.getByRole('treegrid', { name: 'Activity of scratch' }).getByRole('row');
  await expect(rows.nth(1)).toHaveText('Today');
  await expect(rows.nth(2)).toContainText('a-earlier');
  await rows.nth(2).click();
  await expect(rows.nth(2)).toHaveAttribute('aria-selected', 'true');
  await head(page, 'What').click();
  await expect(rows.nth(1)).toContainText('a-earlier');
  await expect(rows.nth(1)).toHaveAttribute('aria-selected', 'true');
  await head(page, 'What').click();
  await expect(rows.nth(1)).toContainText('b-later');
  await expect(rows.nth(2)).toHaveAttribute('aria-selected', 'true');
});

test('the demo host: the arrows keep the whole row in sight, at both ends', async ({ start }) => {
  const app = await start('--demo');
  const { page } = app;
  await page.setViewportSize({ width: 1200, height: 420 });
  await app.open('game-server');
  const grid = page.getByRole('treegrid');
  const focused = grid.locator('[data-index]:focus');
  const rowOf = async () => Number(await focused.getAttribute('data-index'));
  const isInSight = async () => {
    const [outer, head, row] = await Promise.all([
      grid.boundingBox(),
      grid.getByRole('rowgroup').first().boundingBox(),
      focused.boundingBox(),
    ]);
    if (!outer || !head || !row) return false;
    return row.y >= head.y + head.height - 1 && row.y + row.height <= outer.y + outer.height + 1;
  };
  await app.here.click();
  const last = await rowOf();
  for (const [key, to] of [
    ['Home', 0],
    ['ArrowDown', 9],
    ['ArrowUp', 1],
    ['End', last],
  ] as const) {
    while ((await rowOf()) !== to) {
      await page.keyboard.press(key);
      await expect.poll(isInSight).toBe(true);
    }
  }
});
