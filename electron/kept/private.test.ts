import { chmodSync, mkdirSync, mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { keepPrivate } from './private.ts';

let dir: string;
const at = (...names: string[]) => join(dir, ...names);
const mode = (...names: string[]) => statSync(at(...names)).mode & 0o777;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'private-'));
  mkdirSync(at('data', 'thumbnails'), { recursive: true });
  writeFileSync(at('victim'), '');
  for (const name of ['marks.json', 'thumbnails/a.png']) writeFileSync(at('data', name), '{}');
  symlinkSync(at('victim'), at('data', 'link.json'));
  for (const name of ['victim', 'data/marks.json', 'data/thumbnails/a.png']) chmodSync(at(name), 0o664);
  for (const name of ['data', 'data/thumbnails']) chmodSync(at(name), 0o775);
});
afterEach(() => rmSync(dir, { recursive: true }));

it('takes from others what they may do, and leaves alone what lies elsewhere', async () => {
  expect(await keepPrivate(at('data'), () => {})).toBeNull();
  expect([mode('data'), mode('data', 'marks.json')]).toEqual([0o700, 0o600]);
  expect([mode('data', 'thumbnails'), mode('data', 'thumbnails', 'a.png')]).toEqual([0o700, 0o600]);
  expect(mode('victim')).toBe(0o664);
});

it('says nothing of a folder that is not there', async () => {
  expect(await keepPrivate(at('missing'), () => {})).toBeNull();
});

it('tells where it cannot', async () => {
  const lines: string[] = [];
  expect(await keepPrivate('/proc/self', (line) => lines.push(line))).toMatchObject({ code: 'KEPT_NOT_PRIVATE' });
  expect(lines.length).toBeGreaterThan(0);
});
