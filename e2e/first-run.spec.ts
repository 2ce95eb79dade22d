import { mkdir, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { expect, test } from './fixtures.ts';

let server: Server;
let connections = 0;
test.beforeAll(async () => {
  server = createServer((socket) => {
    connections += 1;
    socket.destroy();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
test.afterAll(() => void server.close());

test('nothing is set up: what was found is there to connect to, and nothing is contacted before a click', async ({
  start,
  home,
}) => {
  const { port } = server.address() as AddressInfo;
  await mkdir(join(home, '.ssh'), { mode: 0o700 });
  const hosts = ['kvm-a', 'kvm-b', 'kvm-c', 'kvm-d', 'kvm-e'].map(
    (name) => `Host ${name}\n  HostName 127.0.0.1\n  User admin\n  Port ${port}\n`,
  );
  await writeFile(join(home, '.ssh', 'config'), hosts.join(''));
  connections = 0;
  const { page } = await start();
  await expect(page.getByRole('heading', { name: 'Connect to your domains' })).toBeVisible();
  const found = page.getByRole('region', { name: /^Found in/ });
  await expect(found.getByRole('button', { name: /^Connect to/ })).toHaveCount(3);
  await expect(found).toContainText(`admin@127.0.0.1, port ${port}`);
  await expect(page.getByRole('button', { name: /^(Connect to|Add host…)/ }).first()).toBeVisible();
  await expect(page.getByRole('treeitem')).toHaveCount(0);
  await found.getByRole('button', { name: 'Show 2 more' }).click();
  await expect(found.getByRole('button', { name: /^Connect to/ })).toHaveCount(5);
  expect(connections).toBe(0);

  await found.getByRole('button', { name: 'Connect to kvm-e' }).click();
  await expect.poll(() => connections).toBeGreaterThan(0);
  await expect(page.getByRole('treeitem', { name: 'kvm-e' })).toBeVisible();
  await expect(page.getByRole('heading', { name: 'Connect to your domains' })).toBeVisible();
});

test('the demo is opened, is there again at the next start, and can be removed and had again', async ({ start }) => {
  const app = await start();
  await app.page.getByRole('button', { name: 'Open demo' }).click();
  await app.open('web-01');
  await app.stop();

  const again = await start();
  const { page } = again;
  const demo = again.domain('Demo (simulated)');
  await expect(demo).toBeVisible();
  await demo.click({ button: 'right' });
  await page.getByRole('menuitem', { name: 'Remove host…' }).click();
  await page.getByRole('button', { name: 'Remove host' }).click();
  await expect(demo).toBeHidden();
  await expect(page.getByRole('heading', { name: 'Connect to your domains' })).toBeVisible();

  await page.getByRole('button', { name: 'Add host', exact: true }).click();
  await page.getByRole('menuitem', { name: 'Open the demo' }).click();
  await expect(demo).toBeVisible();
  await expect(page).toHaveTitle('Demo (simulated) – Snapkeel');
  await page.keyboard.press('ControlOrMeta+k');
  await page.getByRole('combobox', { name: /^Find/ }).fill('connect…');
  await page.getByRole('option', { name: /^Connect…/ }).click();
  await expect(page.getByRole('heading', { name: 'Connect to your domains' })).toBeVisible();
});

test('the demo host: a backend that does not answer is said, and nothing is waited for without end', async ({
  start,
}) => {
  const { page } = await start('--demo');
  await expect(page.getByRole('treeitem').first()).toBeVisible();
  let sockets = 0;
  await page.routeWebSocket(/\/rpc/, (socket) => {
    // The first takes a question and ends; no other is answered.
    if (sockets++ === 0) socket.onMessage(() => socket.close());
    else socket.close();
  });
  // Nothing answers at its address either, or else it would be another token that is missing.
  await page.route(/:\d+\/$/, (route) => (route.request().method() === 'HEAD' ? route.abort() : route.continue()));
  await page.reload();
  await expect(page.getByRole('main')).toContainText('Snapkeel’s backend is not reachable');
  await expect(page.getByRole('alert').first()).toContainText('not reachable');
});
