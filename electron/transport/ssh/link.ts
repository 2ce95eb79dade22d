import type { Duplex } from 'node:stream';
import type { ClientChannel } from 'ssh2';
import { settle } from '../abort.ts';
import { Bridge, type BridgeEnds } from '../bridge.ts';
import { refuseGarbage } from '../first-packet.ts';
import { helperError } from '../helper.ts';
import { TransportError } from '../transport.ts';
import { refuseTinyPackets } from './channel.ts';
import { connectionLost, sshError } from './errors.ts';
import type { SshSession } from './login.ts';

const STDERR_KEPT = 8_192;

/** The far side would not open a channel (RFC 4254, 5.1). */
export class ChannelRefused extends Error {
  /** False if the next socket is worth a try; true if sshd forwards none, or doesn't know how. */
  readonly forAllSockets: boolean;

  constructor(cause: Error) {
    super(cause.message, { cause });
    const { reason } = cause as { reason?: unknown };
    this.forAllSockets = reason === ADMINISTRATIVELY_PROHIBITED || reason === UNKNOWN_CHANNEL_TYPE;
  }
}

/** What a helper's stream tells about how it went. */
export interface HelperRun {
  readonly command: string;
  readonly tried: readonly string[];
  readonly mode?: string;
  readonly onWorks: () => void;
  readonly onFails: () => void;
}

/** One SSH connection, and the streams on it. */
export class SshLink {
  readonly #session: SshSession;
  readonly #host: string;
  readonly #timeoutMs: number;
  readonly #streams = new Set<Bridge>();
  #quick = false;
  #lost: TransportError | undefined;

  constructor(session: SshSession, host: string, timeoutMs: number) {
    this.#session = session;
    this.#host = host;
    this.#timeoutMs = timeoutMs;
    session.client.on('error', (error) => {
      this.#lost ??= sshError(error, host, 'connected');
      session.socket.destroy();
    });
    session.client.on('close', () => this.#drop(this.#lost ?? connectionLost(host, 'connected')));
    if (session.socket.destroyed) this.#lost = connectionLost(host, 'connected');
  }

  get alive(): boolean {
    return this.#lost === undefined && this.#session.socket.writable;
  }

  /** A stream to a unix socket on the host. @throws ChannelRefused, TransportError */
  async openSocket(path: string, signal: AbortSignal): Promise<Duplex> {
    const channel = await this.#open(signal, (done) => this.#session.client.openssh_forwardOutStreamLocal(path, done));
    channel.stderr.resume();
    this.#quicken();
    return this.#bridge(channel, { gone: new Promise((resolve) => channel.on('close', () => resolve(undefined))) });
  }

  /**
   * sshd keeps short answers back for those that may follow (Nagle's algorithm: 40 ms each) until it has run something on
   * the connection (do_exec in session.c: ssh_packet_set_interactive). Where it runs nothing, it is slow.
   */
  #quicken(): void {
    if (this.#quick) return;
    this.#quick = true;
    this.#session.client.exec('true', (error, channel) => {
      if (!error) release(channel);
    });
  }

  /** A stream to a helper's standard streams. Its failures are the stream's error. @throws TransportError */
  async runHelper(run: HelperRun, signal: AbortSignal): Promise<Duplex> {
    const channel = await this.#open(signal, (done) => this.#session.client.exec(run.command, done)).catch((error) => {
      if (!(error instanceof ChannelRefused)) throw error;
      throw new TransportError(
        'HELPER_FAILED',
        `${this.#host} would not run a command: ${error.message}`,
        { host: this.#host, stderr: '', tried: run.tried.join(', ') },
        { cause: error },
      );
    });
    let stderr = '';
    channel.stderr.on('data', (chunk: Buffer) => {
      if (stderr.length < STDERR_KEPT) stderr += chunk.toString('utf8');
    });
    let worked = false;
    const onFirstBytes = () => {
      worked = true;
      run.onWorks();
    };
    const gone = new Promise<TransportError | undefined>((resolve) => {
      channel.on('close', (exitCode?: number | null) => {
        const error = helperError({ ...run, host: this.#host, exitCode, stderr, worked });
        if (error !== undefined && !worked) run.onFails();
        resolve(error);
      });
    });
    return this.#bridge(channel, { gone, endsWhenGone: true, inspect: refuseGarbage, onFirstBytes });
  }

  /** Ends the connection; its streams close without an error. */
  close(): void {
    this.#drop(undefined);
    this.#session.close();
  }

  #drop(error: TransportError | undefined): void {
    this.#lost ??= error ?? connectionLost(this.#host, 'connected');
    for (const stream of this.#streams) stream.destroy(error);
    this.#streams.clear();
  }

  async #open(
    signal: AbortSignal,
    start: (done: (error: Error | undefined, channel: ClientChannel) => void) => void,
  ): Promise<ClientChannel> {
    let wanted = true;
    try {
      const opened = await settle<ClientChannel>(
        signal,
        (resolve, reject) =>
          start((error, channel) => {
            if (error) reject(error);
            else if (wanted) resolve(channel);
            else release(channel);
          }),
        () => {
          wanted = false;
        },
        { ms: this.#timeoutMs, error: () => this.#giveUp() },
      );
      refuseTinyPackets(opened, this.#host);
      return opened;
    } catch (error) {
      if (error instanceof TransportError) throw error;
      if (this.#lost !== undefined) throw this.#lost;
      if (!this.#session.socket.writable) throw connectionLost(this.#host, 'connected');
      throw new ChannelRefused(error as Error);
    }
  }

  /** A host that doesn't answer an open connection is gone; waiting for keepalive to notice would keep dials waiting. */
  #giveUp(): TransportError {
    this.#lost = new TransportError(
      'TIMED_OUT',
      `SSH to ${this.#host}: no answer within ${this.#timeoutMs} ms on an open connection.`,
    );
    this.#session.socket.destroy();
    return this.#lost;
  }

  #bridge(channel: ClientChannel, ends: Omit<BridgeEnds, 'input' | 'output' | 'shut'>): Bridge {
    const bridge = new Bridge({ ...ends, input: channel, output: channel, joins: true, shut: () => release(channel) });
    this.#streams.add(bridge);
    bridge.on('close', () => this.#streams.delete(bridge));
    return bridge;
  }
}

const ADMINISTRATIVELY_PROHIBITED = 1;
const UNKNOWN_CHANNEL_TYPE = 3;

/** Closes a channel and reads away what is left in it: ssh2 forgets a channel only once its end has been read. */
function release(channel: ClientChannel): void {
  channel.close();
  channel.resume();
  channel.stderr.resume();
}
