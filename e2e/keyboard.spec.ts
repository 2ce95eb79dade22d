import type { App } from './app.ts';
import { both, expect, test } from './fixtures.ts';

/** Runs what the palette finds for some words. */
async function find({ page }: App, words: string, result: RegExp): Promise<void> {
  await page.keyboard.press('ControlOrMeta+k');
  await expect(page.getByRole('combobox')).toBeFocused();
  await page.keyboard.type(words);
  await expect(page.getByRole('option', { selected: true })).toHaveAccessibleName(result);
  await page.keyboard.press('Enter');
  await expect(page.getByRole('combobox')).toBeHidden();
}

/** Three keys from the row to the end: one that asks, one to the verb, one that does it. */
async function inThreeKeys({ page, dialog }: App, asks: string, title: string): Promise<void> {
  await page.keyboard.press(asks);
  await expect(dialog.root.getByRole('heading', { level: 2 })).toHaveText(title);
  await expect(dialog.cancel).toBeFocused();
  const verb = dialog.root.getByRole('button', { name: /^(Take snapshot and|Revert|Undo|Delete)/ });
  await expect(verb).toBeEnabled();
  await page.keyboard.press('Tab');
  await expect(verb).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(dialog.root).toBeHidden({ timeout: 60_000 });
}

const focused = (app: App, snapshot: string) => expect(app.snapshot(snapshot)).toBeFocused();

test(
  'by keyboard alone: connect, find, create, and three keys each to revert, undo and delete',
  both,
  async ({ start }) => {
    const app = await start('--demo');
    const { page } = app;
    const host = app.domain('Demo (simulated)');
    await expect(app.domain('web-01')).toBeVisible();
    await host.focus();
    await page.keyboard.press('Enter');
    await find(app, 'Disconnect', /Disconnect/);
    await expect(page.getByText('is disconnected').first()).toBeVisible();
    await find(app, 'Connect', /Connect/);
    await expect(app.domain('web-01')).toBeVisible();

    await find(app, 'web-01', /^web-01/);
    await expect(page.getByRole('heading', { name: 'web-01' })).toBeVisible();
    await expect(app.snapshot('before-upgrade')).toBeVisible();

    await page.keyboard.press('ControlOrMeta+n');
    await expect(app.dialog.root.getByRole('textbox', { name: 'Name', exact: true })).toBeFocused();
    await page.keyboard.type('typed');
    await page.keyboard.press('Enter');
    await expect(app.dialog.root).toBeHidden({ timeout: 60_000 });
    await focused(app, 'typed');

    await page.keyboard.press('ArrowUp');
    await focused(app, 'before-upgrade');
    await inThreeKeys(app, 'Enter', 'Revert web-01 to “before-upgrade”?');
    await expect(app.lastOutcome).toContainText('web-01 reverted to “before-upgrade”');

    await focused(app, 'before-upgrade');
    await inThreeKeys(app, 'ControlOrMeta+z', 'Undo the last revert of web-01?');
    await expect(app.lastOutcome).toContainText('web-01: revert undone');

    await app.snapshot('typed').focus();
    await inThreeKeys(app, 'Delete', 'Delete “typed”?');
    await expect(app.snapshot('typed')).toBeHidden();
  },
);

test('a move of the focus at the very moment a review is there is not undone', async ({ start }) => {
  const app = await start('--demo');
  await app.open('web-01');
  await app.page.evaluate(() => {
    const verb = () =>
      document.querySelector<HTMLButtonElement>('[role="alertdialog"] [data-look="danger"]:not([aria-disabled])');
    new MutationObserver((_, observer) => {
      if (!verb()) return;
      observer.disconnect();
      verb()?.focus();
    }).observe(document.body, { subtree: true, childList: true, attributes: true });
  });
  await app.snapshot('before-upgrade').focus();
  await app.page.keyboard.press('Delete');
  await expect(app.dialog.root.getByRole('group', { name: 'What is deleted' })).toBeVisible();
  // Anything that still wants the focus has had two frames to take it.
  await app.page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
  await expect(app.dialog.root.getByRole('button', { name: 'Delete', exact: true })).toBeFocused();
});
