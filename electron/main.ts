import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { app, BrowserWindow } from 'electron';
import { createBackend } from './backend.ts';
import { readCommandLine } from './command-line.ts';
import { handleAppScheme, registerAppScheme } from './shell/app-scheme.ts';
import { logLine } from './shell/log.ts';
import { setApplicationMenu } from './shell/menu.ts';
import { servePorts } from './shell/port.ts';
import { denyByDefault } from './shell/security.ts';
import { openWindow } from './shell/window.ts';

registerAppScheme();
const options = readCommandLine(process.argv.slice(1), process.env);
app.setPath('userData', join(options.dataDir, 'window'));

if (app.requestSingleInstanceLock()) void main();
else app.quit();

async function main(): Promise<void> {
  app.on('web-contents-created', (_event, contents) => denyByDefault(contents));
  app.on('second-instance', () => {
    const [window] = BrowserWindow.getAllWindows();
    if (window?.isMinimized()) window.restore();
    window?.focus();
  });
  await app.whenReady();
  const backend = await createBackend({ ...options, version: __APP_VERSION__, log: logLine });
  handleAppScheme(fileURLToPath(new URL('../renderer/', import.meta.url)));
  setApplicationMenu();
  servePorts(backend.router);

  app.on('window-all-closed', () => app.quit());
  app.once('will-quit', (event) => {
    event.preventDefault();
    backend.close().finally(() => app.exit(0));
  });
  await openWindow(fileURLToPath(new URL('../preload/preload.cjs', import.meta.url)));
}
