import { spawn, spawnSync } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import type { Read } from '../world/ours.ts';

const script = fileURLToPath(new URL('./read-snapshots.py', import.meta.url));
/** A distribution's own knows the packages of the distribution; the first on the PATH may be another. */
const pythons = ['/usr/bin/python3', 'python3'];

/** A Python that has libvirt's client; undefined where there is none. */
export const python = pythons.find((each) => spawnSync(each, ['-c', 'import libvirt']).status === 0);

/** Reads the snapshots of domains with libvirt's own C client, one call after the other. @returns milliseconds */
export async function readWithLibvirt(uri: string, domains: readonly Read[]): Promise<number> {
  if (python === undefined) throw new Error('no Python here knows libvirt');
  const child = spawn(python, [script, uri], { stdio: ['pipe', 'pipe', 'inherit'] });
  child.stdin.end(domains.map(({ uuid }) => `${uuid}\n`).join(''));
  const [count = Number.NaN, seconds = Number.NaN] = (await text(child.stdout)).trim().split(' ').map(Number);
  const wanted = domains.reduce((sum, { snapshots }) => sum + snapshots, 0);
  if (count !== wanted) throw new Error(`libvirt's client read ${count} snapshots of ${wanted}`);
  return seconds * 1_000;
}
