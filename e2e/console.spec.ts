import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { both, expect, leaveOut, needsLab, test } from './fixtures.ts';
import { isInstalled } from './lab/available.ts';

needsLab();

test(
  'a console is opened in the viewer of this computer, or its address is told',
  both,
  async ({ start, lab, home }) => {
    const viewers = ['virt-viewer', 'remote-viewer'].filter((name) => isInstalled(name));
    leaveOut(test.info().title, viewers.length > 0 ? `${viewers.join(' and ')} would open on this machine` : undefined);
    const guest = await lab.guest({ name: `console-${test.info().project.name}`, graphics: 'port' });
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
    await expect
      .poll(() => readFile(said, 'utf8').catch(() => ''))
      .toBe(`--connect ${lab.uri} --reconnect --uuid ${uuid}\n`);
  },
);
