import { homedir } from 'node:os';
import { join } from 'node:path';
import { parseLibvirtUri } from '../shared/libvirt-uri.ts';
import { HostPool } from './hosts/host-pool.ts';
import { HostStore } from './hosts/host-store.ts';
import { Hub } from './hosts/hub.ts';
import { Operations } from './hosts/operations.ts';
import { Questions } from './hosts/questions.ts';
import { RevertPlans } from './hosts/revert/plans.ts';
import { type AppRouter, createRouter } from './router.ts';
import { createSimulator } from './simulator/simulator.ts';
import { openTransport } from './transport/open-transport.ts';
import { probeLocal } from './transport/unix-socket.ts';

export interface BackendOptions {
  readonly version: string;
  readonly dataDir: string;
  /** Only the simulated host. */
  readonly demo: boolean;
  /** Hosts for this run alone. */
  readonly connect: readonly string[];
  readonly log: (line: string) => void;
}
export interface Backend {
  readonly router: AppRouter;
  /** Disconnects everywhere. */
  close(): Promise<void>;
}

/** Puts everything together, and takes it apart again. */
export async function createBackend(options: BackendOptions): Promise<Backend> {
  const { log, dataDir, version } = options;
  const hub = new Hub();
  const questions = new Questions(hub);
  const operations = new Operations(hub);
  const plans = new RevertPlans();
  const simulator = createSimulator();
  const pool = new HostPool({
    hub,
    log,
    store: new HostStore(join(dataDir, 'hosts.json')),
    openSimulator: () => ({ dial: simulator.dial, describe: () => 'simulated in this app', close: () => {} }),
    openTransport: (uri, host) =>
      openTransport(uri, {
        env: process.env,
        home: homedir(),
        askHostKey: (question, signal) => questions.ask({ ...question, kind: 'host-key', hostId: host.id }, signal),
        log,
      }),
  });
  await addFirstHosts(pool, options);
  return {
    router: createRouter({
      info: { version, dataDir, platform: process.platform },
      hub,
      pool,
      questions,
      operations,
      plans,
      log,
    }),
    async close() {
      await pool.close();
      simulator.close();
    },
  };
}

async function addFirstHosts(pool: HostPool, { demo, connect }: BackendOptions): Promise<void> {
  if (demo) return pool.addSimulated();
  for (const uri of connect) await pool.add(uri, undefined, false);
  if (connect.length > 0) return;
  await pool.restore();
  const surroundings = { env: process.env, home: homedir() };
  const found = new Set<string>();
  for (const uri of ['qemu:///system', 'qemu:///session']) {
    const socket = await probeLocal(parseLibvirtUri(uri), surroundings);
    if (socket && !found.has(socket)) await pool.add(uri, undefined, false);
    if (socket) found.add(socket); // for root both are the system's
  }
  pool.addSimulated();
}
