import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import ssh2 from 'ssh2';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { listKeys, sign } from './agent.ts';
import { makeKey } from './test-sshd.ts';

const never = new AbortController().signal;
const patient = { timeout: 20_000 };
let dir = '';
let ends: (() => void)[];
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'agent-'));
  ends = [];
});
afterEach(() => {
  for (const end of ends) end();
  rmSync(dir, { recursive: true });
});

async function serve(onSocket: (socket: Socket) => void): Promise<string> {
  const path = join(dir, 'agent');
  const server = createServer((socket) => {
    socket.on('error', () => {});
    onSocket(socket);
  });
  ends.push(() => server.close());
  await new Promise<void>((resolve) => server.listen(path, resolve));
  return path;
}

it.each([
  ['ed25519', undefined],
  ['ecdsa', undefined],
  ['rsa', 'sha256'],
  ['rsa', 'sha512'],
])('has OpenSSH’s agent sign with %s, %s', async (type, hash) => {
  const path = join(dir, 'agent');
  const agent = spawn('ssh-agent', ['-D', '-a', path], { stdio: 'ignore' });
  ends.push(() => agent.kill());
  await vi.waitFor(() => expect(existsSync(path)).toBe(true), patient);
  const key = makeKey(dir, 'key', type);
  execFileSync('ssh-add', ['-q', key], { env: { ...process.env, SSH_AUTH_SOCK: path }, stdio: 'pipe' });
  const [blob = Buffer.alloc(0), ...others] = await listKeys(path, never);
  expect(others).toEqual([]);
  const data = Buffer.from('what is signed');
  const signature = await sign(path, blob, data, hash, never);
  const parsed = ssh2.utils.parseKey(readFileSync(`${key}.pub`));
  if (parsed instanceof Error) throw parsed;
  if (type !== 'ecdsa') expect(parsed.verify(data, signature, hash)).toBe(true);
  await expect(sign(path, Buffer.from('no key'), data, hash, never)).rejects.toThrow('it refused');
});

it.each([
  ['nothing', Buffer.from([0, 0, 0, 0])],
  ['a signature that is cut short', Buffer.from([0, 0, 0, 9, 14, 0, 0, 0, 4, 0, 0, 0, 9])],
  ['a signature without bytes', Buffer.from([0, 0, 0, 13, 14, 0, 0, 0, 8, 0, 0, 0, 0, 0, 0, 0, 0])],
])('an agent that answers %s has not signed', async (_, answer) => {
  const path = await serve((socket) => socket.on('data', () => socket.write(answer)));
  await expect(sign(path, Buffer.from('key'), Buffer.from('data'), undefined, never)).rejects.toThrow(/it /);
});

it('lets go of an agent that never answers', async () => {
  const stop = new AbortController();
  let open = 0;
  const path = await serve((socket) => {
    open += 1;
    socket.resume();
    socket.on('close', () => {
      open -= 1;
    });
    stop.abort();
  });
  await expect(sign(path, Buffer.from('key'), Buffer.from('data'), undefined, stop.signal)).rejects.toThrow();
  await vi.waitFor(() => expect(open).toBe(0), patient);
});

it('tells of one that is not there, or hangs up', async () => {
  await expect(listKeys(join(dir, 'none'), never)).rejects.toThrow('ENOENT');
  const path = await serve((socket) => socket.end());
  await expect(listKeys(path, never)).rejects.toThrow('it closed the connection');
});
