import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type Cipher, Keychain } from './keychain.ts';

let folder = '';
let logged: string[];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'keychain-'));
  logged = [];
});
afterEach(() => rmSync(folder, { recursive: true }));

const flip = (bytes: Buffer) => Buffer.from(bytes.map((byte) => byte ^ 0x5a));
const cipher: Cipher = {
  encrypt: (text) => flip(Buffer.from(text)),
  decrypt: (bytes) => flip(bytes).toString(),
};
const locked: Cipher = {
  encrypt: () => {
    throw new Error('locked');
  },
  decrypt: () => {
    throw new Error('locked');
  },
};
const path = () => join(folder, 'secrets.json');
const open = (by = cipher) => Keychain.open(path(), by, (line) => logged.push(line));

it('keeps secrets encrypted, for this user alone', async () => {
  await (await open()).set('me@h:22', 'correct horse');
  expect(readFileSync(path(), 'utf8')).not.toContain('correct horse');
  expect(readFileSync(path(), 'utf8')).not.toContain(Buffer.from('correct horse').toString('base64'));
  expect(statSync(path()).mode & 0o077).toBe(0);
  const again = await open();
  expect(again.get('me@h:22')).toBe('correct horse');
  expect(again.get('constructor')).toBe(undefined);
  await again.set('other', 'x');
  expect(again.count).toBe(2);
  await again.forget('other');
  await again.forgetAll();
  expect(again.count).toBe(0);
  expect((await open()).get('me@h:22')).toBe(undefined);
});

it('knows nothing while the keychain is locked, and keeps nothing then', async () => {
  await (await open()).set('a', 'secret');
  const closed = await open(locked);
  expect(closed.get('a')).toBe(undefined);
  expect(logged.join()).toContain('cannot be decrypted');
  await expect(closed.set('b', 'other')).rejects.toThrow('locked');
  expect((await open()).get('a')).toBe('secret');
});
