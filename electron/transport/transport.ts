import type { Duplex } from 'node:stream';
import type { ConnectStep } from '../../shared/schema.ts';

/**
 * Opens one byte stream to the daemon. Rejects with a TransportError; an aborted signal rejects with CANCELLED and has no
 * effect once the stream is there. A stream that breaks emits 'error', as a TransportError where more than the system's
 * error is known: attach a listener before yielding.
 */
export type Dial = (signal: AbortSignal) => Promise<Duplex>;

/** A way to one libvirt daemon: any number of byte streams, over one connection or each over its own. */
export interface Transport {
  readonly dial: Dial;
  /** What was found, for a person: the socket path or "SSH to kvm-a, /var/run/libvirt/…". */
  readonly describe: () => string;
  /** Lets go of the connection and quietly destroys its streams; later dials are refused. */
  close(): void;
}

/** A host whose key nobody has vouched for yet. */
export interface HostKeyQuestion {
  readonly host: string;
  readonly port: number;
  /** As in known_hosts: ssh-ed25519, ecdsa-sha2-nistp256, ssh-rsa… */
  readonly keyType: string;
  /** "SHA256:…", as `ssh-keygen -l` prints it. */
  readonly fingerprint: string;
  /** The file that will hold the key once the person has said yes; null where the configuration has none. */
  readonly knownHostsFile: string | null;
}

/** What a server asks of a person in its own words (keyboard-interactive, RFC 4256). */
export interface Prompts {
  readonly title: string;
  readonly instruction: string;
  /** `echo`: what is typed may be seen. */
  readonly prompts: readonly { readonly text: string; readonly echo: boolean }[];
}

/** Something that only the person knows. `retry`: what they said last was wrong. */
export type SecretQuestion =
  | { readonly kind: 'passphrase'; readonly host: string; readonly keyFile: string; readonly retry: boolean }
  | {
      readonly kind: 'password';
      readonly user: string;
      readonly host: string;
      readonly port: number;
      readonly retry: boolean;
    }
  | ({ readonly kind: 'prompts'; readonly user: string; readonly host: string } & Prompts);

/** What a transport takes from its surroundings. */
export interface TransportContext {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The person's home directory. */
  readonly home: string;
  /** Asks the person whether to trust a key. The signal is aborted when the answer no longer matters. */
  readonly askHostKey: (question: HostKeyQuestion, signal: AbortSignal) => Promise<boolean>;
  /** Asks the person for secrets: an answer for each that is asked for, or null for none. They are kept nowhere else. */
  readonly askSecret: (question: SecretQuestion, signal: AbortSignal) => Promise<readonly string[] | null>;
  /** Told of each step as it begins, with the machine that it is about. */
  readonly onStep?: (step: ConnectStep, host: string) => void;
  /** Which SSH client reaches a host; built in by default. */
  readonly sshClient?: 'built-in' | 'openssh';
  readonly log: (line: string) => void;
  /** For each of: TCP and TLS, TCP and SSH handshake with login, opening a channel. Default 20,000 ms. */
  readonly connectTimeoutMs?: number;
}

export type TransportErrorCode =
  /** None of the local sockets exists. detail: tried, mode (where the URI chooses one) */
  | 'SOCKET_MISSING'
  /** detail: path */
  | 'SOCKET_DENIED'
  /** A socket file with nobody listening. detail: path */
  | 'SOCKET_REFUSED'
  /** OpenSSH refuses its own configuration. detail: host, reason */
  | 'SSH_CONFIG_FAILED'
  | 'SSH_CONFIG_TIMED_OUT'
  /** There is no ssh on this machine. */
  | 'SSH_MISSING'
  /** The system's ssh gave up, for a reason that only its own words tell. detail: reason */
  | 'SSH_FAILED'
  /** No folder that ssh could have its sockets in and be asked from. detail: tried */
  | 'SSH_FOLDER_MISSING'
  /** Only the system's own ssh can do it. detail: host, reason */
  | 'NEEDS_OPENSSH'
  /** A machine on the way would not pass the connection on. detail: host, jump, reason */
  | 'JUMP_REFUSED'
  | 'HOST_NOT_FOUND'
  | 'HOST_UNREACHABLE'
  /** The same on a Mac, which may keep this app out of the local network. */
  | 'LOCAL_NETWORK'
  | 'CONNECTION_REFUSED'
  /** A port that libvirt was to listen on. detail: port, reason */
  | 'LIBVIRT_PORT_REFUSED'
  | 'TIMED_OUT'
  /** The far side, or the network, dropped a connection that was there. */
  | 'CONNECTION_LOST'
  /** The far side ended the connection before it said anything. detail: host, reason */
  | 'SSH_HUNG_UP'
  /** The far side doesn't speak SSH, or no common algorithms. detail: reason, other (the client that knows more of them) */
  | 'HANDSHAKE_FAILED'
  /** The far side sends what this SSH cannot read while it lets in. detail: reason */
  | 'LOGIN_UNREADABLE'
  /** detail: fingerprint, keyType, knownFile, knownLine, knownType, knownFingerprint */
  | 'HOST_KEY_CHANGED'
  /** The configuration says to refuse what is not known. detail: fingerprint, keyType */
  | 'HOST_KEY_UNKNOWN'
  /** detail: fingerprint, keyType, knownFile, knownLine */
  | 'HOST_KEY_REVOKED'
  /** detail: fingerprint, keyType */
  | 'HOST_KEY_DECLINED'
  /** A known_hosts file is there but can't be read, so no key can be judged. detail: file, reason */
  | 'KNOWN_HOSTS_FAILED'
  /** detail: user, tried, skipped (not offered, and why), accepts (what the server takes), tooMany (where it ended the login for that), openSsh (what only OpenSSH has) */
  | 'AUTH_FAILED'
  | 'LOGIN_CANCELLED'
  /** The server asks more of a person than can be answered. detail: reason */
  | 'LOGIN_QUESTIONS'
  /** detail: user */
  | 'PASSWORD_EXPIRED'
  /** detail: keyfile, reason */
  | 'KEY_UNREADABLE'
  /** No socket could be opened on the host. sshd doesn't say why: missing, denied, or forwarding is off. detail: tried, mode (where the URI chooses one) */
  | 'REMOTE_SOCKET_MISSING'
  | 'REMOTE_SOCKET_DENIED'
  /** A socket file on the host with nobody listening. detail: stderr */
  | 'REMOTE_SOCKET_REFUSED'
  /** virt-ssh-helper is not installed. detail: tried (sockets tried before it) */
  | 'HELPER_MISSING'
  /** virt-ssh-helper gave up. detail: stderr */
  | 'HELPER_FAILED'
  /** Something else than libvirt answered, such as a shell's start-up script. detail: text */
  | 'STREAM_GARBAGE'
  /** detail: tried */
  | 'TLS_CA_MISSING'
  /** A certificate, key or revocation list that can't be read or used. detail: file, reason */
  | 'TLS_FILE_UNREADABLE'
  /** A client certificate without its key, or the other way about. detail: file (missing), other (there) */
  | 'TLS_PAIR_INCOMPLETE'
  /** detail: file, keyfile */
  | 'TLS_KEY_MISMATCH'
  /** A certificate on this computer. detail: file, from, until */
  | 'TLS_OWN_EXPIRED'
  /** Nobody whom the CA file knows vouches for the server. detail: ca, issuer, reason */
  | 'TLS_SERVER_UNTRUSTED'
  /** detail: from, until, reason */
  | 'TLS_SERVER_EXPIRED'
  /** detail: crl */
  | 'TLS_SERVER_REVOKED'
  /** The revocation list does not fit the CA, or is too old. detail: crl, reason */
  | 'TLS_CRL_UNUSABLE'
  /** detail: names (those that the certificate has) */
  | 'TLS_SERVER_NAME'
  /** The server hung up on the client's certificate. detail: certificate, subject, reason */
  | 'TLS_CLIENT_REFUSED'
  /** The server hung up on a client that has no certificate. detail: file (where it would be), reason */
  | 'TLS_CLIENT_UNKNOWN'
  /** The server hung up in the middle of the handshake. detail: port, reason */
  | 'TLS_HUNG_UP'
  /** No TLS is spoken there, or no common version. detail: port, reason */
  | 'TLS_HANDSHAKE_FAILED'
  | 'CANCELLED'
  | 'UNSUPPORTED';

/** Why no byte stream could be had, or why one broke. `message` is technical, in English, and holds no secrets. */
export class TransportError extends Error {
  readonly code: TransportErrorCode;
  readonly detail: Readonly<Record<string, string>>;

  constructor(
    code: TransportErrorCode,
    message: string,
    detail: Readonly<Record<string, string>> = {},
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.name = 'TransportError';
    this.code = code;
    this.detail = detail;
  }
}
