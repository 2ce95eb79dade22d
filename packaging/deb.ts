import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';

/** Fields of a control file by Debian's names; what is undefined is left out. */
export type Control = Readonly<Record<string, string | undefined>>;

/**
 * Makes a Debian package of a folder that is laid out like the root of a file system. Everything in it will be root's.
 * @param tree gets a folder `DEBIAN`
 * @param scripts maintainer scripts by Debian's names
 * @param date of the files, in seconds
 * @throws Error when dpkg-deb fails
 */
export function buildDeb(
  file: string,
  tree: string,
  control: Control,
  { scripts = {}, date }: { scripts?: Readonly<Record<string, string>>; date: number },
): void {
  const files = filesIn(tree);
  const size = files.reduce((sum, path) => sum + statSync(join(tree, path)).size, 0);
  const fields = { ...control, 'Installed-Size': String(Math.ceil(size / 1024)) };
  const meta = join(tree, 'DEBIAN');
  mkdirSync(meta);
  writeFileSync(join(meta, 'control'), controlFile(fields));
  writeFileSync(
    join(meta, 'md5sums'),
    files.map((path) => `${md5(readFileSync(join(tree, path)))}  ${path}\n`).join(''),
  );
  for (const [name, text] of Object.entries(scripts)) {
    writeFileSync(join(meta, name), text);
    chmodSync(join(meta, name), 0o755);
  }
  const { status, stderr, error } = spawnSync('dpkg-deb', ['--root-owner-group', '-Zxz', '--build', tree, file], {
    encoding: 'utf8',
    env: { ...process.env, SOURCE_DATE_EPOCH: String(date) },
  });
  if (error) throw error;
  if (status !== 0) throw new Error(`dpkg-deb ended with ${status}: ${stderr.trim()}`);
}

/** Paths of plain files, relative to the tree. */
export function filesIn(tree: string): string[] {
  return readdirSync(tree, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(tree, join(entry.parentPath, entry.name)))
    .sort();
}

function controlFile(fields: Control): string {
  const lines = Object.entries(fields).flatMap(([name, value]) => (value ? [`${name}: ${value}\n`] : []));
  return lines.join('');
}

function md5(bytes: Buffer): string {
  return createHash('md5').update(bytes).digest('hex');
}
