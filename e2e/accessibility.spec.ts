import AxeBuilder from '@axe-core/playwright';
import type { App } from './app.ts';
import { expect, test } from './fixtures.ts';

/** What axe finds on the present page, as lines. */
async function violations({ page }: App): Promise<string[]> {
  const { violations: found } = await new AxeBuilder({ page }).setLegacyMode().analyze();
  return found.flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.target.join(' ')}`));
}

for (const scheme of ['light', 'dark'] as const)
  test(`the history and the dialog can be used by everybody, ${scheme}`, async ({ start }) => {
    const app = await start('--demo');
    await app.page.emulateMedia({ colorScheme: scheme });
    await app.open('win11-desktop');
    await app.page.getByRole('row').nth(1).click();
    expect(await violations(app)).toEqual([]);
    await app.page.getByRole('button', { name: 'Revert…' }).click();
    await app.dialog.ready();
    expect(await violations(app)).toEqual([]);
  });

for (const scheme of ['light', 'dark'] as const)
  test(`the journal, the settings and a lab reset can be used by everybody, ${scheme}`, async ({ start }) => {
    const app = await start('--demo');
    const { page, lab } = app;
    await page.emulateMedia({ colorScheme: scheme });
    await app.open('web-02');
    const dialog = await app.askRevert('app-2.0');
    await dialog.confirm();
    await app.tab('History');
    await page.getByRole('treegrid', { name: 'History of web-02' }).getByRole('row').nth(1).click();
    await expect(page.getByText('The plan as it was read').first()).toBeVisible();
    expect(await violations(app)).toEqual([]);
    await page.keyboard.press('ControlOrMeta+,');
    await expect(page.getByRole('dialog', { name: 'Settings' })).toBeVisible();
    expect(await violations(app)).toEqual([]);
    await page.keyboard.press('Escape');
    await app.choose('web-01', 'scratch', 'win11-desktop');
    expect(await violations(app)).toEqual([]);
    await lab.open();
    await lab.plan.getByRole('row').nth(1).click();
    expect(await violations(app)).toEqual([]);
    await lab.acknowledge.check();
    await lab.revert.click();
    expect(await violations(app)).toEqual([]);
    await lab.ended();
    await lab.report.getByRole('row').nth(1).click();
    expect(await violations(app)).toEqual([]);
  });

test('editing, exporting and importing snapshots can be done by everybody', async ({ start }) => {
  const app = await start('--demo');
  const { page } = app;
  const look = async (colorScheme: 'light' | 'dark', open: () => Promise<void>, ready: string) => {
    await page.emulateMedia({ colorScheme });
    await open();
    await expect(page.getByText(ready).first()).toBeVisible();
    expect(await violations(app)).toEqual([]);
    await page.keyboard.press('Escape');
  };
  const menu = async (item: string) => {
    await page.getByRole('button', { name: 'More for fileserver' }).click();
    await page.getByRole('menuitem', { name: item }).click();
  };
  await app.open('fileserver');
  await app.snapshot('quota-rollout').click();
  const rename = async () => {
    await page.keyboard.press('F2');
    await page.getByRole('textbox', { name: 'Name' }).fill('quota');
  };
  await look('light', rename, 'What libvirt is asked to do');
  await look('light', () => menu('Export snapshots…'), 'To move the domain to another host');
  const choose = async () => {
    await menu('Import snapshots…');
    const buffer = Buffer.from('<domainsnapshot><name>old</name></domainsnapshot>');
    await page
      .getByLabel('Files with snapshot metadata')
      .setInputFiles({ name: 'a.xml', mimeType: 'text/xml', buffer });
  };
  await look('dark', choose, 'There is nothing to import.');
});
