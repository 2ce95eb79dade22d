import { execFileSync } from 'node:child_process';
import { lstatSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { appendRegular, linesOf, readRegular, readSmall, writeAnew } from './regular-file.ts';

const toArray = (rows: AsyncIterable<string>): Promise<string[]> => Readable.from(rows).toArray();
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

it('reads nothing that is larger than wanted', async () => {
  await expect(readRegular(at('text'), 9)).rejects.toMatchObject({ code: 'EFBIG' });
});

it('reads lines, however they lie in what is read at once; of a longer file the last ones', async () => {
  const lines = Array.from({ length: 3_000 }, (_, n) => `${n} ${'ä'.repeat((n * 7) % 90)}`);
  writeFileSync(at('lines'), `${lines.join('\n')}\ntorn`);
  const read = (most: number, longest = 1_000) => toArray(linesOf(at('lines'), most, longest));
  expect(await read(10 ** 9)).toEqual([...lines, 'torn']);
  const tail = await read(10_000);
  expect([...lines, 'torn'].slice(-tail.length)).toEqual(tail);
  expect(tail.join('\n').length).toBeGreaterThan(4_000);
  expect(
    (await read(10 ** 9, 100)).map((line, n) => line === '' || line === lines[n] || line === 'torn'),
  ).not.toContain(false);
});

it('skips a line that is too long, and reads on', async () => {
  writeFileSync(at('long'), `a\n${'x'.repeat(200_000)}\nb\n`);
  expect(await toArray(linesOf(at('long'), 10 ** 9, 1_000))).toEqual(['a', '', 'b']);
  await expect(toArray(linesOf(at('pipe'), 10, 10))).rejects.toMatchObject({ code: 'EFTYPE' });
});

it.each([
  ['pipe', 'EFTYPE'],
  ['/dev/zero', 'EFTYPE'],
  ['/dev/full', 'EFTYPE'],
  ['.', 'EISDIR'],
])('does not wait for what is no file: %s', async (name, code) => {
  await expect(readRegular(name.startsWith('/') ? name : at(name), 10)).rejects.toMatchObject({ code });
});

it('a few lines are read at once, and nothing is waited for', () => {
  expect(readSmall(at('link'))).toBe('0123456789');
  for (const [name, code] of [
    ['pipe', 'EFTYPE'],
    ['.', 'EFTYPE'],
    ['missing', 'ENOENT'],
  ] as const)
    expect(() => readSmall(at(name))).toThrow(code);
  writeFileSync(at('large'), 'x'.repeat(100_000));
  expect(() => readSmall(at('large'))).toThrow('EFBIG');
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
