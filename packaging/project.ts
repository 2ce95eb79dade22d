import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../', import.meta.url));
/** What the packages hold besides the build; made anew by `prepare`. */
export const prepared = `${root}out/packaging/`;
export const desktopId = 'org.snapkeel.Snapkeel';
export const browserId = 'org.snapkeel.SnapkeelBrowser';

export interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly main: string;
  readonly description: string;
  readonly license: string;
  readonly homepage: string;
  readonly author: string;
  readonly engines: { readonly node: string };
  readonly devDependencies: Readonly<Record<string, string>>;
}

export const manifest = JSON.parse(readFileSync(`${root}package.json`, 'utf8')) as Manifest;

/**
 * The date that goes into packages, in seconds: SOURCE_DATE_EPOCH, else that of the last commit, else now.
 * @throws RangeError when SOURCE_DATE_EPOCH is not a whole number
 */
export function sourceDate(env: Readonly<NodeJS.ProcessEnv> = process.env): number {
  const given = env.SOURCE_DATE_EPOCH;
  if (given) {
    if (!/^\d+$/.test(given)) throw new RangeError(`SOURCE_DATE_EPOCH must be a number of seconds, not “${given}”`);
    return Number(given);
  }
  const { status, stdout } = spawnSync('git', ['log', '-1', '--format=%ct'], { cwd: root, encoding: 'utf8' });
  return status === 0 && stdout.trim() !== '' ? Number(stdout) : Math.floor(Date.now() / 1000);
}
