import { driverUri, type LibvirtUri } from '../../shared/libvirt-uri.ts';
import { own } from '../../shared/own.ts';
import type { ConnectStep, HostTestEvent, Problem, TestFound } from '../../shared/schema.ts';
import type { RpcConnection } from '../libvirt/connection.ts';
import { countDomains } from '../libvirt/domains.ts';
import { ConnectionError } from '../libvirt/errors.ts';
import { greet } from '../libvirt/greet.ts';
import { closeConnection, openConnection } from '../libvirt/open.ts';
import type { Transport, TransportContext } from '../transport/transport.ts';
import { EventQueue } from './event-queue.ts';
import { toProblem } from './problems.ts';

/** How long libvirt may take to tell of itself once the connection is open. */
const READ_PATIENCE_MS = 30_000;

export interface TestOptions {
  /** As it was typed, or what an alias stands for. */
  readonly text: string;
  readonly uri: LibvirtUri;
  /** What the host is called in sentences. */
  readonly name: string;
  readonly openTransport: (onStep: NonNullable<TransportContext['onStep']>) => Transport;
  readonly log: (line: string) => void;
  readonly readPatienceMs?: number;
}

/**
 * Connects once, as a session does, and tells of each step: at the end what was found, or what is wrong with which step.
 * Nothing stays open, also where the caller stops early.
 */
export async function* testConnection(options: TestOptions, signal: AbortSignal): AsyncGenerator<HostTestEvent> {
  const stop = new AbortController();
  const either = AbortSignal.any([signal, stop.signal]);
  const events = new EventQueue<HostTestEvent>(either);
  const steps = new Steps((event) => events.push(event));
  const run = connectAndLook(options, steps, either)
    .then(
      (found) => {
        steps.end();
        events.push({ type: 'found', found });
      },
      (error: unknown) => {
        const problem = forTest(toProblem(error, options.name));
        events.push({ type: 'refused', step: steps.fail(problem), problem });
      },
    )
    .finally(() => events.end());
  try {
    yield* events;
  } finally {
    stop.abort();
    await run;
  }
}

async function connectAndLook(options: TestOptions, steps: Steps, signal: AbortSignal): Promise<TestFound> {
  const { uri, text, name, log, readPatienceMs = READ_PATIENCE_MS } = options;
  const transport = options.openTransport((step, host) => steps.begin(step, host));
  let connection: RpcConnection | undefined;
  const giveUp = () => connection?.close();
  signal.addEventListener('abort', giveUp);
  try {
    const stream = await transport.dial(signal);
    steps.begin('open', name);
    connection = await openConnection(stream, driverUri(uri), { log, signal });
    steps.begin('read', name);
    const { roundTripMs, ...greeting } = await within(connection, readPatienceMs, greet);
    const domains = await within(connection, readPatienceMs, countDomains);
    await closeConnection(connection);
    return { uri: text, ...greeting, domains, via: transport.describe(), roundTripMs };
  } finally {
    signal.removeEventListener('abort', giveUp);
    connection?.close();
    transport.close();
  }
}

/** @throws ConnectionError NO_ANSWER */
async function within<T>(connection: RpcConnection, ms: number, ask: (of: RpcConnection) => Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new ConnectionError('NO_ANSWER', `libvirt did not answer within ${ms} ms`)), ms);
  });
  try {
    return await Promise.race([ask(connection), late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Each step ends when the next one begins; the last one with the test. */
class Steps {
  #now: { readonly step: ConnectStep; readonly host: string } | null = null;
  #begun = new Map<ConnectStep, string>();

  constructor(private readonly tell: (event: HostTestEvent) => void) {}

  begin(step: ConnectStep, host: string): void {
    if (this.#now?.step === step && this.#now.host === host) return;
    this.end();
    this.#now = { step, host };
    this.#begun.set(step, host);
    this.tell({ type: 'step', step, host, state: 'running' });
  }

  end(): void {
    if (this.#now) this.tell({ type: 'step', ...this.#now, state: 'done' });
  }

  /** The step that a problem is of: what it says itself, else the present one. */
  fail({ code }: Problem): ConnectStep | null {
    if (this.#now === null) return null;
    const earlier = own(laterNoticed, code);
    const failed = own(stepsOf, code) ?? (earlier && this.#begun.has(earlier) ? earlier : this.#now.step);
    this.tell({ type: 'step', step: failed, host: this.#begun.get(failed) ?? this.#now.host, state: 'failed' });
    return failed;
  }
}

/** Problems that are of one step, whoever goes it: the system's own ssh goes several at once. */
const stepsOf: Readonly<Record<string, ConnectStep>> = {
  HOST_NOT_FOUND: 'resolve',
  HOST_UNREACHABLE: 'connect',
  LOCAL_NETWORK: 'connect',
  CONNECTION_REFUSED: 'connect',
  LIBVIRT_PORT_REFUSED: 'connect',
  HOST_KEY_CHANGED: 'host-key',
  HOST_KEY_UNKNOWN: 'host-key',
  HOST_KEY_REVOKED: 'host-key',
  HOST_KEY_DECLINED: 'host-key',
};

/** Problems that come to light only when libvirt is spoken to, as of a program on the host that gives up. */
const laterNoticed: Readonly<Record<string, ConnectStep>> = {
  HELPER_MISSING: 'socket',
  HELPER_FAILED: 'socket',
  REMOTE_SOCKET_MISSING: 'socket',
  REMOTE_SOCKET_DENIED: 'socket',
  SOCKET_MISSING: 'socket',
  SOCKET_DENIED: 'socket',
  STREAM_GARBAGE: 'socket',
};

/** What to do where a session would try again by itself, and a test does not. */
const nextOfTest: Readonly<Record<string, string>> = {
  CONNECTION_LOST: 'Test again. If this keeps happening, check the host’s log.',
  NO_ANSWER: 'Test again. If this keeps happening, check the host’s load and libvirt’s log there.',
  LOST: 'Test again. If this keeps happening, check libvirt’s log on the host.',
  TLS_HUNG_UP: 'Check that the port is libvirt’s TLS port, not plain TCP.',
  HOST_KEY_DECLINED: 'Test again to be asked again.',
  LOGIN_CANCELLED: 'Test again to be asked again. With the key in the SSH agent, you are not asked.',
};

function forTest(problem: Problem): Problem {
  const next = own(nextOfTest, problem.code);
  return next === undefined ? problem : { ...problem, next };
}
