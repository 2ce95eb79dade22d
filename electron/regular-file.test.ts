import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { readRegular } from './regular-file.ts';

let dir: string;
const at = (name: string) => join(dir, name);
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'regular-'));
  writeFileSync(at('text'), '0123456789');
  symlinkSync(at('text'), at('link'));
  execFileSync('mkfifo', [at('pipe')]);
});
afterAll(() => rmSync(dir, { recursive: true }));

it('reads a file, also by a link', async () => {
  for (const name of ['text', 'link']) expect((await readRegular(at(name), 10)).toString()).toBe('0123456789');
});

it('reads no more than is wanted', async () => {
  await expect(readRegular(at('text'), 9)).rejects.toMatchObject({ code: 'EFBIG' });
  expect((await readRegular(at('text'), 4, 'tail')).toString()).toBe('6789');
});

it.each([
  ['pipe', 'EFTYPE'],
  ['/dev/zero', 'EFTYPE'],
  ['/dev/full', 'EFTYPE'],
  ['.', 'EISDIR'],
])('does not wait for what is no file: %s', async (name, code) => {
  await expect(readRegular(name.startsWith('/') ? name : at(name), 10)).rejects.toMatchObject({ code });
});

it('says what is missing as the system does', async () => {
  await expect(readRegular(at('missing'), 10)).rejects.toMatchObject({ code: 'ENOENT' });
});
