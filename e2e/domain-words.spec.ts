import { expect, needsLab, test } from './fixtures.ts';

test('the demo host: a domain’s own words stand under its name, and are quoted before a revert', async ({ start }) => {
  const app = await start('--demo');
  const { page } = app;
  await app.open('db-primary');
  await expect(page.getByRole('main')).toContainText('Shop database, primary');
  await expect(page.getByRole('main')).toContainText('Ask the DBAs before you touch it.');
  const dialog = await app.askRevert('pg15-loaded');
  const quote = dialog.root.getByRole('region', { name: 'What the domain’s configuration says of it' });
  await expect(quote).toContainText('Ask the DBAs before you touch it.');
  await page.keyboard.press('Escape');
  await app.open('ci-image-builder');
  await expect(page.getByRole('main')).not.toContainText('Ask the DBAs');
});

test.describe('on a real libvirt', () => {
  needsLab();

  test('words that would deceive are seen as what they are, and long ones are cut until they are asked for', async ({
    start,
    lab,
  }) => {
    const guest = await lab.guest({ name: 'wordy' });
    await guest.snapshot('clean');
    await lab.virsh('desc', guest.name, '--config', '--title', 'safe \u202Egnihton');
    await lab.virsh('desc', guest.name, '--config', `<b>${'line\n'.repeat(20)}the end`);
    const app = await start('--connect', lab.uri);
    await app.open(guest.name);
    await expect(app.page.getByRole('main')).toContainText('safe ⟨U+202E⟩gnihton');
    await expect(app.page.getByRole('main')).toContainText('<b>line');
    const dialog = await app.askRevert('clean');
    const quote = dialog.root.getByRole('region', { name: 'What the domain’s configuration says of it' });
    const height = async () => (await quote.boundingBox())?.height ?? 0;
    const before = await height();
    await quote.getByRole('button', { name: 'Show all of it' }).click();
    await expect.poll(height).toBeGreaterThan(before * 2);
  });
});
