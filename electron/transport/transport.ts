import type { Duplex } from 'node:stream';

/**
 * Opens one byte stream to the daemon. Rejects with a TransportError; an aborted signal rejects with CANCELLED and has no
 * effect once the stream is there. A stream that breaks emits 'error', as a TransportError where more than the system's
 * error is known: attach a listener before yielding.
 */
export type Dial = (signal: AbortSignal) => Promise<Duplex>;

/** A way to one libvirt daemon: any number of byte streams over one connection. */
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
  /** The file that will hold the key once the person has said yes. */
  readonly knownHostsFile: string;
}

/** What a transport takes from its surroundings. */
export interface TransportContext {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The person's home directory. */
  readonly home: string;
  /** Asks the person whether to trust a key. The signal is aborted when the answer no longer matters. */
  readonly askHostKey: (question: HostKeyQuestion, signal: AbortSignal) => Promise<boolean>;
  readonly log: (line: string) => void;
  /** For each of: TCP and SSH handshake with login, opening a channel. Default 20,000 ms. */
  readonly connectTimeoutMs?: number;
}

export type TransportErrorCode =
  /** None of the local sockets exists. detail: tried, mode (where the URI chooses one) */
  | 'SOCKET_MISSING'
  /** detail: path */
  | 'SOCKET_DENIED'
  /** A socket file with nobody listening. detail: path */
  | 'SOCKET_REFUSED'
  | 'HOST_NOT_FOUND'
  | 'HOST_UNREACHABLE'
  /** The same on a Mac, which may keep this app out of the local network. */
  | 'LOCAL_NETWORK'
  | 'CONNECTION_REFUSED'
  | 'TIMED_OUT'
  /** The far side, or the network, dropped a connection that was there. */
  | 'CONNECTION_LOST'
  /** The far side doesn't speak SSH, or no common algorithms. detail: reason */
  | 'HANDSHAKE_FAILED'
  /** The far side sends what this SSH cannot read while it lets in. detail: reason */
  | 'LOGIN_UNREADABLE'
  /** detail: fingerprint, keyType, knownFile, knownLine, knownType */
  | 'HOST_KEY_CHANGED'
  /** detail: fingerprint, keyType, knownFile, knownLine */
  | 'HOST_KEY_REVOKED'
  /** detail: fingerprint, keyType */
  | 'HOST_KEY_DECLINED'
  /** A known_hosts file is there but can't be read, so no key can be judged. detail: file, reason */
  | 'KNOWN_HOSTS_FAILED'
  /** detail: user, tried (keys offered), skipped (keys not offered, and why), accepts (methods the server takes) */
  | 'AUTH_FAILED'
  /** detail: keyfile, reason */
  | 'KEY_UNREADABLE'
  /** detail: keyfile */
  | 'KEY_NEEDS_PASSPHRASE'
  /** No socket could be opened on the host. sshd doesn't say why: missing, denied, or forwarding is off. detail: tried, mode (where the URI chooses one) */
  | 'REMOTE_SOCKET_MISSING'
  | 'REMOTE_SOCKET_DENIED'
  /** virt-ssh-helper is not installed. detail: tried (sockets tried before it) */
  | 'HELPER_MISSING'
  /** virt-ssh-helper gave up. detail: stderr */
  | 'HELPER_FAILED'
  /** Something else than libvirt answered, such as a shell's start-up script. detail: text */
  | 'STREAM_GARBAGE'
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
