// Plain JavaScript: this runs before anything is installed.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../../', import.meta.url));
const sources = ['electron', 'renderer', 'shared', 'package-lock.json', 'package.json', 'electron.vite.config.ts'];

/** Installs what package-lock.json names, unless that is what is installed. Throws when npm fails. */
export function ensureInstalled() {
  const wanted = hashOf(['package-lock.json']);
  ensure(join(root, 'node_modules/.snapkeel-installed'), wanted, 'Installing what Snapkeel is built with…', () =>
    // No dependency needs its install script; Electron's runtime is fetched when it is first started.
    run(process.platform === 'win32' ? 'npm.cmd' : 'npm', [
      'ci',
      '--ignore-scripts',
      '--no-audit',
      '--no-fund',
      '--loglevel=error',
    ]),
  );
}

/** Builds the app, unless what is built is what the sources say. Throws when the build fails. */
export function ensureBuilt() {
  ensure(join(root, 'out/.built-from'), hashOf(sources), 'Building Snapkeel…', () =>
    run(process.execPath, [join(root, 'node_modules/electron-vite/bin/electron-vite.js'), 'build', '--logLevel=warn']),
  );
}

function ensure(stamp, wanted, message, make) {
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return;
  console.log(message);
  make();
  mkdirSync(dirname(stamp), { recursive: true });
  writeFileSync(stamp, wanted);
}

function run(command, args) {
  const { status, error } = spawnSync(command, args, { cwd: root, stdio: 'inherit' });
  if (error) throw error;
  if (status !== 0) throw new Error(`“${[command, ...args].join(' ')}” ended with ${status}`);
}

function hashOf(paths) {
  const hash = createHash('sha256');
  for (const path of paths.flatMap((each) => filesOf(each)).sort())
    hash.update(`${path}\0`).update(readFileSync(join(root, path)));
  return hash.digest('hex');
}

function filesOf(path) {
  const entries = path.includes('.') ? null : readdirSync(join(root, path), { recursive: true, withFileTypes: true });
  return entries
    ? entries.filter((each) => each.isFile()).map((each) => join(each.parentPath, each.name).slice(root.length))
    : [path];
}

// Also usable by itself, in front of a command that needs only the packages, or with `--built` the app, too.
if (process.argv[1] === fileURLToPath(import.meta.url)) {
  ensureInstalled();
  if (process.argv.includes('--built')) ensureBuilt();
}
