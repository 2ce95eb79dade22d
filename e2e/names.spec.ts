import type { Page } from '@playwright/test';
import { both, expect, needsLab, test } from './fixtures.ts';

needsLab();

test(
  'a name that would deceive is seen as what it is, and is what libvirt is asked for',
  both,
  async ({ start, lab }) => {
    const guest = await lab.guest({ name: `test-${test.info().project.name}` });
    const name = 'test\u202edorp';
    await guest.snapshot(name, '--description', 'of \u2066nothing\u2069 and אב');
    await guest.snapshot('later');

    const app = await start('--connect', lab.uri);
    const { page } = app;
    await app.open(guest.name);
    const dialog = await app.askRevert('test⟨U+202E⟩dorp');
    await expect(dialog.root.getByRole('heading').first()).toContainText('test⟨U+202E⟩dorp');
    await expect(page.getByText('of ⟨U+2066⟩nothing⟨U+2069⟩ and \u2068אב\u2069').first()).toBeVisible();
    expect(await page.locator('body').innerText()).not.toMatch(/[\u202e\u2066\u2067]/);
    await dialog.confirm();
    await expect(app.lastOutcome).toContainText('test⟨U+202E⟩dorp');
    expect((await lab.virsh('snapshot-current', guest.name, '--name')).trim()).toBe(name);
    const copied = await whenCopied(page);
    await page.keyboard.press('ControlOrMeta+k');
    await expect(page.getByRole('combobox')).toBeFocused();
    await page.keyboard.type('Copy snapshot name');
    await page.keyboard.press('Enter');
    await copied();
    await page.keyboard.press('ControlOrMeta+k');
    await expect(page.getByRole('combobox')).toBeFocused();
    await page.keyboard.press('ControlOrMeta+v');
    await expect(page.getByRole('combobox')).toHaveValue(name);
  },
);

/** The clipboard is written to in its own time. */
async function whenCopied(page: Page): Promise<() => Promise<unknown>> {
  await page.evaluate(() => {
    const { clipboard } = navigator;
    const write = clipboard.writeText.bind(clipboard);
    clipboard.writeText = async (text) => {
      await write(text);
      Reflect.set(window, 'isCopied', true);
    };
  });
  return () => page.waitForFunction(() => Reflect.get(window, 'isCopied') === true);
}
