import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { settle } from '../../abort.ts';
import { printable } from '../../first-packet.ts';
import { type TransportContext, TransportError } from '../../transport.ts';
import { parseSettings, type SshQuery, type SshSettings } from './settings.ts';

/** A `Match exec` runs programs of the person's, which may take their time. Milliseconds. */
const PATIENCE_MS = 15_000;
const MOST_BYTES = 1024 * 1024;

/**
 * What OpenSSH makes of its own configuration for a host (`ssh -G`, OpenSSH 6.8 and newer): Include, Match, canonical
 * names and defaults are taken into account; tokens of key files are not yet filled in. Nothing is connected to.
 * @returns null where there is no `ssh`
 * @throws TransportError SSH_CONFIG_FAILED (it refuses the configuration), SSH_CONFIG_TIMED_OUT, CANCELLED
 */
export async function askOpenSsh(
  { host, port, user }: SshQuery,
  { env, home }: Pick<TransportContext, 'env' | 'home'>,
  signal: AbortSignal,
  patienceMs = PATIENCE_MS,
): Promise<SshSettings | null> {
  const args = [
    ...['-G', ...configArgs(home)],
    ...[...(user === undefined ? [] : ['-l', user]), ...(port === undefined ? [] : ['-p', `${port}`])],
    ...['--', host],
  ];
  const { code, stdout, stderr } = await runSsh(args, env, signal, patienceMs, host);
  if (code === 'ENOENT') return null;
  if (code === 0) return { values: parseSettings(stdout), unknown: [] };
  const lines = stderr.split('\n').filter((line) => !line.startsWith('Pseudo-terminal'));
  const reason = printable(lines.join(' '), 500) || `ssh -G ended with ${code}`;
  throw new TransportError('SSH_CONFIG_FAILED', `ssh -G ${host} ended with ${code}: ${reason}`, { host, reason });
}

/** Arguments for ssh: whoever has set HOME to another folder means that one, where ssh would look where the account’s is. */
export function configArgs(home: string): string[] {
  if (home === userInfo().homedir) return [];
  const file = join(home, '.ssh', 'config');
  return ['-F', existsSync(file) ? file : 'none'];
}

interface Run {
  readonly code: number | string;
  readonly stdout: string;
  readonly stderr: string;
}

function runSsh(
  args: readonly string[],
  env: TransportContext['env'],
  signal: AbortSignal,
  patienceMs: number,
  host: string,
): Promise<Run> {
  let stop = () => {};
  return settle<Run>(
    signal,
    (resolve) => {
      const options = { env: { ...env }, maxBuffer: MOST_BYTES, encoding: 'utf8' } as const;
      const child = execFile('ssh', args, options, (error, stdout, stderr) =>
        resolve({ code: error ? (error.code ?? error.signal ?? 'unknown') : 0, stdout, stderr }),
      );
      stop = () => void child.kill('SIGKILL');
    },
    () => stop(),
    {
      ms: patienceMs,
      error: () =>
        new TransportError('SSH_CONFIG_TIMED_OUT', `ssh -G ${host} did not end within ${patienceMs} ms.`, { host }),
    },
  );
}
