import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildDomain } from '../../../electron/simulator/build.ts';
import { createSimulator } from '../../../electron/simulator/simulator.ts';

export interface SimulatedHost {
  readonly uri: string;
  stop(): Promise<void>;
}

/** A simulated libvirtd behind a socket, as the system's own is, with this many domains of three snapshots each. */
export async function startSimulatedHost(domains: number): Promise<SimulatedHost> {
  const now = Math.floor(Date.now() / 1_000);
  const simulator = createSimulator({
    domains: Array.from({ length: domains }, (_, index) => {
      const snapshots = ['installed', 'updated', 'tested'].map((name, at) => ({ name, ago: 86_400 * (3 - at) }));
      const uuid = `00000000-0000-4000-8000-${`${index}`.padStart(12, '0')}`;
      return buildDomain({ name: `domain-${`${index}`.padStart(3, '0')}`, uuid, snapshots }, now);
    }),
  });
  const folder = await mkdtemp(join(tmpdir(), 'snapkeel-host-'));
  const socket = join(folder, 'libvirt-sock');
  const server = createServer(async (client) => {
    const daemon = await simulator.dial(new AbortController().signal);
    client.on('error', () => daemon.destroy());
    daemon.on('error', () => client.destroy());
    client.pipe(daemon).pipe(client);
  });
  await new Promise<void>((resolve) => server.listen(socket, resolve));
  return {
    uri: `qemu+unix:///system?socket=${socket}`,
    async stop() {
      simulator.close();
      server.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
