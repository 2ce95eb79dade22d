import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from './fixtures.ts';

const electronOnly = { tag: '@electron' } as const;

test('only the window’s own page is given the port', electronOnly, async ({ start }) => {
  const { page, electron } = await start('--demo');
  await expect(page.getByRole('treeitem', { name: /Demo/ })).toBeVisible();
  const closed = await electron?.evaluate(async ({ ipcMain, MessageChannelMain, BrowserWindow }) => {
    const [window] = BrowserWindow.getAllWindows();
    const own = window?.webContents.mainFrame;
    const strangers = [
      { url: 'https://evil.example/', origin: 'https://evil.example', parent: null },
      { url: 'app://snapkeel/index.html', origin: 'app://snapkeel', parent: own },
    ];
    return Promise.all(
      strangers.map((senderFrame) => {
        const { port1, port2 } = new MessageChannelMain();
        const ended = new Promise<boolean>((resolve) => {
          port2.on('close', () => resolve(true));
          setTimeout(() => resolve(false), 30_000);
        });
        port2.start();
        ipcMain.emit('snapkeel:port', { sender: window?.webContents, senderFrame, ports: [port1] });
        return ended;
      }),
    );
  });
  expect(closed).toEqual([true, true]);
});

test('the page cannot reach Node', electronOnly, async ({ start }) => {
  const { page } = await start('--demo');
  expect(
    await page.evaluate(() => [typeof require, typeof process, Object.keys(Object(Reflect.get(window, 'snapkeel')))]),
  ).toEqual(['undefined', 'undefined', ['shell']]);
});

/*
 * The next two ask the main process what became of the page: a page that a refused window or navigation has held up
 * may keep a debugger waiting.
 */
test('the page cannot open windows', electronOnly, async ({ start }) => {
  const { page, electron } = await start('--demo');
  await expect(page.getByRole('treeitem', { name: /Demo/ })).toBeVisible();
  await page.evaluate(() => setTimeout(() => window.open('https://example.org/'), 0));
  await page.waitForTimeout(1_000);
  expect(await electron?.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().length)).toBe(1);
  expect(electron?.windows()).toHaveLength(1);
});

test('the page cannot navigate away', electronOnly, async ({ start }) => {
  const { page, electron } = await start('--demo');
  await expect(page.getByRole('treeitem', { name: /Demo/ })).toBeVisible();
  await page.evaluate(() => setTimeout(() => location.assign('https://example.org/'), 0));
  await page.waitForTimeout(1_000);
  const url = await electron?.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.webContents.getURL());
  expect(url).toBe('app://snapkeel/index.html');
});

test('a second start focuses the window of the first', electronOnly, async ({ start, home }) => {
  const { electron } = await start('--demo');
  const focused = electron?.evaluate(
    ({ BrowserWindow }) =>
      new Promise<boolean>((resolve) => BrowserWindow.getAllWindows()[0]?.once('focus', () => resolve(true))),
  );
  await electron?.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.minimize());
  const executable = createRequire(import.meta.url)('electron') as unknown as string;
  const root = fileURLToPath(new URL('../', import.meta.url));
  const sandbox = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  const second = spawn(executable, [...sandbox, root, '--demo', '--data-dir', join(home, 'data')], { stdio: 'ignore' });
  const [code] = await once(second, 'exit');
  expect(code).toBe(0);
  expect(await focused).toBe(true);
  expect(await electron?.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.isMinimized())).toBe(false);
});

test('closing the window ends the app', electronOnly, async ({ start }) => {
  const { electron, page } = await start('--demo');
  await expect(page.getByRole('treeitem', { name: /Demo/ })).toBeVisible();
  const process = electron?.process();
  const ended = process ? once(process, 'exit') : undefined;
  await electron?.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.close()).catch(() => {});
  expect((await ended)?.[0]).toBe(0);
});
