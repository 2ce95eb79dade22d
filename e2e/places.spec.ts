import type { Locator, Page } from '@playwright/test';
import type { App } from './app.ts';
import { both, expect, test } from './fixtures.ts';

const header = (page: Page) => page.locator('main header');
const focused = (page: Page) => page.locator(':focus');
const palette = (page: Page) => page.getByRole('combobox', { name: /^Find/ });
const option = (page: Page, name: RegExp) => page.getByRole('option', { name });

async function find(page: Page, text: string): Promise<void> {
  await page.keyboard.press('ControlOrMeta+k');
  await palette(page).fill(text);
}

/** Left, top, width and height, whole pixels. */
async function boxOf(locator: Locator): Promise<number[]> {
  const { x, y, width, height } = (await locator.boundingBox()) ?? { x: 0, y: 0, width: 0, height: 0 };
  return [x, y, width, height].map(Math.round);
}

/** Nothing of what is seen is cut off or lies over something else. */
async function expectApart(locators: readonly Locator[]): Promise<void> {
  const boxes = await Promise.all(locators.map(boxOf));
  for (const [at, [x = 0, y = 0, width = 0, height = 0]] of boxes.entries())
    for (const [x2 = 0, y2 = 0, width2 = 0, height2 = 0] of boxes.slice(at + 1))
      expect(x + width <= x2 || x2 + width2 <= x || y + height <= y2 || y2 + height2 <= y, `${boxes}`).toBe(true);
}

test.describe('the header', () => {
  const sizes = [
    { width: 1600, height: 1000, shown: ['Console', 'Take snapshot', 'Revert…', 'More for web-01', 'Details'] },
    { width: 1280, height: 720, shown: ['Take snapshot', 'Revert…', 'More for web-01', 'Details'] },
    { width: 900, height: 600, shown: ['Take snapshot', 'Revert…', 'More for web-01', 'Details'] },
    { width: 800, height: 600, shown: ['Take snapshot', 'More for web-01', 'Details'] },
    { width: 450, height: 300, shown: ['Take snapshot', 'More for web-01', 'Details'] },
    { width: 400, height: 300, shown: ['Take snapshot', 'More for web-01'] },
  ];
  for (const { width, height, shown } of sizes)
    test(`at ${width} × ${height}: the name is whole, and what has no room is in the menu`, async ({ start }) => {
      const { page, ...app } = await startedAt(start, width, height);
      await app.open('web-01');
      const name = page.getByRole('heading', { name: 'web-01' });
      const buttons = header(page).getByRole('button');
      await expect(buttons.filter({ visible: true })).toHaveCount(shown.length);
      for (const label of shown)
        await expect(header(page).getByRole('button', { name: label, exact: true })).toBeVisible();
      expect(await name.evaluate((it) => it.scrollWidth <= it.clientWidth)).toBe(true);
      const state = header(page).getByText('running', { exact: true });
      await expectApart([
        name,
        state,
        ...shown.map((label) => header(page).getByRole('button', { name: label, exact: true })),
      ]);
      await name.hover();
      await expect(name).not.toHaveAttribute('title', /./);

      await header(page).getByRole('button', { name: 'More for web-01' }).click();
      const items = page.getByRole('menuitem');
      await expect(items.first()).toHaveAccessibleName('Open console');
      await expect(items.last()).toHaveAccessibleName('Revert to “before-upgrade”… Enter');
      await expect(page.getByRole('menuitem', { name: /^(Hide|Show) details/ })).toBeVisible();
      await expect(page.getByRole('menuitem', { name: /^Undo the last revert/ })).toContainText(
        'Snapkeel has not reverted this domain.',
      );
    });

  test('a long name is shortened last, and only then tells itself whole', async ({ start }) => {
    const { page, ...app } = await startedAt(start, 700, 600);
    const name =
      'customer-acceptance-test-environment-release-2025-q4-hotfix-branch-eu-central-with-anonymised-production-data';
    await app.open(name);
    const heading = page.getByRole('heading', { name });
    await heading.hover();
    const isShort = await heading.evaluate((it) => it.scrollWidth > it.clientWidth);
    await expect(heading).toHaveAttribute('title', isShort ? name : '');
    await page.mouse.move(0, 0);
    await page.setViewportSize({ width: 2600, height: 900 });
    await heading.hover();
    await expect(heading).toHaveAttribute('title', '');
  });

  test('buttons stay where they are from one domain to another, and the details stay open', async ({ start }) => {
    const { page, ...app } = await startedAt(start, 1600, 1000);
    await app.open('web-01');
    const places = () =>
      Promise.all(
        ['Take snapshot', 'Revert…', 'Details'].map((label) =>
          boxOf(header(page).getByRole('button', { name: label, exact: true })),
        ),
      );
    const before = await places();
    const details = page.getByRole('complementary', { name: 'Details' });
    await expect(details).toBeVisible();
    for (const name of ['win11-desktop', 'wiki', 'db-replica']) {
      await app.open(name);
      await expect(details).toBeVisible();
      expect(await places()).toEqual(before);
    }
  });
});

async function startedAt(start: (...args: string[]) => Promise<App>, width: number, height: number) {
  const app = await start('--demo');
  await app.page.setViewportSize({ width, height });
  return {
    page: app.page,
    app,
    async open(name: string) {
      if (width < 620) await app.page.getByRole('button', { name: 'Hosts and domains' }).click();
      await app.open(name);
      await expect(app.page.getByRole('row').nth(1)).toBeVisible();
    },
  };
}

test('the focus is on the selected row after a domain was opened, and Enter acts on it', both, async ({ start }) => {
  const app = await start('--demo');
  const { page } = app;
  await app.domain('web-01').click();
  await expect(app.domain('web-01')).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(app.snapshot('before-upgrade')).toBeFocused();
  await expect(app.snapshot('before-upgrade')).toHaveAttribute('aria-selected', 'true');
  await app.domain('db-primary').dblclick();
  await expect(app.snapshot('before-pg16')).toBeFocused();
  await page.keyboard.press('Enter');
  await app.dialog.ready();
  await expect(app.dialog.root).toContainText('before-pg16');
  await page.keyboard.press('Escape');
  await expect(app.snapshot('before-pg16')).toBeFocused();
});

test('after a deletion the next sibling has selection and focus, or else the parent', async ({ start }) => {
  const app = await start('--demo');
  const { page } = app;
  await app.open('web-01');
  const remove = async (name: string) => {
    await app.snapshot(name).click();
    await page.keyboard.press('Delete');
    const dialog = page.getByRole('alertdialog');
    await dialog.getByRole('button', { name: /^Delete/ }).click();
    await expect(app.snapshot(name)).toBeHidden();
  };
  await remove('try-http3-tuned');
  await expect(app.snapshot('try-http3')).toBeFocused();
  await expect(app.snapshot('try-http3')).toHaveAttribute('aria-selected', 'true');
  await remove('try-http3');
  await expect(app.snapshot('app-2.0')).toBeFocused();
  await expect(app.snapshot('app-2.0')).toHaveAttribute('aria-selected', 'true');
});

test('a menu names what it is about and marks it; what is selected stays so', async ({ start }) => {
  const app = await start('--demo');
  const { page } = app;
  await app.open('web-01');
  await app.snapshot('before-upgrade').click();
  await app.snapshot('hardened').click({ button: 'right' });
  const menu = page.getByRole('menu');
  await expect(menu).toHaveAccessibleName('hardened of web-01 on Demo (simulated)');
  await expect(menu.getByText('of web-01 on Demo (simulated)')).toBeVisible();
  await expect(app.snapshot('hardened')).toHaveCSS('outline-style', 'dashed');
  await expect(app.snapshot('before-upgrade')).toHaveAttribute('aria-selected', 'true');
  const items = menu.getByRole('menuitem');
  await expect(items.first()).toHaveAccessibleName('Show details');
  await expect(items.last()).toHaveAccessibleName(/^Delete…/);
  await page.keyboard.press('Escape');
  await expect(app.snapshot('hardened')).not.toHaveCSS('outline-style', 'dashed');
  await expect(app.snapshot('before-upgrade')).toBeFocused();

  await app.snapshot('hardened').click({ button: 'right' });
  await items.first().click();
  await expect(page.getByRole('complementary', { name: 'Details' })).toContainText('hardened');
  await expect(app.snapshot('hardened')).toHaveAttribute('aria-selected', 'true');

  await app.domain('wiki').click({ button: 'right' });
  await expect(menu).toHaveAccessibleName('wiki on Demo (simulated), running');
  await expect(items.first()).not.toHaveAccessibleName(/^Revert/);
  await expect(items.last()).toHaveAccessibleName(/^Revert/);
});

test('the bar of several snapshots lies over the filter, and nothing moves', async ({ start }) => {
  const app = await start('--demo');
  const { page } = app;
  await app.open('web-01');
  await app.snapshot('hardened').click();
  const before = await boxOf(app.snapshot('app-2.0'));
  await app.snapshot('app-1.8').click({ modifiers: ['ControlOrMeta'] });
  const bar = page.getByRole('region', { name: 'Selected snapshots' });
  await expect(bar).toContainText('2 snapshots selected');
  expect(await boxOf(app.snapshot('app-2.0'))).toEqual(before);
  await expect(page.getByRole('textbox', { name: 'Filter snapshots' })).toBeHidden();
  await bar.getByRole('button', { name: 'Clear' }).click();
  await expect(bar).toBeHidden();
  await expect(page.getByRole('textbox', { name: 'Filter snapshots' })).toBeVisible();
  expect(await boxOf(app.snapshot('app-2.0'))).toEqual(before);
});

test.describe('the palette', () => {
  test('finds a snapshot of a domain that is not open, opens it there and selects it', async ({ start }) => {
    const app = await start('--demo');
    const { page } = app;
    await app.open('db-primary');
    await find(page, 'theme final');
    await expect(option(page, /theme-final/)).toHaveAttribute('aria-selected', 'true');
    await expect(option(page, /theme-final/)).toContainText('wiki · Demo (simulated)');
    await expect(option(page, /theme-final/).locator('mark')).toHaveText(['theme', 'final']);
    await page.keyboard.press('Enter');
    await expect(page.getByRole('heading', { name: 'wiki' })).toBeVisible();
    await expect(app.snapshot('theme-final')).toBeFocused();
    await expect(app.snapshot('theme-final')).toHaveAttribute('aria-selected', 'true');
  });

  test('shows domains, then snapshots, then commands, and never begins with what destroys', async ({ start }) => {
    const app = await start('--demo');
    const { page } = app;
    await app.open('web-01');
    await find(page, 're');
    await expect(page.getByRole('listbox').getByRole('group')).toHaveText([/^Domains/, /^Snapshots/, /^Commands/]);
    await expect(option(page, /^db-replica/)).toHaveAttribute('aria-selected', 'true');
    await palette(page).fill('revert to');
    await expect(option(page, /^Revert to “before-upgrade”/)).toBeVisible();
    await expect(page.getByRole('option', { selected: true })).toHaveCount(0);
    await page.keyboard.press('Enter');
    await expect(palette(page)).toBeVisible();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await app.dialog.ready();
  });

  test('a domain that it opens has the focus on its selected row; with Ctrl its details are open', async ({
    start,
  }) => {
    const app = await start('--demo');
    const { page } = app;
    await app.open('web-01');
    await page.getByRole('button', { name: 'Details', exact: true }).click();
    await expect(page.getByRole('complementary', { name: 'Details' })).toBeHidden();
    await find(page, 'db-prim');
    await page.keyboard.press('Enter');
    await expect(app.snapshot('before-pg16')).toBeFocused();
    await expect(page.getByRole('complementary', { name: 'Details' })).toBeHidden();
    await find(page, 'wiki');
    await page.keyboard.press('ControlOrMeta+Enter');
    await expect(page.getByRole('heading', { name: 'wiki' })).toBeVisible();
    await expect(page.getByRole('complementary', { name: 'Details' })).toBeVisible();
    await expect(page.getByRole('row', { selected: true })).toBeFocused();
  });

  test('empty, it shows where one was', async ({ start }) => {
    const app = await start('--demo');
    const { page } = app;
    for (const name of ['web-01', 'wiki', 'db-primary']) await app.open(name);
    await page.keyboard.press('ControlOrMeta+k');
    const recent = page.getByRole('group', { name: 'Recent' }).getByRole('option');
    await expect(recent).toHaveText([/^wiki/, /^web-01/]);
    await expect(recent.first()).toHaveAttribute('aria-selected', 'true');
    await page.keyboard.press('Enter');
    await expect(page.getByRole('heading', { name: 'wiki' })).toBeVisible();
  });
});

test('back and forward go from place to place, and the title names each', async ({ start }) => {
  const app = await start('--demo');
  const { page } = app;
  const back = page.getByRole('button', { name: 'Back' });
  const forward = page.getByRole('button', { name: 'Forward' });
  await app.open('web-01');
  await expect(page).toHaveTitle('web-01 on Demo (simulated) – Snapkeel');
  await app.tab('Activity');
  await app.domain('Demo (simulated)').click();
  await expect(page).toHaveTitle('Demo (simulated) – Snapkeel');
  await expect(forward).toBeDisabled();
  await back.click();
  await expect(page.getByRole('tab', { name: 'Activity', selected: true })).toBeVisible();
  await page.keyboard.press('Alt+ArrowLeft');
  await expect(page.getByRole('tab', { name: 'Snapshots', selected: true })).toBeVisible();
  await expect(back).toBeDisabled();
  await page.keyboard.press('Alt+ArrowRight');
  await forward.click();
  await expect(page).toHaveTitle('Demo (simulated) – Snapkeel');
  for (const [button, title] of [
    [3, 'web-01 on Demo (simulated) – Snapkeel'],
    [4, 'Demo (simulated) – Snapkeel'],
  ] as const) {
    await page.evaluate(
      (it) => document.body.dispatchEvent(new MouseEvent('mouseup', { button: it, bubbles: true })),
      button,
    );
    await expect(page).toHaveTitle(title);
  }
});

test('the filter of domains: Enter opens the first hit, Escape clears and leaves, what was seen is seen again', async ({
  start,
}) => {
  const app = await start('--demo');
  const { page } = app;
  await page.setViewportSize({ width: 1000, height: 400 });
  await app.open('win11-desktop');
  const list = page.getByRole('tree');
  const top = () => list.evaluate((it) => it.scrollTop);
  const before = await top();
  expect(before).toBeGreaterThan(0);
  const filter = page.getByRole('textbox', { name: 'Filter hosts and domains' });
  await filter.fill('db');
  await expect(page.getByRole('treeitem')).toHaveCount(3);
  await filter.press('Escape');
  await expect(filter).toHaveValue('');
  await expect.poll(top).toBe(before);
  await filter.press('Escape');
  await expect(app.domain('win11-desktop')).toBeFocused();
  await filter.fill('wik');
  await filter.press('Enter');
  await expect(page.getByRole('heading', { name: 'wiki' })).toBeVisible();
  await expect(page.getByRole('row', { selected: true })).toBeFocused();
});

test('the filter of snapshots: clearing it selects what was selected, where it was', async ({ start }) => {
  const app = await start('--demo');
  const { page } = app;
  await app.open('db-replica');
  const grid = page.getByRole('treegrid');
  const top = () => grid.evaluate((it) => it.scrollTop);
  const name = await page.getByRole('row').filter({ hasText: 'nightly' }).nth(3).locator('b').first().innerText();
  await app.snapshot(name).click();
  const before = await top();
  const filter = page.getByRole('textbox', { name: 'Filter snapshots' });
  await filter.fill('seeded');
  await expect(app.snapshot('seeded')).toBeVisible();
  await filter.press('Escape');
  await expect(app.snapshot(name)).toHaveAttribute('aria-selected', 'true');
  await expect.poll(top).toBe(before);
  await filter.press('Escape');
  await expect(app.snapshot(name)).toBeFocused();
});

test('what copies is no smaller than a finger’s tip', async ({ start }) => {
  const app = await start('--demo');
  await app.open('web-01');
  await app.askRevert('app-2.0');
  const copies = app.page.getByRole('button', { name: /^Copy/ }).filter({ visible: true });
  expect(await copies.count()).toBeGreaterThan(0);
  for (const copy of await copies.all()) {
    const [, , width = 0, height = 0] = await boxOf(copy);
    expect(Math.min(width, height)).toBeGreaterThanOrEqual(24);
  }
});

test('at 200 % in a small window: the list is a drawer, and a revert is asked for by menu', async ({ start }) => {
  const { page, app, ...at } = await startedAt(start, 450, 300);
  const toggle = page.getByRole('button', { name: 'Hosts and domains' });
  await expect(page.getByRole('tree')).toBeHidden();
  await toggle.click();
  await expect(focused(page)).toHaveRole('treeitem');
  await page.keyboard.press('Escape');
  await expect(page.getByRole('tree')).toBeHidden();
  await at.open('web-01');
  await expect(page.getByRole('tree')).toBeHidden();
  await expect(page.getByRole('row', { selected: true })).toBeInViewport();
  await header(page).getByRole('button', { name: 'More for web-01' }).click();
  await page.getByRole('menuitem', { name: /^Revert to “before-upgrade”/ }).click();
  await app.dialog.ready();
  await expect(app.dialog.cancel).toBeInViewport();
});
