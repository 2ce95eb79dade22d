import { askDelete, CreateDialog, treeOf } from './dialogs.ts';
import { expect, needsGenerations, test } from './fixtures.ts';
import { connectTo } from './integration/connected.ts';
import { fillLayer, throttleMerge } from './integration/slow-merge.ts';

needsGenerations();
const at = 1024 * 1024;

for (const generation of ['11.3', '12.8'] as const)
  test(`external snapshots on ${generation}: taken, gone back to, and deleted by merging, with the right data`, async ({
    start,
    labs,
  }) => {
    const lab = await labs.get(generation);
    const guest = await lab.guest({ name: 'layers' });
    await guest.writeBytes(at, 'first.');
    const app = await start('--connect', lab.uri);
    await app.open(guest.name);
    const create = new CreateDialog(app);
    for (const [name, bytes] of [
      ['one', 'second'],
      ['two', 'third.'],
      ['three', 'LATER!'],
    ] as const) {
      await create.open();
      await create.mode('Disks only, in new').check();
      await create.name.fill(name);
      await create.confirm(name);
      await guest.writeBytes(at, bytes);
    }
    expect(await treeOf(lab, guest)).toEqual(['one', 'three < two', 'two < one']);

    const middle = await askDelete(app, 'two');
    await expect(middle.root).toContainText(/hda\.two is merged into hda\.one/);
    await middle.confirm();
    expect(await treeOf(lab, guest)).toEqual(['one', 'three < one']);
    expect(await guest.readBytes(at, 6)).toBe('LATER!');

    const revert = await app.askRevert('three');
    await revert.safety.uncheck();
    await revert.confirm();
    expect(await guest.readBytes(at, 6)).toBe('third.');

    const last = await askDelete(app, 'three');
    await last.confirm();
    expect(await treeOf(lab, guest)).toEqual(['one']);
    expect(await guest.readBytes(at, 6)).toBe('third.');
    const back = await app.askRevert('one');
    await back.safety.uncheck();
    await back.confirm();
    expect(await guest.readBytes(at, 6)).toBe('first.');
  });

test('a merge that is cancelled leaves the domain as it was, and the snapshot is not reverted to', async ({
  start,
  labs,
}) => {
  const lab = await labs.get('11.3');
  const { session } = await connectTo(lab);
  try {
    const guest = await lab.guest({ name: 'slow', diskMiB: 1024 });
    for (const name of ['lower', 'upper']) await guest.snapshot(name, '--disk-only');
    await fillLayer(await guest.diskPath(), 600);
    await guest.writeBytes(at, 'here..');
    await guest.start('--paused');
    const disk = () => lab.virsh('domblklist', guest.name);
    const before = [await treeOf(lab, guest), await guest.current(), await disk()];
    const app = await start('--connect', lab.uri);
    await app.open(guest.name);
    const uuid = await lab.virsh('domuuid', guest.name);
    const dialog = await askDelete(app, 'upper');
    await expect(dialog.root).toContainText('“upper” is damaged and can only be deleted again');
    await dialog.root.getByRole('button', { name: /^Delete/ }).click();
    await throttleMerge(session, uuid, 2 * at);
    await expect(dialog.root).toContainText(/ of [\d.]+ MiB/);
    await dialog.root.getByRole('button', { name: 'Cancel', exact: true }).click();
    await expect(dialog.root).toContainText('do not revert to', { timeout: 30_000 });
    await app.page.keyboard.press('Escape');
    await expect(dialog.root).toBeHidden();
    expect([await treeOf(lab, guest), await guest.current(), await disk()]).toEqual(before);

    await expect(app.snapshot('upper')).toContainText('deletion interrupted');
    const revert = await app.askRevert('upper');
    await expect(revert.root).toContainText('cannot be reverted to');
    await expect(revert.revert).toBeHidden();
    await app.page.keyboard.press('Escape');
    await expect(revert.root).toBeHidden();
    const again = await askDelete(app, 'upper');
    await again.confirm();
    expect(await treeOf(lab, guest)).toEqual(['lower']);
    expect(await guest.readBytes(at, 6)).toBe('here..');
  } finally {
    await session.disconnect();
  }
});
