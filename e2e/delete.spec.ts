import { askDelete, treeOf } from './dialogs.ts';
import { both, expect, forEver, needsLab, test } from './fixtures.ts';

const at = 1024 * 1024;

test(
  'the demo host: the tree shows what would go and move; a pinned one is kept; several go at once',
  both,
  async ({ start }) => {
    const app = await start('--demo');
    const { page } = app;
    await app.open('web-01');
    let dialog = await askDelete(app, 'app-1.8');
    const row = (name: string) => page.getByRole('row', { name, exact: true, includeHidden: true });
    await expect(row('app-1.8')).toContainText('would be deleted');
    await expect(row('try-http3')).toContainText('moves under “hardened”');
    await dialog.mode(/everything below$/);
    await expect(row('before-upgrade')).toContainText('would be deleted');
    await expect(dialog.root).toContainText('This deletes 5 snapshots');
    await expect(dialog.root).toContainText('“hardened” is the current snapshot afterwards');
    // Leaves first, each by itself: one call for all of them kills libvirtd.
    await expect(dialog.root).toContainText(
      /snapshot-delete web-01 before-upgrade[\s\S]*snapshot-delete web-01 app-1\.8/,
    );
    await expect(dialog.root).not.toContainText('--children');
    await page.keyboard.press('Escape');
    await expect(dialog.root).toBeHidden();
    await expect(app.snapshot('app-1.8')).not.toContainText('would be deleted');

    dialog = await askDelete(app, 'try-http3-tuned');
    await expect(dialog.root.getByRole('radio')).toHaveCount(2);
    const metadata = dialog.root.getByRole('radio', { name: 'Metadata only', exact: true });
    await expect(metadata).toHaveAccessibleDescription(
      'libvirt forgets the snapshot. No file is touched. frees nothing',
    );
    await page.keyboard.press('Escape');
    await expect(dialog.root).toBeHidden();

    await app.snapshot('try-http3').click({ button: 'right' });
    await page.getByRole('menuitem', { name: 'Pin against deletion' }).click();
    await expect(app.snapshot('try-http3').getByRole('img', { name: 'pinned' })).toBeVisible();
    dialog = await askDelete(app, 'try-http3', 'try-http3-tuned');
    await expect(dialog.root).toContainText('“try-http3” is pinned');
    // No way to delete them is possible: nothing is offered that cannot be done.
    await expect(dialog.root.getByRole('button', { name: /^Delete/ })).toBeHidden();
    await expect(dialog.root.getByRole('button', { name: 'Close' })).toBeFocused();
    await page.keyboard.press('Escape');

    dialog = await askDelete(app, 'try-http3-tuned', 'app-2.0');
    await expect(dialog.root).toContainText('This deletes 2 snapshots');
    await dialog.confirm();
    await expect(app.snapshot('app-2.0')).toBeHidden();
    await expect(app.snapshot('try-http3-tuned')).toBeHidden();
    await expect(app.snapshot('before-upgrade')).toContainText('current');
    await app.tab('Activity');
    const history = page.getByRole('treegrid', { name: 'Activity of web-01' });
    await history.getByRole('row').filter({ hasText: 'Delete' }).first().click();
    await expect(page.getByText('XML before, of 2 snapshots')).toBeVisible();
    const { name, text } = await app.saved(() => page.getByRole('button', { name: 'Save XML' }).click());
    expect(name).toBe('web-01.snapshots.xml');
    expect(text.match(/^<snapkeel-snapshots /gm)).toHaveLength(1);
    expect(Array.from(text.matchAll(/<domainsnapshot>\s*<name>(.*?)</g), ([, each]) => each)).toEqual([
      'try-http3-tuned',
      'app-2.0',
    ]);
  },
);

test('the demo host: a merge shows how far it is; cancelled, the snapshot is marked and can be deleted again', async ({
  start,
  pace,
}) => {
  pace.mergeMs = forEver;
  const app = await start('--demo');
  const { page } = app;
  await app.open('fileserver');
  const dialog = await askDelete(app, 'quota-rollout');
  await expect(dialog.root).toContainText('fileserver.quota-rollout is merged into fileserver.before-acl');
  await dialog.root.getByRole('button', { name: /^Delete/ }).click();
  await expect(dialog.root).toContainText(/ of 12 GiB/);
  await expect(dialog.root.getByRole('heading', { level: 2 })).toHaveText('Deleting “quota-rollout” of fileserver');
  await expect(dialog.root).toContainText('“quota-rollout” is damaged and can only be deleted again');
  await dialog.root.getByRole('button', { name: 'Cancel', exact: true }).click();
  await expect(dialog.root).toContainText('do not revert to');
  await page.keyboard.press('Escape');
  await expect(app.snapshot('quota-rollout')).toContainText('deletion interrupted');
  const revert = await app.askRevert('quota-rollout');
  await expect(revert.root).toContainText('fileserver cannot be reverted to “quota-rollout”');
  await page.keyboard.press('Escape');
  await expect(revert.root).toBeHidden();
  pace.mergeMs = 0;
  const again = await askDelete(app, 'quota-rollout');
  await again.confirm();
  await expect(app.snapshot('quota-rollout')).toBeHidden();
});

test.describe('on libvirt', () => {
  needsLab();

  test('the four ways, with the tree as virsh shows it and the data right', both, async ({ start, lab }) => {
    const guest = await lab.guest({ name: `delete-${test.info().project.name}` });
    for (const name of ['root', 'mid', 'leaf']) {
      await guest.writeBytes(at, name.padEnd(6, '.'));
      await guest.snapshot(name);
    }
    await guest.revert('root');
    await guest.snapshot('side');
    const app = await start('--connect', lab.uri);
    await app.open(guest.name);

    await (await askDelete(app, 'mid')).confirm();
    expect(await treeOf(lab, guest)).toEqual(['leaf < root', 'root', 'side < root']);

    const metadata = await askDelete(app, 'side');
    await metadata.mode(/^Metadata only/);
    await metadata.confirm();
    expect(await treeOf(lab, guest)).toEqual(['leaf < root', 'root']);
    expect(await guest.current()).toBe('root');
    await guest.revert('leaf');
    expect(await guest.readBytes(at, 6)).toBe('leaf..');

    const below = await askDelete(app, 'root');
    await below.mode(/^Only what is below/);
    await below.confirm();
    expect(await treeOf(lab, guest)).toEqual(['root']);
    expect(await guest.current()).toBe('root');
    await guest.revert('root');
    expect(await guest.readBytes(at, 6)).toBe('root..');

    await guest.snapshot('child');
    await expect(app.snapshot('child')).toBeVisible();
    const all = await askDelete(app, 'root');
    await all.mode(/everything below$/);
    await all.confirm();
    expect(await treeOf(lab, guest)).toEqual([]);
    expect(await guest.readBytes(at, 6)).toBe('root..');
  });
});
