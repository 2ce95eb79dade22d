import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  driverUri,
  formatLibvirtUri,
  hostLabel,
  isPrivateToConnection,
  isUnencrypted,
  type LibvirtUri,
  LibvirtUriError,
  type LibvirtUriErrorCode,
  parseLibvirtUri,
} from './libvirt-uri.ts';
import { isRemoteParam } from './libvirt-uri-params.ts';

function errorOf(text: string): LibvirtUriError {
  try {
    parseLibvirtUri(text);
  } catch (error) {
    if (error instanceof LibvirtUriError) return error;
    throw error;
  }
  throw new Error(`${text} was accepted`);
}

describe('parseLibvirtUri', () => {
  const accepted: [string, LibvirtUri][] = [
    ['qemu:///system', { driver: 'qemu', transport: 'auto', path: '/system', params: {} }],
    ['  QEMU:///session\n', { driver: 'qemu', transport: 'auto', path: '/session', params: {} }],
    ['qemu:/system', { driver: 'qemu', transport: 'auto', path: '/system', params: {} }],
    [
      'qemu+ssh://root@kvm-a:2222/system',
      { driver: 'qemu', transport: 'ssh', user: 'root', host: 'kvm-a', port: 2222, path: '/system', params: {} },
    ],
    [
      'qemu+ssh://[fe80::1%25eth0]:22/system',
      { driver: 'qemu', transport: 'ssh', host: 'fe80::1%eth0', port: 22, path: '/system', params: {} },
    ],
    [
      'qemu+ssh://me%40corp@h/system?socket=/a%20b&Mode=legacy;x=%26',
      {
        driver: 'qemu',
        transport: 'ssh',
        user: 'me@corp',
        host: 'h',
        path: '/system',
        params: { socket: '/a b', mode: 'legacy', x: '&' },
      },
    ],
    [
      'qemu+unix:///system?socket=/tmp/s',
      { driver: 'qemu', transport: 'unix', path: '/system', params: { socket: '/tmp/s' } },
    ],
    ['test:////path.xml', { driver: 'test', transport: 'auto', path: '//path.xml', params: {} }],
    ['test:///default?flag', { driver: 'test', transport: 'auto', path: '/default', params: { flag: '' } }],
    ['xen+ssh://h/', { driver: 'xen', transport: 'ssh', host: 'h', path: '/', params: {} }],
    ['qemu+libssh2://h/system', { driver: 'qemu', transport: 'ssh', host: 'h', path: '/system', params: {} }],
    ['qemu+libssh://h/system', { driver: 'qemu', transport: 'ssh', host: 'h', path: '/system', params: {} }],
    ['qemu://h/system', { driver: 'qemu', transport: 'tls', host: 'h', path: '/system', params: {} }],
    [
      'qemu+tls://[::1]:16000/system?pkipath=/p',
      { driver: 'qemu', transport: 'tls', host: '::1', port: 16_000, path: '/system', params: { pkipath: '/p' } },
    ],
    [
      'test+tcp://localhost:5000/default',
      { driver: 'test', transport: 'tcp', host: 'localhost', port: 5000, path: '/default', params: {} },
    ],
  ];
  it.each(accepted)('%s', (text, uri) => expect(parseLibvirtUri(text)).toEqual(uri));

  const refused: [string, LibvirtUriErrorCode][] = [
    ['', 'EMPTY'],
    [' \t', 'EMPTY'],
    ['/system', 'NO_SCHEME'],
    ['kvm-a', 'NO_SCHEME'],
    ['kvm:///system', 'DRIVER_UNKNOWN'],
    ['constructor:///system', 'DRIVER_UNKNOWN'],
    ['esx://h/?no_verify=1', 'DRIVER_UNSUPPORTED'],
    ['qemu+ext://h/system', 'TRANSPORT_UNSUPPORTED'],
    ['qemu+sssh://h/system', 'TRANSPORT_UNKNOWN'],
    ['qemu+://h/system', 'TRANSPORT_UNKNOWN'],
    ['qemu+ssh:///system', 'HOST_MISSING'],
    ['qemu+tls:///system', 'HOST_MISSING'],
    ['qemu+tcp:///system', 'HOST_MISSING'],
    ['qemu+libssh:///system', 'HOST_MISSING'],
    ['qemu+ssh://me@/system', 'HOST_MISSING'],
    ['qemu+ssh://:22/system', 'HOST_MISSING'],
    ['qemu://system', 'HOST_UNEXPECTED'],
    ['qemu+unix://h/system', 'HOST_UNEXPECTED'],
    ['qemu+ssh://@h/system', 'USER_INVALID'],
    ['qemu+tls://me@h/system', 'USER_INVALID'],
    ['qemu+tcp://me@h/system', 'USER_INVALID'],
    ['qemu://me@h/system', 'USER_INVALID'],
    ['qemu+ssh://me:secret@h/system', 'PASSWORD_IN_URI'],
    ['qemu+ssh://-oProxyCommand=x/system', 'HOST_INVALID'],
    ['qemu+ssh://h,x/system', 'HOST_INVALID'],
    ['qemu+ssh://fe80::1/system', 'HOST_INVALID'],
    ['qemu+ssh://[::1/system', 'HOST_INVALID'],
    ['qemu+ssh://[kvm]/system', 'HOST_INVALID'],
    ['qemu+ssh://h:/system', 'PORT_INVALID'],
    ['qemu+ssh://h:0/system', 'PORT_INVALID'],
    ['qemu+ssh://h:65536/system', 'PORT_INVALID'],
    ['qemu+ssh://h:ssh/system', 'PORT_INVALID'],
    ['qemu:', 'PATH_MISSING'],
    ['qemu:///', 'PATH_MISSING'],
    ['qemu+ssh://h', 'PATH_MISSING'],
    ['qemu+tls://h', 'PATH_MISSING'],
    ['qemu:system', 'PATH_RELATIVE'],
    ['qemu:///sytem', 'PATH_UNKNOWN'],
    ['qemu:///sys tem', 'CHARACTER_INVALID'],
    ['test:///a%zz', 'CHARACTER_INVALID'],
    ['test:///a%0ab', 'CHARACTER_INVALID'],
    ['test:///a#b', 'CHARACTER_INVALID'],
    ['test:///a\ud800', 'CHARACTER_INVALID'],
    ['qemu:///system?socket=run/s', 'PARAM_INVALID'],
    ['qemu:///system?mode=fast', 'PARAM_INVALID'],
    ['qemu+ssh://h/system?proxy=', 'PARAM_INVALID'],
  ];
  it.each(refused)('refuses %j as %s', (text, code) => {
    const error = errorOf(text);
    expect(error.code).toBe(code);
    expect(error.message).toMatch(/^\S.*[.…]$/);
  });

  it('never repeats a password', () => {
    for (const text of ['qemu+ssh://me:hunter2@h/system', 'qemu+ssh://me:hunter2/x@h/system']) {
      expect(errorOf(text).message).not.toContain('hunter2');
    }
  });

  it('names the address that was probably meant', () => {
    expect(errorOf('qemu://system').message).toContain('qemu:///system');
    expect(errorOf('qemu+ssh://[::1]').message).toContain('qemu+ssh://[::1]/system');
    expect(errorOf('qemu://kvm-a').message).toContain('qemu+tls://kvm-a/system');
  });

  it('throws nothing but LibvirtUriError, whatever is typed', () => {
    const pieces = fc.constantFrom(
      'qemu',
      '+ssh',
      '+tls',
      '://',
      '/',
      '[',
      ']',
      ':',
      '@',
      '%',
      '?',
      '=',
      '&',
      ';',
      'é',
      '\ud800',
    );
    fc.assert(
      fc.property(fc.array(fc.oneof(pieces, fc.string()), { maxLength: 8 }), (parts) => {
        try {
          const uri = parseLibvirtUri(parts.join(''));
          expect(parseLibvirtUri(formatLibvirtUri(uri))).toEqual(uri);
        } catch (error) {
          expect(error).toBeInstanceOf(LibvirtUriError);
        }
      }),
      { numRuns: 2000 },
    );
  });
});

const plainText = fc
  .string({ unit: 'binary' })
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is left out
  .filter((text) => !/[\u0000-\u001f\u007f]/.test(text) && !/[\ud800-\udfff]/u.test(text));
const params = fc.dictionary(
  plainText.filter((name) => name !== '' && !isRemoteParam(name)),
  plainText,
);
const local = fc.record({
  driver: fc.constant('test'),
  transport: fc.constantFrom('auto' as const, 'unix' as const),
  path: plainText.map((path) => `/x${path}`),
  params,
});
const overSsh = fc.record(
  {
    driver: fc.constantFrom('qemu', 'ch'),
    transport: fc.constant('ssh' as const),
    user: plainText.filter((user) => user !== ''),
    host: fc.oneof(fc.domain(), fc.ipV4(), fc.ipV6(), fc.constant('fe80::1%eth0')),
    port: fc.integer({ min: 1, max: 65535 }),
    path: fc.constantFrom('/system', '/session'),
    params,
  },
  { requiredKeys: ['driver', 'transport', 'host', 'path', 'params'] },
);
const overNetwork = fc.record(
  {
    driver: fc.constantFrom('qemu', 'ch'),
    transport: fc.constantFrom('tls' as const, 'tcp' as const),
    host: fc.oneof(fc.domain(), fc.ipV4(), fc.ipV6()),
    port: fc.integer({ min: 1, max: 65535 }),
    path: fc.constantFrom('/system', '/session'),
    params,
  },
  { requiredKeys: ['driver', 'transport', 'host', 'path', 'params'] },
);
const remote = fc.oneof(overSsh, overNetwork);

describe('formatLibvirtUri', () => {
  it('is undone by parsing', () => {
    fc.assert(
      fc.property(fc.oneof(local, remote), (uri) => {
        const text = formatLibvirtUri(uri as LibvirtUri);
        expect(text).toMatch(/^[\x21-\x7e]+$/);
        expect(parseLibvirtUri(text)).toEqual({ ...uri, params: { ...uri.params } });
      }),
    );
  });

  it.each(['qemu:///system', 'test:////path.xml', 'qemu+ssh://me@[::1]:22/system?socket=/run/a%26b&mode=legacy'])(
    'keeps %s as it is',
    (text) => expect(formatLibvirtUri(parseLibvirtUri(text))).toBe(text),
  );
});

describe('driverUri', () => {
  it.each([
    ['qemu+ssh://me@h:22/system', 'qemu:///system'],
    ['qemu+unix:///session?socket=/a&mode=direct', 'qemu:///session'],
    ['qemu+ssh://h/system?NO_VERIFY=0&keyfile=/k&known_hosts=/n&no_tty=1&proxy=auto', 'qemu:///system'],
    ['qemu+tls://h:16000/system?pkipath=/p&no_sanity=0', 'qemu:///system'],
    ['qemu://h/system', 'qemu:///system'],
    ['test+tcp://h/default', 'test:///default'],
    ['test+ssh://h/default?socket=/s&a%20b=c/d%26', 'test:///default?a%20b=c/d%26'],
    ['test:////path.xml', 'test:////path.xml'],
    ['qemu+ssh://h/system?name=test:///default', 'test:///default'],
  ])('%s is %s to the daemon', (text, name) => expect(driverUri(parseLibvirtUri(text))).toBe(name));

  it('names no place and is itself a local URI', () => {
    fc.assert(
      fc.property(remote, (uri) => {
        const inner = parseLibvirtUri(driverUri(uri as LibvirtUri));
        expect([inner.transport, inner.host, inner.user, inner.port]).toEqual([
          'auto',
          undefined,
          undefined,
          undefined,
        ]);
      }),
    );
  });
});

describe('isPrivateToConnection', () => {
  it.each([
    ['test:///srv/node.xml', true],
    ['test:////srv/node.xml', true],
    ['test+unix:///srv/node.xml?socket=/tmp/s', true],
    ['test+ssh://kvm-a/default.xml', true],
    ['test:///default', false],
    ['test+unix:///default?socket=/tmp/s', false],
    ['qemu:///system', false],
    ['qemu+ssh://kvm-a/session', false],
  ])('%s: %s', (text, expected) => expect(isPrivateToConnection(driverUri(parseLibvirtUri(text)))).toBe(expected));
});

describe('hostLabel', () => {
  it.each([
    ['qemu:///system', 'This computer'],
    ['qemu:///session', 'This computer (session)'],
    ['test:///default', 'This computer (test)'],
    ['qemu:///system?socket=/tmp/s', 'This computer (/tmp/s)'],
    ['qemu+ssh://kvm-a/system', 'kvm-a'],
    ['qemu+ssh://me@kvm-a:22/session', 'me@kvm-a (session)'],
    ['qemu+ssh://[::1]:2222/system', '[::1]:2222'],
    ['qemu://kvm-a/system', 'kvm-a (tls)'],
    ['qemu+tls://kvm-a:16514/system', 'kvm-a (tls)'],
    ['qemu+tls://kvm-a:22/system', 'kvm-a:22 (tls)'],
    ['test+tcp://kvm-a:16509/default', 'kvm-a (test, tcp)'],
  ])('%s is "%s"', (text, label) => expect(hostLabel(parseLibvirtUri(text))).toBe(label));
});

describe('isUnencrypted', () => {
  it.each([
    ['qemu+tcp://kvm-a/system', true],
    [' QEMU+TCP:', true],
    ['qemu+tcp', false],
    ['qemu+tls://kvm-a/system', false],
    ['qemu+ssh://kvm-a/system?name=test+tcp://x/', false],
    ['', false],
  ])('%j: %s', (text, expected) => expect(isUnencrypted(text)).toBe(expected));
});
