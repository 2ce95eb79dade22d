// What `npm start` and the command of the installed browser shell have in common. Plain JavaScript: it is shipped as it is.
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { constants } from 'node:os';
import { parseArgs } from 'node:util';
import { openBrowser, untilRead } from './browser-window.mjs';

/** The switches, by name: the word for a value, where one follows, and what they do. */
export const switches = {
  'no-open': { does: 'print the address, open no window' },
  port: { value: 'N', does: 'the port to listen on (default: any free one)' },
  demo: { does: 'only the simulated demo host' },
  connect: {
    value: 'URI',
    several: true,
    does: 'connect to this host, e.g. qemu+ssh://user@host/system; may be given several times',
  },
  'data-dir': { value: 'DIR', does: 'where the list of hosts is kept' },
};
const link = { name: 'LINK', does: 'snapkeel://… or a .snapkeel file: shows a domain, or the plan of a revert' };

/**
 * Ends this process, and says why, where Node.js is too old.
 * @param packageJson URL of the package’s own
 * @returns what is in it
 */
export function readPackage(packageJson) {
  const manifest = JSON.parse(readFileSync(packageJson, 'utf8'));
  const needed = manifest.engines.node.replace('>=', '');
  const [major, minor] = needed.split('.').map(Number);
  const [runs, runsMinor] = process.versions.node.split('.').map(Number);
  if (runs > major || (runs === major && runsMinor >= minor)) return manifest;
  console.error(`Snapkeel needs Node.js ${needed} or newer; this is ${process.versions.node}.`);
  process.exit(1);
}

/**
 * What is on the command line; links and files with links may be there too. Ends this process, after the usage, where
 * that is asked for or something is not known.
 * @param command what a person types
 * @param known as `switches`
 * @returns the values by name
 */
export function readSwitches(command, known) {
  const options = Object.entries({ ...known, help: {} }).map(([name, { value, several = false }]) => [
    name,
    { type: value ? 'string' : 'boolean', multiple: several },
  ]);
  const usage = usageOf(command, known);
  try {
    const { values, positionals } = parseArgs({ options: Object.fromEntries(options), allowPositionals: true });
    const odd = positionals.find((each) => !/^snapkeel:|\.snapkeel$/.test(each));
    if (odd !== undefined) throw new Error(`“${odd}” is neither a link nor a .snapkeel file`);
    if (!values.help) return values;
    console.log(usage);
    process.exit(0);
  } catch (error) {
    console.error(`${error.message}\n\n${usage}`);
    process.exit(2);
  }
}

function usageOf(command, known) {
  const rows = Object.entries(known).map(([name, { value, several, does }]) => {
    const written = `--${name}${value ? ` ${value}` : ''}`;
    return { written, short: `[${written}]${several ? '…' : ''}`, does };
  });
  rows.push({ written: link.name, short: `[${link.name}]…`, does: link.does });
  const lines = rows.map(({ written, does }) => `\n  ${written.padEnd(14)}  ${does}`);
  return `${command} ${rows.map(({ short }) => short).join(' ')}\n${lines.join('')}`;
}

/** Somebody wants an end. */
const endings = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGKILL'];
let child;
let ending;

/** From here on this process ends after the app, also at Ctrl+C: the terminal tells the app too. */
export function endAfterTheApp() {
  for (const signal of endings.slice(0, 3))
    process.on(signal, () => {
      if (ending) return;
      ending = signal;
      if (child) child.kill(signal);
      else process.exit(exitCodeOf(signal));
    });
}

/**
 * Runs the app to its end.
 * @param whileItRuns is given the process
 * @returns {Promise<{ code: number | null, signal: string | null }>}
 */
export function run(program, args, stdio, whileItRuns = () => {}) {
  child = spawn(program, args, { stdio });
  whileItRuns(child);
  return new Promise((resolve) => {
    const end = (code, signal) => {
      child = undefined;
      resolve({ code, signal });
    };
    child.on('error', (error) => {
      console.error(`Snapkeel could not start: ${error.message}`);
      end(127, null);
    });
    child.on('close', end); // with all that it has printed
  });
}

/** Runs the built server, and opens its page once it is there. */
export async function runBrowserShell(server, args, { open }) {
  let opened = false;
  const ended = await run(process.execPath, [server, ...args], ['inherit', 'pipe', 'inherit'], ({ stdout }) => {
    let seen = '';
    stdout.setEncoding('utf8').on('data', (text) => {
      process.stdout.write(text);
      seen += text;
      const url = /^Snapkeel is ready at (\S+)\n/m.exec(seen)?.[1];
      if (!url) return;
      stdout.removeAllListeners('data').pipe(process.stdout);
      if (open) opened = openBrowser(url);
    });
  });
  if (opened && ended.code === 0 && !ending) await untilRead(); // the address was that of another one, which goes on
  return ended;
}

/** What else a program dies of is its own fault, and worth another try. */
export function wasWanted({ code, signal }) {
  return code === 0 || ending !== undefined || endings.includes(signal);
}

/** What a shell makes of it, after a line that names the signal, if it was one. */
export function exitCode({ code, signal }) {
  const by = ending ?? signal;
  if (!by) return code ?? 1;
  console.log(`Snapkeel was ended by ${by}.`);
  return exitCodeOf(by);
}

function exitCodeOf(signal) {
  return 128 + constants.signals[signal];
}
