import { spawnSync } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { root } from '../../packaging/project.ts';
import { isExecutable } from '../lab/available.ts';

/** The path of a program, or undefined when it is not on this machine. */
export function program(...names: readonly string[]): string | undefined {
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/sbin'];
  return names.flatMap((name) => folders.map((folder) => join(folder, name))).find(isExecutable);
}

/** Says what is left out for want of a program, and is true then: for `skipIf`. */
export function without(name: string, leftOut: string): boolean {
  if (program(name)) return false;
  console.log(`Left out: ${leftOut}, since ${name} is not on this machine.`);
  return true;
}

/**
 * Runs a program to its end.
 * @returns what it printed, on both streams
 * @throws Error with that when it fails
 */
export function run(
  command: string,
  args: readonly string[],
  options: { cwd?: string; env?: NodeJS.ProcessEnv } = {},
): string {
  const { status, stdout, stderr, error } = spawnSync(command, args, { encoding: 'utf8', ...options });
  if (error) throw error;
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${status}\n${stdout}${stderr}`);
  return stdout + stderr;
}

/**
 * Sets programs of this machine where electron-builder would fetch its own, and stand-ins where there are none. Gives the
 * environment that tells it so.
 * @param folder an empty one, which is filled
 */
export function builderTools(folder: string): NodeJS.ProcessEnv {
  const tool = (name: string, text: string): string => {
    const path = join(folder, name);
    writeFileSync(path, `#!/bin/sh\n${text}\n`);
    chmodSync(path, 0o755);
    return path;
  };
  mkdirSync(folder, { recursive: true });
  const fpm = fileURLToPath(new URL('fpm-stand-in.ts', import.meta.url));
  const fpmPath = tool('fpm', `cd '${root}' && exec '${process.execPath}' --import tsx '${fpm}' "$@"`);
  // On a Mac it would sign anew what flipped fuses have broken; here it says that it was asked to.
  tool('codesign', `echo "$@" >> '${join(folder, 'codesign.log')}'`);
  // Under vitest, electron-builder links files instead of copying them, and can't put one in another's place.
  const env: NodeJS.ProcessEnv = {
    VITEST: undefined,
    CUSTOM_FPM_PATH: fpmPath,
    PATH: `${folder}${delimiter}${process.env.PATH}`,
  };
  const sevenZip = program('7zz', '7z', '7za');
  if (sevenZip) env.ELECTRON_BUILDER_7ZIP_PATH = sevenZip;
  const mksquashfs = program('mksquashfs');
  if (mksquashfs) env.APPIMAGE_TOOLS_PATH = appImageTools(join(folder, 'appimage'), mksquashfs);
  return env;
}

/** Laid out like the toolset of the static runtime; the runtime itself is a text, so that no such AppImage runs. */
function appImageTools(folder: string, mksquashfs: string): string {
  mkdirSync(join(folder, 'runtimes'), { recursive: true });
  mkdirSync(join(folder, 'lib/x64'), { recursive: true });
  symlinkSync(mksquashfs, join(folder, 'mksquashfs'));
  const validate = program('desktop-file-validate');
  if (validate) symlinkSync(validate, join(folder, 'desktop-file-validate'));
  else cpSync('/bin/true', join(folder, 'desktop-file-validate'));
  writeFileSync(join(folder, 'runtimes/runtime-x64'), 'runtime\n'.repeat(512));
  return folder;
}
