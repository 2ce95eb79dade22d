import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { app, dialog } from 'electron';
import { readCommandLine } from './command-line.ts';
import { registerAppScheme } from './shell/app-scheme.ts';

// Built as CommonJS: all of this runs before Electron can be ready, and a module that is loaded later might not.
registerAppScheme();
try {
  const options = readCommandLine(process.argv.slice(1), process.env);
  app.setPath('userData', join(options.dataDir, 'window'));
  if (app.requestSingleInstanceLock()) run(options).catch(giveUp);
  else app.quit();
} catch (error) {
  giveUp(error);
}

async function run(options: ReturnType<typeof readCommandLine>): Promise<void> {
  const build = pathToFileURL(join(__dirname, '../'));
  const { runDesktop }: typeof import('./shell/desktop.ts') = await import(new URL('main/desktop.js', build).href);
  return runDesktop(options, build);
}

function giveUp(error: unknown): void {
  dialog.showErrorBox('Snapkeel could not start', error instanceof Error ? error.message : String(error));
  app.exit(1);
}
