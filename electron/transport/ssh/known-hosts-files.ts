import { constants } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { devNull } from 'node:os';
import { dirname } from 'node:path';
import { setImmediate as pause } from 'node:timers/promises';
import { openRegular, readRegular } from '../../regular-file.ts';
import { TransportError } from '../transport.ts';
import { type KnownHostsEntry, type KnownName, knownHostsLine, parseKnownHosts } from './known-hosts.ts';

const MOST_BYTES = 16 * 1024 * 1024;
/** Hashed names are to be hashed again one by one: meanwhile others have their turn. */
const LINES_AT_ONCE = 100;
const TURN_MS = 10;

/** Where known host keys are: the person's file, which is also written, and files only read. */
export interface KnownHostsFiles {
  /** null where new keys are not remembered. */
  readonly user: string | null;
  readonly readOnly: readonly string[];
}

/**
 * Everything known of one host, the person's file first. A file that isn't there is empty; one that can't be read is an
 * error, because what it revokes or pins would silently not count. Files of a hundred thousand lines hold up nobody.
 *
 * @throws TransportError KNOWN_HOSTS_FAILED
 */
export async function readKnownHosts(files: KnownHostsFiles, name: KnownName): Promise<KnownHostsEntry[]> {
  const entries: KnownHostsEntry[] = [];
  for (const file of [...(files.user === null ? [] : [files.user]), ...files.readOnly]) {
    const lines = (await readOrEmpty(file)).split('\n');
    let since = performance.now();
    for (let from = 0; from < lines.length; from += LINES_AT_ONCE) {
      if (performance.now() - since > TURN_MS) {
        await pause();
        since = performance.now();
      }
      const some = lines.slice(from, from + LINES_AT_ONCE).join('\n');
      entries.push(...parseKnownHosts(some, file, from + 1, name));
    }
  }
  return entries;
}

/**
 * Appends a key to the person's file, making it (0600) and its directory (0700) if need be.
 *
 * @throws TransportError KNOWN_HOSTS_FAILED
 */
export async function rememberHostKey(
  file: string,
  { host, port }: KnownName,
  key: Buffer,
  hashed = false,
): Promise<void> {
  try {
    await mkdir(dirname(file), { recursive: true, mode: 0o700 });
    const gap = (await endsMidLine(file)) ? '\n' : '';
    const { O_WRONLY, O_APPEND, O_CREAT } = constants;
    const opened = await openRegular(file, O_WRONLY | O_APPEND | O_CREAT, 0o600);
    await opened.appendFile(`${gap}${knownHostsLine(host, port, key, hashed)}\n`).finally(() => opened.close());
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
