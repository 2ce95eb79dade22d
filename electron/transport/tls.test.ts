import { copyFileSync, mkdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { type AddressInfo, createServer as createTcpServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer, type TLSSocket, type TlsOptions } from 'node:tls';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { parseLibvirtUri } from '../../shared/libvirt-uri.ts';
import { openTransport } from './open-transport.ts';
import { type Issued, opensslProblem, TestCa } from './test-pki.ts';

const problem = opensslProblem();
if (problem) console.log(`Left out: TLS: ${problem}.`);

const never = new AbortController().signal;
const context = (connectTimeoutMs = 20_000) => ({
  env: {},
  home: '/nonexistent',
  askHostKey: async () => false,
  askSecret: async () => null,
  log: () => {},
  connectTimeoutMs,
});

describe.skipIf(problem)('TLS', () => {
  let dir = '';
  let ca: TestCa;
  /** Of a client with a certificate, of one without, of one that trusts another CA. */
  let pki: Record<'full' | 'bare' | 'foreign', string>;
  let server: Issued;
  const closing: (() => Promise<unknown>)[] = [];

  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'tls-'));
    ca = new TestCa(join(dir, 'full'));
    ca.issue({ use: 'client', subject: '/O=Example/CN=alice' });
    server = ca.issue({ use: 'server', names: 'DNS:localhost,IP:127.0.0.1' }, join(dir, 'server'));
    new TestCa(join(dir, 'foreign'), { name: 'Other CA' });
    pki = { full: join(dir, 'full'), bare: bareOf(ca, 'bare'), foreign: join(dir, 'foreign') };
  });
  afterAll(() => rm(dir, { recursive: true }));
  afterEach(async () => {
    for (const close of closing.splice(0)) await close();
  });

  /** A folder with nothing but the certificate of a CA. */
  function bareOf(authority: TestCa, name: string): string {
    const folder = join(dir, name);
    mkdirSync(folder);
    copyFileSync(authority.cert, join(folder, 'cacert.pem'));
    return folder;
  }

  const files = ({ cert, key }: Issued) => ({ cert: readFileSync(cert), key: readFileSync(key) });

  async function listen(its: Server): Promise<number> {
    const sockets = new Set<Socket>();
    its.on('connection', (socket: Socket) => sockets.add(socket));
    await new Promise<void>((resolve) => its.listen(0, '127.0.0.1', resolve));
    closing.push(() => {
      for (const socket of sockets) socket.destroy();
      return new Promise((resolve) => its.close(resolve));
    });
    return (its.address() as AddressInfo).port;
  }

  /** A daemon that does this with each client once the handshake is over. */
  const serve = (greet: (socket: TLSSocket) => void, options: TlsOptions = {}, issued = server) =>
    listen(
      createServer(
        { ...files(issued), ca: readFileSync(ca.cert), requestCert: true, rejectUnauthorized: false, ...options },
        (socket) => {
          socket.on('error', () => {});
          greet(socket);
        },
      ).on('tlsClientError', () => {}),
    );
  const accept = (socket: TLSSocket) => socket.write('\x01');
  const open = (
    port: number,
    { folder = pki.full, host = '127.0.0.1', ms }: { folder?: string; host?: string; ms?: number } = {},
  ) => {
    const transport = openTransport(
      parseLibvirtUri(`qemu+tls://${host}:${port}/system?pkipath=${folder}`),
      context(ms),
    );
    closing.push(async () => transport.close());
    return transport;
  };
  const dial = (port: number, how: Parameters<typeof open>[1] = {}, signal = never) => open(port, how).dial(signal);

  it('leaves what follows the daemon’s first byte for the reader, and is shut by close()', async () => {
    const port = await serve((socket) => {
      socket.write('\x01more');
      socket.pipe(socket);
    });
    const transport = open(port);
    const stream = await transport.dial(never);
    const [first] = await once(stream, 'data');
    expect(String(first)).toBe('more');
    stream.write('echo');
    const [second] = await once(stream, 'data');
    expect(String(second)).toBe('echo');
    expect(transport.describe()).toBe(`TLS to 127.0.0.1:${port}`);
    const closed = once(stream, 'close');
    transport.close();
    await closed;
    await expect(transport.dial(never)).rejects.toMatchObject({ code: 'CANCELLED' });
  });

  it.each([
    ['127.0.0.1', ['configure', 'connect', 'authenticate']],
    ['localhost', ['configure', 'resolve', 'connect', 'authenticate']],
  ])('tells its steps on the way to %s', async (host, expected) => {
    const port = await serve(accept);
    const steps: string[] = [];
    const uri = parseLibvirtUri(`qemu+tls://${host}:${port}/system?pkipath=${pki.full}`);
    const transport = openTransport(uri, { ...context(), onStep: (step) => steps.push(step) });
    closing.push(async () => transport.close());
    await transport.dial(never);
    expect(steps).toEqual(expected);
  });

  it('puts each packet into a record of its own, however many are written at once', async () => {
    const records: string[] = [];
    const port = await serve((socket) => {
      accept(socket);
      socket.on('data', (data) => records.push(String(data)));
    });
    const stream = await dial(port);
    const packets = ['one', 'two', 'three', 'four', 'five'];
    for (const packet of packets) stream.write(packet);
    await expect.poll(() => records.join('')).toBe(packets.join(''));
    expect(records).toEqual(packets);
  });

  it.each(['at once', 'later'])(
    'what is no TLS after the daemon’s first byte, %s, breaks the stream alone',
    async (when) => {
      const raw: Socket[] = [];
      const its = createServer({ ...files(server), requestCert: true, rejectUnauthorized: false }, (socket) => {
        socket.on('error', () => {});
        socket.write('\x01', () => {
          if (when === 'at once') raw[0]?.write('garbage that is no record');
        });
      }).on('connection', (socket: Socket) => raw.push(socket));
      const port = await listen(its);
      const broken = dial(port).then(async (stream) => {
        if (when === 'later') raw[0]?.write('garbage that is no record');
        const [error] = await once(stream, 'error');
        throw error;
      });
      await expect(broken).rejects.toMatchObject({
        code: expect.stringMatching(/^(CONNECTION_LOST|TLS_CLIENT_REFUSED)$/),
      });
    },
  );

  it('shows its certificate to the daemon, in a connection of each stream', async () => {
    const seen: unknown[] = [];
    const port = await serve((socket) => {
      seen.push([socket.authorized, socket.getPeerCertificate().subject.CN, socket.getProtocol()]);
      accept(socket);
    });
    const transport = open(port, { host: 'localhost' });
    await transport.dial(never);
    await transport.dial(never);
    expect(seen).toEqual([
      [true, 'alice', 'TLSv1.3'],
      [true, 'alice', 'TLSv1.3'],
    ]);
  });

  it('TLS 1.2 is good enough, 1.1 is not', async () => {
    const versions = (version: 'TLSv1.1' | 'TLSv1.2') => ({
      minVersion: version,
      maxVersion: version,
      ciphers: 'ALL:@SECLEVEL=0',
    });
    await dial(await serve(accept, versions('TLSv1.2')));
    await expect(dial(await serve(accept, versions('TLSv1.1')))).rejects.toMatchObject({
      code: 'TLS_HANDSHAKE_FAILED',
    });
  });

  it('a CA of the file is trusted though another one has signed it', async () => {
    const intermediate = new TestCa(join(dir, 'intermediate'), { name: 'Intermediate', parent: ca });
    const issued = intermediate.issue({ use: 'server', names: 'IP:127.0.0.1' });
    await dial(await serve(accept, {}, issued), { folder: bareOf(intermediate, 'bare-intermediate') });
  });

  describe('a server that is not trusted', () => {
    it('of another CA, whatever the environment says', async () => {
      vi.stubEnv('NODE_TLS_REJECT_UNAUTHORIZED', '0');
      await expect(dial(await serve(accept), { folder: pki.foreign })).rejects.toMatchObject({
        code: 'TLS_SERVER_UNTRUSTED',
        detail: { host: '127.0.0.1', ca: join(pki.foreign, 'cacert.pem'), issuer: 'CN=Test CA' },
      });
      vi.unstubAllEnvs();
    });

    it('expired', async () => {
      const old = ca.issue({ use: 'server', names: 'IP:127.0.0.1', days: -1 }, join(dir, 'expired'));
      await expect(dial(await serve(accept, {}, old))).rejects.toMatchObject({
        code: 'TLS_SERVER_EXPIRED',
        detail: { until: expect.stringMatching(/GMT$/) },
      });
    });

    it.each([
      ['127.0.0.1', 'DNS:kvm-a,IP:10.0.0.1', 'DNS:kvm-a, IP Address:10.0.0.1'],
      ['localhost', 'IP:127.0.0.1', 'IP Address:127.0.0.1'],
      ['127.0.0.1', undefined, 'CN=127.0.0.1'],
    ])('%s, which is not in its names %s', async (host, names, told) => {
      const issued = ca.issue(
        { use: 'server', subject: '/CN=127.0.0.1', ...(names && { names }) },
        join(dir, 'misnamed'),
      );
      await expect(dial(await serve(accept, {}, issued), { host })).rejects.toMatchObject({
        code: 'TLS_SERVER_NAME',
        detail: { host, names: told },
      });
    });

    it('with a certificate of a client', async () => {
      const client = ca.issue({ use: 'client' }, join(dir, 'no-server'));
      await expect(dial(await serve(accept, {}, client))).rejects.toMatchObject({ code: 'TLS_SERVER_UNTRUSTED' });
    });

    it('revoked, or with a list that is not the CA’s', async () => {
      const strict = new TestCa(join(dir, 'strict'));
      const issued = strict.issue({ use: 'server', names: 'IP:127.0.0.1' });
      strict.revoke([]);
      const port = await serve(accept, {}, issued);
      await dial(port, { folder: join(dir, 'strict') });
      const crl = strict.revoke([issued.cert]);
      await expect(dial(port, { folder: join(dir, 'strict') })).rejects.toMatchObject({
        code: 'TLS_SERVER_REVOKED',
        detail: { crl },
      });
      copyFileSync(new TestCa(join(dir, 'lax')).revoke([]), crl);
      await expect(dial(port, { folder: join(dir, 'strict') })).rejects.toMatchObject({ code: 'TLS_CRL_UNUSABLE' });
    });
  });

  describe('a daemon that does not accept the client', () => {
    it.each([
      ['hangs up', (socket: TLSSocket) => socket.end()],
      ['drops the connection', (socket: TLSSocket) => socket.destroy()],
    ])('%s', async (_, greet) => {
      const port = await serve(greet);
      await expect(dial(port)).rejects.toMatchObject({
        code: 'TLS_CLIENT_REFUSED',
        detail: { certificate: join(pki.full, 'clientcert.pem'), subject: 'O=Example, CN=alice' },
      });
      await expect(dial(port, { folder: pki.bare })).rejects.toMatchObject({
        code: 'TLS_CLIENT_UNKNOWN',
        detail: { file: join(pki.bare, 'clientcert.pem') },
      });
    });

    it.each(['TLSv1.2', 'TLSv1.3'] as const)('says so by an alert of %s', async (version) => {
      const port = await serve(accept, { rejectUnauthorized: true, minVersion: version, maxVersion: version });
      await dial(port);
      await expect(dial(port, { folder: pki.bare })).rejects.toMatchObject({
        code: expect.stringMatching(
          version === 'TLSv1.3' ? /^TLS_CLIENT_UNKNOWN$/ : /^TLS_(CLIENT_UNKNOWN|HANDSHAKE_FAILED)$/,
        ),
      });
    });

    it('says something else than libvirt', async () => {
      const port = await serve((socket) => socket.write('HTTP/1.1 400'));
      await expect(dial(port)).rejects.toMatchObject({ code: 'STREAM_GARBAGE', detail: { text: 'H' } });
    });
  });

  it('a port that speaks something else', async () => {
    const port = await listen(createTcpServer((socket) => socket.on('error', () => {}).end('SSH-2.0-OpenSSH\r\n')));
    await expect(dial(port)).rejects.toMatchObject({ code: 'TLS_HANDSHAKE_FAILED', detail: { port: `${port}` } });
  });

  it('a port that hangs up', async () => {
    const ended = await listen(createTcpServer((socket) => socket.once('data', () => socket.end())));
    await expect(dial(ended)).rejects.toMatchObject({ code: 'TLS_HUNG_UP', detail: { port: `${ended}` } });
    const reset = await listen(createTcpServer((socket) => socket.once('data', () => socket.resetAndDestroy())));
    await expect(dial(reset)).rejects.toMatchObject({ code: 'TLS_HUNG_UP' });
  });

  it('a port that nobody listens on', async () => {
    const port = await serve(accept);
    for (const close of closing.splice(0)) await close();
    await expect(dial(port)).rejects.toMatchObject({ code: 'LIBVIRT_PORT_REFUSED', detail: { port: `${port}` } });
  });

  it.each([
    ['before the handshake', async () => listen(createTcpServer((socket) => socket.on('error', () => {})))],
    ['after it', async () => serve(() => {})],
  ])('silence %s: given up in time, or when told', async (_, start) => {
    const port = await start();
    await expect(dial(port, { ms: 300 })).rejects.toMatchObject({ code: 'TIMED_OUT', detail: { host: '127.0.0.1' } });
    const controller = new AbortController();
    const dialled = dial(port, {}, controller.signal);
    setTimeout(() => controller.abort(), 100);
    await expect(dialled).rejects.toMatchObject({ code: 'CANCELLED' });
    await expect(dial(port, {}, AbortSignal.abort())).rejects.toMatchObject({ code: 'CANCELLED' });
  });

  it('without a CA certificate nothing is connected to', async () => {
    let connections = 0;
    const port = await serve(() => connections++);
    await expect(dial(port, { folder: join(dir, 'nothing') })).rejects.toMatchObject({ code: 'TLS_CA_MISSING' });
    expect(connections).toBe(0);
  });
});

describe('plain TCP', () => {
  it('opens any number of streams, which close() ends', async () => {
    const server = createTcpServer((socket) => socket.pipe(socket));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const uri = parseLibvirtUri(`test+tcp://127.0.0.1:${port}/default`);
    const transport = openTransport(uri, context());
    const streams = await Promise.all([transport.dial(never), transport.dial(never)]);
    for (const stream of streams) {
      stream.write('echo');
      const [data] = await once(stream, 'data');
      expect(String(data)).toBe('echo');
    }
    expect(transport.describe()).toBe(`TCP to 127.0.0.1:${port}, not encrypted`);
    const closed = streams.map((stream) => once(stream, 'close'));
    transport.close();
    await Promise.all(closed);
    await new Promise((resolve) => server.close(resolve));
    await expect(openTransport(uri, context()).dial(never)).rejects.toMatchObject({
      code: 'LIBVIRT_PORT_REFUSED',
      detail: { host: '127.0.0.1', port: `${port}` },
    });
  });

  it('is cancelled by its signal', async () => {
    const transport = openTransport(parseLibvirtUri('test+tcp://127.0.0.1/default'), context());
    await expect(transport.dial(AbortSignal.abort())).rejects.toMatchObject({ code: 'CANCELLED' });
  });

  it('says when a name is not known', async () => {
    const transport = openTransport(parseLibvirtUri('test+tcp://nobody.invalid/default'), context());
    await expect(transport.dial(never)).rejects.toMatchObject({ code: 'HOST_NOT_FOUND' });
  });
});

function once(emitter: NodeJS.EventEmitter, event: string): Promise<unknown[]> {
  return new Promise((resolve) => emitter.once(event, (...args) => resolve(args)));
}
