import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { both, expect, leaveOut, needsLab, test } from './fixtures.ts';
import { sshdAvailable } from './lab/available.ts';
import { type Sshd, startSshd } from './lab/sshd.ts';

needsLab();
let sshd: Sshd;

test.beforeAll(async ({ labs }, info) => {
  leaveOut(info.title, sshdAvailable());
  sshd = await startSshd(await labs.get());
});
test.afterAll(() => sshd?.stop());

/** A connection of which only ssh itself knows how to make it. */
const relay = `require('net').connect(process.argv[2], process.argv[3], function () {
  process.stdin.pipe(this).pipe(process.stdout);
});`;

test.beforeEach(async ({ home }) => {
  await mkdir(join(home, '.ssh'), { mode: 0o700 });
  await writeFile(join(home, 'relay.cjs'), relay);
  const config = [
    'Host *',
    `  ProxyCommand '${process.execPath}' ${join(home, 'relay.cjs')} %p %h`,
    `  IdentityFile ${sshd.keyFile}`,
  ];
  await writeFile(join(home, '.ssh/config'), `${config.join('\n')}\n`, { mode: 0o600 });
});

test(
  'a host that only OpenSSH can reach offers it, asks about its key, and reverts',
  both,
  async ({ start, home, lab }) => {
    const guest = await lab.guest({ name: `only-${test.info().project.name}` });
    await guest.writeBytes(1024 * 1024, 'before');
    await guest.snapshot('clean');
    await guest.writeBytes(1024 * 1024, 'AFTER!');

    const app = await start('--connect', sshd.uri);
    await expect(app.page.getByText('Only the system’s own ssh can reach')).toBeVisible();
    await app.page.getByRole('button', { name: 'Use OpenSSH' }).click();
    const question = app.page.getByRole('alertdialog');
    await expect(question).toContainText(sshd.hostKeyFingerprint);
    await question.getByRole('button', { name: 'Trust and remember' }).click();
    await app.open(guest.name);
    const dialog = await app.askRevert('clean');
    await dialog.confirm();
    expect(await guest.readBytes(1024 * 1024, 6)).toBe('before');
    expect(await readFile(join(home, '.ssh/known_hosts'), 'utf8')).toContain(sshd.knownHostsLine);
  },
);

test('a test names what only OpenSSH can do, tries it, and the host is added so', async ({ start, home }) => {
  await writeFile(join(home, '.ssh/known_hosts'), `${sshd.knownHostsLine}\n`, { mode: 0o600 });
  const app = await start('--connect', 'qemu+unix:///system?socket=/nowhere');
  await app.page.getByRole('button', { name: 'Add host' }).first().click();
  await app.page.getByRole('menuitem', { name: 'Add host…' }).click();
  const dialog = app.page.getByRole('dialog', { name: 'Add a host' });
  await dialog.getByRole('combobox').fill(sshd.uri);
  await dialog.getByRole('button', { name: 'Test connection' }).click();
  await expect(dialog).toContainText('because of ProxyCommand');
  await dialog.getByRole('button', { name: 'Test with OpenSSH' }).click();
  await expect(dialog).toContainText('The connection works.');
  await dialog.getByRole('button', { name: 'Add host' }).click();
  await expect(dialog).toBeHidden();
  await expect(app.page.getByRole('treeitem', { name: /127\.0\.0\.1/ })).toHaveAccessibleDescription(/^connected/);
});

test('on a read-only host there is nothing that changes it', async ({ start, home, lab }) => {
  await writeFile(join(home, '.ssh/known_hosts'), `${sshd.knownHostsLine}\n`, { mode: 0o600 });
  await writeFile(join(home, '.ssh/config'), '', { mode: 0o600 });
  const guest = await lab.guest({ name: 'look-only' });
  await guest.snapshot('one');
  const app = await start('--connect', sshd.uri);
  await app.open(guest.name);
  await expect(app.page.getByRole('button', { name: 'Take snapshot' })).toBeVisible();

  const host = app.page.getByRole('treeitem').first();
  await host.click();
  await app.page.getByRole('button', { name: /^More for/ }).click();
  await app.page.getByRole('menuitem', { name: 'Edit host…' }).click();
  const dialog = app.page.getByRole('dialog');
  await dialog.getByRole('checkbox', { name: 'Read-only' }).check();
  await dialog.getByRole('button', { name: 'Save' }).click();
  await expect(dialog).toBeHidden();

  await app.open(guest.name);
  await expect(app.page.getByRole('main')).toContainText('read-only');
  await expect(app.snapshot('one')).toBeVisible();
  for (const name of ['Take snapshot', 'Revert…', 'Start'])
    await expect(app.page.getByRole('button', { name })).toBeHidden();
  await app.snapshot('one').click({ button: 'right' });
  await expect(app.page.getByRole('menuitem', { name: 'Copy snapshot name' })).toBeVisible();
  await expect(app.page.getByRole('menuitem', { name: /Revert|Delete|Edit/ })).toHaveCount(0);
});
