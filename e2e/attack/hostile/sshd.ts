import { type AddressInfo, createServer, type Socket } from 'node:net';
import type { Writable } from 'node:stream';
import ssh2, { type Connection, type ServerChannel } from 'ssh2';
import { write } from './write.ts';

/*
 * An sshd that means harm, as a process of its own: `tsx sshd.ts NAME HOST-KEY`. It prints the port that it listens on, and
 * a line for each connection and each try to log in.
 */
const [name = '', hostKey = ''] = process.argv.slice(2);
const MiB = 1024 * 1024;
const forever = async (socket: Writable, bytes: Buffer) => {
  for (let sent = 0; sent < 1_024 * MiB && (await write(socket, bytes)); ) sent += bytes.length;
};

/** Before any protocol. */
const bare: Readonly<Record<string, (socket: Socket) => unknown>> = {
  'lines without end': (socket) => forever(socket, Buffer.from(`${'welcome '.repeat(100)}\r\n`.repeat(100))),
  'a line without end': (socket) => forever(socket, Buffer.alloc(MiB, 'x')),
  silence: () => {},
  'a packet that lies': (socket) =>
    write(socket, Buffer.concat([Buffer.from('SSH-2.0-OpenSSH_9.2\r\n'), Buffer.alloc(MiB, 0xff)])),
};
/** Once somebody is in. */
const inside: Readonly<Record<string, (channel: ServerChannel) => unknown>> = {
  'an error text without end': (channel) => forever(channel.stderr, Buffer.alloc(64 * 1024, 'no \u202e')),
  'garbage without end': (channel) => forever(channel, Buffer.alloc(64 * 1024, 'motd \u001b[2J')),
  'a channel that closes at once': (channel) => channel.end(),
};

if (bare[name])
  listen(
    createServer((socket) => {
      tell('connection');
      socket.on('error', () => {}).resume();
      void bare[name]?.(socket);
    }),
  );
else {
  const banner = name === 'a long banner' ? 'come in \u202e'.repeat(10_000) : undefined;
  const server = new ssh2.Server({ hostKeys: [hostKey], ...(banner ? { banner } : {}) }, (client) => {
    tell('connection');
    client.on('error', () => {});
    client.on('authentication', (login) => {
      tell(`login by ${login.method}`);
      if (name === 'a login that is never over') return;
      if (login.method === 'publickey') login.accept();
      else login.reject(['publickey']);
    });
    client.on('ready', () => serve(client));
  });
  listen(server);
}

function serve(client: Connection): void {
  client.on('session', (accept) => {
    accept().on('exec', (run) => void inside[name]?.(run()));
  });
}

function listen(server: { listen(port: number, host: string, then: () => void): unknown; address(): unknown }): void {
  server.listen(0, '127.0.0.1', () => {
    tell(`port ${(server.address() as AddressInfo).port}`);
    tell('listening');
  });
}

function tell(what: string): void {
  process.stdout.write(`${what}\n`);
}
