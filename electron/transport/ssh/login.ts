import { connect as connectTcp } from 'node:net';
import type { Duplex } from 'node:stream';
import ssh2, { type Client } from 'ssh2';
import type { ConnectStep } from '../../../shared/schema.ts';
import { settle, throwIfAborted } from '../abort.ts';
import { printable } from '../first-packet.ts';
import { tellReaching } from '../reaching.ts';
import { type TransportContext, TransportError } from '../transport.ts';
import { AuthSequence } from './auth.ts';
import { connectionLost, type SshStage, sshError } from './errors.ts';
import { HostKeyGate, hostKeyAlgorithms, knownNameOf } from './host-key-gate.ts';
import { gatherKeys, type Keys } from './keys.ts';
import { fingerprint, type KnownHostsEntry, keyTypeOf } from './known-hosts.ts';
import { readKnownHosts, rememberHostKey } from './known-hosts-files.ts';
import { type LoginMemory, LoginSecrets } from './login-secrets.ts';
import { boundServer } from './server-bounds.ts';
import type { SshTarget } from './target.ts';

/** A logged-in SSH client and the stream under it. */
export interface SshSession {
  readonly client: Client;
  readonly socket: Duplex;
  /** Says goodbye, then closes. */
  readonly close: () => void;
}

/** Logging in may wait for a touch on a security key, or an agent's own question. sshd gives it as long. */
const LOGIN_TIMEOUT_MS = 120_000;

/** For the last words to leave. Milliseconds. */
const GOODBYE_MS = 2_000;

/** Makes the stream that SSH runs over; called anew for each try. */
export type Reach = (target: SshTarget, onStep: (step: ConnectStep) => void, signal: AbortSignal) => Promise<Duplex>;

/**
 * Connects, makes sure of the host's key and logs in.
 *
 * A host whose key is unknown is let go before the person is asked, and connected to again after a yes, which then holds
 * for that very key only. So no server's login grace time runs while a person reads, and nothing is remembered before the
 * host has proved, by finishing the key exchange, that the key is its own. A server that loses patience while a password
 * is typed is connected to again when it has been.
 *
 * @throws TransportError
 */
export async function logIn(
  target: SshTarget,
  context: TransportContext,
  signal: AbortSignal,
  reach: Reach,
  memory: LoginMemory,
): Promise<SshSession> {
  throwIfAborted(signal);
  const keys = await unlessAborted(signal, gatherKeys(target, signal));
  const known = await unlessAborted(signal, readKnownHosts(target.knownHosts, knownNameOf(target)));
  const done = new AbortController();
  const secrets = new LoginSecrets(target, context, AbortSignal.any([signal, done.signal]), memory);
  const onStep = (step: ConnectStep) => context.onStep?.(step, target.host);
  const attempt = (gate: HostKeyGate, onProven?: () => Promise<void>) =>
    tryOnce({ target, log: context.log, keys, known, gate, secrets, reach, onStep, signal, onProven });
  try {
    for (;;) {
      const { approved } = memory;
      const gate = new HostKeyGate(known, target, approved);
      try {
        return await attempt(gate, approved && (() => remember(target, context, memory, approved)));
      } catch (error) {
        if (signal.aborted) throw error;
        if (gate.unknownKey !== undefined) {
          await askAboutKey(target, context, gate.unknownKey, signal);
          memory.approved = gate.unknownKey;
        } else if (!isLost(error) || !(await secrets.hasNews())) throw error;
      }
    }
  } finally {
    done.abort();
  }
}

async function remember(target: SshTarget, { log }: TransportContext, memory: LoginMemory, key: Buffer) {
  const { user } = target.knownHosts;
  if (user === null || memory.isRemembered) return;
  memory.isRemembered = true;
  await rememberHostKey(user, knownNameOf(target), key, target.hashesKnownHosts).catch((problem: Error) =>
    log(`${target.host}: its key is trusted now but could not be remembered. ${problem.message}`),
  );
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

interface Attempt {
  readonly target: SshTarget;
  readonly log: TransportContext['log'];
  readonly keys: Keys;
  readonly known: readonly KnownHostsEntry[];
  readonly gate: HostKeyGate;
  readonly secrets: LoginSecrets;
  readonly reach: Reach;
  readonly onStep: (step: ConnectStep) => void;
  readonly signal: AbortSignal;
  /** The host has proved that the key is its own. */
  readonly onProven: (() => Promise<void>) | undefined;
}

async function tryOnce(attempt: Attempt): Promise<SshSession> {
  const { target, log, keys, known, gate, secrets, onStep, onProven } = attempt;
  const { host, user, connectTimeoutMs } = target;
  const over = new AbortController();
  const signal = AbortSignal.any([attempt.signal, over.signal]);
  const client = new ssh2.Client();
  let stage: SshStage = 'connecting';
  let exhausted = false;
  let isDeciding = false;
  let socket: Duplex | undefined;
  let fail: (error: TransportError) => void = () => {};
  const failed = new Promise<never>((_, reject) => {
    fail = (error) => {
      reject(error);
      socket?.destroy();
    };
  });
  failed.catch(() => undefined);
  const auth = new AuthSequence(target, keys, secrets.during(signal), log, { over: over.signal, fail });
  client
    .on('error', (error) => {
      const { level } = error as { level?: string };
      if (level === 'agent' || (level === 'client-authentication' && !exhausted)) {
        log(`SSH to ${host}: ${printable(error.message)}`);
        return;
      }
      const ours = gate.refusal ?? sshError(error, host, stage);
      if (ours.code !== 'AUTH_FAILED') fail(ours);
      else if (exhausted) fail(auth.failure());
      // Whoever lets in only for a while may say so as it hangs up.
      else fail(secrets.isAsking ? connectionLost(host, stage) : auth.failure(error.message));
    })
    .on('change password', () => {
      auth.expired();
      fail(auth.failure());
    })
    .on('close', () => fail(connectionLost(host, stage)));
  const handshaken = new Promise<void>((resolve) => client.once('handshake', () => resolve()));
  const ready = new Promise<void>((resolve) => client.once('ready', () => resolve()));
  const within = (goal: Promise<void>, ms: number) =>
    settle<void>(
      attempt.signal,
      (resolve, reject) => {
        goal.then(resolve);
        failed.catch(reject);
      },
      undefined,
      {
        ms,
        error: () => new TransportError('TIMED_OUT', `SSH to ${host}: no answer within ${ms} ms while ${stage}.`),
        unless: () => secrets.isAsking,
      },
    );

  try {
    socket = await attempt.reach(target, onStep, attempt.signal);
    onStep('host-key');
    client.connect({
      sock: socket,
      username: user,
      readyTimeout: 0,
      keepaliveInterval: target.keepalive.intervalMs,
      keepaliveCountMax: target.keepalive.misses,
      strictVendor: false,
      algorithms: { ...target.algorithms, serverHostKey: hostKeyAlgorithms(known, target) },
      hostVerifier: gate.verify,
      authHandler: (accepts, _partial, next) => {
        // A server may refuse what nobody has tried, also once it has let in.
        if (isDeciding || over.signal.aborted) return;
        isDeciding = true;
        auth
          .next(accepts)
          .finally(() => {
            isDeciding = false;
          })
          .then((method) => {
            if (over.signal.aborted) return;
            exhausted = method === false;
            // ssh2 takes false for "nothing left"; its types don't say so.
            next(method as Exclude<typeof method, false>);
          })
          .catch((error: unknown) => fail(sshError(error, host, stage)));
      },
    });
    boundServer(client, socket, () => fail(connectionLost(host, stage)));
    await within(handshaken, connectTimeoutMs);
    stage = 'logging in';
    onStep('authenticate');
    await onProven?.();
    await within(ready, LOGIN_TIMEOUT_MS);
    const stream = socket;
    return { client, socket, close: () => closeBoth(client, stream) };
  } catch (error) {
    socket?.destroy();
    throw sshError(error, host, stage);
  } finally {
    over.abort();
  }
}

/** A TCP connection to the target itself. @throws TransportError */
export const reachDirectly: Reach = async (
  { host, port, family, localAddress, connectTimeoutMs: ms },
  onStep,
  signal,
) => {
  const options = {
    ...(family === undefined ? {} : { family }),
    ...(localAddress === undefined ? {} : { localAddress }),
  };
  const socket = connectTcp({ host, port, noDelay: true, ...options });
  tellReaching(socket, host, onStep);
  try {
    await settle<void>(
      signal,
      (resolve, reject) => {
        socket.once('connect', resolve);
        socket.once('error', reject);
      },
      undefined,
      {
        ms,
        error: () => new TransportError('TIMED_OUT', `SSH to ${host}: no answer within ${ms} ms while connecting.`),
      },
    );
    return socket;
  } catch (error) {
    socket.destroy();
    throw sshError(error, host, 'connecting');
  }
};

function closeBoth(client: Client, socket: Duplex): void {
  client.end();
  socket.end(() => socket.destroy());
  // A far side that reads nothing any more is not waited for.
  const late = setTimeout(() => socket.destroy(), GOODBYE_MS).unref();
  socket.once('close', () => clearTimeout(late));
}

function isLost(error: unknown): boolean {
  return error instanceof TransportError && (error.code === 'CONNECTION_LOST' || error.code === 'TIMED_OUT');
}

function unlessAborted<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  return settle<T>(signal, (resolve, reject) => void work.then(resolve, reject));
}
