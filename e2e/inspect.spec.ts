import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Locator } from '@playwright/test';
import type { App } from './app.ts';
import { both, expect, needsLab, test } from './fixtures.ts';

/** The side that tells about the selected row. */
function details({ page }: App): Locator {
  return page.getByRole('complementary', { name: 'Details' });
}

/** The images of a disk in the details, the uppermost first. */
function images(app: App, target: string): Locator {
  return details(app)
    .getByRole('region', { name: `Disk ${target}` })
    .getByRole('listitem');
}

function findings({ page }: App): Locator {
  return page.getByRole('list', { name: 'Findings' }).locator('> li');
}

function healthTab({ page }: App): Locator {
  return page.getByRole('main').getByRole('tab', { name: /^Health/ });
}

test('the demo host: images of a snapshot and of now, and a search in the XML', both, async ({ start }) => {
  const app = await start('--demo');
  const { keyboard } = app.page;
  await app.open('fileserver');
  await app.snapshot('quota-rollout').click();
  await details(app).getByRole('tab', { name: 'Disks' }).click();
  await expect(images(app, 'vda')).toHaveCount(2);
  await expect(images(app, 'vda').first()).toContainText('owned by “quota-rollout”');
  await expect(images(app, 'vda').first()).toContainText('qcow2 · 40 GiB virtual · 1.5 GiB on disk');
  await app.here.click();
  await expect(images(app, 'vdb')).toHaveCount(4);
  await expect(images(app, 'vdb').first()).toContainText('written now');
  await expect(images(app, 'vdb').last()).toContainText('owned by “before-acl-migration”');

  await app.snapshot('before-smb311').click();
  await details(app).getByRole('tab', { name: 'XML' }).click();
  const xml = details(app).getByRole('region', { name: 'XML of the snapshot' });
  await xml.focus();
  await keyboard.press('ControlOrMeta+f');
  const field = details(app).getByRole('textbox', { name: 'Search the XML' });
  await expect(field).toBeFocused();
  await keyboard.type('FILESERVER-VDB');
  const count = details(app).getByRole('status');
  const total = Number(/^1 of (\d+)$/.exec(await count.innerText())?.[1]);
  expect(total).toBeGreaterThan(3);
  await keyboard.press('Shift+Enter');
  await expect(count).toHaveText(`${total} of ${total}`);
  await expect(xml.locator('mark[data-active]')).toBeInViewport();
  await keyboard.press('Enter');
  await expect(count).toHaveText(`1 of ${total}`);
  await keyboard.type('-nowhere');
  await expect(count).toHaveText('none');
  await keyboard.press('Escape');
  await expect(xml.locator('mark')).toHaveCount(0);
});

test('the demo host: a snapshot compared with another one', async ({ start }) => {
  const app = await start('--demo');
  await app.open('db-primary');
  await app.snapshot('empty-cluster').click();
  await app.page.keyboard.press('ControlOrMeta+d');
  const dialog = app.page.getByRole('dialog', { name: /^Compare/ });
  await dialog.getByRole('radio', { name: 'Another snapshot' }).check();
  await expect(dialog.getByRole('heading', { name: 'Compare “empty-cluster” with “before-pg16”' })).toBeVisible();
  await expect(dialog).toContainText('No differences');
  await dialog.getByRole('combobox', { name: 'The other snapshot' }).selectOption('pg15-loaded');
  await expect(dialog.getByRole('table', { name: 'XML of empty-cluster beside pg15-loaded' })).toBeVisible();
  await dialog.getByRole('radio', { name: /^Now running/ }).check();
  await expect(dialog).toContainText('2 changes since');
  await app.page.keyboard.press('Escape');

  await app.snapshot('before-pg16').click();
  await app.snapshot('pg15-loaded').click({ modifiers: ['ControlOrMeta'] });
  await app.page.getByRole('button', { name: 'Compare…' }).click();
  await expect(dialog.getByRole('heading', { name: 'Compare “pg15-loaded” with “before-pg16”' })).toBeVisible();
  await app.page.keyboard.press('Escape');
  await app.snapshot('empty-cluster').click({ modifiers: ['ControlOrMeta'] });
  await app.page.keyboard.press('ControlOrMeta+d');
  await expect(dialog).toBeHidden();
});

test('the demo host: a domain that ails, and one that does not', async ({ start }) => {
  const app = await start('--demo');
  await app.open('wiki');
  await expect(healthTab(app)).toHaveAccessibleName('Health 2 to check');
  await app.tab('Health');
  await expect(app.page.getByRole('heading', { name: '1 problem, 1 warning' })).toBeVisible();
  await expect(findings(app)).toHaveCount(3);
  await expect(findings(app).first()).toContainText('/var/lib/libvirt/images/wiki.theme-test');
  await expect(findings(app).nth(1)).toContainText('No snapshot owns “wiki.migration”');
  await findings(app).first().getByRole('button', { name: 'theme-final' }).click();
  await expect(app.snapshot('theme-final')).toHaveAttribute('aria-selected', 'true');
  await details(app).getByRole('tab', { name: 'Disks' }).click();
  await expect(images(app, 'vda').first()).toContainText('missing');

  await app.open('game-server');
  await app.tab('Health');
  await expect(findings(app)).toContainText('The backing chain of disk vda has 28 images.');
  await app.open('web-01');
  await expect(app.page.getByRole('heading', { name: 'Healthy' })).toBeVisible();
  // Its images lie in a pool, so that their own tables tell of every snapshot inside.
  await expect(app.page.getByRole('region', { name: 'What was checked' })).toContainText('inside 1 image');
  await expect(app.page.getByRole('region', { name: 'What could not be checked' })).toBeHidden();
  await expect(healthTab(app)).toHaveAccessibleName('Health');
});

test.describe('on a real libvirt', () => {
  needsLab();

  test('images, differences and a hole in the chain', async ({ start, lab }) => {
    const guest = await lab.guest({ name: `inspected-${test.info().project.name}` });
    const overlay = (name: string) => join(guest.folder, `hda.${name}`);
    const external = (name: string) =>
      guest.snapshot(name, '--disk-only', '--diskspec', `hda,snapshot=external,file=${overlay(name)}`);
    await external('first');
    await guest.editMemory(24);
    await external('second');

    const app = await start('--connect', lab.uri);
    await app.open(guest.name);
    await app.snapshot('second').click();
    await details(app).getByRole('tab', { name: 'Disks' }).click();
    await expect(images(app, 'hda')).toHaveCount(2);
    await expect(images(app, 'hda').first()).toContainText('hda.first');
    await expect(images(app, 'hda').first()).toContainText('owned by “second”');

    await app.snapshot('first').click();
    await app.page.keyboard.press('ControlOrMeta+d');
    const dialog = app.page.getByRole('dialog', { name: /^Compare/ });
    await dialog.getByRole('radio', { name: 'Another snapshot' }).check();
    const memory = dialog.getByRole('row', { name: /^Memory/ });
    await expect(memory).toContainText('16 MiB');
    await expect(memory).toContainText('24 MiB');
    await expect(dialog).toContainText('another overlay of the same chain');
    await app.page.keyboard.press('Escape');

    await app.tab('Health');
    await expect(findings(app)).toContainText('cannot revert to external snapshots');
    await rm(overlay('first'));
    await app.page.getByRole('button', { name: 'Check again' }).click();
    await expect(findings(app)).toHaveCount(2);
    await expect(findings(app).first()).toContainText('An image in the backing chain of disk hda is missing');
    await findings(app).first().getByRole('button', { name: 'second' }).click();
    await expect(images(app, 'hda').first()).toContainText('missing');
  });
});
