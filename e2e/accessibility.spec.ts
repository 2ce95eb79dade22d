import AxeBuilder from '@axe-core/playwright';
import type { App } from './app.ts';
import { askDelete, CreateDialog } from './dialogs.ts';
import { expect, forEver, type Pace, test } from './fixtures.ts';

/** Looks at the open dialog, or else at the page, or at a part of it, in both colour schemes: axe finds nothing. */
type Look = (part?: string) => Promise<void>;
const dialogs = '[role="dialog"], [role="alertdialog"]';

function lookAt({ page }: App): Look {
  return async (given) => {
    const part = given ?? ((await page.locator(dialogs).count()) > 0 ? dialogs : 'html');
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      const axe = new AxeBuilder({ page }).include(part).setLegacyMode();
      // The markup is the same in the dark.
      if (colorScheme === 'dark') axe.withRules(['color-contrast']);
      const { violations } = await axe.analyze();
      const lines = violations.flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.target.join(' ')}`));
      expect(lines, colorScheme).toEqual([]);
    }
  };
}

async function menu({ page }: App, domain: string, item: string | RegExp): Promise<void> {
  await page.getByRole('button', { name: `More for ${domain}` }).click();
  await page.getByRole('menuitem', { name: item }).click();
}

const views: Readonly<Record<string, (app: App, look: Look, pace: Pace) => Promise<void>>> = {
  async 'the history and the dialog of a revert'(app, look) {
    await app.open('win11-desktop');
    await app.page.getByRole('row').nth(1).click();
    await look();
    await app.page.getByRole('button', { name: 'Revert…' }).click();
    await app.dialog.ready();
    await look();
  },

  async 'the journal and the settings'(app, look) {
    const { page } = app;
    await app.open('web-02');
    const dialog = await app.askRevert('app-2.0');
    await dialog.confirm();
    await app.tab('Activity');
    await page.getByRole('treegrid', { name: 'Activity of web-02' }).getByRole('row').nth(1).click();
    await expect(page.getByText('The plan as it was read').first()).toBeVisible();
    await look();
    await page.keyboard.press('ControlOrMeta+,');
    await expect(page.getByRole('dialog', { name: 'Settings' })).toBeVisible();
    await look();
  },

  async 'a host and the activity of all'(app, look) {
    const { page } = app;
    await app.open('wiki');
    await app.tab('Health');
    await expect(page.getByRole('main')).toContainText('Checked just now');
    await app.domain('Demo (simulated)').click();
    await expect(page.getByRole('treegrid', { name: 'Domains of Demo (simulated)' })).toContainText('health finding');
    await look();
    await page.getByRole('tab', { name: /^Problems/ }).click();
    await look();
    await app.open('scratch');
    await app.tab('Snapshots');
    const create = new CreateDialog(app);
    await create.open();
    await create.name.fill('first');
    await create.confirm('first');
    await page.getByRole('banner').getByRole('button', { name: 'Activity' }).click();
    await expect(page.getByRole('treegrid', { name: 'Activity' })).toContainText('Take “first”');
    await page.getByRole('heading', { name: 'Activity', level: 1 }).hover();
    await expect(page.getByText('Activity of all hosts')).toBeHidden();
    await look();
    await page.getByRole('button', { name: 'Filter by what was done' }).click();
    await look('[role="menu"]');
  },

  async 'where to connect, and what the palette finds'(app, look) {
    const { page } = app;
    await app.open('web-01');
    const field = page.getByRole('combobox', { name: /^Find/ });
    await page.keyboard.press('ControlOrMeta+k');
    await field.fill('e');
    for (const group of ['Domains', 'Snapshots', 'Commands'])
      await expect(page.getByRole('group', { name: group }).getByRole('option').first()).toBeVisible();
    await look();
    await field.fill('connect…');
    await page.getByRole('option', { name: /^Connect…/ }).click();
    await expect(page.getByRole('heading', { name: 'Connect to your domains' })).toBeVisible();
    await look();
  },

  async 'a lab reset'(app, look) {
    const { lab } = app;
    await app.choose('web-01', 'scratch', 'win11-desktop');
    await look();
    await lab.open();
    await lab.plan.getByRole('row').nth(1).click();
    await look();
    await lab.acknowledge.check();
    await lab.revert.click();
    await lab.ended();
    await lab.report.getByRole('row').nth(1).click();
    await look();
  },

  async 'snapshots of several domains'(app, look) {
    const { takeEach } = app;
    await app.choose('web-01', 'web-02', 'scratch');
    await takeEach.open();
    await takeEach.plan.getByRole('row').nth(1).click();
    await look();
    await takeEach.warned.check();
    await takeEach.take.click();
    await takeEach.ended();
    await look();
  },

  async 'taking a snapshot'(app, look) {
    await app.open('game-server');
    const dialog = new CreateDialog(app);
    await dialog.open();
    await dialog.mode('Disks only, in new').check();
    await dialog.root.getByText('More options').click();
    await look();
    await dialog.name.fill('.hidden');
    await expect(dialog.name).toHaveAttribute('aria-invalid', 'true');
    await look();
  },

  async 'editing, exporting and importing'(app, look) {
    const { page } = app;
    const closed = async () => {
      await page.keyboard.press('Escape');
      await expect(page.getByRole('alertdialog').or(page.getByRole('dialog'))).toBeHidden();
    };
    await app.open('fileserver');
    await app.snapshot('quota-rollout').click();
    await page.keyboard.press('F2');
    await page.getByRole('textbox', { name: 'Name' }).fill('quota');
    await expect(page.getByText('Steps').first()).toBeVisible();
    await look();
    await closed();
    await menu(app, 'fileserver', 'Export snapshots…');
    await expect(page.getByText('To move the domain to another host').first()).toBeVisible();
    await look();
    await closed();
    await menu(app, 'fileserver', 'Import snapshots…');
    const buffer = Buffer.from('<domainsnapshot><name>old</name></domainsnapshot>');
    const field = page.getByLabel('Files with snapshot metadata');
    await field.setInputFiles({ name: 'a.xml', mimeType: 'text/xml', buffer });
    await expect(page.getByText('There is nothing to import.').first()).toBeVisible();
    await look();
  },

  async 'a host that is added, and a test of it'(app, look) {
    const { page } = app;
    await page.getByRole('button', { name: 'Add host' }).first().click();
    await page.getByRole('menuitem', { name: 'Add host…' }).click();
    await expect(page.getByRole('group', { name: 'This computer' })).toBeVisible();
    await look();
    for (const uri of ['qemu:///system', 'qemu+unix:///system?socket=/nowhere']) {
      await page.getByRole('combobox', { name: 'Connection URI' }).fill(uri);
      await page.getByRole('button', { name: 'Test connection' }).click();
      await expect(page.getByRole('button', { name: 'Test connection' })).toBeVisible();
    }
    await expect(page.getByText('“Reach libvirt’s socket” failed.', { exact: true })).toBeVisible();
    await look();
  },

  async 'the list of hosts, and what is said of one'(app, look) {
    const { page } = app;
    const host = app.domain('Demo (simulated)');
    const ask = async (item: string) => {
      await host.click({ button: 'right' });
      await page.getByRole('menuitem', { name: item }).click();
      await expect(page.getByRole('dialog')).toBeVisible();
    };
    await ask('Edit host…');
    await page.getByRole('combobox', { name: 'Group' }).fill('Lab');
    await page.getByRole('radio', { name: 'Teal' }).check();
    await page.getByRole('textbox', { name: 'Note' }).fill('Rack 4');
    for (const box of ['Protect all its domains', 'Read-only']) await page.getByRole('checkbox', { name: box }).check();
    await look();
    await page.getByRole('button', { name: 'Save' }).click();
    await expect(app.domain('Lab')).toBeVisible();
    await host.click();
    await look();
    await ask('Import hosts…');
    const text = '{"snapkeel":"hosts","version":1,"hosts":[{"uri":"qemu+ssh://kvm-a/system"},{"uri":"?"}]}';
    const file = { name: 'a.json', mimeType: 'application/json', buffer: Buffer.from(text) };
    await page.getByLabel('File with hosts').setInputFiles(file);
    await expect(page.getByRole('listitem').first()).toBeVisible();
    await look();
  },

  async 'deleting, with the tree marked, and a deletion interrupted'(app, look, pace) {
    pace.mergeMs = forEver;
    const { page } = app;
    await app.open('web-01');
    const asked = await askDelete(app, 'app-1.8');
    await asked.mode(/everything below$/);
    await expect(page.getByText('would be deleted').first()).toBeVisible();
    await look();
    await page.keyboard.press('Escape');
    await expect(asked.root).toBeHidden();
    await app.open('fileserver');
    const merge = await askDelete(app, 'quota-rollout');
    await merge.root.getByRole('button', { name: /^Delete/ }).click();
    await expect(merge.root).toContainText(/ of 12 GiB/);
    await merge.root.getByRole('button', { name: 'Cancel', exact: true }).click();
    await expect(merge.root).toContainText('do not revert to');
    await look();
  },

  async 'the tree, with branches folded and a cell walked to'(app, look) {
    const { page } = app;
    await app.open('ci-image-builder');
    await app.snapshot('toolchain-gcc14').click();
    await page.keyboard.press('ArrowLeft');
    await expect(page.getByRole('row', { name: '1 more on this branch' })).toBeVisible();
    await page.keyboard.press('Control+ArrowRight');
    await look();
    await page.keyboard.press('Escape');
    await page.setViewportSize({ width: 900, height: 600 });
    await look();
  },

  async 'several snapshots, their tags, and the filter'(app, look) {
    const { page } = app;
    await app.open('web-01');
    await app.snapshot('installed').click();
    await app.snapshot('app-1.8').click({ modifiers: ['Shift'] });
    await look();
    await page.getByRole('button', { name: 'Tags…' }).click();
    await expect(page.getByRole('dialog', { name: 'Tags of 3 snapshots' })).toBeVisible();
    await look();
    await page.keyboard.press('Escape');
    await page.keyboard.press('ControlOrMeta+f');
    await page.getByRole('textbox', { name: 'Filter snapshots' }).fill('nothing-has-this-name');
    await look();
    await page.getByRole('textbox', { name: 'Filter snapshots' }).fill('');
    await page.getByRole('button', { name: 'Filter by what a snapshot is' }).click();
    await look('[role=menu]');
  },

  async 'the comparison of a configuration'(app, look) {
    const { page } = app;
    await app.open('db-primary');
    await app.snapshot('before-pg16').click();
    await expect(page.getByRole('region', { name: 'Configuration changes since' })).toContainText('2 configuration');
    await look();
    await page.keyboard.press('ControlOrMeta+d');
    await expect(
      page
        .getByRole('dialog', { name: /^Compare/ })
        .getByRole('table')
        .first(),
    ).toBeVisible();
    await look();
  },

  async 'health, and the images of a snapshot'(app, look) {
    const { page } = app;
    await app.open('wiki');
    await app.tab('Health');
    await expect(page.getByRole('heading', { name: '1 problem, 1 warning' })).toBeVisible();
    await look();
    await page.getByRole('list', { name: 'Findings' }).getByRole('button', { name: 'theme-final' }).first().click();
    await page.getByRole('complementary', { name: 'Details' }).getByRole('tab', { name: 'Disks' }).click();
    await expect(page.getByRole('region', { name: 'Disk vda' })).toContainText('missing');
    await look();
  },

  async 'power, the console, and a picture'(app, look) {
    const { page } = app;
    await app.open('web-01');
    const dialog = new CreateDialog(app);
    await dialog.open();
    await dialog.name.fill('pictured');
    await dialog.confirm('pictured');
    await page.getByTitle('Enlarge').click();
    await expect(page.getByRole('dialog')).toBeVisible();
    await look();
    await page.keyboard.press('Escape');
    await menu(app, 'web-01', /^Force off/);
    await expect(page.getByRole('alertdialog')).toContainText('Force web-01 off?');
    await look();
    await page.keyboard.press('Escape');
    await menu(app, 'web-01', 'Open console');
    await expect(page.getByRole('dialog')).toBeVisible();
    await look();
  },
};

for (const [name, walk] of Object.entries(views))
  test(`everybody can use ${name}`, async ({ start, pace }) => {
    const app = await start('--demo');
    await walk(app, lookAt(app), pace);
  });

test('forced colours frame what is selected, and fill what acts', async ({ start }) => {
  const app = await start('--demo');
  const { page } = app;
  await page.emulateMedia({ forcedColors: 'active' });
  await app.open('web-01');
  await app.snapshot('app-2.0').click();
  for (const selected of [app.snapshot('app-2.0'), app.domain('web-01')])
    await expect(selected).toHaveCSS('outline', /solid 2px$/);
  await expect(page.getByRole('main').getByRole('tab', { selected: true })).toHaveCSS('border-bottom-width', '3px');
  const dialog = await app.askRevert('app-2.0');
  const chosen = dialog.root.locator('label').filter({ hasText: 'As it was' });
  await expect(chosen).toHaveCSS('outline-width', '2px');
  const [canvasText, background] = await dialog.revert.evaluate((button) => [
    getComputedStyle(document.body).color,
    getComputedStyle(button).backgroundColor,
  ]);
  expect(background).toBe(canvasText);
  await page.keyboard.press('Escape');
  await expect(dialog.root).toBeHidden();
  // What is open is pressed, and what Enter would open is framed.
  const toggle = page.getByRole('main').getByRole('button', { name: 'Details' });
  await expect(toggle).toHaveAttribute('aria-pressed', 'true');
  await expect(toggle).toHaveCSS('outline', /solid 2px$/);
  await page.keyboard.press('ControlOrMeta+k');
  await expect(page.getByRole('option', { selected: true })).toHaveCSS('outline', /solid 2px$/);
  await page.keyboard.press('Escape');
  await app.domain('Demo (simulated)').click();
  const row = page.getByRole('treegrid').last().getByRole('row', { name: 'web-01' });
  await row.focus();
  await expect(row).toHaveCSS('outline', /solid 2px$/);
});
