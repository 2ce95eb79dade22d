import type { Locator, Page } from '@playwright/test';
import type { App } from './app.ts';
import { both, expect, test } from './fixtures.ts';

const focused = (page: Page) => page.locator(':focus');
const marked = (app: App, name: string | RegExp) =>
  app.page.getByRole('row', { name, includeHidden: true, ...(typeof name === 'string' ? { exact: true } : {}) });

/** The names of the rows in view, from the top. */
async function names(page: Page): Promise<(string | null)[]> {
  const rows = await page.getByRole('treegrid').locator('[data-index]').all();
  const placed = await Promise.all(
    rows.map(async (row) => ({
      at: Number(await row.getAttribute('data-index')),
      name: await row.locator('[id$="-name"]').textContent(),
    })),
  );
  return placed.toSorted((a, b) => a.at - b.at).map(({ name }) => name);
}

const oldestFirst = [
  'base',
  'toolchain-gcc14',
  'gcc14-lto',
  'toolchain-clang',
  'toolchain-gcc15',
  'gcc15-modules',
  'gcc15-lto',
  'You are here',
];

test(
  'the demo host: the tree ends where one is, though newer snapshots are on side branches',
  both,
  async ({ start }) => {
    const app = await start('--demo');
    const { page } = app;
    await app.open('ci-image-builder');
    await expect(app.here).toBeVisible();
    expect(await names(page)).toEqual(oldestFirst);
    await expect(app.snapshot('gcc15-modules')).toHaveAttribute('aria-level', '3');
    await expect(app.snapshot('toolchain-gcc15')).toHaveAttribute('aria-posinset', '3');
    await expect(app.here).toHaveAttribute('aria-level', '4');

    await page.getByRole('button', { name: 'Oldest first' }).click();
    await expect.poll(() => names(page)).toEqual(oldestFirst.toReversed());
    await expect(app.snapshot('toolchain-gcc15')).toHaveAttribute('aria-posinset', '1');
    if (app.url !== undefined) await page.reload(); // a window of Electron’s has no such button
    await app.open('ci-image-builder');
    await expect.poll(() => names(page)).toEqual(oldestFirst.toReversed());
    await page.getByRole('button', { name: 'Newest first' }).click();
    await expect.poll(() => names(page)).toEqual(oldestFirst);
  },
);

test('the demo host: branches fold and unfold by keys, and nothing is selected unseen', async ({ start }) => {
  const app = await start('--demo');
  const { page } = app;
  const { keyboard } = page;
  await app.open('ci-image-builder');
  await app.snapshot('gcc14-lto').click();
  await keyboard.press('ArrowLeft');
  await expect(app.snapshot('toolchain-gcc14')).toBeFocused();
  await expect(app.snapshot('toolchain-gcc14')).toHaveAttribute('aria-expanded', 'true');
  await keyboard.press('ArrowLeft');
  await expect(app.snapshot('toolchain-gcc14')).toHaveAttribute('aria-expanded', 'false');
  await expect(app.snapshot('gcc14-lto')).toBeHidden();
  const fold = page.getByRole('row', { name: '1 more on this branch' });
  await expect(fold).toContainText('gcc14-lto');

  // Its menu is about what it hides.
  await fold.click({ button: 'right' });
  await expect(page.getByRole('menu', { name: 'gcc14-lto of ci-image-builder' })).toBeVisible();
  await expect(page.getByRole('menuitem', { name: 'Delete' })).toBeVisible();
  await page.getByRole('menuitem', { name: 'Unfold 1 snapshot' }).click();
  await expect(app.snapshot('gcc14-lto')).toBeVisible();
  await app.snapshot('toolchain-gcc14').focus();
  await keyboard.press('ArrowLeft');
  await expect(fold).toBeVisible();

  // Enter on a fold opens it, and reverts nothing.
  await keyboard.press('ArrowDown');
  await expect(fold).toBeFocused();
  await keyboard.press('Enter');
  await expect(app.snapshot('gcc14-lto')).toBeFocused();
  await expect(app.snapshot('gcc14-lto')).toHaveAttribute('aria-selected', 'true');
  await expect(fold).toBeHidden();

  // On the way to where one is, the side branches alone.
  await app.snapshot('base').click();
  await keyboard.press('ArrowLeft');
  await expect
    .poll(() => names(page))
    .toEqual([
      'base',
      '3 snapshots beside the way to here',
      'toolchain-gcc15',
      'gcc15-modules',
      'gcc15-lto',
      'You are here',
    ]);
  await keyboard.press('ArrowRight');
  await expect.poll(() => names(page)).toEqual(oldestFirst);
  await keyboard.press('ArrowRight');
  await expect(app.snapshot('toolchain-gcc14')).toBeFocused();
});

test('the demo host: a branch folds by its dot, and whoever goes to a hidden snapshot sees it', async ({ start }) => {
  const app = await start('--demo');
  const { page } = app;
  await app.open('ci-image-builder');
  const dot = (row: Locator) => row.locator('[data-fold]');
  await dot(app.snapshot('base')).click();
  const fold = page.getByRole('row', { name: '3 snapshots beside the way to here' });
  await expect(fold).toBeVisible();
  await expect(app.snapshot('gcc14-lto')).toBeHidden();

  await page.keyboard.press('ControlOrMeta+k');
  await expect(page.getByRole('combobox')).toBeFocused();
  await page.keyboard.type('gcc14-lto');
  await page.getByRole('option', { name: /^gcc14-lto/ }).click();
  await expect(app.snapshot('gcc14-lto')).toHaveAttribute('aria-selected', 'true');
  await expect(fold).toBeHidden();

  await dot(app.snapshot('base')).click();
  const field = page.getByRole('textbox', { name: 'Filter snapshots' });
  await field.fill('clang');
  await app.snapshot('toolchain-clang').click();
  await field.fill('');
  await expect(app.snapshot('toolchain-clang')).toHaveAttribute('aria-selected', 'true');

  // A domain keeps its folds while another is open.
  await dot(app.snapshot('toolchain-gcc14')).click();
  await app.open('web-01');
  await expect(app.snapshot('try-http3-tuned')).toBeVisible();
  await app.open('ci-image-builder');
  await expect(page.getByRole('row', { name: '1 more on this branch' })).toBeVisible();
  await dot(page.getByRole('row', { name: '1 more on this branch' })).click();
  await expect(app.snapshot('gcc14-lto')).toBeVisible();
});

test('the demo host: safety snapshots say what they were taken for, and older ones are one row', async ({ start }) => {
  const app = await start('--demo');
  const { page } = app;
  await app.open('web-02');
  const safety = page.getByRole('row', { name: /^before-revert-/ });
  for (let count = 0; count < 3; count++) {
    const dialog = await app.askRevert('before-drain');
    await dialog.confirm();
  }
  const older = page.getByRole('row', { name: '2 older safety snapshots' });
  await expect(older).toContainText('before reverts to before-drain');
  await expect(safety).toHaveCount(1);
  await expect(safety).toContainText('before revert to before-drain');
  await expect(safety).not.toContainText('snapkeel-safety');

  await older.click();
  await page.keyboard.press('ArrowRight');
  await expect(safety).toHaveCount(3);
  await expect(safety.first()).toBeFocused();
  await page.keyboard.press('ArrowLeft');
  await expect(older).toBeFocused();
  await expect(older).toHaveAttribute('aria-selected', 'true');

  await page.getByRole('button', { name: 'Filter by what a snapshot is' }).click();
  await page.getByRole('menuitemcheckbox', { name: 'Fold all safety snapshots' }).click();
  await page.keyboard.press('Escape');
  await expect(page.getByRole('row', { name: '3 safety snapshots' })).toBeVisible();
  await expect(safety).toHaveCount(0);
});

test('the demo host: the way to where one is, from anywhere', async ({ start }) => {
  const app = await start('--demo');
  const { page } = app;
  await page.setViewportSize({ width: 1280, height: 480 });
  await app.open('db-replica');
  await expect(app.here).toBeInViewport();
  await app.here.click();
  await page.keyboard.press('Home');
  await expect(app.snapshot('seeded')).toBeFocused();
  await page.getByRole('textbox', { name: 'Filter snapshots' }).fill('seeded');
  await expect(app.here).toBeHidden();
  await page.getByRole('button', { name: 'Go to here' }).click();
  await expect(app.here).toBeInViewport();
  await expect(app.here).toBeFocused();
  await expect(app.here).toHaveAttribute('aria-selected', 'true');
});

test('the demo host: the tree shows what a revert would leave, keep and lose', async ({ start }) => {
  const app = await start('--demo');
  await app.open('web-01');
  const dialog = await app.askRevert('app-1.8');
  await expect(marked(app, 'app-1.8')).toContainText('you would be here');
  await expect(marked(app, 'app-2.0')).toContainText('kept, on another branch');
  await expect(marked(app, 'before-upgrade')).toContainText('kept, on another branch');
  await expect(marked(app, 'try-http3')).toContainText('experiment, kept for reference');
  await expect(marked(app, /^You are here/)).toContainText('kept as a safety snapshot');
  await dialog.safety.uncheck();
  await expect(marked(app, /^You are here/)).toContainText('lost');
  await dialog.cancel.click();
  await expect(app.snapshot('app-1.8')).not.toContainText('you would be here');
  await expect(app.here).toContainText('in no snapshot');
});

test('the demo host: the cells of a row are walked, and a row tells more than its name', async ({ start }) => {
  const app = await start('--demo');
  const { page } = app;
  const { keyboard } = page;
  await page.setViewportSize({ width: 1600, height: 900 });
  await app.open('web-01');
  await app.snapshot('before-upgrade').click();
  await expect(app.snapshot('before-upgrade')).toHaveAccessibleDescription(
    'current snapshot, holds disks + memory, internal, guest was running',
  );
  await keyboard.press('Control+ArrowRight');
  await expect(focused(page)).toHaveRole('gridcell');
  await keyboard.press('Control+ArrowRight');
  await keyboard.press('Control+ArrowRight');
  await expect(focused(page)).toHaveText('disks + memory');
  await keyboard.press('Control+ArrowRight');
  await keyboard.press('Control+ArrowRight');
  await keyboard.press('Control+ArrowRight');
  await expect(focused(page)).toHaveText('running');
  await expect(app.snapshot('before-upgrade')).toHaveAttribute('aria-selected', 'true');
  await keyboard.press('Escape');
  await expect(app.snapshot('before-upgrade')).toBeFocused();
  await keyboard.press('Control+ArrowLeft');
  await expect(focused(page)).toHaveText('running');
  await keyboard.press('ArrowUp');
  await expect(app.snapshot('app-2.0')).toBeFocused();
  // A click goes to the row, not to its cell.
  await app.snapshot('installed').getByText('disks').click();
  await expect(app.snapshot('installed')).toBeFocused();
});

test('the demo host: the list of domains is made wider by mouse and by keys, and the window remembers', async ({
  start,
}) => {
  const app = await start('--demo');
  const { page } = app;
  const list = page.getByRole('navigation', { name: 'Hosts' });
  const edge = page.getByRole('separator', { name: 'Width of the list of domains' });
  const width = async () => (await list.boundingBox())?.width ?? 0;
  await app.open('web-01');
  const usual = await width();
  const at = (await edge.boundingBox()) ?? { x: 0, y: 0, width: 0, height: 0 };
  await page.mouse.move(at.x + 3, 300);
  await page.mouse.down();
  await page.mouse.move(at.x + 63, 300, { steps: 4 });
  await page.mouse.up();
  await expect.poll(width).toBeCloseTo(usual + 60, 0);
  await edge.press('ArrowLeft');
  await expect.poll(width).toBeCloseTo(usual + 36, 0);
  await page.reload();
  await expect(app.domain('web-01')).toBeVisible();
  await expect.poll(width).toBeCloseTo(usual + 36, 0);
  await edge.dblclick();
  await expect.poll(width).toBeCloseTo(usual, 0);
});

test('the demo host: what there is no room for is told in a shorter way', async ({ start }) => {
  const app = await start('--demo');
  const { page } = app;
  await page.setViewportSize({ width: 1600, height: 900 });
  await app.open('fileserver');
  const row = app.snapshot('before-smb311');
  await expect(row.getByText('disks + memory')).toBeVisible();
  await expect(row.getByText('external', { exact: true })).toBeVisible();
  await page.setViewportSize({ width: 1000, height: 900 });
  await expect(row.getByText('disks +', { exact: false }).first()).toBeHidden();
  await expect(row.getByText('memory').last()).toBeVisible();
  await expect(row.getByText('external', { exact: true })).toBeHidden();
});
