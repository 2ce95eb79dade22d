import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkHostKey, fingerprint, knownKeyTypes, parseKnownHosts } from './known-hosts.ts';
import { readKnownHosts, rememberHostKey } from './known-hosts-files.ts';

/** A made-up key of a type: only its first string has a meaning here. */
function blob(type: string, seed: number): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(type.length);
  return Buffer.concat([length, Buffer.from(type), Buffer.alloc(32, seed)]);
}

const ED = 'ssh-ed25519';
const A = blob(ED, 1);
const B = blob(ED, 2);
const RSA = blob('ssh-rsa', 3);
const line = (hosts: string, key: Buffer) =>
  `${hosts} ${key.toString('latin1', 4, 4 + key.readUInt32BE(0))} ${key.toString('base64')}`;
const check = (text: string, host: string, port: number, key: Buffer) =>
  checkHostKey(parseKnownHosts(text, 'kh'), host, port, key);
const status = (text: string, host: string, port = 22, key = A) => check(text, host, port, key).status;

describe('checkHostKey', () => {
  it.each([
    ['the name', line('kvm-a', A), 'kvm-a', 22, 'known'],
    ['the name in other case', line('KVM-a', A), 'kvm-A', 22, 'known'],
    ['one of a list', line('x,kvm-a,10.0.0.1', A), '10.0.0.1', 22, 'known'],
    ['another name', line('kvm-ab', A), 'kvm-a', 22, 'unknown'],
    ['a dot that is no wildcard', line('kvm.a*', A), 'kvm-a', 22, 'unknown'],
    ['a wildcard', line('*.lab.example', A), 'kvm.lab.example', 22, 'known'],
    ['a question mark', line('kvm-?', A), 'kvm-a', 22, 'known'],
    ['a question mark for nothing', line('kvm-a?', A), 'kvm-a', 22, 'unknown'],
    ['a negated name', line('*.lab,!kvm.lab', A), 'kvm.lab', 22, 'unknown'],
    ['a negated other name', line('!other.lab,*.lab', A), 'kvm.lab', 22, 'known'],
    ['only a negation', line('!other.lab', A), 'kvm.lab', 22, 'unknown'],
    ['a port', line('[kvm-a]:2222', A), 'kvm-a', 2222, 'known'],
    ['another port', line('[kvm-a]:2222', A), 'kvm-a', 2223, 'unknown'],
    ['a port, asked for 22', line('[kvm-a]:2222', A), 'kvm-a', 22, 'unknown'],
    ['the bare name, for a port', line('kvm-a', A), 'kvm-a', 2222, 'known'],
    ['another key of the bare name, for a port', line('kvm-a', B), 'kvm-a', 2222, 'unknown'],
    ['IPv6', line('fe80::1', A), 'fe80::1', 22, 'known'],
    ['IPv6 with a port', line('[::1]:2222', A), '::1', 2222, 'known'],
    ['another key', line('kvm-a', B), 'kvm-a', 22, 'changed'],
    ['only a key of another type', line('kvm-a', RSA), 'kvm-a', 22, 'changed'],
    ['another key and this one', `${line('kvm-a', B)}\n${line('kvm-a', A)}`, 'kvm-a', 22, 'known'],
    ['a revoked key', `@revoked ${line('*', A)}`, 'kvm-a', 22, 'revoked'],
    ['a known and revoked key', `${line('kvm-a', A)}\n@revoked ${line('*', A)}`, 'kvm-a', 22, 'revoked'],
    ['a key revoked for the bare name, for a port', `@revoked ${line('kvm-a', A)}`, 'kvm-a', 2222, 'revoked'],
    ['a key revoked elsewhere', `@revoked ${line('other', A)}`, 'kvm-a', 22, 'unknown'],
    ['another revoked key', `@revoked ${line('*', B)}`, 'kvm-a', 22, 'unknown'],
    ['a certificate authority', `@cert-authority ${line('*', A)}`, 'kvm-a', 22, 'authority'],
    ['an unknown marker', `@trusted ${line('*', A)}`, 'kvm-a', 22, 'unknown'],
    ['a comment', `# ${line('kvm-a', A)}`, 'kvm-a', 22, 'unknown'],
    ['tabs, a trailing comment and CRLF', `\t${line('kvm-a', A).replaceAll(' ', '\t')} me@x\r\n`, 'kvm-a', 22, 'known'],
    [
      'lines that make no sense',
      `x\n|1|\n\0\nkvm-a ssh-rsa AAAA\nkvm-a 2048 65537 123\n${line('kvm-a', A)}`,
      'kvm-a',
      22,
      'known',
    ],
    ["a type that is not the key's", `kvm-a ssh-rsa ${A.toString('base64')}`, 'kvm-a', 22, 'unknown'],
    ['a broken hash', line('|1|AAAA', A), 'kvm-a', 22, 'unknown'],
    ['nothing', '', 'kvm-a', 22, 'unknown'],
  ] as const)('with %s', (_, text, host, port, expected) => expect(status(text, host, port)).toBe(expected));

  it('says where the conflicting key is, one of the same type before another', () => {
    const text = `# comment\n${line('kvm-a', RSA)}\n\n${line('kvm-a', B)}\n`;
    expect(check(text, 'kvm-a', 22, A)).toMatchObject({
      status: 'changed',
      entry: { file: 'kh', line: 4, keyType: ED },
    });
  });
});

it('a pattern of many stars takes no time', { timeout: 30_000 }, () => {
  const entries = parseKnownHosts(line(`${'*a'.repeat(60)}*b`, A), 'kh');
  expect(checkHostKey(entries, 'a'.repeat(250), 22, A)).toEqual({ status: 'unknown' });
});

it.each([
  ['*', 'x', true],
  ['k*m-?', 'kvm-a', true],
  ['k*m-?', 'kvm-', false],
  ['*.lab', 'a.b.lab', true],
  ['*.lab', 'lab', false],
  ['a*a', 'a', false],
  ['**a**', 'bab', true],
])('the pattern %s and %s', (pattern, host, fits) => {
  expect(checkHostKey(parseKnownHosts(line(pattern, A), 'kh'), host, 22, A).status).toBe(fits ? 'known' : 'unknown');
});

it('takes a key for unknown only where no authority signs for the host', () => {
  const text = `@cert-authority *.lab,!b.lab ${line('', B).trim()}`;
  const statusOf = (host: string, more = '') =>
    checkHostKey(parseKnownHosts(`${text}\n${more}`, 'kh'), host, 22, A).status;
  expect(statusOf('a.lab')).toBe('authority');
  expect(statusOf('b.lab')).toBe('unknown');
  expect(statusOf('a.lab', line('a.lab', A))).toBe('known');
  expect(statusOf('a.lab', line('a.lab', RSA))).toBe('changed');
});

it('prefers the types of key that are known for the host and port', () => {
  const entries = parseKnownHosts(
    [line('[h]:2222', RSA), line('h', A), `@revoked ${line('i', A)}`, `@cert-authority ${line('*', B)}`].join('\n'),
    'kh',
  );
  expect(knownKeyTypes(entries, 'h', 2222)).toEqual(['ssh-rsa']);
  expect(knownKeyTypes(entries, 'h', 2223)).toEqual([ED]);
  expect(knownKeyTypes(entries, 'i', 22)).toEqual([]);
});

const keygen = (() => {
  try {
    execFileSync('ssh-keygen', ['-?'], { stdio: 'pipe' });
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ENOENT';
  }
})();
if (!keygen) console.info('known-hosts.test.ts: ssh-keygen is not installed; its comparisons are skipped.');

describe('files', () => {
  let dir = '';
  beforeAll(() => {
    dir = mkdtempSync(join(tmpdir(), 'known-hosts-'));
  });
  afterAll(() => rmSync(dir, { recursive: true }));

  it('remembers a key in a new private file, and after a line without an end', async () => {
    const file = join(dir, 'fresh', 'known_hosts');
    await rememberHostKey(file, { host: 'KVM-a', port: 22 }, A);
    expect(readFileSync(file, 'utf8')).toBe(`${line('kvm-a', A)}\n`);
    expect([statSync(file).mode & 0o777, statSync(join(dir, 'fresh')).mode & 0o777]).toEqual([0o600, 0o700]);
    writeFileSync(file, line('other', B));
    await rememberHostKey(file, { host: '::1', port: 2222 }, A);
    expect(readFileSync(file, 'utf8')).toBe(`${line('other', B)}\n${line('[::1]:2222', A)}\n`);
  });

  it('reads what is for one host out of many lines, and says where it is', async () => {
    const file = join(dir, 'many');
    const others = Array.from({ length: 2_500 }, (_, index) => line(`|1|${btoa(`salt${index}`)}|aaaa`, B));
    writeFileSync(file, [...others, line('kvm-a', A), line('[kvm-a]:23', B), line('kvm-b', B)].join('\r\n'));
    const entries = await readKnownHosts({ user: null, readOnly: [file] }, { host: 'kvm-a', port: 22 });
    expect(entries).toMatchObject([{ file, line: 2_501, hosts: 'kvm-a' }]);
  });

  it("takes a missing file for an empty one, and refuses one that can't be read", async () => {
    const missing = join(dir, 'missing');
    expect(await readKnownHosts({ user: missing, readOnly: [missing] }, { host: 'h', port: 22 })).toEqual([]);
    await expect(readKnownHosts({ user: missing, readOnly: [dir] }, { host: 'h', port: 22 })).rejects.toMatchObject({
      code: 'KNOWN_HOSTS_FAILED',
      detail: { file: dir, reason: 'EISDIR' },
    });
  });

  it.skipIf(!keygen)('agrees with ssh-keygen about hashed names and fingerprints', () => {
    const keyFile = join(dir, 'key');
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', keyFile]);
    const [type, encoded = ''] = readFileSync(`${keyFile}.pub`, 'utf8').split(' ');
    const key = Buffer.from(encoded, 'base64');
    const file = join(dir, 'hashed');
    writeFileSync(file, `kvm-a,kvm-b ${type} ${encoded}\n[kvm-c]:2222 ${type} ${encoded}\n`);
    execFileSync('ssh-keygen', ['-q', '-H', '-f', file], { stdio: 'pipe' });
    const text = readFileSync(file, 'utf8');
    expect(text).not.toContain('kvm');
    const found = (host: string, port: number) => status(text, host, port, key);
    expect([
      found('kvm-a', 22),
      found('KVM-b', 22),
      found('kvm-c', 2222),
      found('kvm-c', 22),
      found('kvm-d', 22),
    ]).toEqual(['known', 'known', 'known', 'unknown', 'unknown']);
    expect(status(text, 'kvm-a', 22, A)).toBe('changed');
    expect(execFileSync('ssh-keygen', ['-l', '-f', keyFile], { encoding: 'utf8' })).toContain(` ${fingerprint(key)} `);
  });

  it.skipIf(!keygen).each([
    ['written', false],
    ['hashed by us', true],
  ])('writes lines that ssh-keygen finds: %s', async (name, hashed) => {
    const file = join(dir, name);
    const keyFile = join(dir, 'key');
    const key = Buffer.from(readFileSync(`${keyFile}.pub`, 'utf8').split(' ')[1] ?? '', 'base64');
    await rememberHostKey(file, { host: 'kvm-a', port: 2222 }, key, hashed);
    expect(readFileSync(file, 'utf8').includes('kvm-a')).toBe(!hashed);
    expect(execFileSync('ssh-keygen', ['-F', '[kvm-a]:2222', '-f', file], { encoding: 'utf8' })).toContain('line 1');
    expect(status(readFileSync(file, 'utf8'), 'kvm-a', 2222, key)).toBe('known');
  });
});
