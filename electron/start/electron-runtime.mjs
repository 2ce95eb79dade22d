import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './setup.mjs';

const packageDir = join(root, 'node_modules/electron');

/** What a system can have against the user namespaces that Electron's sandbox is made of. */
const restrictions = [
  {
    file: 'kernel/apparmor_restrict_unprivileged_userns',
    value: '1',
    why: 'AppArmor lets only programs that have a profile use the user namespaces that Electron’s sandbox needs',
  },
  {
    file: 'kernel/unprivileged_userns_clone',
    value: '0',
    why: 'this kernel lets nobody but root make the user namespaces that Electron’s sandbox needs',
  },
  {
    file: 'user/max_user_namespaces',
    value: '0',
    why: 'this kernel allows no user namespaces, which Electron’s sandbox needs',
  },
];

/**
 * Finds Electron's executable, fetching it if that is possible.
 * @returns {{ executable: string } | { missing: string, remedy?: string }} its path, or why there is none and what helps.
 */
export function electronRuntime() {
  if (process.platform === 'linux' && !process.env.DISPLAY && !process.env.WAYLAND_DISPLAY)
    return { missing: 'there is no display' };
  if (process.platform === 'linux' && process.getuid?.() === 0)
    return { missing: 'Electron’s sandbox does not run as root' };
  const executable = installedElectron(packageDir, process.env) ?? fetched();
  if (!executable) return { missing: 'Electron’s runtime is not on this computer' };
  return sandboxHindrance('/proc/sys', join(executable, '../chrome-sandbox')) ?? { executable };
}

/**
 * The executable of a runtime that is whole: its installer writes path.txt last, and the version is the package's.
 * @param folder of the package
 */
export function installedElectron(folder, env) {
  const { ELECTRON_OVERRIDE_DIST_PATH: override } = env;
  const name = textOf(join(folder, 'path.txt'));
  const dist = override ?? join(folder, 'dist');
  if (!override) {
    const wanted = JSON.parse(textOf(join(folder, 'package.json')) ?? '{}').version;
    if (name === null || textOf(join(dist, 'version'))?.trim().replace(/^v/, '') !== wanted) return undefined;
  }
  const executable = join(dist, name ?? 'electron');
  return existsSync(executable) ? executable : undefined;
}

/**
 * Why Electron's sandbox cannot be set up on this system, and what helps; undefined where it can. A helper that belongs to
 * root and runs as root (setuid) needs no user namespaces.
 */
export function sandboxHindrance(sysctls, helper) {
  const found = restrictions.find(({ file, value }) => textOf(join(sysctls, file))?.trim() === value);
  if (!found || runsAsRoot(helper)) return undefined;
  return {
    missing: found.why,
    remedy: `To have it in Electron’s window, allow its sandbox once:\n  sudo chown root:root '${helper}' && sudo chmod 4755 '${helper}'`,
  };
}

function runsAsRoot(file) {
  const found = statSync(file, { throwIfNoEntry: false });
  return found !== undefined && found.uid === 0 && (found.mode & 0o4000) !== 0;
}

function fetched() {
  spawnSync(process.execPath, [join(root, 'electron/start/fetch-electron.mjs')], { stdio: 'inherit' });
  return installedElectron(packageDir, process.env);
}

function textOf(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return null;
  }
}
