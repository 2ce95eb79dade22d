import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { HostPool } from '../hosts/host-pool.ts';
import { Hub } from '../hosts/hub.ts';
import { HostStore } from './host-store.ts';
import { type Disk, mountDisk, withoutDisks } from './testing.ts';

let dir: string;
let lines: string[];
const log = (line: string) => void lines.push(line);
const [a, b] = ['a', 'b'].map((name) => ({ id: name, name, uri: `qemu+ssh://${name}/system` })) as [Host, Host];
type Host = ReturnType<HostStore['list']>[number];
const open = () => HostStore.open(join(dir, 'hosts.json'), log);

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'host-store-'));
  lines = [];
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

it('keeps hosts from one run to the next, and a URI once', async () => {
  const store = await open();
  await store.add(a);
  await store.add({ ...a, id: 'again' });
  await store.add(b);
  await store.remove(a.id);
  expect((await open()).list()).toEqual([b]);
  expect(JSON.parse(readFileSync(join(dir, 'hosts.json'), 'utf8'))).toEqual({ version: 1, hosts: [b] });
  expect(lines).toEqual([]);
});

it('two that are open lose no host of each other', async () => {
  const [one, two] = [await open(), await open()];
  await Promise.all([one.add(a), two.add(b)]);
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
    const id = await pool.add(a.uri, undefined, true);
    disk.fill();
    await expect(pool.add(b.uri, undefined, true)).rejects.toMatchObject({ problem: { code: 'KEPT_NOT_WRITTEN' } });
    await expect(pool.remove(id)).rejects.toMatchObject({ problem: { code: 'KEPT_NOT_WRITTEN' } });
    expect(pool.hosts.map(({ uri }) => uri)).toEqual([a.uri]);
    expect((await open()).list().map(({ uri }) => uri)).toEqual([a.uri]);
    disk.free();
    await pool.remove(id);
    expect([pool.hosts, (await open()).list()]).toEqual([[], []]);
    await pool.close();
  });
});
