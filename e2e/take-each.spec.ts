import { both, expect, needsLab, test } from './fixtures.ts';

test('the demo host: snapshots of several domains, one left out, and a report', both, async ({ start }) => {
  const app = await start('--demo');
  const { page, takeEach } = app;
  await app.choose('web-01', 'web-02', 'mail-gateway');
  await takeEach.open();
  await takeEach.name.fill('before-{domain}');
  await expect(takeEach.row('web-01')).toContainText('before-web-01');
  await expect(takeEach.take).toHaveText('Take 3 snapshots');
  await takeEach.leaveOut('mail-gateway');
  await expect(takeEach.take).toHaveText('Take 2 snapshots');
  if (await takeEach.warned.isVisible()) await takeEach.warned.check();
  await takeEach.take.click();
  await takeEach.ended();
  await expect(takeEach.root).toContainText('2 taken');
  await takeEach.root.getByText('1 domain left out').click();
  await expect(takeEach.root).toContainText('mail-gateway on');
  const { text: report } = await app.saved(() => takeEach.saveReport.click());
  expect(report).toContain('2 of 2 taken');
  expect(report).toContain('before-web-02');
  await takeEach.root.getByRole('button', { name: 'Close' }).click();
  await app.domain('web-02').click();
  await expect(page.getByRole('row', { name: /^before-web-02/ })).toBeVisible();
});

test('the demo host: by keyboard alone; a name that is taken leaves the domain out', async ({ start }) => {
  const app = await start('--demo');
  const { page, takeEach } = app;
  const { keyboard } = page;
  await app.open('web-01');
  await app.domain('web-01').focus();
  await keyboard.press('Space');
  await keyboard.press('Shift+ArrowDown');
  await keyboard.press('ControlOrMeta+Shift+S');
  await expect(takeEach.plan).toBeVisible();
  await takeEach.name.focus();
  await keyboard.press('ControlOrMeta+A');
  await keyboard.type('app-1.8');
  await expect(takeEach.row('web-01')).toContainText('left out');
  await expect(takeEach.take).toHaveText('Take 1 snapshot');
  await keyboard.press('Escape');
  await expect(takeEach.root).toBeHidden();
  await expect(page.getByRole('region', { name: 'Selected domains' })).toContainText('2 selected');
});

test.describe('on a real libvirt', () => {
  needsLab();
  const at = 1024 * 1024;

  test('before an upgrade: one of each, on and off, and all of them back by their name', async ({ start, lab }) => {
    const guests = await Promise.all(['on', 'off', 'outside'].map((name) => lab.guest({ name: `upgrade-${name}` })));
    const [on, , outside] = guests;
    await outside?.snapshot('base', '--disk-only');
    for (const guest of guests) await guest.writeBytes(at, 'before');
    await on?.start();
    const app = await start('--connect', lab.uri);
    const { takeEach } = app;
    await app.choose(...guests.map(({ name }) => name));
    await takeEach.open();
    await takeEach.name.fill('before-upgrade');
    await expect(takeEach.take).toHaveText('Take 3 snapshots');
    await expect(takeEach.row('upgrade-on')).toContainText('disks and memory');
    await expect(takeEach.row('upgrade-outside')).toContainText('disks only, external');
    await takeEach.warned.check(); // 9.0 reverts to no external one
    await takeEach.take.click();
    await takeEach.ended();
    await expect(takeEach.root).toContainText('3 taken');
    for (const guest of guests) expect(await guest.current(), guest.name).toBe('before-upgrade');
    await takeEach.root.getByRole('button', { name: 'Close' }).click();

    await on?.destroy();
    for (const guest of guests) await guest.writeBytes(at, 'AFTER!');
    const back = guests.filter((guest) => guest !== outside);
    await app.choose(...back.map(({ name }) => name));
    await app.lab.open({ named: 'before-upgrade' });
    await app.lab.acknowledge.check();
    await app.lab.revert.click();
    await app.lab.ended();
    await expect(app.lab.root).toContainText('2 reverted');
    expect(await on?.state()).toBe('running');
    await on?.destroy();
    for (const guest of back) expect(await guest.readBytes(at, 6), guest.name).toBe('before');
  });
});
