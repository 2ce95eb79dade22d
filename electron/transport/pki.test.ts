import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type PkiPlace, pkiPlaces, readCredentials } from './pki.ts';
import { type Issued, opensslProblem, TestCa } from './test-pki.ts';

describe('where libvirt’s certificates are', () => {
  it.each([
    [
      'the person’s own, then the system’s',
      undefined,
      1000,
      ['/home/me/.pki/libvirt/cacert.pem', '/etc/pki/CA/cacert.pem'],
    ],
    ['the system’s alone for root', undefined, 0, ['/etc/pki/CA/cacert.pem']],
    [
      'where there are no users by number',
      undefined,
      undefined,
      ['/home/me/.pki/libvirt/cacert.pem', '/etc/pki/CA/cacert.pem'],
    ],
    ['a folder that is named alone', '/srv/pki', 1000, ['/srv/pki/cacert.pem']],
    ['one in the home directory', '~/pki', 0, ['/home/me/pki/cacert.pem']],
  ])('%s', (_, pkipath, user, expected) => {
    // A default stands in for undefined, so that there is no such user is said by a number nobody has.
    expect(pkiPlaces(pkipath, '/home/me', user ?? -1).map(({ ca }) => ca)).toEqual(expected);
  });

  it('names the four files as libvirt does', () => {
    expect(pkiPlaces(undefined, '/root', 0)).toEqual([
      {
        ca: '/etc/pki/CA/cacert.pem',
        crl: '/etc/pki/CA/cacrl.pem',
        cert: '/etc/pki/libvirt/clientcert.pem',
        key: '/etc/pki/libvirt/private/clientkey.pem',
      },
    ]);
    expect(pkiPlaces('/p', '/root', 0)).toEqual([
      { ca: '/p/cacert.pem', crl: '/p/cacrl.pem', cert: '/p/clientcert.pem', key: '/p/clientkey.pem' },
    ]);
  });
});

const problem = opensslProblem();
if (problem) console.log(`Left out: reading certificates: ${problem}.`);

describe.skipIf(problem)('readCredentials', () => {
  let dir = '';
  let ca: TestCa;
  let good: Issued;
  let own: PkiPlace;
  let system: PkiPlace;
  beforeAll(() => {
    dir = mkdtempSync(join(tmpdir(), 'pki-'));
    ca = new TestCa(join(dir, 'ca'));
    good = ca.issue({ use: 'client', subject: '/O=Example/CN=alice' });
  });
  afterAll(() => rmSync(dir, { recursive: true }));
  beforeEach((context) => {
    const places = ['own', 'system'].map((name) => {
      const folder = join(dir, context.task.id, name);
      mkdirSync(folder, { recursive: true });
      return pkiPlaces(folder, '/')[0] as PkiPlace;
    });
    [own, system] = places as [PkiPlace, PkiPlace];
  });
  const read = () => readCredentials([own, system]);
  const put = (place: PkiPlace, ...which: (keyof PkiPlace)[]) => {
    const from = { ca: ca.cert, cert: good.cert, key: good.key, crl: ca.cert };
    for (const each of which) copyFileSync(from[each], place[each]);
  };

  it('takes each file from the first place that has it, and the certificate with its key', async () => {
    put(own, 'cert', 'key');
    put(system, 'ca', 'cert', 'key', 'crl');
    expect(await read()).toMatchObject({
      ca: { path: system.ca, pem: readFileSync(ca.cert) },
      crl: { path: system.crl },
      identity: { cert: { path: own.cert }, key: { path: own.key }, subject: 'O=Example, CN=alice' },
    });
    put(own, 'ca');
    expect(await read()).toMatchObject({ ca: { path: own.ca }, crl: { path: system.crl } });
  });

  it('a client may have no certificate', async () => {
    put(system, 'ca');
    expect(await read()).toMatchObject({ crl: undefined, identity: undefined });
  });

  it('without a CA certificate there is nothing to trust', async () => {
    put(own, 'cert', 'key');
    await expect(read()).rejects.toMatchObject({
      code: 'TLS_CA_MISSING',
      detail: { tried: `${own.ca}, ${system.ca}` },
    });
  });

  it.each([
    ['cert', 'key'],
    ['key', 'cert'],
  ] as const)('%s without %s is not passed over', async (there, missing) => {
    put(system, 'ca', 'cert', 'key');
    put(own, there);
    await expect(read()).rejects.toMatchObject({
      code: 'TLS_PAIR_INCOMPLETE',
      detail: { file: own[missing], other: own[there] },
    });
  });

  it('a key of another certificate', async () => {
    put(own, 'ca', 'cert');
    copyFileSync(ca.issue({ use: 'client' }, join(dir, 'other')).key, own.key);
    await expect(read()).rejects.toMatchObject({
      code: 'TLS_KEY_MISMATCH',
      detail: { file: own.cert, keyfile: own.key },
    });
  });

  it('its own certificate, or that of the CA, is out of date', async () => {
    put(own, 'ca');
    const old = ca.issue({ use: 'client', days: -1 }, join(dir, 'old'));
    copyFileSync(old.cert, own.cert);
    copyFileSync(old.key, own.key);
    await expect(read()).rejects.toMatchObject({ code: 'TLS_OWN_EXPIRED', detail: { file: own.cert } });
    copyFileSync(new TestCa(join(dir, 'old-ca'), { days: -1 }).cert, own.ca);
    await expect(read()).rejects.toMatchObject({
      code: 'TLS_OWN_EXPIRED',
      detail: { file: own.ca, until: expect.stringMatching(/GMT$/) },
    });
  });

  it('a file of CAs is good as long as one is', async () => {
    const old = new TestCa(join(dir, 'old-of-two'), { days: -1 });
    writeFileSync(own.ca, `${readFileSync(old.cert)}some words\n${readFileSync(ca.cert)}`);
    expect((await read()).ca.path).toBe(own.ca);
  });

  const broken = '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n';
  it.each([
    ['ca', '', 'it holds no certificate in PEM'],
    ['ca', broken, 'it holds a certificate that cannot be read'],
    ['cert', 'x', 'it holds no certificate in PEM'],
    ['key', 'x', 'it holds no private key in PEM'],
    ['ca', 'x'.repeat(2_000_000), 'EFBIG'],
  ] as const)('%s that is none', async (which, text, reason) => {
    put(own, 'ca', 'cert', 'key');
    writeFileSync(own[which], text);
    await expect(read()).rejects.toMatchObject({
      code: 'TLS_FILE_UNREADABLE',
      detail: { file: own[which], reason },
    });
  });

  it('a key that is protected by a passphrase', async () => {
    put(own, 'ca', 'cert');
    execFileSync('openssl', ['pkey', '-in', good.key, '-aes256', '-passout', 'pass:secret', '-out', own.key]);
    await expect(read()).rejects.toMatchObject({ detail: { reason: 'the key is protected by a passphrase' } });
  });

  it.each(['ca', 'crl', 'cert', 'key'] as const)('%s that is a pipe is not waited for', async (which) => {
    put(own, 'ca', 'cert', 'key', 'crl');
    rmSync(own[which]);
    execFileSync('mkfifo', [own[which]]);
    await expect(read()).rejects.toMatchObject({ code: 'TLS_FILE_UNREADABLE', detail: { file: own[which] } });
  });
});
