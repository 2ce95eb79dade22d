import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { askDelete, askEdit } from './dialogs.ts';
import { both, expect, leaveOut, needsLab, test } from './fixtures.ts';
import { canBuildGenerations, isRoot } from './lab/available.ts';
import { startLab } from './lab/lab.ts';
import { moveGuest } from './lab/move.ts';

const at = 1024 * 1024;

async function domainMenu(page: Page, domain: string, item: RegExp): Promise<void> {
  await page.getByRole('button', { name: `More for ${domain}` }).click();
  await page.getByRole('menuitem', { name: item }).click();
}

async function choose(page: Page, name: string, text: string): Promise<void> {
  const file = { name, mimeType: 'application/xml', buffer: Buffer.from(text) };
  await page.getByLabel('Files with snapshot metadata').setInputFiles(file);
}

test.describe('on a real libvirt', () => {
  needsLab();

  test('a description is edited in the middle of a chain; an internal snapshot keeps its name', async ({
    start,
    lab,
  }) => {
    const guest = await lab.guest({ name: 'described' });
    for (const name of ['root', 'middle', 'leaf']) await guest.snapshot(name, '--description', `the ${name}`);
    const app = await start('--connect', lab.uri);
    await app.open(guest.name);
    const dialog = await askEdit(app, 'middle');
    await expect(dialog.description).toBeFocused();
    await expect(dialog.name).not.toBeEditable();
    await expect(dialog.name).toHaveAccessibleDescription(/also the tag of the snapshot inside its disk images/);
    await expect(dialog.save).toBeDisabled();
    await dialog.description.fill('now <b>bold</b>\nand long');
    await expect(dialog.root).toContainText('“middle” is redefined with the new description.');
    await expect(dialog.root).toContainText('snapshot-edit described middle');
    await dialog.description.press('ControlOrMeta+Enter');
    await expect(dialog.root).toBeHidden({ timeout: 30_000 });
    await expect(app.snapshot('middle')).toContainText('now <b>bold</b>');
    const tree = await lab.virsh('snapshot-list', guest.name, '--tree');
    expect(tree.split(/[^a-z]+/).filter(Boolean)).toEqual(['root', 'middle', 'leaf']);
    expect(await lab.virsh('snapshot-dumpxml', guest.name, 'middle')).toContain(
      'now &lt;b&gt;bold&lt;/b&gt;\nand long',
    );
    expect(await guest.current()).toBe('leaf');
  });

  test('snapshots exported from one host are imported on another, and reverted to there', async ({ start, lab }) => {
    leaveOut(test.info().title, isRoot() ? undefined : 'a second lab with the same paths needs root');
    const other = await startLab();
    try {
      const guest = await lab.guest({ name: 'travels' });
      await guest.writeBytes(at, 'early');
      await guest.snapshot('clean', '--description', 'before the journey');
      await guest.writeBytes(at, 'later');
      await guest.snapshot('dirty');
      const app = await start('--connect', lab.uri, '--connect', other.uri);
      const { page } = app;
      await app.open(guest.name);
      await domainMenu(page, guest.name, /^Export snapshots/);
      await expect(page.getByRole('dialog')).toContainText('“dirty” as the current one');
      const { text } = await app.saved(() => page.getByRole('button', { name: 'Save file' }).click());
      expect(text).toContain('before the journey');

      const moved = await moveGuest(guest, lab, other);
      await expect(app.domain(guest.name)).toHaveCount(2);
      await lab.virsh('undefine', guest.name, '--snapshots-metadata');
      await expect(app.domain(guest.name)).toHaveCount(1);
      await app.open(guest.name);
      await domainMenu(page, guest.name, /^Import snapshots/);
      await choose(page, 'torn.xml', text.slice(0, -40));
      const dialog = page.getByRole('alertdialog');
      await expect(dialog).toContainText('There is nothing to import.');
      await expect(dialog).toContainText('The file cannot be read as XML');
      await expect(dialog.getByRole('button', { name: 'Import', exact: true })).toBeHidden();
      await dialog.getByRole('button', { name: 'Choose other files…' }).click();
      await choose(page, 'travels.snapshots.xml', text);
      await expect(dialog).toContainText('2 snapshots will be added');
      await expect(dialog).toContainText('“dirty” becomes the current snapshot, as it was.');
      await dialog.getByRole('button', { name: 'Import 2 snapshots' }).click();
      await expect(dialog).toBeHidden({ timeout: 30_000 });
      await expect(app.snapshot('dirty')).toContainText('current');
      await (await app.askRevert('clean')).confirm();
      expect(await moved.readBytes(at, 5)).toBe('early');
    } finally {
      await other.stop();
    }
  });

  test('an external snapshot is renamed and reverted to', async ({ start, labs }) => {
    leaveOut(test.info().title, canBuildGenerations());
    const lab = await labs.get('11.3');
    const guest = await lab.guest({ name: 'layered' });
    for (const name of ['root', 'middle', 'leaf']) {
      await guest.writeBytes(at, name.slice(0, 4));
      const file = join(guest.folder, `${name}.qcow2`);
      await guest.snapshot(name, '--disk-only', '--diskspec', `hda,snapshot=external,file=${file}`);
    }
    const app = await start('--connect', lab.uri);
    await app.open(guest.name);
    const dialog = await askEdit(app, 'middle');
    await expect(dialog.name).toBeFocused();
    await dialog.name.fill('leaf');
    await expect(dialog.root).toContainText('There is already a snapshot “leaf”.');
    await dialog.name.fill('centre');
    await expect(dialog.root).toContainText('“leaf” is redefined as a child of “centre”.');
    await dialog.name.press('Enter');
    await expect(dialog.root).toBeHidden({ timeout: 30_000 });
    await expect(app.snapshot('centre')).toHaveAttribute('aria-selected', 'true');
    expect(await lab.virsh('snapshot-parent', guest.name, 'leaf')).toBe('centre');
    expect(await guest.current()).toBe('leaf');
    const revert = await app.askRevert('centre');
    await revert.safety.uncheck();
    await revert.confirm();
    expect(await guest.readBytes(at, 4)).toBe('midd');
  });
});

test('the demo host: another snapshot is made current, and never among external ones', async ({ start }) => {
  const app = await start('--demo');
  const { page } = app;
  await app.open('ci-image-builder');
  await app.snapshot('gcc14-lto').click({ button: 'right' });
  await page.getByRole('menuitem', { name: /^Make current/ }).click();
  const dialog = page.getByRole('alertdialog');
  await expect(dialog).toContainText('becomes a child of “gcc14-lto”');
  await expect(dialog).toContainText('snapshot-current');
  await dialog.getByRole('button', { name: 'Make current' }).click();
  await expect(dialog).toBeHidden();
  await expect(app.snapshot('gcc14-lto')).toContainText('current');
  await expect(app.lastOutcome).toContainText('“gcc14-lto” made current');

  await app.open('fileserver');
  await app.snapshot('quota-rollout').click({ button: 'right' });
  await expect(page.getByRole('menuitem', { name: /^Make current/ })).toBeDisabled();
  await expect(page.getByRole('menuitem', { name: /^Make current/ })).toContainText('wrong overlays');
});

test('the demo host: a protected domain wants its name typed for an edit, for making current and for an import', async ({
  start,
}) => {
  const app = await start('--demo');
  const { page } = app;
  const domain = 'ci-image-builder';
  await app.open(domain);
  await domainMenu(page, domain, /^Export snapshots/);
  const { text } = await app.saved(() => page.getByRole('button', { name: 'Save file' }).click());
  await (await askDelete(app, 'gcc15-modules')).confirm();
  await expect(app.snapshot('gcc15-modules')).toHaveCount(0);
  await domainMenu(page, domain, /^Protect/);
  await expect(app.domain(domain)).toHaveAccessibleDescription(/protected/);
  const root = page.getByRole('alertdialog');
  const confirm = async (action: string) => {
    const button = root.getByRole('button', { name: action, exact: true });
    const typed = root.getByRole('textbox', { name: /^ci-image-builder is protected/ });
    for (const wrong of ['', 'CI-image-builder']) {
      await typed.fill(wrong);
      await expect(button).toBeDisabled();
      await expect(root).toContainText('Type the domain’s name to continue');
    }
    await typed.fill(domain);
    await button.click();
    await expect(root).toBeHidden();
  };

  const edit = await askEdit(app, 'gcc14-lto');
  await edit.description.fill('smaller still');
  await edit.description.press('ControlOrMeta+Enter');
  await expect(edit.root).toContainText('Type the domain’s name to continue');
  await confirm('Save');
  await expect(app.snapshot('gcc14-lto')).toContainText('smaller still');

  await app.snapshot('gcc14-lto').click({ button: 'right' });
  await page.getByRole('menuitem', { name: /^Make current/ }).click();
  await confirm('Make current');
  await expect(app.snapshot('gcc14-lto')).toContainText('current');

  await domainMenu(page, domain, /^Import snapshots/);
  await choose(page, 'ci-image-builder.snapshots.xml', text);
  await confirm('Import 1 snapshot');
  await expect(app.snapshot('gcc15-modules')).toBeVisible();
});

test('the demo host: one host’s snapshots are not taken by another domain', both, async ({ start }) => {
  const app = await start('--demo');
  const { page } = app;
  await app.open('mail-gateway');
  await domainMenu(page, 'mail-gateway', /^Export snapshots/);
  const { text } = await app.saved(() => page.getByRole('button', { name: 'Save file' }).click());
  await app.open('scratch');
  await domainMenu(page, 'scratch', /^Import snapshots/);
  await choose(page, 'mail-gateway.snapshots.xml', text);
  const dialog = page.getByRole('alertdialog');
  await expect(dialog).toContainText('None of these can be imported.');
  await expect(dialog.getByRole('listitem').first()).toContainText('libvirt only accepts its own');
  await page.keyboard.press('Escape');
  await expect(dialog).toBeHidden();
});
