import type { ServerHostKeyAlgorithm } from 'ssh2';
import { own } from '../../../shared/own.ts';
import { TransportError } from '../transport.ts';
import { checkHostKey, fingerprint, type KnownHostsEntry, keyTypeOf, knownKeyTypes } from './known-hosts.ts';
import type { SshTarget } from './target.ts';

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
    const { host, port } = this.#target;
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
  const known = knownKeyTypes(entries, target.host, target.port).flatMap((type) => own(ALGORITHMS, type) ?? []);
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
  verdict: ReturnType<typeof checkHostKey>,
  { host }: SshTarget,
  key: Buffer,
  approved: Buffer | undefined,
): TransportError | undefined {
  const shown = { host, keyType: keyTypeOf(key), fingerprint: fingerprint(key) };
  if (verdict.status === 'changed' || verdict.status === 'revoked') {
    const { file, line, keyType } = verdict.entry;
    const detail = { ...shown, knownFile: file, knownLine: String(line), knownType: keyType };
    return verdict.status === 'changed'
      ? new TransportError(
          'HOST_KEY_CHANGED',
          `${host} shows a ${shown.keyType} key (${shown.fingerprint}) other than the ${keyType} key at ${file}:${line}.`,
          detail,
        )
      : new TransportError(
          'HOST_KEY_REVOKED',
          `${host} shows a key (${shown.fingerprint}) that is revoked at ${file}:${line}.`,
          detail,
        );
  }
  if (approved === undefined) return undefined;
  return new TransportError(
    'HOST_KEY_CHANGED',
    `${host} shows a key (${shown.fingerprint}) other than the one approved a moment ago (${fingerprint(approved)}).`,
    shown,
  );
}
