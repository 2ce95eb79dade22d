import ssh2, { type ParsedKey } from 'ssh2';
import { readRegular } from '../../regular-file.ts';
import { TransportError } from '../transport.ts';
import { listKeys } from './agent.ts';
import { fingerprint, keyTypeOf } from './known-hosts.ts';
import type { SshTarget } from './target.ts';

/** More than any key takes. */
const MOST_KEY_BYTES = 1024 * 1024;

/** A key that can be offered. */
export interface OfferedKey {
  /** For a person: a path, or "ssh-agent (SHA256:…)". */
  readonly label: string;
  readonly type: string;
  /** The public half; null where only the whole key, decrypted, tells. */
  readonly blob: Buffer | null;
  /** Where the private half is; without it the agent signs. */
  readonly file?: KeyFile;
}

/** A private key's file, as it was read. */
export interface KeyFile {
  readonly path: string;
  readonly bytes: Buffer;
  readonly encrypted: boolean;
}

/** What there is to log in with, and what there would have been. */
export interface Keys {
  readonly offered: readonly OfferedKey[];
  /** Keys that can't be offered, each with why, for the person. */
  readonly skipped: readonly string[];
  /** Keys of a kind that only OpenSSH can use. */
  readonly onlyOpenSsh: readonly string[];
}

/**
 * Gathers keys: the named key file, or else the agent's keys and then the configured files. As OpenSSH with
 * IdentitiesOnly, an agent's key is then offered only if a configured file is its public or private half. A file whose
 * key the agent holds is not offered twice, because servers count attempts (sshd: MaxAuthTries 6).
 *
 * @throws TransportError KEY_UNREADABLE: the key the person named can't be used.
 */
export async function gatherKeys(target: SshTarget, signal: AbortSignal): Promise<Keys> {
  const files = await Promise.all(target.keyFiles.map(readKeyFile));
  const named = target.keyIsExplicit ? files[0] : undefined;
  if (named?.problem !== undefined) {
    const { path, problem } = named;
    const detail = { keyfile: path, reason: problem };
    throw new TransportError('KEY_UNREADABLE', `The key ${path} can't be used: ${problem}`, detail);
  }
  const agent = target.agent === undefined ? { keys: [], problems: [] } : await listAgent(target.agent, signal);
  const wanted = files.flatMap(({ blob }) => blob ?? []);
  const held = agent.keys.filter(
    ({ blob }) => !(target.keyIsExplicit || target.identitiesOnly) || wanted.some((each) => blob?.equals(each)),
  );
  const fromFiles = files.filter(
    ({ key, blob }) => key !== undefined && !held.some((other) => blob && other.blob?.equals(blob)),
  );
  const offered = [...held, ...fromFiles.flatMap(({ key }) => key ?? [])];
  return {
    offered: offered.filter(({ type }) => !isOnlyOpenSsh(type)),
    skipped: [
      ...agent.problems,
      ...files.flatMap(({ path, problem }) =>
        problem === undefined || problem === MISSING ? [] : [`${path}: ${problem}`],
      ),
    ],
    onlyOpenSsh: offered.filter(({ type }) => isOnlyOpenSsh(type)).map(({ label }) => `security key ${label}`),
  };
}

/** The private key of a file. @throws Error with what is wrong, also with the passphrase */
export function decrypt({ bytes }: KeyFile, passphrase?: string): ParsedKey {
  const key = parseKey(bytes, passphrase);
  if (key instanceof Error) throw key;
  if (!key.isPrivateKey()) throw new Error('it is a public key, not a private one');
  return key;
}

const MISSING = 'ENOENT';

interface Found {
  readonly path: string;
  readonly blob: Buffer | null;
  readonly key?: OfferedKey;
  readonly problem?: string;
}

async function readKeyFile(path: string): Promise<Found> {
  const besides = await readRegular(`${path}.pub`, MOST_KEY_BYTES).then(publicBlob, () => null);
  let bytes: Buffer;
  try {
    bytes = await readRegular(path, MOST_KEY_BYTES);
  } catch (error) {
    return { path, blob: besides, problem: (error as NodeJS.ErrnoException).code ?? 'unreadable' };
  }
  const inside = publicBlob(bytes) ?? openSshBlob(bytes);
  const key = parseKey(bytes);
  const encrypted = key instanceof Error && /^Encrypted .* no passphrase/.test(key.message);
  const blob = key instanceof Error ? (inside ?? besides) : key.getPublicSSH();
  const type = blob === null ? 'unknown' : keyTypeOf(blob);
  // A configured public half names a key that the agent holds.
  if (!(key instanceof Error) && !key.isPrivateKey()) return { path, blob, problem: 'a public key, not a private one' };
  if (key instanceof Error && !encrypted && !isOnlyOpenSsh(type)) {
    return { path, blob, problem: 'not a private key that can be read' };
  }
  return { path, blob, key: { label: path, type, blob, file: { path, bytes, encrypted } } };
}

function isOnlyOpenSsh(type: string): boolean {
  return type.startsWith('sk-') || /-cert-v\d+@openssh\.com$/.test(type);
}

/** ssh2's parser, which for some formats returns a list and for some damage throws. */
function parseKey(data: Buffer, passphrase?: string): ParsedKey | Error {
  try {
    const parsed: ParsedKey | Error | ParsedKey[] = ssh2.utils.parseKey(data, passphrase);
    return (Array.isArray(parsed) ? parsed[0] : parsed) ?? new Error('holds no key');
  } catch (error) {
    return error as Error;
  }
}

/** The blob of a `.pub` file: "type base64 comment". */
function publicBlob(bytes: Buffer): Buffer | null {
  const [, type, base64] = /^([a-z0-9@.-]+) ([A-Za-z0-9+/=]+)(?:\s|$)/.exec(bytes.toString('latin1')) ?? [];
  const blob = base64 === undefined ? null : Buffer.from(base64, 'base64');
  return blob && isPublicKey(blob, type) ? blob : null;
}

/** The public half in OpenSSH's own format of private keys, which is not encrypted (PROTOCOL.key, OpenSSH). */
function openSshBlob(bytes: Buffer): Buffer | null {
  const [, body] =
    /-----BEGIN OPENSSH PRIVATE KEY-----([\sA-Za-z0-9+/=]+)-----END/.exec(bytes.toString('latin1')) ?? [];
  const data = Buffer.from(body ?? '', 'base64');
  const magic = 'openssh-key-v1\0';
  if (data.toString('latin1', 0, magic.length) !== magic) return null;
  let at = magic.length;
  const next = () => {
    const length = at + 4 <= data.length ? data.readUInt32BE(at) : data.length;
    const part = data.subarray(at + 4, at + 4 + length);
    at += 4 + length;
    return part;
  };
  for (const _ of ['cipher', 'kdf', 'options']) next();
  at += 4; // how many keys
  const blob = next();
  return blob.length > 4 && isPublicKey(blob) ? blob : null;
}

/** Whether it is of a type that only OpenSSH has, or ssh2 can offer it: what it can't it would leave out, or throw at. */
function isPublicKey(blob: Buffer, type?: string): boolean {
  try {
    const named = keyTypeOf(blob);
    if (named === '' || (type !== undefined && named !== type)) return false;
    return isOnlyOpenSsh(named) || !(parseKey(blob) instanceof Error);
  } catch {
    return false;
  }
}

/** The keys an agent holds; what can not be offered of them, and why. */
async function listAgent(path: string, signal: AbortSignal): Promise<{ keys: OfferedKey[]; problems: string[] }> {
  let blobs: Buffer[];
  try {
    blobs = await listKeys(path, signal);
  } catch (error) {
    return { keys: [], problems: [`ssh-agent: ${error instanceof Error ? error.message : error}`] };
  }
  if (blobs.length === 0) return { keys: [], problems: ['ssh-agent: holds no keys'] };
  const usable = blobs.filter((blob) => isPublicKey(blob));
  const damaged = blobs.length - usable.length;
  return {
    keys: usable.map((blob) => ({ label: `ssh-agent (${fingerprint(blob)})`, type: keyTypeOf(blob), blob })),
    problems: damaged === 0 ? [] : [`ssh-agent: ${damaged} of its keys cannot be read`],
  };
}
