import { homedir } from 'node:os';
import { describe, expect, it } from 'vitest';
import { supportedAlgorithms } from './algorithms.ts';
import { fillIn } from './config/tokens.ts';
import { parseJump, resolveTarget } from './target.ts';

const home = '/home/of-another';
const targetOf = (values: Record<string, string[]>, env: Record<string, string> = {}, params = {}) =>
  resolveTarget({ host: 'h' }, params, { values: new Map(Object.entries(values)), unknown: [] }, { env, home });

describe('the agent', () => {
  const env = { SSH_AUTH_SOCK: '/agent', OTHER: '/other' };
  it.each([
    [{}, '/agent'],
    [{ identityagent: ['SSH_AUTH_SOCK'] }, '/agent'],
    [{ identityagent: ['$OTHER'] }, '/other'],
    // biome-ignore lint/suspicious/noTemplateCurlyInString: as OpenSSH writes variables
    [{ identityagent: ['${OTHER}'] }, '/other'],
    [{ identityagent: ['~/a b/agent.sock'] }, `${home}/a b/agent.sock`],
    [{ identityagent: ['none'] }, undefined],
    [{ identityagent: ['/with/%q'] }, undefined],
    [{ identityagent: ['$MISSING'] }, undefined],
  ] as const)('of %j is %s', (values, agent) => {
    expect(targetOf(values as unknown as Record<string, string[]>, env).agent).toBe(agent);
  });
});

it('the agent of the environment is taken as it is', () => {
  const path = `${homedir()}/100%h ~`;
  expect(targetOf({}, { SSH_AUTH_SOCK: path }).agent).toBe(path);
});

it('what only OpenSSH can do is named, apart from what is only another way to log in', () => {
  const target = targetOf({
    proxycommand: ['nc %h %p'],
    revokedhostkeys: ['/krl'],
    knownhostscommand: ['/bin/keys %H'],
    bindinterface: ['wg0'],
    gssapiauthentication: ['yes'],
    certificatefile: ['~/x-cert.pub'],
    pkcs11provider: ['none'],
    macs: ['umac-64@openssh.com'],
  });
  expect(target.needsOpenSsh).toEqual([
    'ProxyCommand',
    'RevokedHostKeys',
    'KnownHostsCommand',
    'BindInterface',
    'MACs',
  ]);
  expect(target.openSshHas).toEqual(['GSSAPI (Kerberos)', 'CertificateFile']);
});

it('what ssh has filled in for the account’s home is meant for the home of this process', () => {
  const files = { userknownhostsfile: [`${homedir()}/.ssh/known_hosts /etc/more`] };
  expect(targetOf(files).knownHosts).toEqual({ user: `${home}/.ssh/known_hosts`, readOnly: ['/etc/more'] });
  expect(targetOf({ userknownhostsfile: ['none'] }).knownHosts.user).toBe(null);
});

it('a URI’s own key and known_hosts come before the configuration’s', () => {
  const target = targetOf(
    { identityfile: ['~/.ssh/x'], userknownhostsfile: ['/kh'] },
    {},
    { keyfile: '~/k', known_hosts: '/mine' },
  );
  expect(target).toMatchObject({ keyFiles: [`${home}/k`], keyIsExplicit: true, knownHosts: { user: '/mine' } });
});

it('what can not be found out of known_hosts, or of the key that is meant, is no less than an error', () => {
  const files = [{ userknownhostsfile: ['/a/%q'] }, { globalknownhostsfile: ['/b /c/%q'] }];
  for (const values of files) expect(() => targetOf(values)).toThrow(/has a token that is not known/);
  for (const params of [{ known_hosts: '/100%' }, { keyfile: '/k%q' }])
    expect(() => targetOf({}, {}, params)).toThrow(/has a token that is not known/);
  expect(targetOf({ identityfile: ['/k%q', '/k'] }).keyFiles).toEqual(['/k']);
});

it('says that keys are not remembered where the configuration throws them away', () => {
  expect(targetOf({ userknownhostsfile: ['/dev/null'] }).knownHosts.user).toBe(null);
});

it.each([
  ['gate', { host: 'gate' }],
  ['me@gate:2200', { host: 'gate', user: 'me', port: 2200 }],
  ['a@b@gate', { host: 'gate', user: 'a@b' }],
  ['[::1]:22', { host: '::1', port: 22 }],
  ['ssh://me@gate:1/', { host: 'gate', user: 'me', port: 1 }],
])('the jump %s', (text, query) => expect(parseJump(text)).toEqual(query));

const tokens = {
  ...{ original: 'n', host: 'h', port: 1, user: 'r', hostKeyAlias: null, jump: 'j' },
  ...{ localUser: 'u', userId: 7, home: '/d' },
};
it.each([
  ['~/a', '/d/a'],
  ['~other/a', '~other/a'],
  ['%%%h%n%p%r%u%d%i%k%j', '%hn1ru/d7nj'],
  // biome-ignore lint/suspicious/noTemplateCurlyInString: as OpenSSH writes variables
  ['/x/${V}/y', '/x/v/y'],
  // biome-ignore lint/suspicious/noTemplateCurlyInString: as OpenSSH writes variables
  ['/x/${W}', null],
  ['/x/%Q', null],
  ['/x/%', null],
])('%s is filled in', (path, filled) => expect(fillIn(path, tokens, { V: 'v' })).toBe(filled));

describe('algorithms', () => {
  const of = (values: Record<string, string>, ciphers = ['chacha20']) =>
    supportedAlgorithms((name) => values[name], ciphers);
  it('are ssh2’s own where nothing is said, or only something added', () => {
    expect(of({ ciphers: '+3des-cbc' })).toEqual({ offered: {}, lacking: [] });
  });
  it('are those allowed, old ones last', () => {
    const { offered } = of({ macs: 'hmac-md5,hmac-sha1,umac-64@openssh.com' });
    expect(offered.hmac).toMatchObject({ append: ['hmac-md5'] });
    expect((offered.hmac as { remove: string[] }).remove).not.toContain('hmac-sha1');
    expect((offered.hmac as { remove: string[] }).remove).toContain('hmac-sha2-256');
  });
  it('lack chacha20 where the runtime has none', () => {
    const ciphers = 'chacha20-poly1305@openssh.com';
    expect(of({ ciphers }).lacking).toEqual([]);
    expect(of({ ciphers }, []).lacking).toEqual(['Ciphers']);
  });
});
