// `npm start`: sets up, then opens the app in Electron or, without it, in a browser window.
import {
  endAfterTheApp,
  exitCode,
  readPackage,
  readSwitches,
  run,
  runBrowserShell,
  switches,
  wasWanted,
} from './browser-shell.mjs';
import { electronRuntime } from './electron-runtime.mjs';
import { ensureBuilt, ensureInstalled, root } from './setup.mjs';

/** Electron that ends sooner did not work. Milliseconds. */
const AT_ONCE_MS = 5_000;

readPackage(new URL('../../package.json', import.meta.url));
const values = readSwitches('npm start --', {
  browser: { does: 'the browser shell, also where Electron could run; --no-open and --port mean it too' },
  ...switches,
});
const args = process.argv.slice(2);
endAfterTheApp();
try {
  ensureInstalled();
  ensureBuilt();
} catch (error) {
  console.error(`Snapkeel could not be set up: ${error.message}`);
  process.exit(1);
}
const ended =
  (await runElectron()) ?? (await runBrowserShell(`${root}out/main/serve.js`, args, { open: !values['no-open'] }));
process.exitCode = exitCode(ended);

/** Runs the app in Electron; undefined when that was not wanted or did not work, after a line that says why. */
async function runElectron() {
  if (values.browser || values['no-open'] || values.port) return undefined;
  const { executable, missing, remedy } = electronRuntime();
  if (!executable) {
    console.log(`Opening Snapkeel in a browser: ${missing}.`);
    if (remedy) console.log(remedy);
    return undefined;
  }
  const started = Date.now();
  const ended = await run(executable, [root, ...args], 'inherit');
  if (wasWanted(ended) || Date.now() - started > AT_ONCE_MS) return ended;
  console.log(`Opening Snapkeel in a browser: Electron ended at once, with ${ended.signal ?? ended.code}.`);
  return undefined;
}
