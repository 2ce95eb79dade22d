import { spawn } from 'node:child_process';
import { accessSync, constants, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
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
 */
export function openBrowser(url) {
  if (process.platform === 'linux' && !process.env.DISPLAY && !process.env.WAYLAND_DISPLAY) return;
  const directory = mkdtempSync(join(tmpdir(), 'snapkeel-'));
  const file = join(directory, 'open.html');
  writeFileSync(
    file,
    `<!doctype html><title>Snapkeel</title><script>location.replace(${JSON.stringify(url)})</script>`,
    { mode: 0o600 },
  );
  process.on('exit', () => rmSync(directory, { recursive: true, force: true }));

  const page = pathToFileURL(file).href;
  const chromium = chromiums.map(inPath).find(Boolean);
  const [command, args] = chromium
    ? [chromium, [`--app=${page}`]]
    : [process.platform === 'darwin' ? 'open' : 'xdg-open', [file]];
  spawn(command, args, { stdio: 'ignore', detached: true })
    .on('error', () => console.log('No browser could be started: open the address above in one.'))
    .unref();
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
