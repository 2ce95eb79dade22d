import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export interface StartedServer {
  readonly url: string;
  /** From before its process was made until it had said where it listens, milliseconds. */
  readonly listeningMs: number;
  stop(): Promise<void>;
}

const file = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** The built browser shell, with a data directory of its own. */
export async function startServe(...args: string[]): Promise<StartedServer> {
  const home = await mkdtemp(join(tmpdir(), 'snapkeel-bench-'));
  const started = await startNode(home, file('../../../out/main/serve.js'), '--data-dir', join(home, 'data'), ...args);
  return {
    ...started,
    async stop() {
      await started.stop();
      await rm(home, { recursive: true, force: true });
    },
  };
}

/** A page without anything on it, served in the same way. */
export function startBare(): Promise<StartedServer> {
  return startNode(tmpdir(), file('./bare-server.mjs'));
}

async function startNode(home: string, ...args: string[]): Promise<StartedServer> {
  const began = performance.now();
  const server = spawn(process.execPath, args, {
    env: { PATH: process.env.PATH ?? '', HOME: home },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const url = await new Promise<string>((resolve, reject) => {
    let said = '';
    server.stdout.setEncoding('utf8').on('data', (text: string) => {
      said += text;
      const found = /is ready at (\S+)\n/.exec(said)?.[1];
      if (found) resolve(found);
    });
    server.once('exit', (code) => reject(new Error(`${args[0]} ended with ${code}`)));
  });
  const listeningMs = performance.now() - began;
  return {
    url,
    listeningMs,
    async stop() {
      const ended = once(server, 'exit');
      server.kill('SIGTERM');
      await ended;
    },
  };
}
