import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { gatherKeys } from './keys.ts';
import { fingerprint } from './known-hosts.ts';
import { resolveTarget } from './target.ts';
import { makeKey } from './test-sshd.ts';

let dir = '';
let servers: Server[];
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'keys-'));
  servers = [];
});
afterEach(() => {
  for (const server of servers) server.close();
  rmSync(dir, { recursive: true });
});

const string = (bytes: Buffer | string) => {
  const data = Buffer.from(bytes);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(data.length);
  return Buffer.concat([length, data]);
};
const blobOf = (path: string) => Buffer.from(readFileSync(`${path}.pub`, 'utf8').split(' ')[1] ?? '', 'base64');
const securityKey = Buffer.concat([string('sk-ssh-ed25519@openssh.com'), string(Buffer.alloc(32)), string('ssh:')]);

/** An agent that says what the test wants, in pieces. */
async function agent(answer: Buffer): Promise<string> {
  const path = join(dir, `agent-${servers.length}`);
  const server = createServer((socket) => {
    socket.on('error', () => {});
    socket.once('data', () => {
      socket.write(answer.subarray(0, 7));
      setImmediate(() => socket.write(answer.subarray(7)));
    });
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(path, resolve));
  return path;
}
const holding = (...blobs: Buffer[]) => {
  const count = Buffer.alloc(4);
  count.writeUInt32BE(blobs.length);
  return string(
    Buffer.concat([Buffer.from([12]), count, ...blobs.flatMap((blob) => [string(blob), string('comment')])]),
  );
};
const gather = (identityagent: string, identityfile: string[], values: Record<string, string[]> = {}, params = {}) =>
  gatherKeys(
    resolveTarget(
      { host: 'h' },
      params,
      { values: new Map(Object.entries({ identityagent: [identityagent], identityfile, ...values })), unknown: [] },
      { env: {}, home: dir },
    ),
    new AbortController().signal,
  );
const labels = (keys: Awaited<ReturnType<typeof gather>>) => keys.offered.map(({ label }) => label);

it('offers the agent’s keys first, and a file whose key it holds only once', async () => {
  const [held, other] = [makeKey(dir, 'held', 'ed25519'), makeKey(dir, 'other', 'ecdsa')];
  const keys = await gather(await agent(holding(blobOf(held))), [other, held, join(dir, 'missing')]);
  expect(labels(keys)).toEqual([`ssh-agent (${fingerprint(blobOf(held))})`, other]);
  expect(keys.skipped).toEqual([]);
});

it('keeps the agent’s other keys back where only the configured ones may be offered', async () => {
  const [held, hidden] = [makeKey(dir, 'held', 'ed25519'), makeKey(dir, 'hidden', 'ed25519')];
  const path = await agent(holding(blobOf(hidden), blobOf(held)));
  const only = { identitiesonly: ['yes'] };
  const ofHeld = [`ssh-agent (${fingerprint(blobOf(held))})`];
  expect(labels(await gather(path, [held], only))).toEqual(ofHeld);
  // A public half alone names a key that the agent holds.
  rmSync(held);
  expect(labels(await gather(path, [held], only))).toEqual(ofHeld);
  expect(labels(await gather(path, [`${held}.pub`], only))).toEqual(ofHeld);
  expect(labels(await gather(path, [], only))).toEqual([]);
});

it('a named key that the agent holds is signed for by it, and no other is offered', async () => {
  const [named, other] = [makeKey(dir, 'named', 'ed25519', 'secret'), makeKey(dir, 'other', 'ed25519')];
  const path = await agent(holding(blobOf(other), blobOf(named)));
  const keys = await gather(path, [], {}, { keyfile: named });
  expect(labels(keys)).toEqual([`ssh-agent (${fingerprint(blobOf(named))})`]);
});

it('names keys that only OpenSSH can use', async () => {
  writeFileSync(join(dir, 'id_sk.pub'), `sk-ssh-ed25519@openssh.com ${securityKey.toString('base64')} me\n`);
  writeFileSync(join(dir, 'id_sk'), 'the handle of a security key');
  const keys = await gather(await agent(holding(securityKey)), [join(dir, 'id_sk')]);
  expect(keys.offered).toEqual([]);
  expect(keys.onlyOpenSsh).toEqual([`security key ssh-agent (${fingerprint(securityKey)})`]);
});

it.each([
  ['nothing that can be read', string(Buffer.from([5]))],
  ['more than any agent', Buffer.from([0x7f, 0xff, 0xff, 0xff, 12, 0, 0, 0])],
  ['keys that are cut short', string(Buffer.from([12, 0, 0, 0, 9, 0, 0, 1, 0, 1]))],
])('an agent that says %s is left out, and told', async (_, answer) => {
  const file = makeKey(dir, 'file', 'ed25519');
  const keys = await gather(await agent(answer), [file]);
  expect(labels(keys)).toEqual([file]);
  expect(keys.skipped).toEqual(['ssh-agent: it gave an answer that cannot be read']);
});

it('keys that ssh2 would throw at, or leave out, are told and not offered', async () => {
  const good = makeKey(dir, 'good', 'ed25519');
  const empty = (type: string) => Buffer.concat([string(type), string(''), string('')]);
  const broken = [
    empty('ssh-rsa'),
    empty('ecdsa-sha2-nistp256'),
    empty('ssh-ed25519'),
    string('unheard-of'),
    string(''),
  ];
  const keys = await gather(await agent(holding(...broken, blobOf(good))), []);
  expect(labels(keys)).toEqual([`ssh-agent (${fingerprint(blobOf(good))})`]);
  expect(keys.skipped).toEqual(['ssh-agent: 5 of its keys cannot be read']);

  writeFileSync(`${good}.pub`, `ssh-rsa ${empty('ssh-rsa').toString('base64')} me\n`);
  expect((await gather('none', [good])).offered).toMatchObject([{ label: good, type: 'ssh-ed25519' }]);
});

it('an agent with a hundred thousand keys is none', async () => {
  const keys = await gather(await agent(holding(...Array<Buffer>(100_000).fill(securityKey.subarray(0, 30)))), []);
  expect(keys.offered).toEqual([]);
  expect(keys.skipped).toEqual(['ssh-agent: it gave an answer that cannot be read']);
});

it('says what is wrong with files', async () => {
  const damaged = join(dir, 'damaged');
  writeFileSync(damaged, '-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END OPENSSH PRIVATE KEY-----\n');
  const keys = await gather('none', [damaged, join(dir, 'missing'), dir]);
  expect(keys.offered).toEqual([]);
  expect(keys.skipped).toEqual([`${damaged}: not a private key that can be read`, `${dir}: EISDIR`]);
});
