import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createBackend } from './backend.ts';
import { readCommandLine } from './command-line.ts';
import { serveBrowser } from './shell/browser-server.ts';
import { logInto } from './shell/log.ts';
import { onEndingSignal, surviveLostTerminal } from './shell/signals.ts';

/** The browser shell: plain Node that serves the page and the router on the loopback address. */
async function main(): Promise<void> {
  surviveLostTerminal();
  const options = readCommandLine(process.argv.slice(2), process.env);
  const backend = await createBackend({
    ...options,
    version: __APP_VERSION__,
    log: logInto(join(options.dataDir, 'logs')),
  });
  const page = fileURLToPath(new URL('../renderer/', import.meta.url));
  const token = randomBytes(32).toString('base64url');
  const server = await serveBrowser(backend.router, page, token, options.port);
  void backend.open(options.links);

  let ending = false;
  const end = async () => {
    if (ending) return;
    ending = true;
    for (const each of backend.underWay()) process.stdout.write(`Waiting for libvirt: ${each}\n`);
    await backend.end();
    await Promise.all([server.close(), backend.close()]);
    process.exit(0);
  };
  onEndingSignal(end);
  process.stdout.write(`Snapkeel is ready at ${server.url}\n`);
}

main().catch((error: unknown) => {
  process.stderr.write(`Snapkeel could not start: ${error instanceof Error ? error.message : error}\n`);
  process.exitCode = 1;
});
