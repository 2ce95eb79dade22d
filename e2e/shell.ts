import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { _electron, type Browser, chromium, type ElectronApplication, type Page } from '@playwright/test';
import { type DemoPace, demoPace } from '../electron/backend.ts';
import { serveDemo } from './demo-server.ts';

export type ShellName = 'browser' | 'electron';
export interface Started {
  readonly page: Page;
  /** Only in the Electron shell. */
  readonly electron: ElectronApplication | undefined;
  /** Only in the browser shell: the address that was printed, with its token. */
  readonly url: string | undefined;
  stop(): Promise<void>;
  /** Ends the backend at once, as a crash would. */
  kill(): Promise<void>;
}
export interface StartOptions {
  readonly args: readonly string[];
  /** Stands for the person's home directory, where known_hosts is. */
  readonly home: string;
  readonly colorScheme?: 'light' | 'dark';
  /** Of the demo host in the browser shell; a test may change it while it runs. */
  readonly pace?: DemoPace;
  /** Only for the browser shell, which opens a window of its own in it. */
  readonly browser?: Browser | undefined;
}

const headlessShell = '/usr/bin/chromium-headless-shell';
const root = fileURLToPath(new URL('../', import.meta.url));
const size = { width: 1320, height: 840 };
const asRoot = process.getuid?.() === 0 ? ['--no-sandbox'] : [];

/** Why there is no Electron here to run specs in; undefined when there is. */
export function electronMissing(): string | undefined {
  const folder = join(root, 'node_modules/electron');
  const dist = process.env.ELECTRON_OVERRIDE_DIST_PATH ?? join(folder, 'dist');
  const pathFile = join(folder, 'path.txt');
  const executable = join(dist, existsSync(pathFile) ? readFileSync(pathFile, 'utf8') : 'electron');
  return existsSync(executable) ? undefined : 'Electron’s runtime is not on this machine';
}

/** Why there is no browser here; undefined when there is. */
export function chromiumMissing(): string | undefined {
  return chromiumPath() ? undefined : 'chromium is not on this machine';
}

/** Starts the built app and waits for its first page. */
export function startShell(name: ShellName, options: StartOptions): Promise<Started> {
  return name === 'browser' ? startInBrowser(options) : startInElectron(options);
}

/** Starts `electron/serve.ts` alone. */
export async function startServer({
  args,
  home,
}: StartOptions): Promise<{ url: string; process: ChildProcess; stop(): Promise<void> }> {
  const server = spawn(process.execPath, [join(root, 'out/main/serve.js'), ...args], {
    env: ownEnv(home),
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const url = await new Promise<string>((resolve, reject) => {
    let seen = '';
    server.stdout.setEncoding('utf8').on('data', (text: string) => {
      seen += text;
      const found = /^Snapkeel is ready at (\S+)\n/m.exec(seen)?.[1];
      if (found) resolve(found);
    });
    server.once('exit', (code) => reject(new Error(`the server ended with ${code}`)));
  });
  return {
    url,
    process: server,
    async stop() {
      if (server.exitCode !== null || server.signalCode !== null) return;
      server.kill('SIGTERM');
      await once(server, 'exit');
    },
  };
}

async function startInBrowser(options: StartOptions): Promise<Started> {
  if (!options.browser) throw new Error('the browser shell needs a browser');
  const server = await serve(options);
  const window = await options.browser.newContext({
    viewport: size,
    colorScheme: options.colorScheme ?? 'light',
    reducedMotion: 'reduce',
    // Without all that is around a page there is nobody who would allow it.
    permissions: ['clipboard-read', 'clipboard-write'],
  });
  const page = await window.newPage();
  await page.goto(server.url);
  return {
    page,
    electron: undefined,
    url: server.url,
    async stop() {
      await window.close();
      await server.stop();
    },
    kill: server.kill,
  };
}

/** What a window of the browser shell is shown by: a process of its own, but for the demo host. */
async function serve(options: StartOptions): Promise<{ url: string; stop(): Promise<void>; kill(): Promise<void> }> {
  const [what, , dataDir, ...more] = options.args;
  if (what === '--demo' && dataDir !== undefined && more.length === 0) {
    const server = await serveDemo(dataDir, options.pace ?? demoPace);
    return { ...server, kill: () => Promise.reject(new Error('the demo host is in this process')) };
  }
  const server = await startServer(options);
  return {
    ...server,
    async kill() {
      const ended = once(server.process, 'exit');
      server.process.kill('SIGKILL');
      await ended;
    },
  };
}

/** A browser as a person has it; without a GPU its plain painting costs less than emulating one. */
export function launchChromium(executablePath = chromiumPath() ?? 'chromium'): Promise<Browser> {
  return chromium.launch({ executablePath, args: [...asRoot, '--disable-gpu'] });
}

/** The same without all that is around a page, where it is there: two thirds of the work. */
export function launchHeadless(): Promise<Browser> {
  return launchChromium(existsSync(headlessShell) ? headlessShell : undefined);
}

async function startInElectron({ args, home, colorScheme }: StartOptions): Promise<Started> {
  const electron = await _electron.launch({
    args: [...asRoot, '--disable-gpu', root, ...args],
    env: ownEnv(home),
    colorScheme: colorScheme ?? 'light',
  });
  const page = await electron.firstWindow();
  await page.waitForURL(/index\.html$/);
  const main = electron.process();
  return {
    page,
    electron,
    url: undefined,
    async stop() {
      if (main.signalCode === null && main.exitCode === null) await electron.close();
    },
    async kill() {
      const ended = once(main, 'exit');
      main.kill('SIGKILL');
      await ended;
    },
  };
}

function chromiumPath(): string | undefined {
  return ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find((path) => existsSync(path));
}

/** Folders of the person's own that do not lie in the home directory are none of a test's. */
function ownEnv(home: string): Record<string, string> {
  return definedOnly({ ...process.env, HOME: home, XDG_CONFIG_HOME: undefined });
}

function definedOnly(env: NodeJS.ProcessEnv): Record<string, string> {
  return Object.fromEntries(Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined));
}
