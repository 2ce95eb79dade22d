import { connect } from 'node:net';
import { settle } from '../abort.ts';
import { TransportError } from '../transport.ts';

const MOST_BYTES = 4 * 1024 * 1024;
/** As OpenSSH (MAX_AGENT_IDENTITIES). */
const MOST_KEYS = 2_048;
/** Time an agent has to list its keys. One that asks its own person something takes longer, but only to sign. */
const LIST_MS = 5_000;

/** Messages of draft-ietf-sshm-ssh-agent, 7.1, and what RSA keys sign with (7.3). */
const LIST = 11;
const LISTED = 12;
const SIGN = 13;
const SIGNED = 14;
const HASHES: Readonly<Record<string, number>> = { sha256: 2, sha512: 4 };

/**
 * The public keys that an agent holds, of every kind: ssh2 lists only those that it can use, so that nobody could say
 * which others there are.
 * @throws Error that says what is wrong with the agent
 */
export async function listKeys(path: string, signal: AbortSignal): Promise<Buffer[]> {
  const answer = await ask(path, Buffer.from([LIST]), signal, LIST_MS);
  const count = answer.length < 5 || answer[0] !== LISTED ? MOST_KEYS + 1 : answer.readUInt32BE(1);
  const strings = count > MOST_KEYS ? null : stringsIn(answer.subarray(5), 2 * count);
  if (strings === null) throw new Error(UNREADABLE);
  return strings.filter((_, index) => index % 2 === 0); // the others are comments
}

/**
 * Has an agent sign, which may ask its own person first.
 * @param hash as ssh2 names it: sha256 or sha512 for RSA keys
 * @returns the signature alone, without the name of its format
 * @throws Error that says what is wrong
 */
export async function sign(
  path: string,
  key: Buffer,
  data: Buffer,
  hash: string | undefined,
  signal: AbortSignal,
): Promise<Buffer> {
  const flags = Buffer.alloc(4);
  flags.writeUInt32BE(HASHES[hash ?? ''] ?? 0);
  const answer = await ask(path, Buffer.concat([Buffer.from([SIGN]), string(key), string(data), flags]), signal);
  if (answer[0] !== SIGNED) throw new Error('it refused');
  const [whole] = stringsIn(answer.subarray(1), 1) ?? [];
  const [, signature] = (whole && stringsIn(whole, 2)) ?? [];
  if (signature === undefined || signature.length === 0) throw new Error(UNREADABLE);
  return signature;
}

const UNREADABLE = 'it gave an answer that cannot be read';

/** One request, and what is answered. The connection is gone when this ends, whatever way. */
async function ask(path: string, request: Buffer, signal: AbortSignal, ms?: number): Promise<Buffer> {
  const socket = connect(path);
  const parts: Buffer[] = [];
  let received = 0;
  let expected: number | undefined;
  try {
    return await settle<Buffer>(
      signal,
      (resolve, reject) => {
        socket.on('error', (error: NodeJS.ErrnoException) => reject(new Error(error.code ?? error.message)));
        socket.on('close', () => reject(new Error('it closed the connection')));
        socket.on('data', (chunk) => {
          parts.push(chunk);
          received += chunk.length;
          if (expected === undefined && received >= 4) expected = Buffer.concat(parts).readUInt32BE(0);
          if (expected === undefined) return;
          if (expected > MOST_BYTES || received > 4 + MOST_BYTES) reject(new Error(UNREADABLE));
          else if (received >= 4 + expected) resolve(Buffer.concat(parts).subarray(4, 4 + expected));
        });
        socket.write(string(request));
      },
      undefined,
      ms === undefined ? undefined : { ms, error: () => new TransportError('TIMED_OUT', 'no answer') },
    );
  } finally {
    socket.on('error', () => {});
    socket.destroy();
  }
}

function string(bytes: Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
}

/** The first so many strings; null where there are fewer. */
function stringsIn(bytes: Buffer, count: number): Buffer[] | null {
  const strings: Buffer[] = [];
  let at = 0;
  while (strings.length < count) {
    const end = at + 4 <= bytes.length ? at + 4 + bytes.readUInt32BE(at) : bytes.length + 1;
    if (end > bytes.length) return null;
    strings.push(bytes.subarray(at + 4, end));
    at = end;
  }
  return strings;
}
