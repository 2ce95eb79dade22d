import type { ServerHostKeyAlgorithm } from 'ssh2';
import { own } from '../../../shared/own.ts';
import { TransportError } from '../transport.ts';
import {
  checkHostKey,
  fingerprint,
  type HostKeyVerdict,
  type KnownHostsEntry,
  type KnownName,
  keyTypeOf,
  knownKeyTypes,
} from './known-hosts.ts';
import type { SshTarget } from './target.ts';

/** The name under which known_hosts has a target's keys. */
export function knownNameOf({ host, port, hostKeyAlias }: SshTarget): KnownName {
  return hostKeyAlias === null ? { host, port } : { host: hostKeyAlias, port: 22 };
}

/** Decides about the key a host shows, during one connection. Anything but a clear yes is a refusal. */
export class HostKeyGate {
  readonly #entries: readonly KnownHostsEntry[];
  readonly #target: SshTarget;
  readonly #approved: Buffer | undefined;
  #accepted: Buffer | undefined;
  /** The key that was refused only because nobody has vouched for it yet. */
  unknownKey: Buffer | undefined;
  /** Why the key was refused, if it was. */
  refusal: TransportError | undefined;

  /** `approved` is a key the person has just said yes to: with it, no other will do unless known. */
  constructor(entries: readonly KnownHostsEntry[], target: SshTarget, approved?: Buffer) {
    this.#entries = entries;
    this.#target = target;
    this.#approved = approved;
  }

  /** ssh2's host verifier. Called again when keys are renewed: the key must then be the one accepted before. */
  readonly verify = (key: Buffer, answer: (permitted: boolean) => void): void => {
    let permitted = false;
    try {
      permitted = this.#permits(key);
    } catch (cause) {
      this.refusal = new TransportError('HANDSHAKE_FAILED', "The host's key could not be checked.", {}, { cause });
    }
    answer(permitted);
  };

  #permits(key: Buffer): boolean {
    if (this.#accepted !== undefined) return this.#accepted.equals(key);
    const { host, port } = knownNameOf(this.#target);
    const verdict = checkHostKey(this.#entries, host, port, key);
    const approved = this.#approved?.equals(key) ?? false;
    if (verdict.status === 'known' || (verdict.status === 'unknown' && approved)) {
      this.#accepted = Buffer.from(key);
      return true;
    }
    this.refusal = refusalOf(verdict, this.#target, key, this.#approved);
    if (this.refusal === undefined) this.unknownKey = Buffer.from(key);
    return false;
  }
}

/**
 * Host key algorithms in the order to ask for: those of keys already known for the host first, so that it is recognised
 * rather than asked about. RSA with SHA-1 is left out, as in OpenSSH since 8.8.
 */
export function hostKeyAlgorithms(entries: readonly KnownHostsEntry[], target: SshTarget): ServerHostKeyAlgorithm[] {
  const { host, port } = knownNameOf(target);
  const known = knownKeyTypes(entries, host, port).flatMap((type) => own(ALGORITHMS, type) ?? []);
  return [...new Set([...known, ...Object.values(ALGORITHMS).flat()])];
}

/** Key types in OpenSSH's order of preference -> algorithms that sign with them. */
const ALGORITHMS: Readonly<Record<string, readonly ServerHostKeyAlgorithm[]>> = {
  'ssh-ed25519': ['ssh-ed25519'],
  'ecdsa-sha2-nistp256': ['ecdsa-sha2-nistp256'],
  'ecdsa-sha2-nistp384': ['ecdsa-sha2-nistp384'],
  'ecdsa-sha2-nistp521': ['ecdsa-sha2-nistp521'],
  'ssh-rsa': ['rsa-sha2-512', 'rsa-sha2-256'],
};

function refusalOf(
  verdict: HostKeyVerdict,
  { host, knownKeysOnly }: SshTarget,
  key: Buffer,
  approved: Buffer | undefined,
): TransportError | undefined {
  const shown = { host, keyType: keyTypeOf(key), fingerprint: fingerprint(key) };
  if (verdict.status !== 'unknown' && verdict.status !== 'known') {
    const { file, line, keyType } = verdict.entry;
    const known = { knownFile: file, knownLine: String(line), knownType: keyType };
    const detail = { ...shown, ...known, knownFingerprint: fingerprint(verdict.entry.key) };
    return REFUSALS[verdict.status](detail);
  }
  if (approved !== undefined) {
    const text = `other than the one approved a moment ago (${fingerprint(approved)})`;
    return new TransportError('HOST_KEY_CHANGED', `${host} shows a key (${shown.fingerprint}) ${text}.`, shown);
  }
  if (!knownKeysOnly) return undefined;
  const text = 'is not known, and the SSH configuration says StrictHostKeyChecking yes';
  return new TransportError('HOST_KEY_UNKNOWN', `${host} shows a key (${shown.fingerprint}) that ${text}.`, shown);
}

type KnownDetail = Readonly<
  Record<'host' | 'keyType' | 'fingerprint' | 'knownFile' | 'knownLine' | 'knownType', string>
>;

const REFUSALS: Readonly<Record<'changed' | 'revoked' | 'authority', (detail: KnownDetail) => TransportError>> = {
  changed: (d) =>
    new TransportError(
      'HOST_KEY_CHANGED',
      `${d.host} shows a ${d.keyType} key (${d.fingerprint}) other than the ${d.knownType} key at ${d.knownFile}:${d.knownLine}.`,
      d,
    ),
  revoked: (d) =>
    new TransportError(
      'HOST_KEY_REVOKED',
      `${d.host} shows a key (${d.fingerprint}) that is revoked at ${d.knownFile}:${d.knownLine}.`,
      d,
    ),
  authority: ({ host, knownFile, knownLine }) => {
    const reason = `its certificate authority in ${knownFile} line ${knownLine}`;
    return new TransportError('NEEDS_OPENSSH', `${host} is known only by ${reason}.`, { host, reason });
  },
};
