import { mkdir, readFile, rename, rm, rmdir, symlink, utimes, writeFile } from 'node:fs/promises';
import type { Locator } from '@playwright/test';
import type { App } from './app.ts';
import { askDelete } from './dialogs.ts';
import { both, expect, forEver, test } from './fixtures.ts';
import { run } from './lab/run.ts';
import { manyTables } from './sizes/many-tables.ts';

const figure = String.raw`\d+(\.\d)? [KMG]iB`;

function size(app: App, snapshot: string): Locator {
  return app.snapshot(snapshot).locator('[data-column="size"]');
}

function details({ page }: App): Locator {
  return page.getByRole('complementary', { name: 'Details' });
}

/** What stands beside a term in the details. */
function fact(app: App, term: string): Locator {
  return details(app)
    .locator('dl > div')
    .filter({ has: app.page.getByText(term, { exact: true }) })
    .locator('dd');
}

test('the tree says what snapshots take up, and of a selected one what deleting it frees', both, async ({ start }) => {
  const app = await start('--demo');
  const { page } = app;
  await app.open('ci-image-builder');
  await expect(size(app, 'base')).toHaveText('not reported');
  await app.snapshot('gcc15-modules').click();
  // The guest is off: it is exact.
  await expect(size(app, 'gcc15-modules')).toHaveText(new RegExp(`^frees ${figure}$`));
  const frees = await size(app, 'gcc15-modules').innerText();
  await expect(fact(app, 'Size')).toContainText(`Deleting it ${frees}`);
  await expect(fact(app, 'Size')).toContainText(/Measured today \d\d:\d\d/);
  await expect(fact(app, 'Since then')).toHaveText(new RegExp(`^${figure} of disk blocks differ$`));
  await expect(size(app, 'base')).toHaveText('not reported');
  await details(app).getByRole('button', { name: 'Measure again' }).click();
  await expect(fact(app, 'Size')).toContainText(`Deleting it ${frees}`);

  // Memory has a size of its own; of a running guest not all is in the image yet.
  await app.open('web-01');
  await expect(size(app, 'app-1.8')).toHaveText('512 MiB');
  await app.snapshot('before-upgrade').click();
  await expect(size(app, 'before-upgrade')).toHaveText(new RegExp(`^512 MiB\\s*frees at least ${figure}$`));
  await expect(fact(app, 'Size')).toContainText('512 MiB of memory, inside the disk image');
  await expect(fact(app, 'Since then')).toHaveText(
    new RegExp(`^At least about ${figure} of disk blocks differ; what the guest has not flushed is missing$`),
  );

  // Overlays are known at once; a file outside of every pool is not, and so of all together.
  await app.open('fileserver');
  await expect(size(app, 'quota-rollout')).toHaveText('384 MiB');
  await expect(size(app, 'before-smb311')).toHaveText('not reported');
  await app.snapshot('before-smb311').click();
  await expect(fact(app, 'Size')).toContainText('shows this image’s contents only where a storage pool has its folder');
  await app.here.click();
  await expect(fact(app, 'Snapshots')).toHaveText(
    /^3\.4 GiB known, 1 snapshot not reported\s*Measured today \d\d:\d\d$/,
  );
  await page.setViewportSize({ width: 1_700, height: 900 });
  await expect(page.getByRole('main')).toContainText(/3 snapshots\s*3\.4 GiB known/);

  // Sorted by size, the biggest are first.
  await app.open('web-01');
  await page.getByRole('columnheader', { name: 'Size' }).click();
  await expect(page.getByRole('row').nth(1)).toContainText('You are here');
  await expect(page.getByRole('row').nth(2)).toContainText('MiB');
});

test('several that are selected free together more than each alone', async ({ start }) => {
  const app = await start('--demo');
  const { page } = app;
  await app.open('web-01');
  const alone: number[] = [];
  for (const name of ['try-http3', 'try-http3-tuned']) {
    await app.snapshot(name).click();
    await expect(size(app, name)).toHaveText(/^frees/);
    alone.push(bytesIn(await size(app, name).innerText()));
  }
  await app.snapshot('try-http3').click({ modifiers: ['ControlOrMeta'] });
  const bar = page.getByRole('region', { name: 'Selected snapshots' });
  await expect(bar).toContainText(new RegExp(`frees at least ${figure} \\(measured \\d\\d:\\d\\d\\)`));
  const [first = 0, second = 0] = alone;
  const words = /frees at least [\d.]+ \w+/.exec(await bar.innerText());
  expect(bytesIn(words?.[0] ?? '')).toBeGreaterThan(first + second);

  await page.setViewportSize({ width: 900, height: 600 });
  await expect(bar.getByRole('button', { name: /^Delete 2/ })).toBeInViewport({ ratio: 1 });
});

test('the dialogs say how much: what a revert throws away, what each way to delete frees', async ({ start }) => {
  const app = await start('--demo');
  const { page } = app;
  await app.open('web-01');
  const revert = await app.askRevert('before-upgrade');
  await expect(revert.root).toContainText(
    new RegExp(`Everything written to vda since the snapshot: at least about ${figure} of disk blocks differ`),
  );
  await expect(revert.root).toContainText(/\(measured \d\d:\d\d\)/);
  await revert.cancel.click();

  // A guest that is paused has nothing on its way to the disk.
  await app.open('web-02');
  const paused = await app.askRevert('app-2.0');
  await expect(paused.root).toContainText(new RegExp(`: ${figure} of disk blocks differ \\(measured`));
  await paused.cancel.click();

  await app.open('ci-image-builder');
  const dialog = await askDelete(app, 'toolchain-gcc14');
  const way = (name: string) => dialog.root.getByRole('radio', { name, exact: true });
  const exactly = new RegExp(`frees ${figure}$`);
  for (const name of ['Only this one', 'This and everything below', 'Only what is below'])
    await expect(way(name)).toHaveAccessibleDescription(exactly);
  await expect(way('Metadata only')).toHaveAccessibleDescription(/frees nothing$/);
  await expect(dialog.root.getByRole('group', { name: 'What is deleted' })).toContainText(/measured \d\d:\d\d$/);
  await page.keyboard.press('Escape');

  // What lies in overlays may be merged: no more than that is freed.
  await app.open('game-server');
  const merged = await askDelete(app, 'update-20');
  await expect(merged.root.getByRole('radio', { name: 'Only this one' })).toHaveAccessibleDescription(
    new RegExp(`frees up to ${figure}$`),
  );
});

test('right after a snapshot was taken no block differs from it', async ({ start }) => {
  const app = await start('--demo');
  const { page } = app;
  await app.open('scratch');
  await page.getByRole('button', { name: 'Take snapshot' }).click();
  await page.getByRole('alertdialog').or(page.getByRole('dialog')).getByRole('button', { name: /^Take/ }).click();
  await expect(page.getByRole('row').filter({ hasText: 'current' })).toBeVisible();
  const taken = page.getByRole('row').filter({ hasText: 'current' });
  await taken.click();
  await expect(taken.locator('[data-column="size"]')).toHaveText(new RegExp(`^frees ${figure}$`));
  // Nothing was written since.
  await expect(fact(app, 'Since then')).toHaveText('No disk block differs');
});

test('an image that changes all the time is not measured', async ({ start, lab }) => {
  const guest = await lab.guest({ name: 'restless' });
  await guest.snapshot('inside');
  const path = await guest.diskPath();
  const app = await start('--connect', lab.uri);
  await app.open(guest.name);
  let isOver = false;
  const changing = (async () => {
    for (let second = 1; !isOver; second++) await utimes(path, second, second);
  })();
  await app.snapshot('inside').click();
  // Should nothing fall into a reading, on a machine that stands still, it is measured again.
  await expect(async () => {
    await details(app).getByRole('button', { name: 'Measure again' }).click();
    await expect(fact(app, 'Size')).toContainText('The image changed while it was measured', { timeout: 5_000 });
  }).toPass();
  await expect(fact(app, 'Size')).not.toContainText(new RegExp(figure));
  isOver = true;
  await changing;
  await details(app).getByRole('button', { name: 'Measure again' }).click();
  await expect(fact(app, 'Size')).toContainText(new RegExp(`Deleting it frees ${figure}`));
});

test('nothing is measured while the domain is being changed', async ({ start, pace }) => {
  pace.snapshotMs = forEver;
  const app = await start('--demo');
  await app.open('db-primary');
  await app.snapshot('pg15-loaded').click();
  const again = details(app).getByRole('button', { name: 'Measure again' });
  await expect(again).toBeEnabled();
  const { root, revert } = await app.askRevert('pg15-loaded');
  await revert.click();
  await expect(root).toContainText('Taking the safety snapshot');
  await app.page.keyboard.press('Escape');
  await expect(again).toBeDisabled();
  // One that was never selected: what was is measured already.
  await app.snapshot('empty-cluster').click();
  await expect(fact(app, 'Size')).toContainText('The domain is being changed. Measure it afterwards');
  await app.page
    .getByRole('contentinfo')
    .getByRole('button', { name: /^Cancel/ })
    .click();
  await expect(again).toBeEnabled();
});

test('old and big ones are found by a filter, and by the menu', async ({ start }) => {
  const app = await start('--demo');
  const { page } = app;
  await app.open('web-01');
  await expect(size(app, 'app-1.8')).toHaveText('512 MiB');
  const field = page.getByRole('textbox', { name: 'Filter snapshots' });
  await field.fill('size:>100M older:90d');
  await expect(app.snapshot('app-1.8')).toBeVisible();
  await expect(app.snapshot('app-2.0')).toBeHidden(); // big, and not old
  await expect(app.snapshot('installed')).toBeHidden(); // old, and nobody knows how big
  await field.fill('size:<1G');
  await expect(app.snapshot('app-2.0')).toBeVisible();
  await expect(app.snapshot('installed')).toBeHidden();
});

test('sizes go first where there is little room', async ({ start }) => {
  const app = await start('--demo');
  const { page } = app;
  await page.setViewportSize({ width: 1_280, height: 720 });
  await app.open('web-01');
  const head = page.getByRole('columnheader', { name: 'Size' });
  await expect(head).toBeVisible();
  await page.setViewportSize({ width: 440, height: 720 });
  await expect(head).toBeHidden();
  await expect(page.getByRole('columnheader', { name: 'Taken' })).toBeVisible();
});

test('what cannot be told says why, whatever the image and its pool are like', async ({ start, lab }) => {
  const guest = await lab.guest({ name: 'told', pool: false });
  const [path, pool] = [await guest.diskPath(), 'told'];
  await lab.virsh('pool-define-as', pool, 'dir', '--target', guest.folder);
  await lab.virsh('pool-start', pool);
  await guest.snapshot('inside');
  await guest.writeBytes(3 * 1024 * 1024, 'since');
  const sound = await readFile(path);
  const aside = `${path}.aside`;
  /** As it was, but for some bytes. */
  const image = async (at = 0, ...bytes: number[]) => {
    const copy = Buffer.from(sound);
    copy.set(bytes, at);
    await writeFile(path, copy);
  };
  const app = await start('--connect', lab.uri);
  const { page } = app;
  await app.open(guest.name);
  await app.snapshot('inside').click();
  const told = fact(app, 'Size');
  const again = details(app).getByRole('button', { name: 'Measure again' });
  await expect(told).toContainText(/Deleting it frees [\d.]+ KiB\s*Measured today/);
  await expect(fact(app, 'Since then')).toHaveText(/^64 KiB of disk blocks differ$/);

  const incompatible = 79; // the last byte of that header field
  const cases: readonly [what: string, make: () => Promise<unknown>, says: string][] = [
    ['dirty', () => image(incompatible, 1), 'it was not closed properly, and its counts may be behind'],
    ['corrupt', () => image(incompatible, 2), 'QEMU marked it as corrupt'],
    ['unsupported', () => image(incompatible, 32), 'it uses a feature of qcow2 that Snapkeel does not read'],
    ['not qcow2', () => image(0, 0), 'its format is not qcow2'],
    ['damaged', () => image(20, 0, 0, 0, 99), 'what it says of itself makes no sense'],
    ['missing', () => image(60, 0, 0, 0, 0), 'The snapshot is not in the image'],
    ['gone', () => rename(path, aside), 'The image is not there any more'],
    ['refused', () => symlink(path, path), 'libvirt did not let this image be read'],
    ['inactive pool', () => lab.virsh('pool-destroy', pool), 'The storage pool that has this image is not active'],
    ['no pool', () => lab.virsh('pool-undefine', pool), 'only where a storage pool has its folder'],
  ];
  for (const [what, make, says] of cases)
    await test.step(what, async () => {
      await make();
      await again.click();
      await expect(told).toContainText(says);
      await expect(told).not.toContainText(new RegExp(figure));
      await expect(again).toBeVisible();
    });
  await rm(path);
  await image();

  // Scanned before the image was there: Refresh, with consent.
  const empty = `${guest.folder}-empty`;
  await rename(guest.folder, empty);
  await mkdir(guest.folder);
  await lab.virsh('pool-create-as', pool, 'dir', '--target', guest.folder);
  await rmdir(guest.folder);
  await rename(empty, guest.folder);
  await again.click();
  await expect(told).toContainText('The storage pool has not listed this image yet: it has to be refreshed');
  await expect(fact(app, 'Since then')).toBeHidden();
  await details(app).getByRole('button', { name: 'Refresh pool…' }).click();
  const dialog = page.getByRole('alertdialog', { name: 'Refresh the storage pool?' });
  await expect(dialog).toContainText(`${pool} has not listed 1 image in ${guest.folder} yet.`);
  await expect(dialog).toContainText('No file is changed');
  await expect(dialog.getByText(/^virsh .* pool-refresh told$/)).toBeVisible();
  await expect(dialog.getByRole('button', { name: 'Cancel' })).toBeFocused();
  await page.keyboard.press('Escape');
  await expect(told).toContainText('has not listed this image yet');
  await details(app).getByRole('button', { name: 'Refresh pool…' }).click();
  await dialog.getByRole('button', { name: 'Refresh', exact: true }).click();
  await expect(dialog).toBeHidden();
  await expect(told).toContainText(/Deleting it frees [\d.]+ KiB\s*Measured today/);
  await expect(details(app).getByRole('button', { name: 'Refresh pool…' })).toBeHidden();

  // With an image below some blocks may be equal all the same; what a guest that runs has not flushed is missing besides.
  await image();
  const base = `${guest.folder}/base.qcow2`;
  await run(['qemu-img', 'create', '-q', '-f', 'qcow2', base, '64M']);
  await run(['qemu-img', 'rebase', '-u', '-f', 'qcow2', '-F', 'qcow2', '-b', base, path]);
  await again.click();
  await expect(fact(app, 'Since then')).toHaveText(/^Up to 64 KiB of disk blocks differ$/);
  await guest.start();
  await expect(fact(app, 'Since then')).toHaveText(
    /^About [\d.]+ KiB of disk blocks differ; what the guest has not flushed is missing$/,
  );
  await guest.destroy();

  // libvirt shows no contents of images over a connection that may only look, and scans nothing.
  await page.getByRole('treeitem', { name: /^This computer/ }).click({ button: 'right' });
  await page.getByRole('menuitem', { name: 'Edit host…' }).click();
  const host = page.getByRole('dialog').or(page.getByRole('alertdialog'));
  await host.getByRole('checkbox', { name: 'Read-only' }).check();
  await host.getByRole('button', { name: 'Save' }).click();
  await expect(host).toBeHidden();
  await app.open(guest.name);
  await app.snapshot('inside').click();
  await again.click();
  await expect(told).toContainText('This connection may only look, and libvirt shows it no contents of images');
});

test('what is too much to read together is measured one by one', async ({ start, lab }) => {
  const guest = await lab.guest({ name: 'many' });
  const names = ['first', 'second'];
  for (const name of names) await guest.snapshot(name);
  await writeFile(await guest.diskPath(), manyTables(names));
  const app = await start('--connect', lab.uri);
  const { page } = app;
  await app.open(guest.name);
  await app.snapshot('first').click();
  await app.snapshot('second').click({ modifiers: ['ControlOrMeta'] });
  const bar = page.getByRole('region', { name: 'Selected snapshots' });
  await expect(bar).toContainText('too much to read at once · Measure one by one…');
  await page.setViewportSize({ width: 900, height: 600 });
  await bar.getByRole('button', { name: 'Measure one by one…' }).click();
  const dialog = page.getByRole('dialog', { name: 'What each one frees' });
  await expect(dialog).toContainText('Together they may free more');
  const each = dialog.getByRole('listitem');
  for (const [nth, name] of names.entries())
    await expect(each.nth(nth)).toHaveText(new RegExp(`^${name}\\s*frees 469 KiB \\(measured \\d\\d:\\d\\d\\)$`));
  await expect(dialog.getByRole('status')).toHaveText('');
  await dialog.getByRole('button', { name: 'Close' }).last().click();
  await expect(size(app, 'first')).toHaveText('frees 469 KiB');

  await bar.getByRole('button', { name: /^Delete 2/ }).click();
  const several = page.getByRole('alertdialog').getByRole('radio', { name: 'Only these' });
  await expect(several).toHaveAccessibleDescription(/too much to read at once$/);
});

/** Of words like `frees 8.3 MiB`. */
function bytesIn(words: string): number {
  const [, value, unit] = /([\d.]+) ([KMG])iB/.exec(words) ?? [];
  return Number(value) * 1024 ** ('KMG'.indexOf(unit ?? '') + 1);
}
