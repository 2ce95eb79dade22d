import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { App } from './app.ts';
import { expect, leaveOut, test } from './fixtures.ts';
import { electronMissing } from './shell.ts';

const electronOnly = { tag: '@electron' } as const;
const root = fileURLToPath(new URL('../', import.meta.url));

/** Starts the runtime once more, as a person would who forgot that it runs. */
function startAgain(...args: string[]) {
  const executable = createRequire(import.meta.url)('electron') as unknown as string;
  const sandbox = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  return spawn(executable, [...sandbox, root, ...args], { stdio: ['ignore', 'ignore', 'pipe'] });
}

function electronOf({ electron }: App) {
  if (!electron) throw new Error('this needs Electron’s shell');
  return electron;
}

test(
  'the page is on its own: no Node, no windows, no other place, and nobody else has its port',
  electronOnly,
  async ({ start, home }) => {
    const app = await start('--demo');
    const { page } = app;
    const electron = electronOf(app);
    await expect(app.domain('web-01')).toBeVisible();

    await test.step('it is shown, and what crashes is told to nobody', async () => {
      const visible = () => electron.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.isVisible());
      await expect.poll(visible).toBe(true);
      expect(await electron.evaluate(({ crashReporter }) => crashReporter.getUploadToServer())).toBe(false);
      expect(await electron.evaluate(({ app: own }) => own.getPath('crashDumps'))).toBe(join(home, 'data/crashes'));
    });

    await test.step('only the window’s own page is given the port', async () => {
      const closed = await electron.evaluate(async ({ ipcMain, MessageChannelMain, BrowserWindow }) => {
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

    await test.step('it cannot reach Node', async () => {
      expect(
        await page.evaluate(() => [
          typeof require,
          typeof process,
          Object.keys(Object(Reflect.get(window, 'snapkeel'))),
        ]),
      ).toEqual(['undefined', 'undefined', ['shell']]);
    });

    // The main process is asked what became of the page: one that a refused window has held up may keep a debugger waiting.
    await test.step('it cannot open windows, nor navigate away', async () => {
      await page.evaluate(() => {
        setTimeout(() => window.open('https://example.org/'), 0);
        setTimeout(() => location.assign('https://example.org/'), 100);
      });
      await page.waitForTimeout(1_000);
      expect(
        await electron.evaluate(({ BrowserWindow }) =>
          BrowserWindow.getAllWindows().map((each) => each.webContents.getURL()),
        ),
      ).toEqual(['app://snapkeel/index.html']);
      expect(electron.windows()).toHaveLength(1);
    });
  },
);

test(
  'what is outside of the page: title, menu, theme, editing, and a page that has crashed',
  electronOnly,
  async ({ start }) => {
    const app = await start('--demo');
    const { page } = app;
    const electron = electronOf(app);
    const menu = (label: string) =>
      electron.evaluate(
        ({ Menu }, wanted) =>
          Menu.getApplicationMenu()
            ?.items.find((item) => item.label === wanted)
            ?.submenu?.items.map((item) => `${item.label}${item.enabled ? '' : ' (no)'}`) ?? [],
        label,
      );
    const choose = (id: string) =>
      electron.evaluate(({ Menu }, wanted) => Menu.getApplicationMenu()?.getMenuItemById(wanted)?.click(), id);

    await test.step('the frame names what is open', async () => {
      await app.open('web-01');
      await expect
        .poll(() => electron.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.getTitle()))
        .toBe('web-01 on Demo (simulated) – Snapkeel');
    });

    await test.step('the menu has the commands that apply, and does them', async () => {
      await expect.poll(() => menu('Domain')).toContain('Take snapshot…');
      await choose('app.settings');
      await expect(page.getByRole('dialog')).toBeVisible();
      await expect.poll(() => menu('Domain')).toContain('Take snapshot… (no)');
      await page.keyboard.press('Escape');
      await expect.poll(() => menu('Domain')).toContain('Take snapshot…');
    });

    await test.step('diagnostics name what runs the app', async () => {
      await page.evaluate(() => {
        navigator.clipboard.writeText = async (text) => void Reflect.set(window, 'copied', text);
      });
      await choose('app.diagnostics');
      await expect.poll(() => page.evaluate(() => Reflect.get(window, 'copied'))).toMatch(/^- Electron: \d+\./m);
    });

    await test.step('what the system draws follows the theme', async () => {
      const source = () => electron.evaluate(({ nativeTheme }) => nativeTheme.themeSource);
      expect(await source()).toBe('system');
      await choose('view.theme.dark');
      await expect.poll(source).toBe('dark');
    });

    await test.step('a field has a menu to edit with', async () => {
      await electron.evaluate(({ Menu }) => {
        Menu.prototype.popup = function () {
          Reflect.set(globalThis, 'popped', this.items.map(({ role }) => role?.toLowerCase()).filter(Boolean));
        };
      });
      await page.locator('#domain-filter').click({ button: 'right' });
      await expect
        .poll(() => electron.evaluate(() => Reflect.get(globalThis, 'popped')))
        .toEqual(['cut', 'copy', 'paste', 'selectall']);
    });

    await test.step('a page that hangs is ended where that is wanted, and one that has crashed is loaded anew', async () => {
      await electron.evaluate(({ dialog }) => {
        dialog.showMessageBox = async () => ({ response: 1, checkboxChecked: false });
      });
      const loaded = electron.evaluate(
        ({ BrowserWindow }) =>
          new Promise<boolean>((resolve) =>
            BrowserWindow.getAllWindows()[0]?.webContents.once('did-finish-load', () => resolve(true)),
          ),
      );
      await electron.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.emit('unresponsive'));
      expect(await loaded).toBe(true);
    });
  },
);

test(
  'a second start shows the window of the first, and hands over its hosts and links',
  electronOnly,
  async ({ start, home }) => {
    const app = await start('--demo');
    const electron = electronOf(app);
    const focused = electron.evaluate(
      ({ BrowserWindow }) =>
        new Promise<boolean>((resolve) => BrowserWindow.getAllWindows()[0]?.once('focus', () => resolve(true))),
    );
    await electron.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.minimize());
    const connect = ['--connect', 'qemu+unix:///system?socket=/nowhere/at/all'];
    const [code] = await once(startAgain('--data-dir', join(home, 'data'), ...connect), 'exit');
    expect(code).toBe(0);
    expect(await focused).toBe(true);
    expect(await electron.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.isMinimized())).toBe(false);
    await expect(app.page.getByRole('treeitem', { name: /nowhere/ })).toBeVisible();
    await electron.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.hide());
    const link = 'snapkeel://revert?host=qemu%3A%2F%2F%2Fsystem&domain=web-01&snapshot=app-2.0';
    const [ended] = await once(startAgain('--data-dir', join(home, 'data'), link), 'exit');
    expect(ended).toBe(0);
    await expect
      .poll(() => electron.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.isVisible()))
      .toBe(true);
    await app.dialog.ready();
    await expect(app.dialog.root).toContainText('app-2.0');
  },
);

test('closing the window ends the app; the next one is where it was', electronOnly, async ({ start }) => {
  const place = { x: 60, y: 70, width: 900, height: 700 };
  const first = await start('--demo');
  await expect(first.domain('web-01')).toBeVisible();
  const ended = once(electronOf(first).process(), 'exit');
  await first.electron
    ?.evaluate(({ BrowserWindow }, bounds) => {
      const [window] = BrowserWindow.getAllWindows();
      window?.setBounds(bounds);
      window?.close();
    }, place)
    .catch(() => {});
  expect((await ended)[0]).toBe(0);
  const next = await start('--demo');
  expect(await next.electron?.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.getBounds())).toEqual(
    place,
  );
  const stopped = once(electronOf(next).process(), 'exit');
  electronOf(next).process().kill('SIGTERM');
  expect((await stopped)[0]).toBe(0);
});

test('a folder that cannot be used is told, and nothing starts', electronOnly, async ({ home }, info) => {
  leaveOut(info.title, electronMissing());
  await writeFile(join(home, 'file'), '');
  const failed = startAgain('--demo', '--data-dir', join(home, 'file'));
  let said = '';
  failed.stderr.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  const [code] = await once(failed, 'close');
  expect(code).toBe(1);
  expect(said).toContain(`The folder ${join(home, 'file', 'window')} cannot be created`);
});
