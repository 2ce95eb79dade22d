import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { opensslProblem, TestCa } from '../electron/transport/test-pki.ts';
import type { App } from './app.ts';
import { both, expect, leaveOut, needsLab, test } from './fixtures.ts';
import { isRoot } from './lab/available.ts';
import { freePort } from './lab/free-port.ts';
import { type Lab, startLab } from './lab/lab.ts';

needsLab();
const sentence = 'This connection is not encrypted: anyone on the way can read and change it.';
const at = 1024 * 1024;
let lab: Lab;
let uris: Record<'tls' | 'tcp' | 'stranger', string>;

test.beforeAll(async ({}, info) => {
  const reason = opensslProblem() ?? (isRoot() ? undefined : 'it needs root');
  leaveOut(info.title, reason === undefined ? { ok: true } : { ok: false, reason });
  lab = await startLab();
  const [tls, tcp] = [await freePort(), await freePort()];
  const ca = new TestCa(join(lab.dir, 'pki'));
  ca.issue({ use: 'client' });
  const server = ca.issue({ use: 'server', names: 'IP:127.0.0.1' });
  const stranger = new TestCa(join(lab.dir, 'other'));
  await lab.listen({
    listen_tls: 1,
    tls_port: `${tls}`,
    auth_tls: 'none',
    ca_file: ca.cert,
    cert_file: server.cert,
    key_file: server.key,
    listen_tcp: 1,
    tcp_port: `${tcp}`,
    auth_tcp: 'none',
  });
  uris = {
    tls: `qemu+tls://127.0.0.1:${tls}/system?pkipath=${join(ca.cert, '..')}`,
    stranger: `qemu+tls://127.0.0.1:${tls}/system?pkipath=${join(stranger.cert, '..')}`,
    tcp: `qemu+tcp://127.0.0.1:${tcp}/system`,
  };
});
test.afterAll(() => lab?.stop());

async function askForHost(app: App): Promise<Page> {
  await expect(app.domain('web-01')).toBeVisible();
  await app.page.keyboard.press('ControlOrMeta+k');
  await app.page.getByRole('combobox').fill('Add host');
  await expect(app.page.getByRole('option', { selected: true })).toHaveText(/^Add host/);
  await app.page.keyboard.press('Enter');
  return app.page;
}

test('over TLS the bytes come back', both, async ({ start }) => {
  const guest = await lab.guest({ name: `tls-${test.info().project.name}` });
  await guest.writeBytes(at, 'before');
  await guest.snapshot('clean');
  await guest.writeBytes(at, 'AFTER!');
  const app = await start('--connect', uris.tls);
  await app.open(guest.name);
  await expect(app.page.getByRole('treeitem', { level: 1 })).toHaveAccessibleDescription(/^connected, /);
  const dialog = await app.askRevert('clean');
  await expect(dialog.root).toContainText('qemu+tls://');
  await dialog.confirm();
  expect(await guest.readBytes(at, 6)).toBe('before');
});

test('a server of another CA is not connected to', async ({ start }) => {
  const { page } = await start('--connect', uris.stranger);
  await expect(page.getByText(/presented a certificate that the CA in .*cacert\.pem does not confirm/)).toBeVisible();
});

test('plain TCP is told as not encrypted: while it is typed, in the list and on the host’s page', async ({ start }) => {
  const page = await askForHost(await start('--demo'));
  const dialog = page.getByRole('dialog', { name: 'Add a host' });
  const field = dialog.getByRole('combobox', { name: 'Connection URI' });
  await field.fill('qemu+tls://');
  await expect(dialog).not.toContainText(sentence);
  await field.fill('qemu+tcp://');
  await expect(dialog.getByRole('status')).toContainText(sentence);
  await field.fill(uris.tcp);
  await field.press('Enter');
  await expect(page.getByRole('main')).toContainText(sentence);
  await expect(page.getByRole('treeitem', { name: /127\.0\.0\.1/ })).toContainText('not encrypted');
});

test('a parameter that would switch the check off is refused by name', async ({ start }) => {
  const page = await askForHost(await start('--demo'));
  const field = page.getByRole('combobox', { name: 'Connection URI' });
  await field.fill(`${uris.tls}&no_verify=1`);
  await field.press('Enter');
  await expect(page.getByRole('dialog').getByRole('alert')).toContainText(
    '"no_verify=1" would turn off the check of the server’s certificate',
  );
});
