import { decodePicture } from '../electron/kept/thumbnails/picture.ts';
import type { App } from './app.ts';
import { both, expect, needsLab, test } from './fixtures.ts';
import { readCounter } from './lab/counter.ts';

needsLab();

async function takeSnapshot(app: App, name: string): Promise<void> {
  await app.page.keyboard.press('Alt+N');
  const dialog = app.page.getByRole('alertdialog');
  await dialog.getByRole('textbox', { name: 'Name' }).fill(name);
  await dialog.getByRole('button', { name: 'Take snapshot' }).click();
  await expect(dialog).toBeHidden({ timeout: 60_000 });
  await expect(app.snapshot(name)).toBeVisible({ timeout: 30_000 });
}

/** The counter of the guest that a picture in the window shows. */
async function counterIn(app: App, alt: string): Promise<number> {
  const image = app.page.getByRole('img', { name: alt }).first();
  await expect(image).toBeVisible({ timeout: 20_000 });
  const source = (await image.getAttribute('src')) ?? '';
  return readCounter(decodePicture(Buffer.from(source.split(',')[1] ?? '', 'base64')));
}

test(
  'two snapshots show what the guest’s screen showed, and a revert dialog shows both then and now',
  both,
  async ({ start, lab }) => {
    const guest = await lab.guest({ name: 'pictured' });
    await guest.start();
    const app = await start('--connect', lab.uri);
    await expect(app.domain(guest.name)).toBeVisible();
    await app.open(guest.name);
    await takeSnapshot(app, 'first');
    const between = await guest.leap();
    await takeSnapshot(app, 'second');
    const first = await counterIn(app, 'Console of “first”');
    const second = await counterIn(app, 'Console of “second”');
    expect(first).toBeLessThan(between);
    expect(second).toBeGreaterThanOrEqual(between);

    await app.snapshot('first').click();
    expect(await counterIn(app, 'Console of pictured at “first”')).toBe(first);
    const dialog = await app.askRevert('first');
    const pair = dialog.root.getByRole('region', { name: 'The console now and after the revert' });
    await expect(pair).toContainText('After the revert');
    const now = pair.getByRole('img', { name: 'Console of pictured now' });
    await expect(now).toBeVisible({ timeout: 20_000 });
    const source = (await now.getAttribute('src')) ?? '';
    const counted = readCounter(decodePicture(Buffer.from(source.split(',')[1] ?? '', 'base64')));
    expect(counted).toBeGreaterThan(second);
    await dialog.cancel.click();
  },
);
