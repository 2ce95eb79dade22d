import ssh2, { type AnyAuthMethod, type AuthenticationType, type ParsedKey } from 'ssh2';
import { readRegular } from '../../regular-file.ts';
import { TransportError } from '../transport.ts';
import { fingerprint } from './known-hosts.ts';
import type { SshTarget } from './target.ts';

/** More than any key takes. */
const MOST_KEY_BYTES = 1024 * 1024;

/** What there is to log in with, and what there would have been. */
export interface Credentials {
  readonly methods: readonly { readonly label: string; readonly method: AnyAuthMethod }[];
  /** Keys that can't be offered, each with why, for the person. */
  readonly skipped: readonly string[];
  /** Why the key the person named can't be offered: the error to report if nothing else works either. */
  readonly explicitKeyError?: TransportError;
}

/** Time an agent has to list its keys. One that asks its own person something takes longer, but only to sign. */
const AGENT_LIST_MS = 5_000;

/**
 * Gathers keys: the named key file, or else the agent's keys and then the usual files. If the named one needs a
 * passphrase, the agent may hold it and is used instead. A file whose key the agent holds is not offered twice, because
 * servers count attempts (sshd: MaxAuthTries 6).
 *
 * @throws TransportError KEY_UNREADABLE, KEY_NEEDS_PASSPHRASE: the key the person named can't be used, and no agent is there.
 */
export async function gatherCredentials(target: SshTarget): Promise<Credentials> {
  const files = await Promise.all(target.keyFiles.map(readKeyFile));
  const named = target.keyIsExplicit ? files[0] : undefined;
  if (named?.key !== undefined) return { methods: [keyMethod(target.user, named.path, named.key)], skipped: [] };
  const explicitKeyError = named && namedKeyError(named);
  if (explicitKeyError?.code === 'KEY_UNREADABLE') throw explicitKeyError;

  const agent = target.agent === undefined ? undefined : await listAgent(target.agent);
  const held = agent?.keys ?? [];
  if (explicitKeyError !== undefined && held.length === 0) throw explicitKeyError;
  const fromAgent =
    target.agent === undefined || held.length === 0
      ? []
      : [
          {
            label: `ssh-agent (${held.map((key) => fingerprint(key.getPublicSSH())).join(', ')})`,
            method: { type: 'agent', username: target.user, agent: target.agent } as const,
          },
        ];
  const fromFiles = files.flatMap(({ path, key }) =>
    key === undefined || held.some((other) => other.getPublicSSH().equals(key.getPublicSSH()))
      ? []
      : [keyMethod(target.user, path, key)],
  );
  return {
    methods: [...fromAgent, ...fromFiles],
    skipped: [
      ...(agent?.problem === undefined ? [] : [agent.problem]),
      ...files.flatMap(({ path, problem }) =>
        problem === undefined || problem.missing ? [] : [`${path}: ${problem.text}`],
      ),
    ],
    ...(explicitKeyError === undefined ? {} : { explicitKeyError }),
  };
}

/** Offers credentials to ssh2 one after another, and keeps what it takes to say why none was accepted. */
export class AuthSequence {
  readonly #credentials: Credentials;
  readonly #target: SshTarget;
  readonly #tried: string[] = [];
  #next = 0;
  #askedNone = false;
  #accepts: readonly string[] = [];

  constructor(credentials: Credentials, target: SshTarget) {
    this.#credentials = credentials;
    this.#target = target;
  }

  /** The next thing to try, or false. First comes 'none', as from OpenSSH: its refusal lists what the server accepts. */
  next(accepts: readonly AuthenticationType[] | null): AnyAuthMethod | false {
    if (accepts !== null) this.#accepts = accepts;
    if (!this.#askedNone) {
      this.#askedNone = true;
      return { type: 'none', username: this.#target.user };
    }
    const candidate = this.#credentials.methods[this.#next++];
    if (candidate === undefined) return false;
    this.#tried.push(candidate.label);
    return candidate.method;
  }

  /** The error to report when the server has refused everything, or broken off with a reason. */
  failure(reason?: string): TransportError {
    if (this.#credentials.explicitKeyError !== undefined) return this.#credentials.explicitKeyError;
    const { user, host } = this.#target;
    const tried = this.#tried.length === 0 ? 'nothing to try' : `tried ${this.#tried.join(', ')}`;
    return new TransportError(
      'AUTH_FAILED',
      `${host} did not let ${user} log in (${tried})${reason === undefined ? '.' : `: ${reason}`}`,
      {
        user,
        host,
        tried: this.#tried.join(', '),
        skipped: this.#credentials.skipped.join(', '),
        accepts: this.#accepts.join(', '),
      },
    );
  }
}

interface KeyFile {
  readonly path: string;
  readonly key?: ParsedKey;
  readonly problem?: { readonly text: string; readonly encrypted?: true; readonly missing?: true };
}

async function readKeyFile(path: string): Promise<KeyFile> {
  let bytes: Buffer;
  try {
    bytes = await readRegular(path, MOST_KEY_BYTES);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'unreadable';
    return { path, problem: { text: code, ...(code === 'ENOENT' ? { missing: true } : {}) } };
  }
  const key = parseKey(bytes);
  if (key instanceof Error) {
    return /^Encrypted .* no passphrase/.test(key.message)
      ? { path, problem: { text: 'needs a passphrase', encrypted: true } }
      : { path, problem: { text: 'not a private key that can be read' } };
  }
  return key.isPrivateKey() ? { path, key } : { path, problem: { text: 'a public key, not a private one' } };
}

function namedKeyError({ path, problem }: KeyFile): TransportError {
  if (problem?.encrypted) {
    return new TransportError('KEY_NEEDS_PASSPHRASE', `The key ${path} is protected by a passphrase.`, {
      keyfile: path,
    });
  }
  const reason = problem?.text ?? '';
  return new TransportError('KEY_UNREADABLE', `The key ${path} can't be used: ${reason}`, { keyfile: path, reason });
}

/** ssh2's parser, which for some formats returns a list and for some damage throws. */
function parseKey(data: Buffer | ParsedKey): ParsedKey | Error {
  try {
    const parsed: ParsedKey | Error | ParsedKey[] = ssh2.utils.parseKey(data);
    return (Array.isArray(parsed) ? parsed[0] : parsed) ?? new Error('holds no key');
  } catch (error) {
    return error as Error;
  }
}

function keyMethod(username: string, path: string, key: ParsedKey) {
  return { label: path, method: { type: 'publickey', username, key } as const };
}

function listAgent(path: string): Promise<{ keys: ParsedKey[]; problem?: string }> {
  return new Promise((resolve) => {
    const problem = (text: string) => resolve({ keys: [], problem: `ssh-agent: ${text}` });
    const timer = setTimeout(() => problem('no answer'), AGENT_LIST_MS);
    ssh2.createAgent(path).getIdentities((error, entries) => {
      clearTimeout(timer);
      if (error) {
        problem(error.message);
        return;
      }
      const keys = (entries ?? []).flatMap((entry) => {
        const key = parseKey(entry as ParsedKey);
        return key instanceof Error ? [] : [key];
      });
      if (keys.length === 0) problem('holds no keys');
      else resolve({ keys });
    });
  });
}
