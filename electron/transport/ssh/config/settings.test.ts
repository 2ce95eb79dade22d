import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { resolveTarget } from '../target.ts';
import { askOpenSsh } from './ask-openssh.ts';
import { hostBlocks, readConfigFiles } from './files.ts';
import { readSettings } from './read-settings.ts';
import type { SshQuery } from './settings.ts';
import { readWithoutOpenSsh } from './without-openssh.ts';

const never = new AbortController().signal;
const hasSsh = (() => {
  try {
    execFileSync('ssh', ['-V'], { stdio: 'pipe' });
    return true;
  } catch {
    return false;
  }
})();
if (!hasSsh) console.info('settings.test.ts: there is no ssh here; what needs it is left out.');

let home = '';
beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), 'ssh-config-'));
  mkdirSync(join(home, '.ssh', 'config.d'), { recursive: true });
});
afterAll(() => rmSync(home, { recursive: true }));

const context = () => ({ env: { PATH: process.env.PATH }, home });
const configure = (text: string) => writeFileSync(join(home, '.ssh', 'config'), text);
const included = (name: string, text: string) => writeFileSync(join(home, '.ssh', 'config.d', name), text);

/** What Snapkeel goes by. */
const KEYWORDS = [
  ...['hostname', 'user', 'port', 'identityfile', 'identitiesonly', 'certificatefile', 'proxyjump', 'proxycommand'],
  ...['hostkeyalias', 'stricthostkeychecking', 'serveraliveinterval', 'connecttimeout', 'preferredauthentications'],
];
const QUERIES: readonly SshQuery[] = [
  { host: 'kvm-a' },
  { host: 'kvm-a', user: 'bob', port: 2200 },
  { host: 'deep.lab' },
  { host: 'elsewhere' },
];

describe.skipIf(!hasSsh)('the files alone say the same as OpenSSH of', () => {
  it.each([
    ['nothing', ''],
    ['a host', 'Host kvm-a\n  HostName 192.0.2.1\n  Port 2222\n  User admin\n'],
    ['the first value that counts', 'User first\nHost kvm-a\n  User second\nHost *\n  User third\n  Port 99\n'],
    ['patterns and negation', 'Host *.lab !deep.lab\n  Port 1\nHost deep.*\n  Port 2\nHost ?vm-a\n  Port 3\n'],
    ['other ways to write', 'HOST=kvm-a\n\tport=2222\n  USER "an admin"\n# a comment\n\n  IdentityFile = "/a b/c"\n'],
    ['several keys', 'Host kvm-a\n  IdentityFile ~/.ssh/one\nIdentityFile ~/.ssh/two\nIdentitiesOnly yes\n'],
    ['a machine on the way', 'Host *\n  ProxyJump gate.example,user@second:2200\n  HostKeyAlias lab\n'],
    ['a command on the way', 'Host kvm-a\n  ProxyCommand nc -X 5 %h %p\n'],
    ['a name made of the name', 'Host kvm-*\n  HostName %h.lab.example\n'],
    ['Match by host and user', 'Match host kvm-a user bob\n  Port 1\nMatch originalhost elsewhere\n  Port 2\n'],
    ['what is included', 'Include HOME/.ssh/config.d/*\nHost *\n  User last\n'],
    ['checks', 'Host *\n  StrictHostKeyChecking yes\n  ServerAliveInterval 7\n  ConnectTimeout 9\n'],
  ])('%s', async (_, text) => {
    included('10-a', 'Host kvm-a\n  User included\n');
    included('20-b', 'Host *.lab\n  Port 2020\n  CertificateFile ~/.ssh/x-cert.pub\n');
    configure(text.replace('HOME', home));
    for (const query of QUERIES) {
      const asked = await askOpenSsh(query, context(), never);
      const read = await readWithoutOpenSsh(query, context(), join(home, 'no-system-file'));
      const set = (values: ReadonlyMap<string, readonly string[]> | undefined) =>
        KEYWORDS.map((keyword) => [keyword, read.values.has(keyword) ? (values?.get(keyword) ?? null) : null]);
      const both = [asked?.values, read.values].map((values) => JSON.stringify(set(values)));
      // OpenSSH has more keys by default; ssh2 reads none of those.
      const [openSsh = '', files = ''] = both.map((json) =>
        json.replace(/\["identityfile",\["~\/\.ssh\/id_rsa".*?\]\],?/, ''),
      );
      expect(files.replace(/"yes"/g, '"true"')).toBe(openSsh.replace(/"yes"/g, '"true"'));
    }
  });
});

it('says what cannot be known without OpenSSH, and runs nothing', async () => {
  const proof = join(home, 'proof');
  included('10-a', 'Port 3\n');
  configure(
    `CanonicalizeHostname yes\nMatch exec "touch ${proof}"\n  Port 1\nMatch tagged x\n  Port 2\nHost x\n  Include config.d/10-a\n`,
  );
  const { values, unknown } = await readWithoutOpenSsh({ host: 'kvm-a' }, context(), join(home, 'none'));
  expect(values.get('port')).toEqual(['22']);
  expect(unknown).toEqual([
    'there is no ssh on this computer to read its configuration with',
    `${join(home, '.ssh', 'config')} includes files inside a Host or Match block`,
    '“Match exec” is taken for not met',
    '“Match tagged” is taken for not met',
    'CanonicalizeHostname is left out',
  ]);
  await expect(readConfigFiles(proof, home)).resolves.toEqual({ text: '', unknown: [] });
});

it('tells files that can not be read, and ends where they include each other', async () => {
  mkdirSync(join(home, 'folder'), { recursive: true });
  configure('Include config.d/again\nHost a\n');
  included('again', `Include ${join(home, '.ssh', 'config')}\n`);
  const { unknown } = await readConfigFiles(join(home, '.ssh', 'config'), home);
  expect(unknown.join()).toContain('too many files');
  expect((await readConfigFiles(join(home, 'folder'), home)).unknown.join()).toContain('could not be read');
});

it('names the hosts that have a block, without patterns', async () => {
  included('10-a', 'Host inner "with space" other\n');
  configure('Include config.d/10-a\nHost kvm-a kvm-b *.lab !no\nMatch host x\nHost kvm-a\nhost=last\n');
  const { text } = await readConfigFiles(join(home, '.ssh', 'config'), home);
  expect([...hostBlocks(text).keys()]).toEqual(['inner', 'with space', 'other', 'kvm-a', 'kvm-b', 'last']);
});

it('where there is no ssh the files are read', async () => {
  configure('Host kvm-a\n  Port 2222\n');
  const { values, unknown } = await readSettings({ host: 'kvm-a' }, { env: { PATH: '/nowhere' }, home }, never);
  expect(values.get('port')).toEqual(['2222']);
  expect(unknown).toHaveLength(1);
});

describe.skipIf(!hasSsh)('askOpenSsh', () => {
  it('runs what a Match asks for, and is bounded in time', async () => {
    configure('Match exec "test %n = kvm-a"\n  Port 2222\n');
    expect((await askOpenSsh({ host: 'kvm-a' }, context(), never))?.values.get('port')).toEqual(['2222']);
    configure('Match exec "sleep 600"\n  Port 2222\n');
    await expect(askOpenSsh({ host: 'kvm-a' }, context(), never, 50)).rejects.toMatchObject({
      code: 'SSH_CONFIG_TIMED_OUT',
    });
    const stop = new AbortController();
    const asked = askOpenSsh({ host: 'kvm-a' }, context(), stop.signal);
    stop.abort();
    await expect(asked).rejects.toMatchObject({ code: 'CANCELLED' });
  });

  it('tells what OpenSSH says of a configuration that it refuses', async () => {
    configure('Host kvm-a\n  NoSuchOption yes\n');
    await expect(askOpenSsh({ host: 'kvm-a' }, context(), never)).rejects.toMatchObject({
      code: 'SSH_CONFIG_FAILED',
      detail: { reason: expect.stringContaining('nosuchoption') },
    });
  });

  it.each(['-oProxyCommand=touch proof', 'a b', 'a;b'])('takes %j for no option and no command', async (host) => {
    configure('');
    await expect(askOpenSsh({ host }, context(), never)).rejects.toMatchObject({ code: 'SSH_CONFIG_FAILED' });
  });

  it('reads the account’s own files where HOME is the account’s', async () => {
    const account = { env: { PATH: process.env.PATH }, home: userInfo().homedir };
    expect((await askOpenSsh({ host: 'kvm-a', port: 7 }, account, never))?.values.get('port')).toEqual(['7']);
  });

  it('gives paths, tokens and lists as they are meant', async () => {
    configure(
      [
        'Host kvm-a',
        '  HostName real.%h',
        '  IdentityFile ~/.ssh/%r@%n:%p',
        '  IdentityFile "/a b/key"',
        '  IdentityFile ~/.ssh/%z',
        '  IdentityAgent "~/Group Containers/agent.sock"',
        '  UserKnownHostsFile ~/.ssh/one "/a b/two"',
        '  GlobalKnownHostsFile none',
        '  Ciphers aes256-gcm@openssh.com,3des-cbc',
        '  KexAlgorithms sntrup761x25519-sha512@openssh.com',
        '  PasswordAuthentication no',
        '  PreferredAuthentications password,publickey',
        '  ConnectTimeout 3',
        '  ServerAliveInterval 2',
        '  ServerAliveCountMax 5',
      ].join('\n'),
    );
    chmodSync(join(home, '.ssh', 'config'), 0o600);
    const query = { host: 'kvm-a', user: 'me' };
    const target = resolveTarget(query, {}, await readSettings(query, context(), never), context());
    expect(target).toMatchObject({
      host: 'real.kvm-a',
      user: 'me',
      keyFiles: [join(home, '.ssh', 'me@kvm-a:22'), '/a b/key'],
      unknown: ['“~/.ssh/%z” has a token that is not known'],
      agent: join(home, 'Group Containers/agent.sock'),
      knownHosts: { user: join(home, '.ssh', 'one'), readOnly: ['/a b/two'] },
      methods: ['publickey'],
      connectTimeoutMs: 3_000,
      keepalive: { intervalMs: 2_000, misses: 5 },
      needsOpenSsh: ['KexAlgorithms'],
    });
    expect(target.algorithms.cipher).toMatchObject({ append: ['3des-cbc'] });
  });
});

it('a configuration that makes no sense is told as that, also where there is no ssh', async () => {
  for (const text of ['Host "a\n', 'Match host\n']) {
    configure(text);
    const reading = readWithoutOpenSsh({ host: 'h' }, context(), '/nonexistent');
    await expect(reading).rejects.toMatchObject({ code: 'SSH_CONFIG_FAILED' });
  }
  configure('HostName %%h.%h\n');
  expect((await readWithoutOpenSsh({ host: 'x' }, context(), '/nonexistent')).values.get('hostname')).toEqual(['%h.x']);
});
