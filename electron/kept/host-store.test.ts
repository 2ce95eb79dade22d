import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { unsaid } from '../../shared/host-list/details.ts';
import type { Problem } from '../../shared/schema.ts';
import { HostPool } from '../hosts/host-pool.ts';
import { Hub } from '../hosts/hub.ts';
import { HostStore, type KeptHost } from './host-store.ts';
import { type Disk, mountDisk, withoutDisks } from './testing.ts';

let dir: string;
let lines: string[];
let told: (Problem | null)[];
const log = (line: string) => void lines.push(line);
const host = (name: string, more: Partial<KeptHost> = {}): KeptHost => ({
  ...unsaid,
  id: name,
  name,
  key: `qemu+ssh://${name}/system`,
  ...more,
});
const [a, b] = [host('a'), host('b')];
const path = () => join(dir, 'hosts.json');
const open = () => HostStore.open(path(), log, (_, problem) => told.push(problem));
const written = () => readFileSync(path(), 'utf8');

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'host-store-'));
  lines = [];
  told = [];
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

it('keeps hosts from one run to the next, and a URI once, with the id that it had first', async () => {
  const store = await open();
  await store.keep([a]);
  await store.keep([{ ...a, id: 'again', note: 'rack 4' }]);
  await store.keep([b]);
  expect((await open()).list()).toEqual([{ ...a, note: 'rack 4' }, b]);
  await store.remove(a.key);
  expect((await open()).list()).toEqual([b]);
  expect(JSON.parse(written())).toEqual({ version: 2, hosts: [b] });
  expect(lines).toEqual([]);
});

it('keeps what is said of a host that is found, until it is added', async () => {
  const store = await open();
  const found = host('c', { id: null, protected: true, colour: 'teal' });
  await store.keep([found]);
  expect((await open()).list()).toEqual([found]);
  await store.keep([{ ...found, id: 'c' }]);
  expect((await open()).list()).toEqual([{ ...found, id: 'c' }]);
});

it('arranges hosts: one that is not named keeps its place, one that is not kept is kept', async () => {
  const store = await open();
  const [c, d] = [host('c'), host('d', { id: null })];
  await store.keep([a, b, c]);
  await store.arrange([d, c, a]);
  expect((await open()).list()).toEqual([d, b, c, a]);
});

it('reads a file of version 1, and leaves it so until something is changed', async () => {
  const first = JSON.stringify({ version: 1, hosts: [{ id: 'a', name: 'a', uri: a.key }] });
  writeFileSync(path(), first);
  const store = await open();
  expect(store.list()).toEqual([a]);
  expect([written(), told.at(-1)]).toEqual([first, null]);
  await store.keep([b]);
  expect(JSON.parse(written())).toEqual({ version: 2, hosts: [a, b] });
});

it('leaves a file that a newer Snapkeel has written alone', async () => {
  const newer = JSON.stringify({ version: 3, places: [] });
  writeFileSync(path(), newer);
  const store = await open();
  expect(told.at(-1)?.code).toBe('KEPT_NEWER');
  await expect(store.keep([a])).rejects.toMatchObject({ problem: { code: 'KEPT_NEWER' } });
  expect(written()).toBe(newer);
});

it('takes no more than it could read again', async () => {
  const store = await open();
  const note = '\u0001'.repeat(2_000);
  const many = Array.from({ length: 1_000 }, (_, at) => host(`h${at}`, { note }));
  await expect(store.keep(many)).rejects.toMatchObject({ problem: { code: 'KEPT_NOT_WRITTEN' } });
  expect(store.list()).toEqual([]);
});

it('two that are open lose no host of each other', async () => {
  const [one, two] = [await open(), await open()];
  await Promise.all([one.keep([a]), two.keep([b])]);
  expect((await open()).list()).toEqual(expect.arrayContaining([a, b]));
});

describe.skipIf(withoutDisks('Hosts on a full disk'))('on a full disk', () => {
  let disk: Disk;
  beforeEach(() => {
    disk = mountDisk();
    dir = disk.path;
  });
  afterEach(() => disk.close());

  it('a host is neither added nor removed, and the window says so', async () => {
    const hub = new Hub();
    const pool = new HostPool({
      hub,
      store: await open(),
      log,
      openSimulator: () => {
        throw new Error('there is none');
      },
      openTransport: () => ({ dial: () => new Promise(() => {}), describe: () => 'nowhere', close: () => {} }),
    });
    const id = await pool.add(a.key, undefined, true);
    disk.fill();
    const notWritten = { problem: { code: 'KEPT_NOT_WRITTEN' } };
    await expect(pool.add(b.key, undefined, true)).rejects.toMatchObject(notWritten);
    await expect(pool.edit(id, { ...unsaid, name: 'x'.repeat(9_000) })).rejects.toMatchObject(notWritten);
    await expect(pool.remove(id)).rejects.toMatchObject(notWritten);
    expect(pool.hosts.map(({ uri, name }) => [uri, name])).toEqual([[a.key, 'a']]);
    expect((await open()).list().map(({ key, name }) => [key, name])).toEqual([[a.key, 'a']]);
    disk.free();
    await pool.remove(id);
    expect([pool.hosts, (await open()).list()]).toEqual([[], []]);
    await pool.close();
  });
});
