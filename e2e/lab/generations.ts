import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { canBuildGenerations, toolPath } from './available.ts';
import { run } from './run.ts';

/** The Debian suite that ships each generation of libvirt; the newest is a moving suite and may be later by now. */
export const suites = { '7.0': 'bullseye', '9.0': 'bookworm', '11.3': 'trixie', '12.8': 'forky' } as const;

/** 'host' is the machine's own libvirt, of whatever version. */
export type Generation = 'host' | keyof typeof suites;

/** All generations but 'host', oldest first. */
export const generations = Object.keys(suites) as (keyof typeof suites)[];

/**
 * The root folder that holds a generation's programs: "/" for the machine's own, else a cached Debian root, which is
 * built first if it is missing (about half a minute and 300 MB).
 * @throws Error when it can't be built here
 */
export async function generationRoot(generation: Generation, onProgress: (line: string) => void): Promise<string> {
  if (generation === 'host' || (generation === '9.0' && (await hostVersion())?.startsWith('9.'))) return '/';
  const available = canBuildGenerations();
  if (!available.ok) throw new Error(`libvirt ${generation} can't be had here: ${available.reason}`);
  const suite = suites[generation];
  const cache = cacheFolder();
  const root = join(cache, suite);
  if (!existsSync(join(root, '.complete'))) {
    await mkdir(cache, { recursive: true });
    onProgress(`building a ${suite} root for libvirt ${generation} in ${root}`);
    await build(suite, root, onProgress);
  }
  return root;
}

/** Where built roots are kept: $SNAPKEEL_LAB_CACHE, or snapkeel-lab in the user's cache folder. */
export function cacheFolder(): string {
  const own = process.env.SNAPKEEL_LAB_CACHE;
  if (own) return own;
  return join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'snapkeel-lab');
}

/** The version of the machine's own libvirtd, such as '9.0.0'. */
export async function hostVersion(): Promise<string | undefined> {
  try {
    const answer = await run(['libvirtd', '--version'], { env: { PATH: toolPath(), LC_ALL: 'C' } });
    return /(\d+\.\d+\.\d+)/.exec(answer)?.[1];
  } catch {
    return undefined;
  }
}

function build(suite: string, root: string, onProgress: (line: string) => void): Promise<void> {
  const script = fileURLToPath(new URL('./build-root.sh', import.meta.url));
  // Each one ends with the one that started it, and an interrupted build is started anew by the next.
  const leash = ['setpriv', '--pdeathsig', 'KILL'];
  const [command = '', ...args] = [...leash, 'flock', `${root}.lock`, ...leash, 'sh', script, suite, root];
  const child = spawn(command, args, {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...process.env, PATH: toolPath(), LC_ALL: 'C.UTF-8' },
  });
  const lines: string[] = [];
  createInterface({ input: child.stderr }).on('line', (line) => {
    lines.push(line);
    if (line.startsWith('I: ')) onProgress(`${suite}: ${line.slice(3)}`);
  });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => {
      if (code === 0) resolve();
      else reject(new Error(`building ${suite} ended with ${code}:\n${lines.slice(-15).join('\n')}`));
    });
  });
}
