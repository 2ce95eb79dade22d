import { spawn } from 'node:child_process';
import type { Duplex } from 'node:stream';
import type { LibvirtUri } from '../../shared/libvirt-uri.ts';
import { settle, throwIfAborted } from './abort.ts';
import { Bridge } from './bridge.ts';
import { refuseGarbage } from './first-packet.ts';
import { HELPER, helperError, helperUri } from './helper.ts';
import { type TransportContext, TransportError } from './transport.ts';

const STDERR_KEPT = 8_192;

/**
 * Runs virt-ssh-helper here, as a stream: it starts a session's daemon and connects to it. If there is no helper, the
 * sockets that were missing before (`missing`) are the error.
 */
export async function runLocalHelper(
  uri: LibvirtUri,
  { env }: TransportContext,
  missing: TransportError,
  signal: AbortSignal,
): Promise<Duplex> {
  throwIfAborted(signal);
  const child = spawn(HELPER, ['--', helperUri(uri)], { stdio: 'pipe', env: { ...env } });
  child.on('error', () => {}); // also where nobody waits for it any more
  let stderr = '';
  child.stderr.on('data', (chunk: Buffer) => {
    if (stderr.length < STDERR_KEPT) stderr += chunk.toString('utf8');
  });
  await settle<void>(
    signal,
    (resolve, reject) => {
      child.once('spawn', resolve);
      child.once('error', (cause: NodeJS.ErrnoException) => reject(cause.code === 'ENOENT' ? missing : cause));
    },
    () => child.kill(),
  ).catch((error) => {
    throw error instanceof TransportError ? error : new TransportError('HELPER_FAILED', String(error), { stderr: '' });
  });
  const tried = missing.detail.tried === undefined ? [] : [missing.detail.tried];
  let worked = false;
  return new Bridge({
    input: child.stdout,
    output: child.stdin,
    shut: () => {
      child.stdin.destroy();
      child.stdout.resume();
      child.kill();
    },
    gone: new Promise((resolve) =>
      child.once('close', (exitCode) => resolve(helperError({ exitCode, stderr, tried, worked }))),
    ),
    endsWhenGone: true,
    inspect: refuseGarbage,
    onFirstBytes: () => {
      worked = true;
    },
  });
}
