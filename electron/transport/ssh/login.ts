import { connect as connectTcp, type Socket } from 'node:net';
import ssh2, { type Client } from 'ssh2';
import { settle, throwIfAborted } from '../abort.ts';
import { type TransportContext, TransportError } from '../transport.ts';
import { AuthSequence, type Credentials, gatherCredentials } from './auth.ts';
import { connectionLost, type SshStage, sshError } from './errors.ts';
import { HostKeyGate, hostKeyAlgorithms } from './host-key-gate.ts';
import { fingerprint, hasCertAuthority, type KnownHostsEntry, keyTypeOf } from './known-hosts.ts';
import { readKnownHosts, rememberHostKey } from './known-hosts-files.ts';
import type { SshTarget } from './target.ts';

/** A logged-in SSH client and the socket under it. */
export interface SshSession {
  readonly client: Client;
  readonly socket: Socket;
}

export const DEFAULT_TIMEOUT_MS = 20_000;
/** Logging in may wait for a person: a touch on a security key, an agent's own question. sshd gives it as long. */
const LOGIN_TIMEOUT_MS = 120_000;
const KEEPALIVE_MS = 15_000;
const KEEPALIVE_MISSES = 3;

/**
 * Connects, makes sure of the host's key and logs in.
 *
 * A host whose key is unknown is let go before the person is asked, and connected to again after a yes, which then holds
 * for that very key only. So no server's login grace time runs while a person reads, and nothing is remembered before the
 * host has proved, by finishing the key exchange, that the key is its own.
 *
 * @throws TransportError
 */
export async function logIn(target: SshTarget, context: TransportContext, signal: AbortSignal): Promise<SshSession> {
  throwIfAborted(signal);
  const credentials = await unlessAborted(signal, gatherCredentials(target));
  const known = await unlessAborted(signal, readKnownHosts(target.knownHosts));
  if (hasCertAuthority(known, target.host, target.port)) {
    context.log(`${target.host}: @cert-authority in known_hosts is not supported; its plain keys count.`);
  }
  const first = new HostKeyGate(known, target);
  try {
    return await attempt(target, context, credentials, known, first, signal);
  } catch (error) {
    if (first.unknownKey === undefined || signal.aborted) throw error;
    const approved = first.unknownKey;
    await askAboutKey(target, context, approved, signal);
    return attempt(target, context, credentials, known, new HostKeyGate(known, target, approved), signal, async () => {
      await rememberHostKey(target.knownHosts.user, target.host, target.port, approved).catch((problem: Error) =>
        context.log(`${target.host}: its key is trusted now but could not be remembered. ${problem.message}`),
      );
    });
  }
}

async function askAboutKey(target: SshTarget, context: TransportContext, key: Buffer, signal: AbortSignal) {
  const { host, port, knownHosts } = target;
  const shown = { keyType: keyTypeOf(key), fingerprint: fingerprint(key) };
  const question = { host, port, ...shown, knownHostsFile: knownHosts.user };
  // Strictly true: whatever else an answer may be, it is no yes.
  if ((await unlessAborted(signal, context.askHostKey(question, signal))) === true) return;
  throw new TransportError('HOST_KEY_DECLINED', `The key of ${host} (${shown.fingerprint}) was not accepted.`, {
    host,
    ...shown,
  });
}

async function attempt(
  target: SshTarget,
  { log, connectTimeoutMs }: TransportContext,
  credentials: Credentials,
  known: readonly KnownHostsEntry[],
  gate: HostKeyGate,
  signal: AbortSignal,
  onProven: () => Promise<void> = async () => undefined,
): Promise<SshSession> {
  throwIfAborted(signal);
  const { host, port, user } = target;
  const auth = new AuthSequence(credentials, target);
  const socket = connectTcp({ host, port, noDelay: true });
  const client = new ssh2.Client();
  let stage: SshStage = 'connecting';
  let exhausted = false;

  const failed = new Promise<never>((_, reject) => {
    client.on('error', (error) => {
      const { level } = error as { level?: string };
      if (level === 'agent' || (level === 'client-authentication' && !exhausted)) {
        log(`SSH to ${host}: ${error.message}`);
        return;
      }
      const ours = gate.refusal ?? sshError(error, host, stage);
      reject(ours.code === 'AUTH_FAILED' ? auth.failure(exhausted ? undefined : error.message) : ours);
      socket.destroy();
    });
    client.on('close', () => reject(connectionLost(host, stage)));
  });
  failed.catch(() => undefined);
  const handshaken = new Promise<void>((resolve) => client.once('handshake', () => resolve()));
  const ready = new Promise<void>((resolve) => client.once('ready', () => resolve()));
  const reach = (goal: Promise<void>, ms: number) =>
    settle<void>(
      signal,
      (resolve, reject) => {
        goal.then(resolve);
        failed.catch(reject);
      },
      undefined,
      { ms, error: () => new TransportError('TIMED_OUT', `SSH to ${host}: no answer within ${ms} ms while ${stage}.`) },
    );

  try {
    client.connect({
      sock: socket,
      username: user,
      readyTimeout: 0,
      keepaliveInterval: KEEPALIVE_MS,
      keepaliveCountMax: KEEPALIVE_MISSES,
      strictVendor: false,
      algorithms: { serverHostKey: hostKeyAlgorithms(known, target) },
      hostVerifier: gate.verify,
      authHandler: (accepts, _partial, next) => {
        const method = auth.next(accepts);
        exhausted = method === false;
        // ssh2 takes false for "nothing left"; its types don't say so.
        next(method as Exclude<typeof method, false>);
      },
    });
    await reach(handshaken, connectTimeoutMs ?? DEFAULT_TIMEOUT_MS);
    stage = 'logging in';
    await onProven();
    await reach(ready, LOGIN_TIMEOUT_MS);
    return { client, socket };
  } catch (error) {
    socket.destroy();
    throw sshError(error, host, stage);
  }
}

function unlessAborted<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  return settle<T>(signal, (resolve, reject) => void work.then(resolve, reject));
}
