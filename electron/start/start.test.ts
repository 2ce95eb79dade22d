import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { constants, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { run, wasWanted } from './browser-shell.mjs';
import { handOverFolder } from './browser-window.mjs';
import { installedElectron, sandboxHindrance } from './electron-runtime.mjs';
import { proxyOf, reasonOf } from './fetch-electron.mjs';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'snapkeel-start-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));
const put = (path: string, text: string, mode = 0o644) => {
  const file = join(folder, path);
  mkdirSync(join(file, '..'), { recursive: true });
  writeFileSync(file, text);
  chmodSync(file, mode);
  return file;
};

describe('Electron’s runtime', () => {
  const whole = () => {
    put('package.json', '{"version":"45.4.1"}');
    put('path.txt', 'electron');
    put('dist/version', 'v45.4.1');
    return put('dist/electron', '');
  };
  it('is taken when it is whole', () => {
    const executable = whole();
    expect(installedElectron(folder, {})).toBe(executable);
  });
  it.each([
    ['path.txt', 'its installer writes it last'],
    ['dist/version', 'the archive was not unpacked to its end'],
    ['dist/electron', 'it was not unpacked'],
  ])('is not taken without %s: %s', (path) => {
    whole();
    rmSync(join(folder, path));
    expect(installedElectron(folder, {})).toBeUndefined();
  });
  it('is not taken when it is of another version', () => {
    whole();
    put('dist/version', '44.0.0');
    expect(installedElectron(folder, {})).toBeUndefined();
  });
  it('may be another one that the person names', () => {
    whole();
    const other = put('other/electron', '');
    expect(installedElectron(folder, { ELECTRON_OVERRIDE_DIST_PATH: join(folder, 'other') })).toBe(other);
  });
});

describe('the sandbox', () => {
  it.each([
    ['kernel/apparmor_restrict_unprivileged_userns', '1\n', /AppArmor/],
    ['kernel/unprivileged_userns_clone', '0\n', /nobody but root/],
    ['user/max_user_namespaces', '0\n', /no user namespaces/],
  ])('is held up by %s', (file, value, why) => {
    const helper = put('chrome-sandbox', '', 0o755);
    put(file, value);
    expect(sandboxHindrance(folder, helper)).toMatchObject({ missing: expect.stringMatching(why) });
    expect(sandboxHindrance(folder, helper)?.remedy).toContain(`chmod 4755 '${helper}'`);
    put(file, value === '0\n' ? '1\n' : '0\n');
    expect(sandboxHindrance(folder, helper)).toBeUndefined();
  });
  it('needs nothing of the kernel where its helper runs as root', ({ skip }) => {
    if (process.getuid?.() !== 0) skip('only root can make such a helper');
    put('kernel/apparmor_restrict_unprivileged_userns', '1');
    expect(sandboxHindrance(folder, put('chrome-sandbox', '', 0o4755))).toBeUndefined();
  });
});

describe('fetching it', () => {
  const script = fileURLToPath(new URL('fetch-electron.mjs', import.meta.url));
  const fetching = async (env: Record<string, string>, before: string[] = []) => {
    const [command = '', ...args] = [...before, process.execPath, script];
    const own = { electron_config_cache: join(folder, 'cache'), XDG_CACHE_HOME: join(folder, 'cache') };
    const child = spawn(command, args, {
      env: { ...process.env, ...own, ...env },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let said = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      said += text;
    });
    const [code] = await once(child, 'close');
    return { code, said };
  };

  it('tells why it failed: the server has no such file', async () => {
    const server = createServer((_, response) => response.writeHead(404).end()).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
    expect(await fetching({ ELECTRON_MIRROR: `http://${host}/` })).toEqual({
      code: 1,
      said: `Fetching Electron’s runtime from ${host}…\nElectron’s runtime could not be fetched: ${host} answered 404 Not Found.\n`,
    });
    server.close();
  });

  it('says how far it is, and takes nothing that is not what was published', async () => {
    const server = createServer((_, response) => {
      response.writeHead(200, { 'content-length': 30_000_000 });
      for (let n = 0; n < 3; n++) response.write(Buffer.alloc(10_000_000));
      response.end();
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
    const { code, said } = await fetching({ ELECTRON_MIRROR: `http://${host}/` });
    expect(code).toBe(1);
    expect(said).toMatch(/^ {2}\d+ of 30 MB$/m);
    expect(said).toMatch(/could not be fetched: .*checksum/i);
    server.close();
  });

  it('says at once that there is no network', async ({ skip }) => {
    if (process.getuid?.() !== 0) skip('only root can take the network away');
    try {
      execFileSync('unshare', ['-n', 'true']);
    } catch {
      skip('this machine gives no namespaces');
    }
    const { said } = await fetching({}, ['unshare', '-n']);
    expect(said).toContain('cannot be found; this computer seems to be offline');
  });

  it('goes through the proxy that npm uses', async () => {
    const asked: string[] = [];
    const proxy = createServer((request, response) => {
      asked.push(`${request.url}`);
      response.writeHead(404).end();
    });
    proxy.on('connect', (request, socket) => {
      asked.push(`${request.url}`);
      socket.end('HTTP/1.1 403 Forbidden\r\n\r\n');
    });
    proxy.listen(0, '127.0.0.1');
    await once(proxy, 'listening');
    const address = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
    const none = { HTTPS_PROXY: '', https_proxy: '', HTTP_PROXY: '', http_proxy: '', NO_PROXY: '', no_proxy: '' };
    const { code, said } = await fetching({
      ...none,
      npm_config_https_proxy: address,
      ELECTRON_MIRROR: 'https://mirror.invalid/',
    });
    expect(asked).toEqual(['mirror.invalid:443']);
    expect(said).toContain('Electron’s runtime could not be fetched: ');
    expect(code).toBe(1);
    proxy.close();
  });

  it('takes the proxy from npm’s configuration first, then from what npm heeds itself', () => {
    expect(proxyOf({})).toBeNull();
    expect(proxyOf({ npm_config_https_proxy: 'http://a:1', npm_config_proxy: 'http://b:1' })).toBe('http://a:1');
    expect(proxyOf({ npm_config_https_proxy: 'http://a:1', HTTPS_PROXY: 'http://c:1' })).toBe('http://c:1');
  });

  it('names what the network gave for a reason', () => {
    expect(reasonOf(Object.assign(new TypeError('fetch failed'), { cause: { code: 'ECONNREFUSED' } }), 'h')).toBe(
      'h refused the connection',
    );
    expect(reasonOf(new Error('odd'), 'h')).toBe('odd');
  });
});

it('a browser is not started as root, and that is said', ({ skip }) => {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) skip('only root is refused');
  const module = fileURLToPath(new URL('browser-window.mjs', import.meta.url));
  const script = `import(${JSON.stringify(module)}).then((it) => it.openBrowser('http://127.0.0.1:1/'))`;
  const { stdout } = spawnSync(process.execPath, ['-e', script], {
    encoding: 'utf8',
    env: { ...process.env, DISPLAY: ':0' },
  });
  expect(stdout).toContain('browsers do not run as root');
});

describe('the file that hands the address over', () => {
  it('is where a browser that is a snap can read it', () => {
    const plain = put('plain', '\x7fELF');
    const wrapper = put('wrapper', '#!/bin/sh\nexec /snap/bin/chromium "$@"\n');
    expect(handOverFolder(plain, '/home/me')).toBe(join(tmpdir(), 'snapkeel-'));
    expect(handOverFolder(wrapper, '/home/me')).toBe('/home/me/snapkeel-');
  });
});

it('says which Node.js it needs', async () => {
  const module = fileURLToPath(new URL('browser-shell.mjs', import.meta.url));
  const manifest = put('package.json', '{"engines":{"node":">=99.1"}}');
  const script = `import(${JSON.stringify(module)}).then((it) => it.readPackage(${JSON.stringify(manifest)}))`;
  const { status, stderr } = spawnSync(process.execPath, ['-e', script], { encoding: 'utf8' });
  expect(stderr).toBe(`Snapkeel needs Node.js 99.1 or newer; this is ${process.versions.node}.\n`);
  expect(status).toBe(1);
});

describe('the app, once it runs', () => {
  it('is told once of what ends it, ends first, and the signal is named', async () => {
    const module = fileURLToPath(new URL('browser-shell.mjs', import.meta.url));
    const app = put(
      'app.mjs',
      `for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => console.log('told', signal));
       process.stdin.resume().on('end', () => console.log('ends'));
       console.log('ready');`,
    );
    const starter = put(
      'starter.mjs',
      `import { endAfterTheApp, exitCode, run, wasWanted } from ${JSON.stringify(module)};
       endAfterTheApp();
       const ended = await run(process.execPath, [${JSON.stringify(app)}], 'inherit');
       console.log(wasWanted(ended) ? 'wanted' : 'not wanted');
       process.exitCode = exitCode(ended);`,
    );
    const child = spawn(process.execPath, [starter], { stdio: ['pipe', 'pipe', 'inherit'] });
    let said = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      said += text;
    });
    await expect.poll(() => said).toContain('ready');
    child.kill('SIGHUP');
    await expect.poll(() => said).toContain('told SIGHUP');
    child.kill('SIGTERM');
    child.kill('SIGINT');
    child.stdin.end();
    const [code] = await once(child, 'close');
    expect(said).toBe('ready\ntold SIGHUP\nends\nwanted\nSnapkeel was ended by SIGHUP.\n');
    expect(code).toBe(128 + constants.signals.SIGHUP);
  });

  it.each([
    ['process.exit(0)', true],
    ['process.exit(3)', false],
    ['process.kill(process.pid, "SIGTERM")', true],
    ['process.kill(process.pid, "SIGUSR2")', false],
  ])('%s: something else is tried unless somebody wanted it to end: %s', async (script, wanted) => {
    expect(wasWanted(await run(process.execPath, ['-e', script], 'ignore'))).toBe(wanted);
  });
});
