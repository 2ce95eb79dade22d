import { type Duplex, duplexPair } from 'node:stream';
import { demoDomains } from './demo.ts';
import { createFaults, type Faults, noFaults } from './faults.ts';
import { createHands, type Hands } from './hands.ts';
import type { DomainModel } from './model.ts';
import type { KeepalivePace } from './pulse.ts';
import { type Server, ServerConnection } from './server.ts';
import { World } from './world.ts';

export interface SimulatorOptions {
  /** major * 1 000 000 + minor * 1 000 + release; 11.3.0 unless told. */
  readonly libvirtVersion?: number;
  readonly hypervisorVersion?: number;
  /** The demo's unless told. */
  readonly domains?: readonly DomainModel[];
  /** Milliseconds since 1970. */
  readonly now?: () => number;
  /** How long a revert takes, milliseconds; without it as long as a small guest's. */
  readonly revertMs?: number | ((domain: DomainModel) => number);
  /** How long a snapshot with memory takes, milliseconds; at once unless told. */
  readonly snapshotMs?: number;
  /** How long a guest takes to shut down when it is asked to, milliseconds; at once unless told. */
  readonly shutdownMs?: number;
  /** How long merging the overlays of an external snapshot takes, milliseconds; at once unless told. */
  readonly mergeMs?: number;
  /** How the daemon asks for signs of life. */
  readonly keepalive?: KeepalivePace;
}

/** A libvirtd in this process: its wire protocol, its rules, its events, over a model instead of a hypervisor. */
export interface Simulator {
  /** Opens a byte stream to it, as the transports' Dial does. */
  readonly dial: (signal: AbortSignal) => Promise<Duplex>;
  readonly hands: Hands;
  /** UUIDs of the domains whose guests' file systems are frozen. */
  readonly frozen: ReadonlySet<string>;
  readonly faults: Faults;
  /** Ends every connection and everything that was waiting; dialling fails from now on. */
  close(): void;
}

export function createSimulator(options: SimulatorOptions = {}): Simulator {
  const { now = Date.now, revertMs = demoRevertMs } = options;
  const world = new World({
    libvirtVersion: options.libvirtVersion ?? 11_003_000,
    hypervisorVersion: options.hypervisorVersion ?? 10_000_000,
    domains: options.domains ?? demoDomains(now()),
    now,
    revertMs: typeof revertMs === 'number' ? () => revertMs : revertMs,
    // Asked for anew each time, so that a test can change its pace.
    get snapshotMs() {
      return options.snapshotMs ?? 0;
    },
    get shutdownMs() {
      return options.shutdownMs ?? 0;
    },
    get mergeMs() {
      return options.mergeMs ?? 0;
    },
  });
  const connections = new Set<ServerConnection>();
  const dropAll = (): void => {
    for (const connection of [...connections]) connection.drop();
  };
  const state = noFaults();
  const server: Server = {
    world,
    faults: state,
    keepalive: options.keepalive ?? { intervalMs: 5_000, count: 5 },
    crash: dropAll,
  };
  return {
    async dial(signal) {
      signal.throwIfAborted();
      if (state.dialError) throw state.dialError;
      if (world.closed) throw new Error('the simulated libvirtd is not running');
      const [client, daemon] = duplexPair();
      client.once('close', () => daemon.destroy());
      daemon.once('close', () => client.destroy());
      connections.add(new ServerConnection(daemon, server, (connection) => connections.delete(connection)));
      return client;
    },
    hands: createHands(world),
    frozen: world.frozen,
    faults: createFaults(state, () => connections),
    close() {
      world.close();
      dropAll();
    },
  };
}

/** Measured on a lab host with small guests: stopping QEMU takes longest. */
function demoRevertMs(domain: DomainModel): number {
  return domain.live ? 1_500 : 200;
}
