import { rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { buildDomain, type DomainSpec } from '../../../electron/simulator/build.ts';
import type { DomainModel } from '../../../electron/simulator/model.ts';
import { createSimulator, type Simulator } from '../../../electron/simulator/simulator.ts';
import { churn } from './churn.ts';
import type { Ask, Told, Truth } from './simulated.ts';

/*
 * Simulated libvirtds in a process of their own, each on a Unix socket: `hosts.ts FOLDER HOSTS DOMAINS SNAPSHOTS`. Prints
 * `listening`; changes its domains, and tells how they are, when it is asked to over its channel.
 */
const [folder = '', ...numbers] = process.argv.slice(2);
const [hosts = 0, domains = 0, snapshots = 0] = numbers.map(Number);
const now = Math.floor(Date.now() / 1_000);

const simulators = Array.from({ length: hosts }, () =>
  createSimulator({ revertMs: 1, domains: domainsOf(domains, snapshots) }),
);
await Promise.all(simulators.map((each, at) => listen(each, join(folder, `host-${at}.sock`))));
console.log('listening');

process.on('message', (ask: Ask) => void answer(ask).then((told) => process.send?.(told)));
// Whoever has started it has ended, perhaps in the middle of something.
process.on('disconnect', () => {
  rmSync(folder, { recursive: true, force: true });
  process.exit();
});

async function answer(ask: Ask): Promise<Told> {
  if (ask.ask === 'churn') return { events: await churn(simulators, domains, ask) };
  return { truth: simulators.map((each) => Array.from({ length: domains }, (_, at) => truthOf(each, nameOf(at)))) };
}

/** All of them have the same history; it is built once. */
function domainsOf(count: number, depth: number): DomainModel[] {
  const first = buildDomain(specOf(depth), now);
  return Array.from({ length: count }, (_, at) => ({ ...first, name: nameOf(at), uuid: uuidOf(at) }));
}

function specOf(depth: number): DomainSpec {
  return {
    ...{ name: nameOf(0), uuid: uuidOf(0), state: 'running', disks: ['vda', 'vdb'] },
    snapshots: Array.from({ length: depth }, (_, at) => ({
      ...{ name: `week-${at}`, ago: (depth - at) * 3_600, description: `Before the update of week ${at}` },
      state: 'running' as const,
    })),
  };
}

function nameOf(at: number): string {
  return `guest-${at}`;
}

function uuidOf(at: number): string {
  return `5ca1ab1e-0000-4000-8000-${`${at}`.padStart(12, '0')}`;
}

function truthOf({ hands }: Simulator, name: string): Truth {
  const { uuid, state, id, snapshots: all, managedSave } = hands.domain(name);
  return { uuid, name, state, id, snapshotCount: all.length, managedSave };
}

async function listen({ dial }: Simulator, path: string): Promise<void> {
  const server = createServer((socket) => {
    const opened = dial(new AbortController().signal).then((daemon) => {
      socket.on('close', () => daemon.destroy());
      daemon.on('close', () => socket.destroy());
      socket.pipe(daemon).pipe(socket);
    });
    opened.catch(() => socket.destroy());
    socket.on('error', () => {});
  });
  await new Promise<void>((resolve) => server.listen(path, 4_096, resolve));
}
