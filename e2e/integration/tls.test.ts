import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Gate } from '../../electron/hosts/gate.ts';
import { toProblem } from '../../electron/hosts/problems.ts';
import { RpcConnection } from '../../electron/libvirt/connection.ts';
import { listDomains } from '../../electron/libvirt/domains.ts';
import { closeConnection, openConnection } from '../../electron/libvirt/open.ts';
import { procedures } from '../../electron/libvirt/procedures.ts';
import { openTransport } from '../../electron/transport/open-transport.ts';
import { type Issued, opensslProblem, TestCa } from '../../electron/transport/test-pki.ts';
import type { TransportErrorCode } from '../../electron/transport/transport.ts';
import { driverUri, parseLibvirtUri } from '../../shared/libvirt-uri.ts';
import { isRoot, labAvailable } from '../lab/available.ts';
import type { DaemonSettings } from '../lab/daemon.ts';
import { freePort } from '../lab/free-port.ts';
import { type Lab, startLab } from '../lab/lab.ts';

const available = labAvailable();
const lacking = available.ok ? (opensslProblem() ?? (isRoot() ? undefined : 'it needs root')) : available.reason;
if (lacking) console.log(`Left out: TLS and TCP to a real libvirt: ${lacking}.`);

describe.skipIf(lacking)('a real libvirt over the network', () => {
  let lab: Lab;
  let ca: TestCa;
  let server: Issued;
  let port: number;
  /** Of a client whose certificate is good, of one that has none, and of one that knows another CA. */
  let pki: Record<'alice' | 'nobody' | 'foreign', string>;

  beforeAll(async () => {
    lab = await startLab();
    await lab.guest({ name: 'real' });
    port = await freePort();
    const folder = (name: string) => join(lab.dir, 'pki', name);
    ca = new TestCa(folder('alice'));
    ca.issue({ use: 'client', subject: '/O=Example/CN=alice' });
    server = ca.issue({ use: 'server', names: 'DNS:localhost,IP:127.0.0.1' }, folder('server'));
    new TestCa(folder('foreign'), { name: 'Other CA' });
    pki = { alice: folder('alice'), nobody: folder('nobody'), foreign: folder('foreign') };
    await mkdir(pki.nobody);
    await lab.run(['cp', ca.cert, pki.nobody]);
  });
  afterAll(() => lab?.stop());

  const listenTls = (issued: Issued, more: DaemonSettings = {}) =>
    lab.listen({
      listen_tls: 1,
      listen_tcp: 0,
      auth_tls: 'none',
      tls_port: `${port}`,
      ca_file: ca.cert,
      cert_file: issued.cert,
      key_file: issued.key,
      ...more,
    });
  const tlsUri = (folder: string, host = '127.0.0.1') => `qemu+tls://${host}:${port}/system?pkipath=${folder}`;

  const context = () => ({
    env: {},
    home: lab.dir,
    askHostKey: async () => false,
    askSecret: async () => null,
    log: () => {},
  });

  /** The names of the domains that are listed over two connections. */
  async function namesAt(address: string): Promise<string[]> {
    const uri = parseLibvirtUri(address);
    const transport = openTransport(uri, context());
    try {
      const signal = new AbortController().signal;
      const streams = [await transport.dial(signal), await transport.dial(signal)];
      const lists = await Promise.all(
        streams.map(async (stream) => {
          const connection = await openConnection(stream, driverUri(uri));
          const domains = await listDomains(new Gate(connection));
          await closeConnection(connection);
          return domains.map(({ name }) => name);
        }),
      );
      expect(lists[0]).toEqual(lists[1]);
      return lists[0] ?? [];
    } finally {
      transport.close();
    }
  }

  const refusal = async (address: string) => {
    const error = await namesAt(address).then(
      () => undefined,
      (caught: unknown) => caught,
    );
    return { error, problem: toProblem(error, 'kvm-a') };
  };
  const refusedAs = async (address: string, code: TransportErrorCode, words: string) => {
    const { error, problem } = await refusal(address);
    expect(error).toMatchObject({ code });
    expect(`${problem.what} ${problem.next}`).toContain(words);
  };

  describe('TLS', () => {
    beforeAll(() => listenTls(server));

    test.each(['127.0.0.1', 'localhost'])('lists domains at %s, as virsh does', async (host) => {
      expect(await namesAt(tlsUri(pki.alice, host))).toEqual(['real']);
      const virsh = await lab.run(['virsh', '--connect', tlsUri(pki.alice, host), 'list', '--all', '--name']);
      expect(virsh.trim()).toBe('real');
    });

    test('a host without a transport is reached by TLS', async () => {
      expect(await namesAt(`qemu://127.0.0.1:${port}/system?pkipath=${pki.alice}`)).toEqual(['real']);
    });

    test('answers all that is asked at once, with nothing that wakes it later', async () => {
      const transport = openTransport(parseLibvirtUri(tlsUri(pki.alice)), context());
      const connection = new RpcConnection(await transport.dial(new AbortController().signal));
      try {
        await connection.call(procedures.authList, {});
        await connection.call(procedures.connectOpen, { name: 'qemu:///system', flags: 0 });
        const types = Array.from({ length: 40 }, () => connection.call(procedures.connectGetType, {}));
        expect(new Set((await Promise.all(types)).map(({ type }) => type))).toEqual(new Set(['QEMU']));
      } finally {
        connection.close();
        transport.close();
      }
    });

    test('a CA that is not known', () =>
      refusedAs(tlsUri(pki.foreign), 'TLS_SERVER_UNTRUSTED', 'names as its CA: CN=Test CA'));

    test('without a certificate of the client', () =>
      refusedAs(tlsUri(pki.nobody), 'TLS_CLIENT_UNKNOWN', join(pki.nobody, 'clientcert.pem')));

    test('a client’s certificate of another CA', async () => {
      const other = new TestCa(join(lab.dir, 'pki/mallory-ca'));
      const folder = join(lab.dir, 'pki/mallory');
      other.issue({ use: 'client', subject: '/CN=mallory' }, folder);
      await lab.run(['cp', ca.cert, folder]);
      await refusedAs(tlsUri(folder), 'TLS_CLIENT_REFUSED', '(CN=mallory)');
    });

    test('nobody listens', async () => {
      const free = await freePort();
      await refusedAs(`qemu+tls://127.0.0.1:${free}/system?pkipath=${pki.alice}`, 'LIBVIRT_PORT_REFUSED', `${free}`);
    });
  });

  test('TLS: a client that is not on the list of those allowed', async () => {
    await listenTls(server, { tls_allowed_dn_list: ['O=Example,CN=bob', 'CN=bob,O=Example'] });
    await refusedAs(tlsUri(pki.alice), 'TLS_CLIENT_REFUSED', 'tls_allowed_dn_list');
    await listenTls(server, { tls_allowed_dn_list: ['O=Example,CN=alice', 'CN=alice,O=Example'] });
    expect(await namesAt(tlsUri(pki.alice))).toEqual(['real']);
  });

  test('TLS: a daemon that wants no certificate of the client', async () => {
    await listenTls(server, { tls_no_verify_certificate: 1 });
    expect(await namesAt(tlsUri(pki.nobody))).toEqual(['real']);
  });

  test('TLS: a server of another name', async () => {
    const other = ca.issue({ use: 'server', names: 'DNS:kvm-b' }, join(lab.dir, 'pki/kvm-b'));
    await listenTls(other);
    await refusedAs(tlsUri(pki.alice), 'TLS_SERVER_NAME', 'it is for DNS:kvm-b');
  });

  test('TLS: a server whose certificate has expired', async () => {
    const folder = join(lab.dir, 'pki/expired');
    const expired = ca.issue({ use: 'server', names: 'IP:127.0.0.1', days: -1 }, folder);
    await listenTls(expired, { tls_no_sanity_certificate: 1 });
    await refusedAs(tlsUri(pki.alice), 'TLS_SERVER_EXPIRED', 'is valid from');
  });

  test('TCP without authentication', async () => {
    await lab.listen({ listen_tls: 0, listen_tcp: 1, tcp_port: `${port}`, auth_tcp: 'none' });
    expect(await namesAt(`qemu+tcp://127.0.0.1:${port}/system`)).toEqual(['real']);
    expect(await namesAt(`test+tcp://localhost:${port}/default`)).toEqual(['test']);
  });

  test('TLS to a port that speaks plain TCP', () => refusedAs(tlsUri(pki.alice), 'TLS_HUNG_UP', `port ${port}`));

  test('SASL is told with what is offered', async () => {
    const hasPlugins = await lab
      .run(['sh', '-c', 'ls /usr/lib/*/sasl2/libscram.so /usr/lib/*/sasl2/libdigestmd5.so'])
      .then(
        () => true,
        () => false,
      );
    if (!hasPlugins) console.log('Left out: the names of SASL’s mechanisms: libsasl2-modules is not installed.');
    await mkdir(join(lab.dir, 'etc/sasl2'), { recursive: true });
    await writeFile(join(lab.dir, 'etc/sasl2/libvirt.conf'), 'mech_list: digest-md5 scram-sha-256\n');
    await lab.listen({ listen_tls: 0, listen_tcp: 1, tcp_port: `${port}`, auth_tcp: 'sasl' });
    const { error, problem } = await refusal(`qemu+tcp://127.0.0.1:${port}/system`);
    // Over plain TCP libvirt offers those alone that encrypt. Without the plugins it answers with an error.
    const plain = hasPlugins ? ['DIGEST-MD5'] : [];
    expect(error).toMatchObject({ code: 'SASL', types: [1], mechanisms: plain });
    expect(problem).toMatchObject({ code: 'AUTH_SASL', what: expect.stringContaining(['SASL', ...plain].join(': ')) });
    await listenTls(server, { auth_tls: 'sasl' });
    expect((await refusal(tlsUri(pki.alice))).error).toMatchObject({
      code: 'SASL',
      mechanisms: hasPlugins ? expect.arrayContaining(['SCRAM-SHA-256']) : [],
    });
  });
});
