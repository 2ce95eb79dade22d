import { spawn } from 'node:child_process';
import { accessSync, constants, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';

const chromiums = [
  'chromium',
  'chromium-browser',
  'google-chrome',
  'google-chrome-stable',
  'microsoft-edge',
  'brave-browser',
];

/**
 * Opens the address in a window of its own, or else in the default browser. The address holds a token and other users
 * can read command lines, so the browser is given a file that only this user can read.
 * @returns whether a browser was started
 */
export function openBrowser(url) {
  if (process.platform === 'linux' && !process.env.DISPLAY && !process.env.WAYLAND_DISPLAY) return false;
  if (process.platform === 'linux' && process.getuid?.() === 0) {
    console.log('No window is opened: browsers do not run as root. Open the address above as the user you work as.');
    return false;
  }
  const chromium = chromiums.map(inPath).find(Boolean);
  const directory = mkdtempSync(handOverFolder(chromium));
  const file = join(directory, 'open.html');
  writeFileSync(
    file,
    `<!doctype html><title>Snapkeel</title><script>location.replace(${JSON.stringify(url)})</script>`,
    { mode: 0o600 },
  );
  process.on('exit', () => rmSync(directory, { recursive: true, force: true }));

  const page = pathToFileURL(file).href;
  const [command, args] = chromium
    ? [chromium, [`--app=${page}`]]
    : [process.platform === 'darwin' ? 'open' : 'xdg-open', [file]];
  spawn(command, args, { stdio: 'ignore', detached: true })
    .on('error', () => console.log('No browser could be started: open the address above in one.'))
    .unref();
  return true;
}

/** Resolves when a browser that has just been started has surely read its file, which goes with this process. */
export function untilRead() {
  return sleep(10_000);
}

/** The beginning of a folder's path that the browser can read: a snap sees neither /tmp nor what is hidden at home. */
export function handOverFolder(browser, home = homedir()) {
  const confined = browser ? isSnap(browser) : process.platform === 'linux' && inPath('snap') !== undefined;
  return confined ? join(home, 'snapkeel-') : join(tmpdir(), 'snapkeel-');
}

/** The snap itself, or the script of Ubuntu's package that starts it. */
function isSnap(file) {
  if (file.startsWith('/snap/') || realpathSync(file).endsWith('/snap')) return true;
  const start = readFileSync(file).subarray(0, 4096).toString('latin1');
  return start.startsWith('#!') && start.includes('/snap/bin/');
}

function inPath(name) {
  return (process.env.PATH ?? '')
    .split(delimiter)
    .map((folder) => join(folder, name))
    .find((path) => {
      try {
        accessSync(path, constants.X_OK);
        return true;
      } catch {
        return false;
      }
    });
}
