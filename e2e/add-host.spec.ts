import { execFileSync } from 'node:child_process';
import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import type { Locator } from '@playwright/test';
import type { App } from './app.ts';
import { both, expect, leaveOut, needsLab, test } from './fixtures.ts';
import { sshdAvailable } from './lab/available.ts';
import { type Sshd, startSshd } from './lab/sshd.ts';

needsLab();
/** A host in the list that needs no network. */
const nowhere = 'qemu+unix:///system?socket=/nowhere';
let sshd: Sshd;

test.beforeAll(async ({ labs }, info) => {
  leaveOut(info.title, sshdAvailable());
  sshd = await startSshd(await labs.get());
});
test.afterAll(() => sshd?.stop());

/** The lab's SSH server under names of the person's own: with the right key, and with none. */
test.beforeEach(async ({ home }) => {
  const block = (name: string, key: string) =>
    `Host ${name}\n  HostName ${sshd.host}\n  Port ${sshd.port}\n  User ${sshd.user}\n  IdentitiesOnly yes\n  IdentityFile ${key}\n`;
  await mkdir(join(home, '.ssh'), { mode: 0o700 });
  await mkdir(join(home, '.config/libvirt'), { recursive: true });
  await writeFile(
    join(home, '.ssh/config'),
    block('kvm-good', sshd.keyFile) + block('kvm-shut', join(home, '.ssh/none')),
  );
  const mode = new URL(sshd.uri).pathname;
  const aliases = [`lab=qemu+ssh://kvm-good${mode}`, 'cloud=esx://vcenter.example/'];
  await writeFile(
    join(home, '.config/libvirt/libvirt.conf'),
    `# mine\nuri_aliases = [\n"${aliases.join('",\n"')}"\n]\n`,
  );
});

const trust = (home: string) => writeFile(join(home, '.ssh/known_hosts'), `${sshd.knownHostsLine}\n`, { mode: 0o600 });
const uriOf = (name: string) => `qemu+ssh://${name}${new URL(sshd.uri).pathname}`;
const question = ({ page }: App) => page.getByRole('alertdialog');

/** The dialog, and what is in it. */
async function addHost({ page }: App) {
  await page.getByRole('button', { name: 'Add host' }).first().click();
  await page.getByRole('menuitem', { name: 'Add host…' }).click();
  const root = page.getByRole('dialog', { name: 'Add a host' });
  const steps = root.getByRole('region', { name: 'Connection test' }).getByRole('listitem');
  return {
    root,
    field: root.getByRole('combobox', { name: 'Connection URI' }),
    option: (name: string | RegExp) => root.getByRole('option', { name }),
    source: (name: RegExp) => root.getByRole('group', { name }),
    button: (name: string) => root.getByRole('button', { name, exact: true }),
    step: (name: string): Locator => steps.filter({ hasText: name }),
    async test(uri: string) {
      await root.getByRole('combobox').fill(uri);
      await root.getByRole('button', { name: 'Test connection' }).click();
    },
  };
}

test(
  'a host is picked from where it is known, by keys alone, and is in the list from then on',
  both,
  async ({ start, home }) => {
    await trust(home);
    const app = await start('--connect', nowhere);
    const { page } = app;
    const dialog = await addHost(app);
    await expect(dialog.field).toBeFocused();
    await expect(dialog.source(/^SSH configuration, .*\.ssh\/config$/).getByRole('option')).toHaveCount(2);
    await expect(dialog.source(/^libvirt’s aliases, /).getByRole('option')).toHaveCount(2);
    await expect(dialog.option(/^cloud/)).toContainText('The esx driver runs inside libvirt');
    await dialog.option(/^cloud/).click({ force: true });
    await expect(dialog.field).toHaveValue('');

    await page.keyboard.type('lab');
    await expect(dialog.option(/./)).toHaveCount(1);
    await page.keyboard.press('ArrowDown');
    await expect(dialog.option(/^lab/)).toHaveAttribute('aria-selected', 'true');
    await page.keyboard.press('Enter');
    await expect(dialog.field).toHaveValue(uriOf('kvm-good'));
    await expect(dialog.field).toBeFocused();
    await page.keyboard.press('Enter');
    await expect(dialog.root).toBeHidden();
    await expect(page.getByRole('treeitem', { name: /kvm-good/ })).toHaveAccessibleDescription(/^connected, /);

    const again = await addHost(app);
    await expect(again.option(/^lab/)).toContainText('in the list');
    await again.field.fill('lab');
    await again.button('Add host').click();
    await expect(again.root).toBeHidden();
    await expect(page.getByRole('treeitem', { name: /kvm-good/ })).toHaveCount(1);
  },
);

test('a test of a good host tells what is there', async ({ start, home, lab }) => {
  await trust(home);
  await lab.guest({ name: 'counted' });
  const app = await start('--connect', nowhere);
  const dialog = await addHost(app);
  await dialog.test('lab');
  await expect(dialog.root.getByText('The connection works.', { exact: true })).toBeVisible();
  await expect(dialog.root.getByRole('status')).toContainText('The connection works. 1 domain.');
  for (const step of ['Connect', 'Check the host key', 'Log in', 'Reach libvirt’s socket', 'Open libvirt'])
    await expect(dialog.step(step)).toContainText('done');
  await expect(dialog.root).toContainText('SSH to kvm-good');
  await dialog.field.fill('lab2');
  await expect(dialog.step('Log in')).toBeHidden();
});

test('a key that is refused is told at its step, with what to do', async ({ start, home }) => {
  await trust(home);
  const app = await start('--connect', nowhere);
  const dialog = await addHost(app);
  await dialog.test(uriOf('kvm-shut'));
  await expect(dialog.step('Log in')).toContainText('failed');
  await expect(dialog.step('Log in')).toContainText('refused the login');
  await expect(dialog.step('Log in')).toContainText('Load the right key into the SSH agent');
  await expect(dialog.step('Check the host key')).toContainText('done');
  await expect(dialog.step('Open libvirt')).toContainText('not reached');
  await dialog.button('Show hosts').click();
  await expect(dialog.option(/^kvm-shut/)).toBeVisible();
});

test('an unknown key asks over the dialog, which Escape leaves open', async ({ start, home }) => {
  const app = await start('--connect', nowhere);
  const dialog = await addHost(app);
  await dialog.test(uriOf('kvm-good'));
  await expect(question(app)).toContainText(sshd.hostKeyFingerprint);
  await expect(question(app).getByRole('button', { name: 'Don’t connect' })).toBeFocused();
  await app.page.mouse.click(5, 5);
  await expect(question(app)).toBeVisible();
  await app.page.keyboard.press('Escape');
  await expect(question(app)).toBeHidden();
  await expect(dialog.step('Check the host key')).toContainText('failed');
  await expect(dialog.step('Check the host key')).toContainText(/was not trusted\.\s*Test again to be asked again\./);
  await expect(readFile(join(home, '.ssh/known_hosts'), 'utf8')).rejects.toThrow('ENOENT');

  await dialog.button('Test connection').click();
  await question(app).getByRole('button', { name: 'Trust and remember' }).click();
  await expect(dialog.root.getByText('The connection works.', { exact: true })).toBeVisible();
  expect(await readFile(join(home, '.ssh/known_hosts'), 'utf8')).toContain(sshd.knownHostsLine);
  await app.page.keyboard.press('Escape');
  await expect(dialog.root).toBeHidden();
});

test('a passphrase is asked for over the dialog, and a wrong answer is no end', async ({ start, home }) => {
  await trust(home);
  const key = join(home, '.ssh/none');
  await copyFile(sshd.keyFile, key);
  execFileSync('ssh-keygen', ['-p', '-q', '-N', 'open sesame', '-f', key]);
  const app = await start('--connect', nowhere);
  const dialog = await addHost(app);
  const asked = app.page.getByRole('dialog', { name: 'Passphrase of an SSH key' });
  await dialog.test(uriOf('kvm-shut'));
  await expect(asked.getByLabel('Passphrase')).toBeFocused();
  await app.page.keyboard.press('Escape');
  await expect(asked).toBeHidden();
  await expect(dialog.step('Log in')).toContainText('its question was not answered');
  await dialog.button('Test connection').click();
  await asked.getByLabel('Passphrase').fill('wrong');
  await app.page.keyboard.press('Enter');
  await expect(asked).toContainText('That was not accepted.');
  await asked.getByLabel('Passphrase').fill('open sesame');
  await app.page.keyboard.press('Enter');
  await expect(dialog.root.getByText('The connection works.', { exact: true })).toBeVisible();
});

test('a test that waits is stopped by its button, and by closing the dialog: nothing stays open', async ({
  start,
  home,
}) => {
  const open = new Set<object>();
  const mute = createServer((socket) => {
    open.add(socket);
    socket.on('error', () => {}).on('close', () => open.delete(socket));
    socket.resume();
  });
  await new Promise<void>((resolve) => mute.listen(join(home, 'mute'), resolve));
  const app = await start('--connect', nowhere);
  const dialog = await addHost(app);
  for (const how of ['Stop test', 'Cancel']) {
    await dialog.test(`qemu+unix:///system?socket=${join(home, 'mute')}`);
    await expect(dialog.step('Open libvirt')).toContainText('now');
    await expect.poll(() => open.size).toBe(1);
    await dialog.button(how).click();
    await expect.poll(() => open.size).toBe(0);
    if (how === 'Stop test') await expect(dialog.step('Open libvirt')).toContainText('not reached');
    else await expect(dialog.root).toBeHidden();
  }
  mute.close();
});

test('what is neither an address nor an alias is refused by both buttons', async ({ start }) => {
  const app = await start('--connect', nowhere);
  const dialog = await addHost(app);
  await dialog.test('nowhere');
  const sentence = '“nowhere” is neither an address nor an alias in libvirt.conf.';
  await expect(dialog.root.getByRole('region', { name: 'Connection test' })).toContainText(sentence);
  await dialog.button('Add host').click();
  await expect(dialog.root.getByRole('alert')).toContainText(sentence);
});
