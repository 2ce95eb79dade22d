import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { WebSocket } from 'ws';
import { write } from './write.ts';

/*
 * A client that means harm, as a process of its own: `tsx client.ts NAME HOST TOKEN`. It prints what it was answered, and a
 * line when it has done everything.
 */
const [name = '', host = '', token = ''] = process.argv.slice(2);
const [address = '', port = ''] = host.split(':');
const MiB = 1024 * 1024;

/** What was answered, and how often. */
const answers = new Map<string, number>();
const count = (answer: string): void => void answers.set(answer, (answers.get(answer) ?? 0) + 1);

async function dial(): Promise<Socket | null> {
  const socket = connect(Number(port), address).on('error', () => {});
  await Promise.race([once(socket, 'connect'), once(socket, 'close')]).catch(() => {});
  return socket.destroyed ? null : socket;
}

/** Sends bytes on a connection of their own, and counts the status that they are answered with. */
async function send(bytes: string | Buffer): Promise<void> {
  const socket = await dial();
  if (!socket) return count('no connection');
  let seen = '';
  socket.on('data', (chunk) => {
    seen += chunk.toString('latin1').slice(0, 64 - seen.length);
    if (seen.length >= 12) socket.destroy();
  });
  const closed = once(socket, 'close').catch(() => {});
  await write(socket, Buffer.from(bytes as string, 'latin1'));
  await closed;
  count(/^HTTP\/1\.1 (\d+)/.exec(seen)?.[1] ?? 'closed');
}
const request = (path: string, ...headers: string[]) =>
  `${[`GET ${path} HTTP/1.1`, `Host: ${host}`, 'Connection: close', ...headers].join('\r\n')}\r\n\r\n`;

function open(path = '/rpc', protocols = ['snapkeel', `token.${token}`]): WebSocket {
  return new WebSocket(`ws://${host}${path}`, protocols, { origin: `http://${host}` }).on('error', () => {});
}
/** Opens one, says something with it, and counts how it ends. */
async function say(socket: WebSocket, speak: (socket: WebSocket) => unknown): Promise<void> {
  const refused = new Promise<void>((resolve) =>
    socket.on('unexpected-response', (_, { statusCode }) => {
      count(`${statusCode}`);
      resolve();
    }),
  );
  await Promise.race([refused, once(socket, 'open'), once(socket, 'close')]).catch(() => {});
  if (socket.readyState === WebSocket.OPEN) await speak(socket);
  socket.terminate();
}
const call = (id: number, path: string, input?: unknown) =>
  JSON.stringify({ i: `${id}`, p: { u: path, b: { json: input } } });
async function times(number: number, act: (n: number) => unknown): Promise<void> {
  for (let n = 0; n < number; n++) await act(n);
}

const attacks: Readonly<Record<string, () => Promise<unknown>>> = {
  'odd ranges and paths': () =>
    times(1_000, (n) => {
      const paths = [
        '/',
        '/..%2f..%2fetc/passwd',
        '/%2e%2e/main/serve.js',
        '//etc/passwd',
        '/%00',
        '/%',
        `/${'a/'.repeat(2_000)}`,
      ];
      const ranges = ['9-2', '0-', '-1', '99999999999999999999-', 'x', '0-0,1-1,2-2', `${'0-0,'.repeat(900)}0-0`];
      return send(request(paths[n % 7] as string, `Range: bytes=${ranges[Math.floor(n / 7) % 7]}`));
    }),
  'no HTTP': () =>
    times(1_000, (n) =>
      send(
        [
          'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
          `GET / HTTP/1.1\r\nX: ${'x'.repeat(100_000)}`,
          Buffer.alloc(4_096, 0xff),
          '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03',
          `POST / HTTP/1.1\r\nHost: ${host}\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n`,
        ][n % 5] as string,
      ),
    ),
  'other names and origins': () =>
    times(500, async (n) => {
      await send(request('/').replace(host, ['evil.example', '127.0.0.1', `evil.example:${port}`][n % 3] as string));
      const origin = ['https://evil.example', 'null', `http://127.0.0.1:1`][n % 3] as string;
      await say(
        new WebSocket(`ws://${host}/rpc`, ['snapkeel', `token.${token}`], { origin }).on('error', () => {}),
        () => count('open'),
      );
    }),
  'guessed tokens': () => times(1_000, (n) => say(open('/rpc', ['snapkeel', `token.${n}`]), () => count('open'))),
  'connections that say nothing': async () => {
    const held: (Socket | null)[] = [];
    await times(3_000, async (n) => {
      const socket = await dial();
      socket?.write(`GET / HTTP/1.1\r\nHost: ${host}\r\nX-${n}: `);
      held.push(socket);
    });
    count(`${held.filter((socket) => socket && !socket.destroyed).length < 400 ? 'the oldest go' : 'all are kept'}`);
  },
  'requests one after the other': async () => {
    const socket = await dial();
    socket?.resume();
    const many = Buffer.from(request('/nowhere').replace('close', 'keep-alive').repeat(1_000));
    if (socket) await times(100, () => write(socket, many));
    count('100,000 sent');
  },
  'messages that are none': () =>
    say(open(), async (socket) => {
      const odd = [
        '',
        '{',
        '[]',
        'null',
        '{"i":1}',
        '{"__proto__":{"a":1},"i":"1","p":{"u":"/info"}}',
        call(1, '/__proto__/constructor'),
        call(2, '/nowhere'),
        call(3, '/hosts/add', { uri: { __proto__: 1 } }),
        'x'.repeat(100_000),
      ];
      await times(20_000, (n) => socket.send(odd[n % odd.length] as string));
      await times(1_000, () => socket.send(Buffer.alloc(100, 0xff)));
      await settled(socket);
    }),
  'calls that are given up': () =>
    say(open(), async (socket) => {
      await times(20_000, (n) => {
        socket.send(call(n, '/events'));
        socket.send(JSON.stringify({ i: `${n}`, t: 4 }));
      });
      await settled(socket);
    }),
  'a message that is too long': () =>
    times(10, () =>
      say(open(), async (socket) => {
        socket.send(Buffer.alloc(47 * MiB, 32));
        await once(socket, 'close').catch(() => {});
        count('closed');
      }),
    ),
  'files that are too long': () =>
    times(6, () =>
      say(open('/rpc/files'), async (socket) => {
        socket.send(Buffer.alloc(60 * MiB, 32));
        await once(socket, 'close').catch(() => {});
        count('closed');
      }),
    ),
  'a thousand windows': async () => {
    const windows: WebSocket[] = [];
    await times(1_000, async () => {
      const socket = open();
      await Promise.race([once(socket, 'open'), once(socket, 'close')]).catch(() => {});
      socket.send(call(1, '/events'));
      windows.push(socket);
    });
    count(
      windows.filter(({ readyState }) => readyState === WebSocket.OPEN).length <= 40 ? 'the oldest go' : 'all are kept',
    );
  },
  'a window that reads nothing': () =>
    say(open(), async (socket) => {
      socket.pause();
      await times(40_000, (n) => socket.readyState === WebSocket.OPEN && socket.send(call(n, '/diagnostics')));
      await new Promise((resolve) => setTimeout(resolve, 3_000));
      count('40,000 asked');
    }),
};

/** Until what was sent before has been seen to, or the connection is gone. */
async function settled(socket: WebSocket): Promise<void> {
  socket.ping();
  await Promise.race([once(socket, 'pong'), once(socket, 'close')]).catch(() => {});
  count(socket.readyState === WebSocket.OPEN ? 'open' : 'closed');
}

process.stdout.write('listening\n');
await attacks[name]?.();
for (const [answer, number] of [...answers].sort()) process.stdout.write(`${number} × ${answer}\n`);
process.stdout.write('sent\n');
setInterval(() => {}, 1_000); // what is held is held until this is ended
