import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { app, crashReporter, dialog } from 'electron';
import { type CommandLine, readCommandLine } from './command-line.ts';
import { registerAppScheme } from './shell/app-scheme.ts';
import { isOnlyInstance, placeForFiles } from './shell/instance.ts';
import { surviveLostTerminal } from './shell/signals.ts';

// Built as CommonJS: all of this runs before Electron can be ready, and a module that is loaded later might not.
registerAppScheme();
app.enableSandbox();
surviveLostTerminal();
try {
  const options = readCommandLine(process.argv.slice(1), process.env);
  const place = placeForFiles(options.dataDir);
  const folder = join(place, 'window');
  app.setPath('userData', folder);
  app.setAppLogsPath(join(place, 'logs'));
  app.setPath('crashDumps', join(place, 'crashes'));
  crashReporter.start({ uploadToServer: false });
  if (isOnlyInstance(folder, (handed) => app.requestSingleInstanceLock(handed), options)) run(options).catch(giveUp);
  else app.quit();
} catch (error) {
  giveUp(error);
}

async function run(options: CommandLine): Promise<void> {
  const build = pathToFileURL(join(__dirname, '../'));
  const { runDesktop }: typeof import('./shell/desktop.ts') = await import(new URL('main/desktop.js', build).href);
  return runDesktop(options, build);
}

function giveUp(error: unknown): void {
  const reason = error instanceof Error ? error.message : String(error);
  process.stderr.write(`Snapkeel could not start: ${reason}\n`);
  dialog.showErrorBox('Snapkeel could not start', reason);
  app.exit(1);
}
