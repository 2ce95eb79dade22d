import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseLibvirtUri } from '../../shared/libvirt-uri.ts';
import { openTransport } from './open-transport.ts';
import type { TransportContext } from './transport.ts';
import { localSockets, probeLocal } from './unix-socket.ts';

let dir = '';
let servers: Server[] = [];
const never = new AbortController().signal;

function context(env: Record<string, string> = {}): TransportContext {
  return {
    env: { PATH: dir, ...env },
    home: dir,
    askHostKey: async () => false,
    askSecret: async () => null,
    log: () => undefined,
  };
}

function listen(path: string, greeting = ''): Promise<void> {
  const server = createServer((socket) => (greeting === '' ? socket.pipe(socket) : socket.end(greeting)));
  servers.push(server);
  return new Promise((resolve) => server.listen(path, resolve));
}

/** A socket file whose listener is gone, as a killed daemon leaves it. */
function leaveStale(path: string): void {
  const script = `require('net').createServer().listen(${JSON.stringify(path)}, () => process.kill(process.pid, 'SIGKILL'))`;
  spawnSync(process.execPath, ['-e', script]);
}

const socketUri = (path: string) => parseLibvirtUri(`qemu+unix:///system?socket=${path}`);

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'unix-socket-'));
});
afterEach(async () => {
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  servers = [];
  rmSync(dir, { recursive: true });
});

describe('localSockets', () => {
  const paths = (text: string, env: Record<string, string>, user: number) =>
    localSockets(parseLibvirtUri(text), { env, home: '/home/me' }, user);

  it('looks for the modular daemon before libvirtd, and for Homebrew last', () => {
    const found = paths('qemu:///system', {}, 1000);
    expect(found.slice(0, 3)).toEqual([
      '/run/libvirt/virtqemud-sock',
      '/run/libvirt/libvirt-sock',
      '/var/run/libvirt/virtqemud-sock',
    ]);
    expect(found.at(-1)).toBe('/usr/local/var/run/libvirt/libvirt-sock');
  });

  it.each([
    ['test:///default', {}, 1000, '/run/libvirt/libvirt-sock'],
    ['qemu:///system?mode=legacy', {}, 1000, '/run/libvirt/libvirt-sock'],
    ['qemu:///session', { XDG_RUNTIME_DIR: '/run/user/1000' }, 1000, '/run/user/1000/libvirt/virtqemud-sock'],
    ['qemu:///session', { XDG_CACHE_HOME: '/c' }, 1000, '/c/libvirt/virtqemud-sock'],
    ['qemu:///session', { XDG_RUNTIME_DIR: '' }, 1000, '/home/me/.cache/libvirt/virtqemud-sock'],
    ['qemu:///session', { XDG_RUNTIME_DIR: '/run/user/0' }, 0, '/run/libvirt/virtqemud-sock'],
  ])('%s with %j for user %d begins with %s', (text, env, user, first) => {
    expect(paths(text, env as Record<string, string>, user)[0]).toBe(first);
  });

  it('takes a named socket alone', () => expect(paths('qemu:///session?socket=/s', {}, 1000)).toEqual(['/s']));
});

describe('unixTransport', () => {
  it('opens any number of streams, which close() ends quietly', async () => {
    const path = join(dir, 's');
    await listen(path);
    const transport = openTransport(socketUri(path), context());
    const streams = await Promise.all([transport.dial(never), transport.dial(never)]);
    for (const [index, stream] of streams.entries()) {
      stream.write(`hello ${index}`);
      const [data] = await once(stream, 'data');
      expect(String(data)).toBe(`hello ${index}`);
    }
    expect(transport.describe()).toBe(path);
    const closed = streams.map((stream) => once(stream, 'close'));
    transport.close();
    await Promise.all(closed);
    await expect(transport.dial(never)).rejects.toMatchObject({ code: 'CANCELLED' });
  });

  it('tells its one step, whatever comes of it', async () => {
    const steps: string[] = [];
    const onStep = (step: string, host: string) => steps.push(`${step} ${host}`);
    const transport = openTransport(socketUri(join(dir, 'none')), { ...context(), onStep });
    await expect(transport.dial(never)).rejects.toMatchObject({ code: 'SOCKET_MISSING' });
    expect(steps).toEqual(['socket This computer']);
  });

  it('is cancelled by its signal', async () => {
    const path = join(dir, 's');
    await listen(path);
    const transport = openTransport(socketUri(path), context());
    await expect(transport.dial(AbortSignal.abort())).rejects.toMatchObject({ code: 'CANCELLED' });
    const controller = new AbortController();
    const dialled = transport.dial(controller.signal);
    controller.abort();
    await expect(dialled).rejects.toMatchObject({ code: 'CANCELLED' });
  });

  it('says which sockets are missing', async () => {
    const path = join(dir, 'none');
    await expect(openTransport(socketUri(path), context()).dial(never)).rejects.toMatchObject({
      code: 'SOCKET_MISSING',
      detail: { tried: path },
    });
  });

  it('says so when the URI chooses among them', async () => {
    const uri = parseLibvirtUri(`qemu+unix:///system?mode=legacy&socket=${join(dir, 'none')}`);
    await expect(openTransport(uri, context()).dial(never)).rejects.toMatchObject({ detail: { mode: 'legacy' } });
  });

  it('tells a socket nobody listens on, or a file that is none, from a missing one', async () => {
    const [stale, file] = [join(dir, 'stale'), join(dir, 'file')];
    leaveStale(stale);
    writeFileSync(file, '');
    for (const path of [stale, file]) {
      await expect(openTransport(socketUri(path), context()).dial(never)).rejects.toMatchObject({
        code: 'SOCKET_REFUSED',
        detail: { path },
      });
    }
  });

  const isRoot = process.getuid?.() === 0;
  if (isRoot) console.log('Left out: a socket that may not be opened: root may open every socket.');
  it.skipIf(isRoot)('says when a socket may not be opened', async () => {
    const path = join(dir, 's');
    await listen(path);
    chmodSync(path, 0);
    await expect(openTransport(socketUri(path), context()).dial(never)).rejects.toMatchObject({
      code: 'SOCKET_DENIED',
    });
  });
});

describe('session', () => {
  const session = parseLibvirtUri('qemu:///session');
  const runtime = () => {
    const path = join(dir, 'libvirt');
    mkdirSync(path);
    return path;
  };
  const asUser = async <T>(work: () => Promise<T>): Promise<T> => {
    const { getuid } = process;
    process.getuid = () => 1000;
    try {
      return await work();
    } finally {
      if (getuid) process.getuid = getuid;
    }
  };
  const helper = (script: string) => {
    writeFileSync(join(dir, 'virt-ssh-helper'), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  };
  const dial = () =>
    asUser(async () => {
      const transport = openTransport(session, context({ XDG_RUNTIME_DIR: dir }));
      return { transport, stream: await transport.dial(never) };
    });

  it('passes over a modular socket nobody listens on', async () => {
    const sockets = runtime();
    leaveStale(join(sockets, 'virtqemud-sock'));
    await listen(join(sockets, 'libvirt-sock'));
    const { transport, stream } = await dial();
    expect(transport.describe()).toBe(join(sockets, 'libvirt-sock'));
    stream.destroy();
    const found = await asUser(() => probeLocal(session, { env: { XDG_RUNTIME_DIR: dir }, home: dir }));
    expect(found).toBe(join(sockets, 'libvirt-sock'));
  });

  it('has the helper start the daemon', async () => {
    helper('[ "$1 $2" = "-- qemu:///session" ] || exit 3; exec /bin/cat');
    const { transport, stream } = await dial();
    stream.write(Buffer.from([0, 0, 0, 28]));
    const [data] = await once(stream, 'data');
    expect(data).toEqual(Buffer.from([0, 0, 0, 28]));
    expect(transport.describe()).toBe('virt-ssh-helper');
    stream.end();
    await once(stream, 'close');
  });

  it('reports what the helper says', async () => {
    helper('echo "virt-ssh-helper: no luck" >&2; exit 1');
    const { stream } = await dial();
    const [error] = await once(stream, 'error');
    expect(error).toMatchObject({ code: 'HELPER_FAILED', detail: { stderr: 'virt-ssh-helper: no luck' } });
  });

  it('reports the sockets if there is no helper', async () => {
    await expect(dial()).rejects.toMatchObject({ code: 'SOCKET_MISSING' });
  });

  it('finds nothing where nothing is', async () => {
    expect(await probeLocal(socketUri(join(dir, 'none')), context())).toBeUndefined();
  });
});

function once(emitter: NodeJS.EventEmitter, event: string): Promise<unknown[]> {
  return new Promise((resolve) => emitter.once(event, (...args) => resolve(args)));
}
