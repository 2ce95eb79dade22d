import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './setup.mjs';

const packageDir = join(root, 'node_modules/electron');

/**
 * Finds Electron's executable, fetching it if that is possible.
 * @returns {{ executable: string } | { missing: string }} its path, or why there is none.
 */
export function electronRuntime() {
  if (process.platform === 'linux' && !process.env.DISPLAY && !process.env.WAYLAND_DISPLAY)
    return { missing: 'there is no display' };
  if (process.platform === 'linux' && process.getuid?.() === 0)
    return { missing: 'Electron’s sandbox does not run as root' };
  const executable = present() ?? fetched();
  return executable ? { executable } : { missing: 'Electron’s runtime could not be fetched' };
}

function present() {
  const override = process.env.ELECTRON_OVERRIDE_DIST_PATH;
  const pathFile = join(packageDir, 'path.txt');
  const name = existsSync(pathFile) ? readFileSync(pathFile, 'utf8') : 'electron';
  const executable = join(override ?? join(packageDir, 'dist'), name);
  return existsSync(executable) ? executable : undefined;
}

function fetched() {
  console.log('Fetching Electron’s runtime…');
  spawnSync(process.execPath, [join(packageDir, 'install.js')], { stdio: 'ignore', timeout: 300_000 });
  return present();
}
