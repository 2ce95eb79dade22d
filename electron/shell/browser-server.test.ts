import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type IncomingHttpHeaders, request } from 'node:http';
import { connect, createServer, type Socket } from 'node:net';
import { networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createORPCClient } from '@orpc/client';
import { RPCLink } from '@orpc/client/websocket';
import { os, type RouterClient } from '@orpc/server';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { WebSocket } from 'ws';
import type { AppRouter } from '../router.ts';
import { type BrowserServer, serveBrowser } from './browser-server.ts';

const large = vi.fn(() => 'x'.repeat(8 * 1024 * 1024));
const router = {
  large: os.handler(large),
  double: os.handler(({ input }) => 2 * (input as number)),
  count: os.handler(async function* () {
    yield 1;
    yield 2;
  }),
};
const token = 'right-token';
const secret = 'not part of the page';
let dir: string;
let server: BrowserServer;
let port: number;

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'browser-server-'));
  mkdirSync(join(dir, 'page', 'assets'), { recursive: true });
  writeFileSync(join(dir, 'page', 'index.html'), '<!doctype html><title>Snapkeel</title>');
  writeFileSync(join(dir, 'page', 'assets', 'app.js'), 'export {};');
  writeFileSync(join(dir, 'secret.txt'), secret);
  server = await serveBrowser(router as unknown as AppRouter, join(dir, 'page'), token, 0);
  port = server.port;
});
afterAll(async () => {
  await server.close();
  rmSync(dir, { recursive: true });
});

interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  body: string;
}
/** A request as it is written, where fetch() would tidy it up. */
function get(path: string, headers: Record<string, string> = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const asked = request({ host: '127.0.0.1', port, path, headers, agent: false }, (response) => {
      let body = '';
      response.setEncoding('utf8');
      response.on('data', (chunk) => {
        body += chunk;
      });
      response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body }));
    });
    asked.on('error', reject);
    asked.end();
  });
}

interface Upgrade {
  path?: string;
  protocols?: string[];
  headers?: Record<string, string>;
}
const open = ({ path = '/rpc', protocols = ['snapkeel', `token.${token}`], headers = {} }: Upgrade = {}) =>
  new WebSocket(`ws://127.0.0.1:${port}${path}`, protocols, {
    headers: { Origin: `http://127.0.0.1:${port}`, ...headers },
  });
/** The close code, or the status with which the upgrade was refused. */
const fate = (socket: WebSocket): Promise<number> =>
  new Promise((resolve) => {
    socket.on('close', resolve);
    socket.on('unexpected-response', (_, response) => {
      resolve(response.statusCode ?? 0);
      socket.terminate();
    });
    socket.on('error', () => {});
  });

describe('the page', () => {
  it('is served with its policy', async () => {
    const { status, headers, body } = await get('/');
    expect([status, body]).toEqual([200, '<!doctype html><title>Snapkeel</title>']);
    const policy = String(headers['content-security-policy']).split('; ');
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("script-src 'self'");
    expect(policy).toContain(`connect-src 'self' ws://127.0.0.1:${port} ws://localhost:${port}`);
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy.join()).not.toContain('unsafe');
    expect(headers).toMatchObject({ 'x-content-type-options': 'nosniff', 'referrer-policy': 'no-referrer' });
    expect(headers['access-control-allow-origin']).toBeUndefined();
  });

  it('is served under localhost too, with everything that belongs to it', async () => {
    const { status, headers } = await get('/assets/app.js', { Host: `localhost:${port}` });
    expect(status).toBe(200);
    expect(headers['content-security-policy']).toBeDefined();
  });

  it('is not served under any other name', async () => {
    const hosts = [
      'evil.example',
      `evil.example:${port}`,
      '127.0.0.1',
      'localhost',
      `127.0.0.1:${port + 1}`,
      `[::1]:${port}`,
    ];
    for (const host of [...hosts, `127.0.0.1:${port}.evil.example`, `0.0.0.0:${port}`]) {
      const { status, body } = await get('/', { Host: host });
      expect([host, status, body]).toEqual([host, 403, '']);
    }
  });

  it.each([
    '/../secret.txt',
    '/assets/../../secret.txt',
    '/%2e%2e/secret.txt',
    '/..%2fsecret.txt',
    '/%2e%2e%2fsecret.txt',
    '/..%5csecret.txt',
    '/....//secret.txt',
    '//etc/passwd',
    '/%00',
    '/%',
    '/missing',
  ])('%s leads nowhere', async (path) => {
    const { status, body } = await get(path);
    expect(status).toBe(404);
    expect(body).not.toContain(secret);
  });

  it.each(['bytes=9-2', 'bytes=-', 'bytes=a-b', 'bytes=999999-', 'bytes=0-0,5-6', 'x'.repeat(8_000)])(
    'a range is as none: %s',
    async (range) => {
      expect((await get('/', { Range: range })).status).toBe(200);
      expect((await get('/assets/app.js', { Range: range })).status).toBe(200);
    },
  );

  it('is not at the address of the socket', async () => {
    expect((await get('/rpc')).status).toBe(404);
  });

  it('stays as it was when its files are replaced', async () => {
    const file = join(dir, 'page', 'assets', 'app.js');
    const before = await get('/assets/app.js');
    expect(before.headers['content-type']).toBe('text/javascript');
    rmSync(file);
    expect(await get('/assets/app.js')).toMatchObject({ status: 200, body: before.body });
    writeFileSync(file, 'export const other = 1;');
    expect(await get('/assets/app.js')).toMatchObject({ status: 200, body: before.body });
  });

  it('is not sent again to who has it', async () => {
    const { headers } = await get('/');
    expect(await get('/', { 'If-None-Match': String(headers.etag) })).toMatchObject({ status: 304, body: '' });
    expect(await get('/assets/app.js', { 'If-None-Match': String(headers.etag) })).toMatchObject({ status: 200 });
  });
});

describe('the address', () => {
  it('is in the url, and the token in its fragment', () => {
    expect(server.url).toBe(`http://127.0.0.1:${port}/#token=${token}`);
  });

  it('is reached from this machine alone', async () => {
    const others = Object.values(networkInterfaces())
      .flatMap((each) => each ?? [])
      .filter((each) => !each.internal && each.family === 'IPv4');
    for (const { address } of [{ address: '127.0.0.2' }, ...others]) {
      const reached = await new Promise((resolve) => {
        const socket = connect({ host: address, port }, () => resolve(true));
        socket.on('error', () => resolve(false));
        socket.on('connect', () => socket.destroy());
      });
      expect([address, reached]).toEqual([address, false]);
    }
  });

  it('that is taken is an error', async () => {
    const taken = createServer();
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
    const address = taken.address() as { port: number };
    const serving = serveBrowser(router as unknown as AppRouter, join(dir, 'page'), token, address.port);
    await expect(serving).rejects.toMatchObject({ code: 'EADDRINUSE' });
    await new Promise((resolve) => taken.close(resolve));
  });
});

describe('the socket', () => {
  it('answers calls and subscriptions to whoever has the token', async () => {
    const socket = open();
    const link = new RPCLink({ websocket: socket as unknown as globalThis.WebSocket });
    const client: RouterClient<typeof router> = createORPCClient(link);
    expect(await client.double(21)).toBe(42);
    const seen: number[] = [];
    for await (const each of await client.count()) seen.push(each);
    expect(seen).toEqual([1, 2]);
    expect(socket.protocol).toBe('snapkeel');
    const closed = fate(socket);
    socket.close();
    await closed;
  });

  it.each([
    ['a wrong token', ['snapkeel', 'token.wrong-token']],
    ['no token', ['snapkeel']],
    ['a longer token', ['snapkeel', `token.${token}x`]],
    ['an empty token', ['snapkeel', 'token.']],
    ['the token without its prefix', ['snapkeel', token]],
  ])('is refused with 401 for %s', async (_, protocols) => {
    expect(await fate(open({ protocols }))).toBe(401);
  });

  it('answers nobody before it looks at the token', async () => {
    const socket = open({ protocols: ['snapkeel', 'token.wrong'] });
    const messages: unknown[] = [];
    socket.on('message', (message) => messages.push(message));
    socket.on('open', () => socket.send('{"i":"1","p":{"u":"/double","b":{"json":1}}}'));
    expect(await fate(socket)).toBe(401);
    expect(messages).toEqual([]);
  });

  it.each<[string, () => Upgrade]>([
    ['another origin', () => ({ headers: { Origin: 'https://evil.example' } })],
    ['https', () => ({ headers: { Origin: `https://127.0.0.1:${port}` } })],
    ['another port', () => ({ headers: { Origin: `http://127.0.0.1:${port + 1}` } })],
    ['an opaque origin', () => ({ headers: { Origin: 'null' } })],
    ['another host', () => ({ headers: { Host: `evil.example:${port}` } })],
    [
      'another host and its origin',
      () => ({ headers: { Host: `e.example:${port}`, Origin: `http://e.example:${port}` } }),
    ],
    ['another path', () => ({ path: '/' })],
    ['a path with a query', () => ({ path: '/rpc?x' })],
  ])('is refused with 403 for %s, even with the token', async (_, upgrade) => {
    expect(await fate(open(upgrade()))).toBe(403);
  });

  it('is refused without an origin', async () => {
    const socket = new WebSocket(`ws://127.0.0.1:${port}/rpc`, ['snapkeel', `token.${token}`]);
    expect(await fate(socket)).toBe(403);
  });
});

describe('rude clients do not end the process', () => {
  const shake = (protocol: string, origin: string): Promise<Socket> =>
    new Promise((resolve) => {
      const socket = connect(port, '127.0.0.1', () => {
        socket.write(
          [
            'GET /rpc HTTP/1.1',
            `Host: 127.0.0.1:${port}`,
            `Origin: ${origin}`,
            'Connection: Upgrade',
            'Upgrade: websocket',
            'Sec-WebSocket-Version: 13',
            'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==',
            `Sec-WebSocket-Protocol: ${protocol}`,
            '\r\n',
          ].join('\r\n'),
        );
      });
      socket.on('error', () => {});
      socket.once('data', () => resolve(socket));
    });
  const gone = (socket: Socket) =>
    new Promise((resolve) => {
      socket.resume();
      socket.on('close', resolve);
    });
  const own = () => `http://127.0.0.1:${port}`;

  it.each([
    ['with the token', `snapkeel, token.${token}`],
    ['without the token', 'snapkeel'],
  ])('bytes that are no frames, %s', async (_, protocol) => {
    const socket = await shake(protocol, own());
    socket.write(Buffer.alloc(64, 0xff));
    await gone(socket);
    expect((await get('/')).status).toBe(200);
  });

  it.each([
    ['/rpc', 5],
    ['/rpc/files', 49],
  ])('a message larger than is allowed at %s', async (path, MiB) => {
    const socket = open({ path });
    await new Promise((resolve) => socket.on('open', resolve));
    const end = fate(socket);
    socket.send(Buffer.alloc(MiB * 1024 * 1024));
    expect([1006, 1009]).toContain(await end);
    expect((await get('/')).status).toBe(200);
  });

  it('a window that reads nothing of what it asks for', async () => {
    const socket = open();
    await new Promise((resolve) => socket.on('open', resolve));
    let read = 0;
    socket.on('message', () => read++);
    const end = fate(socket);
    socket.pause();
    for (let n = 1; n <= 20; n++) socket.send(JSON.stringify({ i: `${n}`, p: { u: '/large', b: {} } }));
    await vi.waitFor(() => expect(large.mock.calls.length).toBeGreaterThan(5), 30_000);
    for (let n = 0; n < 20; n++) await get('/');
    socket.resume();
    expect(await end).toBe(1006);
    expect(read).toBeLessThan(20);
  });

  it('a connection with thousands of requests', async () => {
    const socket = connect(port, '127.0.0.1').on('error', () => {});
    let answers = 0;
    socket.on('data', (chunk: Buffer) => {
      answers += chunk.toString('latin1').split('HTTP/1.1 404').length - 1;
    });
    const end = new Promise((resolve) => socket.once('close', resolve));
    socket.write(`GET /nowhere HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n\r\n`.repeat(5_000));
    await end;
    expect(answers).toBeLessThanOrEqual(100);
    expect((await get('/')).status).toBe(200);
  });

  it('connections that say nothing keep nobody out', async () => {
    const silent = Array.from({ length: 300 }, () => connect(port, '127.0.0.1').on('error', () => {}));
    await Promise.all(silent.map((socket) => new Promise((resolve) => socket.once('connect', resolve))));
    const socket = open();
    const opened = await Promise.race([
      new Promise((resolve) => socket.once('open', () => resolve('open'))),
      fate(socket),
    ]);
    expect(opened).toBe('open');
    expect((await get('/')).status).toBe(200);
    socket.terminate();
    for (const each of silent) each.destroy();
  });

  it('a connection that is reset, refused or not', async () => {
    for (const origin of [own(), 'https://evil.example']) {
      const socket = await shake(`snapkeel, token.${token}`, origin);
      socket.resetAndDestroy();
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect((await get('/')).status).toBe(200);
  });
});

it('close() ends open sockets', async () => {
  const other = await serveBrowser(router as unknown as AppRouter, join(dir, 'page'), token, 0);
  const origin = { headers: { Origin: `http://127.0.0.1:${other.port}` } };
  const socket = new WebSocket(`ws://127.0.0.1:${other.port}/rpc`, ['snapkeel', `token.${token}`], origin);
  await new Promise((resolve) => socket.on('open', resolve));
  const end = fate(socket);
  await other.close();
  expect(await end).toBe(1006);
});
