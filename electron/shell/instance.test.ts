import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readCommandLine } from '../command-line.ts';
import { type Disk, mountDisk, withoutDisks } from '../kept/testing.ts';
import { isOnlyInstance, placeForFiles } from './instance.ts';
import { pageOf } from './other-instance.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'snapkeel-instance-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));
const mode = (path: string) => statSync(path).mode & 0o777;

describe('Electron’s own files', () => {
  it('are in the data directory, for this user alone', () => {
    const dataDir = join(dir, 'deep', 'data');
    expect(placeForFiles(dataDir)).toBe(dataDir);
    expect(mode(join(dataDir, 'window'))).toBe(0o700);
  });

  it('have no place in a file', () => {
    writeFileSync(join(dir, 'file'), '');
    expect(() => placeForFiles(join(dir, 'file'))).toThrow(
      `The folder ${join(dir, 'file', 'window')} cannot be created: a file is where its folder should be. Choose another with --data-dir.`,
    );
  });

  describe.skipIf(withoutDisks('Electron’s files beside full and read-only disks'))('on a disk', () => {
    let disk: Disk;
    beforeEach(() => {
      disk = mountDisk();
    });
    afterEach(() => disk.close());

    it.each<[string, () => void]>([
      ['read-only', () => disk.readOnly(true)],
      ['full', () => disk.fill()],
    ])('that is %s are elsewhere for this run', (_, make) => {
      make();
      const place = placeForFiles(disk.path);
      expect(place).not.toContain(disk.path);
      expect(mode(place)).toBe(0o700);
      writeFileSync(join(place, 'window', 'file'), 'can be written');
      rmSync(place, { recursive: true });
    });
  });
});

describe('a start', () => {
  const options = readCommandLine(['--connect', 'qemu:///system', 'snapkeel://open'], {});
  const pid = () => join(dir, 'running.pid');

  it('is the only one when it has the lock, and says so', () => {
    expect(isOnlyInstance(dir, () => true, options)).toBe(true);
    expect(readFileSync(pid(), 'utf8')).toBe(`${process.pid}`);
  });

  it('hands over to the one that has it', () => {
    writeFileSync(pid(), `${process.pid}`);
    const handed: unknown[] = [];
    const lock = (what: unknown) => {
      handed.push(what);
      return false;
    };
    expect(isOnlyInstance(dir, lock, options)).toBe(false);
    expect(handed).toEqual([{ connect: ['qemu:///system'], links: ['snapkeel://open'] }]);
  });

  it.each(['', '4194305'])('without the lock, and with nobody who could have it (%j), is told', (text) => {
    writeFileSync(pid(), text);
    expect(() => isOnlyInstance(dir, () => false, options)).toThrow('could not be locked');
  });
});

it('the page of another one is found where it answers', async () => {
  const server = createServer((request, response) => response.writeHead(request.url === '/' ? 200 : 404).end());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  expect(await pageOf({ url: `${url}#token=t` })).toBe(`${url}#token=t`);
  expect(await pageOf({ url: `${url}else` })).toBeNull();
  await new Promise((resolve) => server.close(resolve));
  expect(await pageOf({ url })).toBeNull();
  expect(await pageOf({ url: null })).toBeNull();
});
