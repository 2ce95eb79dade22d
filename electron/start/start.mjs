// `npm start`: sets up, then opens the app in Electron or, without it, in a browser window.
import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { parseArgs } from 'node:util';
import { openBrowser, untilRead } from './browser-window.mjs';
import { electronRuntime } from './electron-runtime.mjs';
import { ensureBuilt, ensureInstalled, root } from './setup.mjs';

const usage = `npm start -- [--browser] [--no-open] [--port N] [--demo] [--connect URI]… [--data-dir DIR] [LINK]…

  --browser       the browser shell, also where Electron could run
  --no-open       with the browser shell: print the address, open no window
  --port N        with the browser shell: the port to listen on (default: any free one)
  --demo          only the simulated demo host
  --connect URI   connect to this host, e.g. qemu+ssh://user@host/system; may be given several times
  --data-dir DIR  where the list of hosts is kept
  LINK            snapkeel://… or a .snapkeel file: shows a domain, or the plan of a revert`;

const options = {
  browser: { type: 'boolean', default: false },
  'no-open': { type: 'boolean', default: false },
  port: { type: 'string' },
  demo: { type: 'boolean', default: false },
  connect: { type: 'string', multiple: true },
  'data-dir': { type: 'string' },
  help: { type: 'boolean', default: false },
};

let values;
try {
  ({ values } = parseArgs({ options, allowPositionals: true }));
} catch (error) {
  console.error(`${error.message}\n\n${usage}`);
  process.exit(2);
}
if (values.help) {
  console.log(usage);
  process.exit(0);
}

/** Somebody wants an end; what else a program dies of is its own fault, and worth another try. */
const endings = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGKILL'];
// Nothing below may end this process at Ctrl+C before the app has ended: the terminal tells the app too.
let child;
let ending;
for (const signal of endings.slice(0, 3))
  process.on(signal, () => {
    if (ending) return;
    ending = signal;
    if (child) child.kill(signal);
    else process.exit(exitCodeOf(signal));
  });

try {
  ensureInstalled();
  ensureBuilt();
} catch (error) {
  console.error(`Snapkeel could not be set up: ${error.message}`);
  process.exit(1);
}
const args = process.argv.slice(2);
process.exitCode = (await startElectron()) ?? (await startBrowserShell());

/** Runs the app in Electron; undefined when that was not wanted or did not work, after a line that says why. */
async function startElectron() {
  if (values.browser || values['no-open'] || values.port) return undefined;
  const { executable, missing, remedy } = electronRuntime();
  if (!executable) {
    console.log(`Opening Snapkeel in a browser: ${missing}.`);
    if (remedy) console.log(remedy);
    return undefined;
  }
  const started = Date.now();
  child = spawn(executable, [root, ...args], { stdio: 'inherit' });
  const { code, signal } = await ended(child);
  child = undefined;
  if (code === 0 || ending || endings.includes(signal) || Date.now() - started > 5_000) return exitCode(code, signal);
  console.log(`Opening Snapkeel in a browser: Electron ended at once, with ${signal ?? code}.`);
  return undefined;
}

async function startBrowserShell() {
  child = spawn(process.execPath, [`${root}out/main/serve.js`, ...args], { stdio: ['inherit', 'pipe', 'inherit'] });
  child.stdout.setEncoding('utf8');
  let seen = '';
  let opened = false;
  child.stdout.on('data', (text) => {
    process.stdout.write(text);
    seen += text;
    const url = /^Snapkeel is ready at (\S+)\n/m.exec(seen)?.[1];
    if (!url) return;
    child.stdout.removeAllListeners('data').pipe(process.stdout);
    if (!values['no-open']) opened = openBrowser(url);
  });
  const { code, signal } = await ended(child);
  if (opened && code === 0 && !ending) await untilRead(); // the address was that of another one, which goes on
  return exitCode(code, signal);
}

function ended(process) {
  return new Promise((resolve) => {
    process.on('error', () => resolve({ code: 127, signal: null }));
    process.on('close', (code, signal) => resolve({ code, signal })); // with all that it has printed
  });
}

/** What a shell makes of it, after a line that names the signal, if it was one. */
function exitCode(code, signal) {
  const by = ending ?? signal;
  if (!by) return code ?? 1;
  console.log(`Snapkeel was ended by ${by}.`);
  return exitCodeOf(by);
}

function exitCodeOf(signal) {
  return 128 + constants.signals[signal];
}
