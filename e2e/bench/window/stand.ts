import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream';
import { fileURLToPath } from 'node:url';
import type { Browser, Page } from '@playwright/test';
import { createBackend } from '../../../electron/backend.ts';
import { serveBrowser } from '../../../electron/shell/browser-server.ts';
import type { DomainModel } from '../../../electron/simulator/model.ts';
import { createSimulator, type Simulator } from '../../../electron/simulator/simulator.ts';
import { installProbe } from './probe.ts';

const built = fileURLToPath(new URL('../../../out/renderer/', import.meta.url));
const viewport = { width: 1320, height: 840 };

/** The window of the whole app, connected to hosts that are simulated in this process. */
export interface Stand {
  readonly page: Page;
  readonly hosts: readonly Simulator[];
  close(): Promise<void>;
}

/**
 * Starts the backend and opens its window, as it was built last; resolves when all domains are told.
 * @param worlds the domains of each host
 * @throws Error where nothing is built
 */
export async function openStand(browser: Browser, worlds: readonly (readonly DomainModel[])[]): Promise<Stand> {
  if (!existsSync(join(built, 'index.html'))) throw new Error('the window is not built: npm run build');
  const folder = await mkdtemp(join(tmpdir(), 'snapkeel-bench-'));
  const sockets = worlds.map((_, at) => join(folder, `${at}.sock`));
  const hosts = worlds.map((domains) => createSimulator({ domains }));
  const daemons = await Promise.all(hosts.map((host, at) => listen(host, sockets[at] ?? '')));
  const backend = await createBackend({
    version: 'bench',
    shell: 'browser',
    dataDir: join(folder, 'data'),
    demo: false,
    connect: sockets.map((socket) => `qemu+unix:///system?socket=${socket}`),
    log: () => {},
  });
  const server = await serveBrowser(backend.router, built, randomBytes(32).toString('base64url'), 0);
  const page = await openPage(browser, server.url);
  const count = worlds.flat().length.toLocaleString('en-GB');
  await page.getByText(`· ${count} domain`).waitFor({ timeout: 60_000 });
  return {
    page,
    hosts,
    async close() {
      await page.context().close();
      await server.close();
      await backend.close();
      for (const host of hosts) host.close();
      for (const daemon of daemons) daemon.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Opens a page that can be measured; it has a context of its own. */
export async function openPage(browser: Browser, url: string): Promise<Page> {
  const context = await browser.newContext({ viewport });
  // What tsx names functions by, in a page that has no tsx.
  await context.addInitScript({ content: 'globalThis.__name = (named) => named;' });
  await context.addInitScript(installProbe);
  const page = await context.newPage();
  await page.goto(url);
  return page;
}

async function listen(host: Simulator, socket: string): Promise<Server> {
  const server = createServer(async (client) => {
    const daemon = await host.dial(new AbortController().signal);
    pipeline(client, daemon, client, () => {});
  });
  await once(server.listen(socket), 'listening');
  return server;
}
