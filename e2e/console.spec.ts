import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { both, expect, needsLab, test } from './fixtures.ts';

needsLab();

test(
  'a console is opened in the viewer of this computer, or its address is told',
  both,
  async ({ start, lab, home }) => {
    const guest = await lab.guest({ name: `console-${test.info().project.name}`, graphics: true });
    await guest.start();
    const [bin, said] = [join(home, 'bin'), join(home, 'said')];
    await mkdir(bin);
    const path = process.env.PATH;
    process.env.PATH = `${bin}:${path}`;
    const app = await start('--connect', lab.uri).finally(() => {
      process.env.PATH = path;
    });
    const { page } = app;
    await app.open(guest.name);
    const open = async () => {
      await page.getByRole('button', { name: `More for ${guest.name}` }).click();
      await page.getByRole('menuitem', { name: 'Open console' }).click();
    };
    await open();
    const dialog = page.getByRole('dialog');
    await expect(dialog).toContainText('vnc://127.0.0.1:59');
    await expect(dialog).toContainText('virt-viewer is not installed on this computer.');
    await dialog.getByRole('button', { name: 'Close', exact: true }).last().click();

    const viewer = join(bin, 'virt-viewer');
    await writeFile(viewer, `#!/bin/sh\necho "$@" > ${said}\nsleep 4\n`);
    await chmod(viewer, 0o755);
    await open();
    await expect(page.getByRole('region', { name: 'Messages' })).toContainText('console opened in virt-viewer');
    const uuid = await lab.virsh('domuuid', guest.name);
    expect((await readFile(said, 'utf8')).trim()).toBe(`--connect ${lab.uri} --reconnect --uuid ${uuid}`);
  },
);
