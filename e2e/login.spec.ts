import { execFileSync } from 'node:child_process';
import { copyFile, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { App } from './app.ts';
import { both, expect, leaveOut, needsLab, test } from './fixtures.ts';
import { isRoot, sshdAvailable } from './lab/available.ts';
import { type Sshd, startSshd } from './lab/sshd.ts';

needsLab();
const canary = 'c4nary in a coal mine';
let sshd: Sshd;

test.beforeAll(async ({ labs }, info) => {
  leaveOut(info.title, sshdAvailable());
  sshd = await startSshd(await labs.get());
});
test.afterAll(() => sshd?.stop());

test.beforeEach(async ({ home }) => {
  await mkdir(join(home, '.ssh'), { mode: 0o700 });
  await writeFile(join(home, '.ssh/known_hosts'), `${sshd.knownHostsLine}\n`, { mode: 0o600 });
});

const uri = () => sshd.uri.replace(/\?.*/, '');
const question = (app: App) => app.page.getByRole('dialog');
const connected = ({ page }: App, options?: { timeout: number }) =>
  expect(page.getByRole('treeitem', { name: /127\.0\.0\.1/ })).toHaveAccessibleDescription(/^connected, /, options);

/** Everything that is written under a folder, as one text. */
async function textsIn(folder: string): Promise<string> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return (await Promise.all(files.map((file) => readFile(file, 'latin1')))).join('\n');
}

/** What the window is told from now on. */
async function heardBy(app: App): Promise<() => string> {
  const heard: string[] = [];
  app.page.on('websocket', (socket) => socket.on('framereceived', ({ payload }) => heard.push(String(payload))));
  await app.page.reload();
  return () => heard.join('\n');
}

for (const how of ['password', 'keyboard-interactive'] as const)
  test(`a ${how} is asked for until it is right, and is written nowhere`, async ({ start, home }, info) => {
    leaveOut(info.title, isRoot() ? { ok: true } : { ok: false, reason: 'only root can give an account a password' });
    await sshd.setPassword(canary, how);
    const app = await start('--connect', uri());
    const heard = await heardBy(app);
    const field = question(app).getByLabel('Password');
    await expect(field).toBeFocused();
    await field.fill(`${canary}, wrong`);
    await app.page.keyboard.press('Enter');
    if (how === 'password') await expect(question(app)).toContainText('That was not accepted.');
    await expect(field).toHaveValue('');
    await field.fill(canary);
    await question(app).getByRole('button', { name: 'Continue' }).click();
    await connected(app);
    await expect(question(app)).toBeHidden();
    await app.stop();
    expect(await textsIn(home)).not.toContain(canary);
    expect(heard()).toContain(how === 'password' ? '"password"' : '"prompts"');
    expect(heard()).not.toContain(canary);
  });

test('a passphrase opens a key, is kept when wanted, and cancelling says what to do', both, async ({ start, home }) => {
  const key = join(home, '.ssh/id_ed25519');
  await copyFile(sshd.keyFile, key);
  execFileSync('ssh-keygen', ['-p', '-q', '-N', canary, '-f', key]);
  const app = await start('--connect', uri());
  await expect(question(app)).toContainText('Passphrase of an SSH key');
  await expect(question(app)).toContainText(key);
  await question(app).getByRole('button', { name: 'Don’t connect' }).click();
  await expect(app.page.getByText('its question was not answered')).toBeVisible();

  await app.page
    .getByRole('button', { name: /^(Try again|Connect)/ })
    .first()
    .click();
  await question(app).getByLabel('Passphrase').fill(canary);
  await question(app).getByRole('checkbox').check();
  await app.page.keyboard.press('Enter');
  await connected(app);

  await sshd.disconnect();
  await expect(app.page.getByText(/was lost|did not answer|refused the connection/).first()).toBeVisible();
  await sshd.start();
  await connected(app, { timeout: 60_000 });
  await expect(question(app)).toBeHidden();

  await app.page.getByRole('button', { name: 'Settings' }).click();
  const settings = app.page.getByRole('dialog', { name: 'Settings' });
  const where = app.electron ? 'in the system keychain' : 'until Snapkeel ends';
  await expect(settings).toContainText(`1 secret remembered ${where}.`);
  expect(await textsIn(home)).not.toContain(canary);
  await settings.getByRole('button', { name: 'Forget all' }).click();
  await expect(settings).toContainText('None are remembered.');
  await app.stop();
  expect(await textsIn(home)).not.toContain(canary);
});
