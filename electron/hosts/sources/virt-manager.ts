import { execFile } from 'node:child_process';
import { parseTexts } from './gvariant.ts';
import { MOST_BYTES, type Surroundings, type Told } from './source.ts';

const KEY = ['get', 'org.virt-manager.virt-manager.connections', 'uris'] as const;
const PATIENCE_MS = 3_000;

/** What virt-manager has saved. Nothing where it or GSettings is not installed. @throws the signal's reason */
export async function virtManagerSources(
  { env }: Surroundings,
  signal: AbortSignal,
  patienceMs = PATIENCE_MS,
): Promise<Told[]> {
  const said = await askGSettings(env, signal, patienceMs);
  if (said === null) return [];
  const told = (uris: readonly string[], problem: string | null): Told[] =>
    uris.length === 0 && problem === null
      ? []
      : [{ kind: 'virt-manager', file: null, hosts: uris.map((uri) => ({ name: null, uri })), problem }];
  if (said === 'late') return told([], 'GSettings did not tell virt-manager’s connections in time.');
  const uris = parseTexts(said.stdout);
  return uris === null
    ? told([], 'What GSettings told of virt-manager’s connections could not be read.')
    : told(uris, null);
}

/** What it prints; null where it has nothing to tell, as without virt-manager's schema. */
function askGSettings(
  env: Surroundings['env'],
  signal: AbortSignal,
  patienceMs: number,
): Promise<{ readonly stdout: string } | 'late' | null> {
  return new Promise((resolve, reject) => {
    const options = { env: { ...env, LC_ALL: 'C' }, encoding: 'utf8', maxBuffer: MOST_BYTES, signal } as const;
    const limits = { timeout: patienceMs, killSignal: 'SIGKILL' } as const;
    execFile('gsettings', KEY, { ...options, ...limits }, (error, stdout) => {
      if (signal.aborted) reject(signal.reason);
      else if (error === null) resolve({ stdout });
      else if (error.code === 'ERR_CHILD_PROCESS_STDIO_MAXBUFFER') resolve({ stdout: '' });
      else if (error.killed) resolve('late');
      else resolve(null);
    });
  });
}
