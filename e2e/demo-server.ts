import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { createBackend, type DemoPace } from '../electron/backend.ts';
import { serveBrowser } from '../electron/shell/browser-server.ts';

const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
  version: string;
};
const page = fileURLToPath(new URL('../out/renderer/', import.meta.url));

/**
 * What `electron/serve.ts --demo` does, in this process: one process serves all specs of the demo host, each with a
 * simulator, a data directory and an address of its own.
 */
export async function serveDemo(dataDir: string, demoPace: DemoPace): Promise<{ url: string; stop(): Promise<void> }> {
  const backend = await createBackend({
    version,
    shell: 'browser',
    dataDir,
    demo: true,
    connect: [],
    log: () => {},
    demoPace,
  });
  const server = await serveBrowser(backend.router, page, randomBytes(32).toString('base64url'), 0);
  return {
    url: server.url,
    async stop() {
      await Promise.all([server.close(), backend.close()]);
    },
  };
}
