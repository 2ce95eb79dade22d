import { join } from 'node:path';
import { app, dialog } from 'electron';
import { readCommandLine } from './command-line.ts';
import { registerAppScheme } from './shell/app-scheme.ts';

// What must be said before Electron is ready; the rest takes longer to load than Electron takes to be ready.
registerAppScheme();
// Not awaited by this module: Electron may hold back its ready event until the entry has been evaluated.
main().catch((error: unknown) => {
  dialog.showErrorBox('Snapkeel could not start', error instanceof Error ? error.message : String(error));
  app.exit(1);
});

async function main(): Promise<void> {
  const options = readCommandLine(process.argv.slice(1), process.env);
  app.setPath('userData', join(options.dataDir, 'window'));
  if (!app.requestSingleInstanceLock()) return app.quit();
  const { runDesktop } = await import('./shell/desktop.ts');
  return runDesktop(options, new URL('../', import.meta.url));
}
