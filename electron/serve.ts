import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createBackend } from './backend.ts';
import { type CommandLine, readCommandLine } from './command-line.ts';
import { FolderInUse } from './kept/lock.ts';
import { serveBrowser } from './shell/browser-server.ts';
import { logInto } from './shell/log.ts';
import { pageOf } from './shell/other-instance.ts';
import { onEndingSignal, surviveErrors, surviveLostTerminal } from './shell/signals.ts';

/** The browser shell: plain Node that serves the page and the router on the loopback address. */
async function main(options: CommandLine): Promise<void> {
  const log = logInto(join(options.dataDir, 'logs'));
  const backend = await createBackend({ ...options, shell: 'browser', version: __APP_VERSION__, log });
  const page = fileURLToPath(new URL('../renderer/', import.meta.url));
  const token = randomBytes(32).toString('base64url');
  const server = await serveBrowser(backend.router, page, token, options.port).catch(async (error: unknown) => {
    await backend.close();
    throw error;
  });
  await backend.reachableAt(server.url);
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
  surviveErrors(log);
  tellReady(server.url);
}

/** Whoever started this reads the address, and opens it. */
function tellReady(url: string): void {
  process.stdout.write(`Snapkeel is ready at ${url}\n`);
}

/** Another one has the data directory: its page is the one to open. False where it has none. */
async function leadTo({ holder, message }: FolderInUse, { connect, links }: CommandLine): Promise<boolean> {
  const url = await pageOf(holder);
  if (url === null) return false;
  process.stdout.write(`${message}\n`);
  if (connect.length + links.length > 0) process.stdout.write('It was not told of the hosts and links given here.\n');
  tellReady(url);
  return true;
}

async function start(): Promise<void> {
  surviveLostTerminal();
  const options = readCommandLine(process.argv.slice(2), process.env);
  try {
    await main(options);
  } catch (error) {
    if (!(error instanceof FolderInUse && (await leadTo(error, options)))) throw error;
  }
}

start().catch((error: unknown) => {
  process.stderr.write(`Snapkeel could not start: ${error instanceof Error ? error.message : error}\n`);
  process.exitCode = 1;
});
