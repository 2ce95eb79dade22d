import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { App } from './app.ts';
import { both, expect, leaveOut, needsLab, test } from './fixtures.ts';
import { sshdAvailable } from './lab/available.ts';
import { type Sshd, startSshd } from './lab/sshd.ts';

needsLab();
const at = 1024 * 1024;
let sshd: Sshd;

test.beforeAll(async ({ labs }, info) => {
  leaveOut(info.title, sshdAvailable());
  sshd = await startSshd(await labs.get());
});
test.afterAll(() => sshd?.stop());

const question = (app: App) => app.page.getByRole('alertdialog');

test('over SSH: an unknown key asks, then the bytes come back', both, async ({ start, lab, home }) => {
  const guest = await lab.guest({ name: `remote-${test.info().project.name}` });
  await guest.writeBytes(at, 'before');
  await guest.snapshot('clean');
  await guest.writeBytes(at, 'AFTER!');

  const app = await start('--connect', sshd.uri);
  await expect(question(app)).toContainText(sshd.hostKeyFingerprint);
  await expect(question(app).getByRole('button', { name: 'Don’t connect' })).toBeFocused();
  await question(app).getByRole('button', { name: 'Trust and remember' }).click();
  await app.open(guest.name);
  const dialog = await app.askRevert('clean');
  await expect(dialog.root).toContainText('qemu+ssh://');
  await dialog.confirm();
  expect(await guest.readBytes(at, 6)).toBe('before');
  expect(await readFile(join(home, '.ssh/known_hosts'), 'utf8')).toContain(sshd.knownHostsLine);
});

test('a key that is not trusted is not connected to, nor remembered', async ({ start, home }) => {
  const app = await start('--connect', sshd.uri);
  await question(app).getByRole('button', { name: 'Don’t connect' }).click();
  await expect(app.page.getByText(/host key .* was not trusted/)).toBeVisible();
  await expect(readFile(join(home, '.ssh/known_hosts'), 'utf8')).rejects.toThrow('ENOENT');
});

test('a known key does not ask; a changed one is refused without asking', async ({ start, home }) => {
  await mkdir(join(home, '.ssh'), { mode: 0o700 });
  await writeFile(join(home, '.ssh/known_hosts'), `${sshd.knownHostsLine}\n`, { mode: 0o600 });
  const first = await start('--connect', sshd.uri);
  await expect(first.page.getByRole('treeitem', { name: /127\.0\.0\.1/ })).toHaveAccessibleDescription(/^connected, /);
  await first.stop();

  await sshd.changeHostKey();
  const second = await start('--connect', sshd.uri);
  await expect(
    second.page.getByText(/host key of .* does not match the known one in .*known_hosts line 1/).first(),
  ).toBeVisible();
  await expect(question(second)).toBeHidden();
});
