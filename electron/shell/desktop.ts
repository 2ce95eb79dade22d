import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { app, BrowserWindow } from 'electron';
import icon from '../../assets/icon.png?asset';
import { type Backend, createBackend } from '../backend.ts';
import type { CommandLine } from '../command-line.ts';
import { handleAppScheme } from './app-scheme.ts';
import { offerEditing } from './context-menu.ts';
import type { Handed } from './instance.ts';
import { keychain } from './keychain.ts';
import { logInto } from './log.ts';
import { presentWindow, setFirstMenu } from './menu.ts';
import { notify } from './notifications.ts';
import { servePorts } from './port.ts';
import { endWith } from './quit.ts';
import { denyByDefault } from './security.ts';
import { surviveErrors } from './signals.ts';
import { bringForward, openWindow } from './window.ts';

/**
 * The Electron shell, from ready to quit: one window, and one backend that ends with it.
 * @param build the folder of the built main, preload and renderer
 */
export async function runDesktop(options: CommandLine, build: URL): Promise<void> {
  const log = logInto(app.getPath('logs'));
  app.on('web-contents-created', (_event, contents) => {
    denyByDefault(contents, log);
    offerEditing(contents);
  });
  app.on('window-all-closed', () => app.quit());
  await app.whenReady();
  surviveErrors(log);
  const backend: Backend = await createBackend({
    ...options,
    shell: 'desktop',
    version: __APP_VERSION__,
    log,
    cipher: keychain(),
    present: (state) => presentWindow(state, backend.choose),
    notify: (told) => notify(told, () => told.about && backend.show(told.about)),
  });
  const asksBeforeItCloses = endWith(backend);
  app.on('second-instance', (_event, _argv, _folder, handed) => {
    const [window] = BrowserWindow.getAllWindows();
    if (window) bringForward(window);
    const { connect, links } = handed as Handed;
    backend
      .connect(connect)
      .then(() => backend.open(links))
      .catch((error: unknown) => log(`${error}`));
  });
  // A Mac hands links and files over as events, also those that the app was started for.
  for (const name of ['open-url', 'open-file'] as const)
    app.on(name as 'open-url', (event, link) => {
      event.preventDefault();
      void backend.open([link]);
    });
  void backend.open(options.links);
  const file = (path: string) => fileURLToPath(new URL(path, build));
  handleAppScheme(file('renderer/'));
  setFirstMenu();
  servePorts(backend.router);
  await openWindow(
    { preload: file('preload/preload.cjs'), icon, state: join(options.dataDir, 'window.json') },
    asksBeforeItCloses,
  );
}
