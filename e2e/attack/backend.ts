import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Domain, Host } from '../../shared/schema.ts';
import { type Client, openWindow } from '../open-window.ts';
import { startServer } from '../shell.ts';
import { calm, type Figures, watch } from './measure.ts';

/** The real backend, as a process of its own, with a window that is open. */
export interface Backend {
  readonly address: URL;
  readonly client: Client;
  /** Every host as the window knows it now. */
  readonly hosts: ReadonlyMap<string, Host>;
  readonly domains: ReadonlyMap<string, Domain>;
  until<T>(what: string, look: () => T | undefined | false | null, ms?: number): Promise<T>;
  figures(): Figures;
  /** @throws Error where it had ended, or does not end as it should */
  stop(): Promise<void>;
}

/** @param folder holds the data directory and the person's home, and goes with the backend. */
export async function startBackend(folder = newFolder()): Promise<Backend> {
  const home = join(folder, 'home');
  const server = await startServer({ args: ['--demo', '--data-dir', join(folder, 'data')], home });
  const address = new URL(server.url);
  const token = address.hash.slice('#token='.length);
  const pid = server.process.pid ?? 0;
  const { client, close } = await openWindow(address, token);
  const hosts = new Map<string, Host>();
  const domains = new Map<string, Domain>();
  const following = follow(client, hosts, domains);
  await calm(() => client.info());
  const measured = watch(pid, () => client.info());
  return {
    address,
    client,
    hosts,
    domains,
    async until(what, look, ms = 90_000) {
      for (const end = Date.now() + ms; ; await sleep(20)) {
        const found = look();
        if (found) return found;
        if (Date.now() > end) throw new Error(`in vain: ${what}`);
        assertRuns(server.process);
      }
    },
    figures: measured.figures,
    async stop() {
      try {
        assertRuns(server.process);
      } finally {
        await measured.stop();
        close();
        await following;
        await server.stop();
        rmSync(folder, { recursive: true, force: true });
      }
    },
  };
}

export function newFolder(): string {
  return mkdtempSync(join(tmpdir(), 'ska-'));
}

async function follow(client: Client, hosts: Map<string, Host>, domains: Map<string, Domain>): Promise<void> {
  try {
    for await (const event of await client.events()) {
      if (event.type === 'everything') for (const host of event.hosts) hosts.set(host.id, host);
      if (event.type === 'everything' || event.type === 'domains')
        for (const domain of event.domains) domains.set(domain.uuid, domain);
      if (event.type === 'host') hosts.set(event.host.id, event.host);
    }
  } catch {
    // The window was closed.
  }
}

function assertRuns({ exitCode, signalCode }: ChildProcess): void {
  if (exitCode !== null || signalCode !== null) throw new Error(`the backend ended: ${exitCode ?? signalCode}`);
}

/** Starts one of the hostile ones as a process of its own; resolves when it listens. */
export async function startHostile(script: string, ...args: string[]): Promise<Hostile> {
  const file = fileURLToPath(new URL(`./hostile/${script}.ts`, import.meta.url));
  const child = spawn(process.execPath, ['--import', 'tsx', file, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  const lines: string[] = [];
  child.stdout.setEncoding('utf8').on('data', (text: string) => lines.push(...text.split('\n').filter(Boolean)));
  const count = (line: string) => lines.filter((each) => each === line).length;
  while (count('listening') === 0) {
    if (child.exitCode !== null) throw new Error(`${script} ended: ${child.exitCode}`);
    await sleep(20);
  }
  return { lines, count, stop: () => void child.kill('SIGKILL') };
}

export interface Hostile {
  readonly lines: readonly string[];
  /** How often it has printed this line. */
  count(line: string): number;
  stop(): void;
}
