import { askDelete, CreateDialog, treeOf } from './dialogs.ts';
import { expect, needsGenerations, test } from './fixtures.ts';
import { startLab } from './lab/lab.ts';

needsGenerations();
const at = 1024 * 1024;

for (const generation of ['11.3', '12.8'] as const)
  test(`external snapshots on ${generation}: taken, gone back to, and deleted by merging, with the right data`, async ({
    start,
  }) => {
    const lab = await startLab({ generation });
    try {
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
      await expect(middle.root).toContainText(/hda\.two holds is merged down into hda\.one/);
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
    } finally {
      await lab.stop();
    }
  });
