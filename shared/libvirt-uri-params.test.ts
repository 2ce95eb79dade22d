import { describe, expect, it } from 'vitest';
import { LibvirtUriError, parseLibvirtUri } from './libvirt-uri.ts';
import { remoteParams } from './libvirt-uri-params.ts';

const ways = {
  auto: 'qemu:///system',
  unix: 'qemu+unix:///system',
  ssh: 'qemu+ssh://h/system',
  tls: 'qemu+tls://h/system',
  tcp: 'qemu+tcp://h/system',
} as const;
type Way = keyof typeof ways;

/**
 * What each value comes to over each transport: honoured, or refused with these words. What is not named here is refused
 * as without meaning.
 */
const expected: Readonly<Record<string, readonly (readonly [string, Partial<Record<Way, true | string>>])[]>> = {
  name: [['test:///default', { auto: true, unix: true, ssh: true, tls: true, tcp: true }]],
  mode: [
    ['legacy', { auto: true, unix: true, ssh: true }],
    ['fast', { auto: 'auto, direct or legacy', unix: 'auto, direct or legacy', ssh: 'auto, direct or legacy' }],
  ],
  socket: [
    ['/s', { auto: true, unix: true, ssh: true }],
    ['s', { auto: 'absolute path', unix: 'absolute path', ssh: 'absolute path' }],
  ],
  proxy: [
    ['netcat', { ssh: true }],
    ['', { ssh: 'auto, native or netcat' }],
  ],
  keyfile: [
    ['~/.ssh/k', { ssh: true }],
    ['k', { ssh: 'absolute path' }],
  ],
  known_hosts: [
    ['/k', { ssh: true }],
    ['k', { ssh: 'absolute path' }],
  ],
  known_hosts_verify: [
    ['normal', { ssh: true }],
    ['auto', { ssh: 'nobody has checked' }],
    ['ignore', { ssh: 'nobody has checked' }],
  ],
  no_verify: [
    ['0', { ssh: true, tls: true }],
    ['1', { ssh: 'nobody has checked', tls: 'turn off the check of the server’s certificate' }],
    ['', { ssh: 'nobody has checked', tls: 'turn off the check of the server’s certificate' }],
  ],
  no_sanity: [
    ['0', { tls: true }],
    ['1', { tls: 'expired or do not match' }],
  ],
  no_tty: [
    ['1', { ssh: true }],
    ['yes', { ssh: '0 or 1' }],
  ],
  pkipath: [
    ['/etc/pki', { tls: true }],
    ['pki', { tls: 'absolute path' }],
  ],
  tls_priority: [['NORMAL', { tls: 'GnuTLS' }]],
  command: [['/usr/bin/ssh', { ssh: 'its own SSH client' }]],
  netcat: [
    ['nc', { ssh: true }],
    ['nc%20-X', { ssh: 'the name or the path of a program' }],
  ],
  sshauth: [['agent', { ssh: 'keyfile' }]],
  auth: [
    [
      'sasl',
      {
        auto: 'the way libvirt asks',
        unix: 'the way libvirt asks',
        ssh: 'the way libvirt asks',
        tls: 'the way libvirt asks',
        tcp: 'the way libvirt asks',
      },
    ],
  ],
  authfile: [
    [
      '/a',
      {
        auto: 'does not store or read passwords',
        unix: 'does not store or read passwords',
        ssh: 'does not store or read passwords',
        tls: 'does not store or read passwords',
        tcp: 'does not store or read passwords',
      },
    ],
  ],
};

it('each parameter of libvirt’s remote driver is tried', () => {
  expect(Object.keys(expected).sort()).toEqual(Object.keys(remoteParams).sort());
});

describe.each(Object.entries(expected))('%s', (name, values) => {
  const rows = values.flatMap(([value, ends]) =>
    (Object.keys(ways) as Way[]).map((way) => [`${name}=${value}`, way, ends[way] ?? 'has no meaning over'] as const),
  );
  it.each(rows)('%s over %s: %s', (param, way, end) => {
    const read = () => parseLibvirtUri(`${ways[way]}?${param}`);
    if (end === true) {
      expect(read().params).toHaveProperty([name], param.slice(name.length + 1));
      return;
    }
    expect(read).toThrow(LibvirtUriError);
    expect(read).toThrow(end);
    expect(read).toThrow(new RegExp(`^"${name}.*\\.$`));
    expect(read).toThrow(expect.objectContaining({ code: 'PARAM_INVALID' }));
  });
});

it('a parameter of the driver’s own goes to it', () => {
  for (const uri of Object.values(ways)) expect(parseLibvirtUri(`${uri}?x=1`).params).toEqual({ x: '1' });
});
