import type { Duplex } from 'node:stream';
import type { HostSession } from '../../../electron/hosts/host-session.ts';
import { openTransport } from '../../../electron/transport/open-transport.ts';
import type { Transport } from '../../../electron/transport/transport.ts';
import { parseLibvirtUri } from '../../../shared/libvirt-uri.ts';
import { reach } from '../../integration/reach.ts';
import { FrameScanner, isCall } from '../frame-scanner.ts';

/** A session of the app with a host, and what goes over its connections. */
export interface Ours {
  readonly session: HostSession;
  readonly calls: Calls;
}

/** What a session has asked libvirt, signs of life aside. */
export class Calls {
  /** So far. */
  count = 0;
  readonly #open = new Map<string, { readonly procedure: number; readonly sent: number }>();
  readonly #took = new Map<number, number[]>();
  #streams = 0;

  /** Counts what is written to a stream, and how long each answer takes. */
  watch(stream: Duplex): void {
    const number = this.#streams++;
    const sent = new FrameScanner((frame) => {
      if (!isCall(frame)) return;
      this.count++;
      this.#open.set(`${number} ${frame.serial}`, { procedure: frame.procedure, sent: performance.now() });
    });
    const answered = new FrameScanner(({ type, serial }) => {
      if (type !== REPLY) return;
      const call = this.#open.get(`${number} ${serial}`);
      if (!call) return;
      this.#open.delete(`${number} ${serial}`);
      const took = this.#took.get(call.procedure) ?? [];
      this.#took.set(call.procedure, took);
      took.push(performance.now() - call.sent);
    });
    const write = stream.write.bind(stream) as (...args: unknown[]) => boolean;
    stream.write = (chunk: Buffer, ...rest: unknown[]) => {
      sent.push(chunk);
      return write(chunk, ...rest);
    };
    stream.on('data', (chunk: Buffer) => answered.push(chunk));
  }

  /** How long the last call of a procedure took from its first byte to that of its answer, milliseconds. */
  lastOf({ number }: { readonly number: number }): number {
    return this.#took.get(number)?.at(-1) ?? Number.NaN;
  }
}

const REPLY = 1;

/**
 * Connects to a host as the app does; until `session.disconnect()`.
 * @param counts whether its calls are counted, which takes a little of the time
 */
export async function connectOurs(uri: string, home: string, { counts = false } = {}): Promise<Ours> {
  const calls = new Calls();
  const reached = reach(uri, {
    home,
    context: { askHostKey: async () => true },
    ...(counts && { onStream: (stream: Duplex) => calls.watch(stream) }),
  });
  await reached.connected();
  return { session: reached.session, calls };
}

/** Reads the snapshots of all these domains as the app does, at once, on a connection that is fresh. @returns milliseconds */
export async function readOurs(uri: string, home: string, domains: readonly Read[]): Promise<number> {
  const { session } = await connectOurs(uri, home);
  try {
    const began = performance.now();
    const found = await Promise.all(domains.map(async ({ uuid }) => (await session.readSnapshots(uuid)).list));
    const took = performance.now() - began;
    for (const [at, { name, snapshots }] of domains.entries())
      if (found[at]?.snapshots.length !== snapshots)
        throw new Error(`${name} has ${snapshots} snapshots, ${found[at]?.snapshots.length} were read`);
    return took;
  } finally {
    await session.disconnect();
  }
}

/** A domain whose snapshots are read, and how many they are. */
export interface Read {
  readonly name: string;
  readonly uuid: string;
  readonly snapshots: number;
}

/** The way of bytes to a host that the app's sessions go, too. */
export function transportOurs(uri: string, home: string): Transport {
  return openTransport(parseLibvirtUri(uri), {
    env: process.env,
    home,
    askHostKey: async () => true,
    askSecret: async () => null,
    log: () => {},
  });
}
