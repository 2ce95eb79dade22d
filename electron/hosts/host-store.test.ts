import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { HostStore } from './host-store.ts';

let dir: string;
let file: string;
let lines: string[];
const log = (line: string) => lines.push(line);
const hosts = [{ id: '1', name: 'kvm-a', uri: 'qemu+ssh://kvm-a/system' }];

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'host-store-'));
  file = join(dir, 'deep', 'hosts.json');
  lines = [];
});
afterEach(() => rmSync(dir, { recursive: true }));

it('keeps hosts from one run to the next, for this user alone', async () => {
  await new HostStore(file).save(hosts);
  expect(await new HostStore(file).load(log)).toEqual(hosts);
  expect(lines).toEqual([]);
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(statSync(join(dir, 'deep')).mode & 0o777).toBe(0o700);
  expect(readdirSync(join(dir, 'deep'))).toEqual(['hosts.json']);
});

it('an absent file is an empty list', async () => {
  expect(await new HostStore(file).load(log)).toEqual([]);
  expect(lines).toEqual([]);
});

it.each([
  '',
  '{',
  '[]',
  'null',
  '{"version":2,"hosts":[]}',
  '{"version":1,"hosts":[{"id":1}]}',
  '{"version":1,"hosts":[{"id":"1","name":"a"}]}',
])('%j is kept aside, and said to be', async (text) => {
  mkdirSync(join(dir, 'deep'));
  writeFileSync(file, text);
  const store = new HostStore(file);
  expect(await store.load(log)).toEqual([]);
  expect(lines).toEqual([expect.stringContaining(`${file}.unreadable`)]);
  await store.save(hosts);
  expect(readFileSync(`${file}.unreadable`, 'utf8')).toBe(text);
  expect(await new HostStore(file).load(log)).toEqual(hosts);
});

it('what cannot even be read is kept aside too, rather than overwritten', async () => {
  mkdirSync(file, { recursive: true });
  writeFileSync(join(file, 'precious'), '');
  const store = new HostStore(file);
  expect(await store.load(log)).toEqual([]);
  expect(lines).toHaveLength(1);
  await store.save(hosts);
  expect(readdirSync(`${file}.unreadable`)).toEqual(['precious']);
});

it('the file is whole at every moment, and the last save counts', async () => {
  const store = new HostStore(file);
  const many = (n: number) => Array.from({ length: n }, (_, id) => ({ id: `${id}`, name: 'x'.repeat(500), uri: 'u' }));
  await store.save(many(1));
  const saves = Array.from({ length: 20 }, (_, n) => store.save(many(n)));
  let done = false;
  const all = Promise.all(saves).then(() => {
    done = true;
  });
  while (!done) {
    expect(JSON.parse(readFileSync(file, 'utf8')).version).toBe(1);
    await new Promise((resolve) => setImmediate(resolve));
  }
  await all;
  expect(await store.load(log)).toHaveLength(19);
});

it('a failed save is told, and the next one is tried', async () => {
  writeFileSync(join(dir, 'deep'), 'in the way');
  const store = new HostStore(file);
  await expect(store.save(hosts)).rejects.toThrow();
  rmSync(join(dir, 'deep'));
  await store.save(hosts);
  expect(await store.load(log)).toEqual(hosts);
});
