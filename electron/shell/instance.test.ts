import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isOnlyInstance, makePrivateFolder } from './instance.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'snapkeel-instance-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('the folder', () => {
  it('is made, with those above it, for this user alone', () => {
    makePrivateFolder(join(folder, 'data/window'));
    for (const path of ['data', 'data/window']) expect(statSync(join(folder, path)).mode & 0o777).toBe(0o700);
    makePrivateFolder(join(folder, 'data/window'));
  });
  it('that cannot be made is told, and what to do', () => {
    writeFileSync(join(folder, 'file'), '');
    const path = join(folder, 'file/window');
    expect(() => makePrivateFolder(path)).toThrow(/^The folder .*\/file\/window cannot be made: .*--data-dir\.$/);
  });
});

describe('a start', () => {
  const options = { demo: false, connect: ['qemu:///system'], dataDir: '/d', port: 0, links: ['snapkeel://open?'] };
  const pidFile = () => join(folder, 'running.pid');
  const refused = () => isOnlyInstance(folder, () => false, options);

  it('is the only one where the lock is free, and hands over nothing but hosts and links', () => {
    const handed: unknown[] = [];
    const lock = (given: unknown) => handed.push(given) > 0;
    expect(isOnlyInstance(folder, lock, options)).toBe(true);
    expect(handed).toEqual([{ connect: options.connect, links: options.links }]);
    expect(readFileSync(pidFile(), 'utf8')).toBe(`${process.pid}`);
  });
  it('is a second one where the first runs', () => {
    writeFileSync(pidFile(), `${process.pid}`);
    expect(refused()).toBe(false);
  });
  it.each([
    ['nothing has run', () => {}],
    ['what ran is gone', () => writeFileSync(pidFile(), `${spawnSync('true').pid}`)],
    ['what was left makes no sense', () => writeFileSync(pidFile(), '-1')],
    ['it cannot be read', () => mkdirSync(pidFile())],
  ])('says that the lock cannot be taken where %s', (_, leave) => {
    leave();
    expect(refused).toThrow(`The folder ${folder} could not be locked, and nothing else seems to use it.`);
  });
});
