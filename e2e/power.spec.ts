import type { App } from './app.ts';
import { both, expect, needsLab, test } from './fixtures.ts';
import type { Guest } from './lab/guest.ts';

needsLab();

/** Chooses an action in the menu of the open domain. */
async function choose(app: App, guest: Guest, action: string | RegExp): Promise<void> {
  await app.page.getByRole('button', { name: `More for ${guest.name}` }).click();
  await app.page.getByRole('menuitem', { name: action }).click();
}

async function open(app: App, guest: Guest): Promise<void> {
  await expect(app.domain(guest.name)).toBeVisible();
  await app.open(guest.name);
}

const state = (guest: Guest) => expect.poll(() => guest.state(), { timeout: 30_000 });

/** Where there is less room, starting and resuming are in the menu. */
function wide({ page }: App): Promise<void> {
  return page.setViewportSize({ width: 1600, height: 900 });
}

test('a guest is started, paused, resumed and reset, and the history tells it', both, async ({ start, lab }) => {
  const guest = await lab.guest({ name: 'power-a' });
  const app = await start('--connect', lab.uri);
  await wide(app);
  await open(app, guest);
  await app.page.getByRole('button', { name: 'Start', exact: true }).click();
  await expect(app.lastOutcome).toContainText('power-a: started', { timeout: 30_000 });
  await guest.booted();
  const before = await guest.leap();

  await choose(app, guest, /^Pause/);
  await expect(app.lastOutcome).toContainText('power-a: paused', { timeout: 30_000 });
  await state(guest).toBe('paused');
  const held = await guest.counter();
  await app.page.getByRole('button', { name: 'Resume', exact: true }).click();
  await expect(app.lastOutcome).toContainText('power-a: resumed', { timeout: 30_000 });
  await guest.counted(held + 10);

  await choose(app, guest, /^Reset/);
  const dialog = app.page.getByRole('alertdialog');
  await expect(dialog).toContainText('Everything in memory is lost');
  await expect(dialog).toContainText(' reset power-a');
  await expect(dialog.getByRole('button', { name: 'Cancel' })).toBeFocused();
  await dialog.getByRole('button', { name: 'Reset', exact: true }).click();
  await expect(dialog).toBeHidden({ timeout: 30_000 });
  await state(guest).toBe('running');
  // Until the firmware clears it, the screen shows what was counted before.
  await expect.poll(() => guest.counter().catch(() => before), { timeout: 30_000 }).toBeLessThan(before);

  await app.tab('Activity');
  for (const words of ['Start', 'Pause', 'Resume', 'Reset'])
    await expect(app.page.getByRole('main').getByText(words, { exact: true }).first()).toBeVisible();
});

test('a guest that ignores its power button is told as such, and forced off', async ({ start, lab }) => {
  const guest = await lab.guest({ name: 'power-b' });
  await guest.start();
  const app = await start('--connect', lab.uri);
  await open(app, guest);
  await choose(app, guest, /^Shut down/);
  await expect(app.lastOutcome).toContainText('Asking to shut down power-b', { timeout: 30_000 });
  await app.page.getByRole('button', { name: 'Cancel the operation on power-b' }).click();
  const told = app.page.getByRole('alert').filter({ hasText: 'The guest has not shut down' });
  await expect(told).toContainText('“Force off” switches it off');
  expect(await guest.state()).toBe('running');

  await choose(app, guest, /^Force off/);
  const dialog = app.page.getByRole('alertdialog');
  await expect(dialog).toContainText('Force power-b off?');
  await expect(dialog).toContainText(' destroy power-b');
  await dialog.getByRole('button', { name: 'Force off' }).click();
  await expect(dialog).toBeHidden({ timeout: 30_000 });
  await state(guest).toBe('shut off');
});

test('memory that was saved is not restored without a word, and can be dropped', async ({ start, lab }) => {
  const guest = await lab.guest({ name: 'power-c' });
  await guest.start();
  const saved = await guest.leap();
  await guest.managedSave();
  const app = await start('--connect', lab.uri);
  await wide(app);
  await open(app, guest);
  await app.page.getByRole('button', { name: 'Start…' }).click();
  const dialog = app.page.getByRole('alertdialog');
  await expect(dialog).toContainText('Memory that was saved earlier is restored');
  await dialog.getByRole('checkbox', { name: 'Discard the saved memory and boot from the disks' }).check();
  await expect(dialog).toContainText('--force-boot');
  await dialog.getByRole('button', { name: 'Start', exact: true }).click();
  await expect(dialog).toBeHidden({ timeout: 30_000 });
  await state(guest).toBe('running');
  await guest.booted();
  expect(await guest.counter()).toBeLessThan(saved);
  await expect(app.page.getByText('managed save', { exact: true })).toBeHidden();
});
