import { constants } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { devNull } from 'node:os';
import { dirname } from 'node:path';
import { openRegular, readRegular } from '../../regular-file.ts';
import { TransportError } from '../transport.ts';
import { type KnownHostsEntry, knownHostsLine, parseKnownHosts } from './known-hosts.ts';

const MOST_BYTES = 16 * 1024 * 1024;

/** Where known host keys are: the person's file, which is also written, and files only read. */
export interface KnownHostsFiles {
  readonly user: string;
  readonly readOnly: readonly string[];
}

/**
 * Everything known, the person's file first. A file that isn't there is empty; one that can't be read is an error, because
 * what it revokes or pins would silently not count.
 *
 * @throws TransportError KNOWN_HOSTS_FAILED
 */
export async function readKnownHosts(files: KnownHostsFiles): Promise<KnownHostsEntry[]> {
  const texts = await Promise.all(
    [files.user, ...files.readOnly].map(async (file) => parseKnownHosts(await readOrEmpty(file), file)),
  );
  return texts.flat();
}

/**
 * Appends a key to the person's file, making it (0600) and its directory (0700) if need be.
 *
 * @throws TransportError KNOWN_HOSTS_FAILED
 */
export async function rememberHostKey(file: string, host: string, port: number, key: Buffer): Promise<void> {
  try {
    await mkdir(dirname(file), { recursive: true, mode: 0o700 });
    const gap = (await endsMidLine(file)) ? '\n' : '';
    const { O_WRONLY, O_APPEND, O_CREAT } = constants;
    const opened = await openRegular(file, O_WRONLY | O_APPEND | O_CREAT, 0o600);
    await opened.appendFile(`${gap}${knownHostsLine(host, port, key)}\n`).finally(() => opened.close());
  } catch (cause) {
    if (cause instanceof TransportError) throw cause;
    throw failed('written', file, cause);
  }
}

async function readOrEmpty(file: string): Promise<string> {
  if (file === devNull) return ''; // who knows no keys says so
  try {
    return (await readRegular(file, MOST_BYTES)).toString('utf8');
  } catch (cause) {
    if (isMissing(cause)) return '';
    throw failed('read', file, cause);
  }
}

async function endsMidLine(file: string): Promise<boolean> {
  const text = await readOrEmpty(file);
  return text !== '' && !text.endsWith('\n');
}

function isMissing(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === 'ENOENT';
}

function failed(verb: string, file: string, cause: unknown): TransportError {
  const reason = (cause as NodeJS.ErrnoException).code ?? String(cause);
  return new TransportError(
    'KNOWN_HOSTS_FAILED',
    `${file} could not be ${verb}: ${reason}`,
    { file, reason },
    { cause },
  );
}
