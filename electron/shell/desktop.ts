import { fileURLToPath } from 'node:url';
import { app, BrowserWindow } from 'electron';
import { createBackend } from '../backend.ts';
import type { CommandLine } from '../command-line.ts';
import { handleAppScheme } from './app-scheme.ts';
import { logLine } from './log.ts';
import { setApplicationMenu } from './menu.ts';
import { servePorts } from './port.ts';
import { denyByDefault } from './security.ts';
import { openWindow } from './window.ts';

/**
 * The Electron shell, from ready to quit: one window, and one backend that ends with it.
 * @param build the folder of the built main, preload and renderer
 */
export async function runDesktop(options: CommandLine, build: URL): Promise<void> {
  app.on('web-contents-created', (_event, contents) => denyByDefault(contents));
  app.on('second-instance', () => {
    const [window] = BrowserWindow.getAllWindows();
    if (window?.isMinimized()) window.restore();
    window?.focus();
  });
  app.on('window-all-closed', () => app.quit());
  await app.whenReady();
  const backend = await createBackend({ ...options, version: __APP_VERSION__, log: logLine });
  app.once('will-quit', (event) => {
    event.preventDefault();
    backend.close().finally(() => app.exit(0));
  });
  handleAppScheme(fileURLToPath(new URL('renderer/', build)));
  setApplicationMenu();
  servePorts(backend.router);
  await openWindow(fileURLToPath(new URL('preload/preload.cjs', build)));
}
