import { both, expect, test } from './fixtures.ts';

test('the demo host: several domains at once, with one left out, and a report', both, async ({ start }) => {
  const app = await start('--demo');
  const { page, lab } = app;
  await app.choose('web-01', 'web-02', 'mail-gateway', 'scratch');
  await expect(page.getByRole('region', { name: 'Selected domains' })).toContainText('4 selected');
  await lab.open();
  await expect(lab.root).toContainText('3 domains on 1 host · 1 left out');
  await expect(lab.row('scratch')).toContainText('left out');
  await expect(lab.revert).toHaveText('Revert 3 domains');
  await expect(lab.revert).toBeDisabled();
  await lab.acknowledge.check();
  await lab.revert.click();
  await lab.ended();
  await expect(lab.root).toContainText('3 reverted');
  await expect(lab.row('mail-gateway')).toContainText('before-decommission');
  await expect(page.getByRole('region', { name: 'Selected domains' })).toBeHidden();

  const { text: report } = await app.saved(() => lab.saveReport.click());
  expect(report).toContain('3 of 3 reverted');
  expect(report).toContain('web-02');
  await lab.root.getByRole('button', { name: 'Close' }).click();
  await app.open('web-02');
  await expect(page.getByRole('row', { name: /^before-revert/ })).toBeVisible();

  // All of it is one line of the activity, with each domain's own account behind it.
  await page.getByRole('banner').getByRole('button', { name: 'Activity' }).click();
  const line = page
    .getByRole('treegrid', { name: 'Activity' })
    .getByRole('row')
    .filter({ hasText: 'Revert 3 domains' });
  await expect(line).toContainText('done');
  await line.click();
  const details = page.getByRole('complementary', { name: 'Details' });
  await expect(details.getByRole('listitem')).toHaveText([/^mail-gateway/, /^web-01/, /^web-02/]);
  await details.getByRole('button', { name: 'web-01' }).click();
  await expect(details.getByRole('heading', { name: /^Revert to/ })).toBeVisible();
  await expect(details.getByRole('heading', { name: 'Configuration before' })).toBeVisible();
  await details.getByRole('button', { name: 'Revert 3 domains' }).click();
  await expect(details.getByRole('button', { name: 'mail-gateway' })).toBeVisible();
});

test('the demo host: force and protected domains need consent of their own', async ({ start }) => {
  const app = await start('--demo');
  const { page, lab } = app;
  await app.open('web-01');
  await page.getByRole('button', { name: 'More for web-01' }).click();
  await page.getByRole('menuitem', { name: /^Protect/ }).click();
  await app.choose('web-01', 'win11-desktop');
  await lab.open({ named: 'before-24H2' });
  await expect(lab.row('web-01')).toContainText('left out');
  await lab.root.getByRole('button', { name: 'Back' }).click();
  await lab.root.getByRole('button', { name: 'Cancel' }).click();
  await app.choose('web-02', 'mail-gateway');
  await lab.open('newest');
  await expect(lab.root).toContainText('4 domains on 1 host');
  await lab.acknowledge.check();
  await expect(lab.revert).toBeDisabled();
  await expect(lab.root).toContainText('Type the name of the protected domain');
  await lab.root.getByRole('textbox', { name: /^web-01/ }).fill('web-01');
  await expect(lab.revert).toBeEnabled();
  await lab.root.getByRole('radio', { name: 'Running' }).check();
  await expect(lab.acknowledge).not.toBeChecked();
});

test('the demo host: by keyboard alone, going on in the background, taken up again from the status bar', async ({
  start,
  pace,
}) => {
  pace.revertMs = 4_000;
  const app = await start('--demo');
  const { page, lab } = app;
  const { keyboard } = page;
  await app.open('web-01');
  await app.domain('web-01').focus();
  await keyboard.press('Space');
  await keyboard.press('Shift+ArrowDown');
  await expect(page.getByRole('region', { name: 'Selected domains' })).toContainText('2 selected');
  await keyboard.press('ControlOrMeta+Shift+L');
  await expect(lab.root.getByRole('button', { name: 'Cancel' })).toBeFocused();
  await keyboard.press('Tab');
  await keyboard.press('Enter');
  await expect(lab.plan).toBeVisible();
  await lab.acknowledge.focus();
  await keyboard.press('Space');
  await lab.revert.focus();
  await keyboard.press('Enter');
  await expect(lab.root.getByRole('button', { name: 'Continue in background' })).toBeFocused();
  await keyboard.press('Enter');
  await expect(lab.root).toBeHidden();
  await app.lastOutcome.getByRole('button', { name: /^Lab reset: / }).click();
  await lab.ended();
  await expect(lab.root).toContainText('2 reverted');
});

test('the demo host: each to its snapshot of a tag', async ({ start }) => {
  const app = await start('--demo');
  const { page, lab } = app;
  await app.open('web-01');
  await app.snapshot('app-1.8').click({ button: 'right' });
  await page.getByRole('menuitem', { name: 'Tags…' }).click();
  const tags = page.getByRole('dialog', { name: 'Tags of “app-1.8”' });
  await tags.getByRole('textbox').fill('golden, before nginx');
  await page.keyboard.press('Enter');
  await expect(tags).toBeHidden();
  await expect(app.snapshot('app-1.8')).toContainText('golden');

  await app.choose('web-01', 'web-02');
  await lab.open({ tagged: 'golden' });
  await expect(lab.row('web-01')).toContainText('app-1.8');
  await expect(lab.row('web-02')).toContainText('left out');
});

test('the demo host: a row is left out by hand and stands in the report, and all of it is undone', async ({
  start,
}) => {
  const app = await start('--demo');
  const { lab } = app;
  await app.choose('web-01', 'web-02', 'mail-gateway');
  await lab.open();
  await expect(lab.revert).toHaveText('Revert 3 domains');
  await lab.leaveOut('web-01');
  await expect(lab.revert).toHaveText('Revert 2 domains');
  await expect(lab.row('web-01')).toContainText('Left out by you.');
  await lab.acknowledge.check();
  await lab.revert.click();
  await lab.ended();
  await expect(lab.root).toContainText('2 reverted');
  await lab.root.getByText('1 domain left out').click();
  await expect(lab.root).toContainText('web-01 on');
  const { text: report } = await app.saved(() => lab.saveReport.click());
  expect(report).toContain('Left out by you.');

  await lab.root.getByRole('button', { name: 'Undo all…' }).click();
  await expect(lab.root).toContainText('to the state before their last revert');
  await expect(lab.revert).toHaveText('Revert 2 domains');
  await lab.acknowledge.check();
  await lab.revert.click();
  await lab.ended();
  await expect(lab.root).toContainText('2 reverted');
});
