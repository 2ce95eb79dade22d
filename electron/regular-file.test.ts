import { execFileSync } from 'node:child_process';
import { lstatSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { appendRegular, readRegular, writeAnew } from './regular-file.ts';

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

describe('what is written', () => {
  it('replaces a link, and a link where the new text is made, and leaves what they lead to', () => {
    for (const name of ['kept', 'kept.new']) symlinkSync(at('text'), at(name));
    writeAnew(at('kept'), 'new');
    expect([readFileSync(at('kept'), 'utf8'), readFileSync(at('text'), 'utf8')]).toEqual(['new', '0123456789']);
    expect(lstatSync(at('kept')).mode & 0o777).toBe(0o600);
  });

  it('is added to a file alone', () => {
    appendRegular(at('log'), 'a');
    appendRegular(at('log'), 'b');
    expect(readFileSync(at('log'), 'utf8')).toBe('ab');
    expect(() => appendRegular(at('link'), 'c')).toThrow('ELOOP');
    expect(() => appendRegular(at('pipe'), 'c')).toThrow(/ENXIO|EFTYPE/);
    expect(readFileSync(at('text'), 'utf8')).toBe('0123456789');
  });
});
