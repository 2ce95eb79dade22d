import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { FolderInUse, type Holder, lockFolder } from './lock.ts';
import { processStart } from './process-start.ts';
import { type Disk, mountDisk, withoutDisks } from './testing.ts';

let folder: string;
const lines: string[] = [];
const children: ChildProcess[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'snapkeel-lock-'));
});
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});
const lock = () => lockFolder(folder, 'browser', (line) => lines.push(line));
const start = (command: string, ...args: string[]): ChildProcess & { pid: number } => {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  children.push(child);
  if (child.pid === undefined) throw new Error(`${command} could not be started`);
  return Object.assign(child, { pid: child.pid });
};
/** Another one holds the folder, or did. */
const leave = (holder: Partial<Holder>) => {
  const since = new Date('2026-03-12T10:20:30').getTime();
  const usual = { id: 'other', shell: 'desktop', host: hostname(), pid: 1, started: '', since, url: null };
  writeFileSync(join(folder, 'running.json'), JSON.stringify({ ...usual, ...holder }));
};

describe('the data directory', () => {
  it('is held by one, who says who it is and where; the next one has it afterwards', async () => {
    const first = await lock();
    expect(first.problem).toBeNull();
    await first.reachableAt('http://127.0.0.1:1/#token=t');
    const refused = await lock().catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(FolderInUse);
    expect(refused).toMatchObject({
      holder: { shell: 'browser', pid: process.pid, url: 'http://127.0.0.1:1/#token=t' },
      message: expect.stringContaining(`Snapkeel runs in a browser, process ${process.pid}, since `),
    });
    await first.release();
    const second = await lock();
    await first.release(); // once more, and it is no longer its own
    await expect(lock()).rejects.toThrow(FolderInUse);
    await second.release();
    expect(readdirSync(folder)).toEqual(['running.json']);
  });

  it('is given to one of several who come at once', async () => {
    const all = await Promise.allSettled(Array.from({ length: 6 }, lock));
    expect(all.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });

  it('is held by a process that runs since then, which is told in a sentence', async () => {
    const { pid } = start('sleep', '600');
    leave({ pid, started: processStart(pid) ?? '' });
    await expect(lock()).rejects.toThrow(
      `The data directory ${folder} is in use: Snapkeel runs in a window of its own, process ${pid}, since 12 March 2026, 10:20:30. Use that one, or quit it, or choose another directory with --data-dir.`,
    );
  });
});

describe('nothing holds it', () => {
  const taken = async () => {
    const held = await lock();
    expect(held.problem).toBeNull();
    expect(JSON.parse(readFileSync(join(folder, 'running.json'), 'utf8'))).toMatchObject({ pid: process.pid });
  };

  it('when the process has ended, however it did', async () => {
    const child = start('sleep', '600');
    leave({ pid: child.pid, started: processStart(child.pid) ?? '' });
    child.kill('SIGKILL');
    await once(child, 'exit');
    await taken();
  });

  it('when its process ID was given to another one', async () => {
    const { pid } = start('sleep', '600');
    leave({ pid, started: `not ${processStart(pid)}` });
    await taken();
  });

  it.skipIf(process.platform !== 'linux')('when nobody has checked its end yet', async () => {
    const parent = start('sh', '-c', 'sh -c "echo \\$\\$" & exec sleep 600');
    const [said] = await once(parent.stdout ?? parent, 'data');
    const pid = Number(said);
    await vi.waitFor(() => expect(readFileSync(`/proc/${pid}/stat`, 'utf8')).toContain(') Z '), 30_000);
    process.kill(pid, 0); // it can still be asked
    leave({ pid, started: '' });
    await taken();
  });

  it('when nobody can read who it was', async () => {
    writeFileSync(join(folder, 'running.json'), '{"id":');
    await taken();
  });
});

it('another computer may have it, which nobody can find out: it is told, and holds nothing up', async () => {
  leave({ host: 'elsewhere' });
  expect((await lock()).problem).toMatchObject({ code: 'FOLDER_SHARED', what: expect.stringContaining('“elsewhere”') });
  await expect(lock()).rejects.toThrow(FolderInUse);
});

describe.skipIf(withoutDisks('Locks on full and read-only disks'))('a disk', () => {
  let disk: Disk;
  beforeEach(() => {
    disk = mountDisk();
    folder = disk.path;
  });
  afterEach(() => disk.close());

  it.each([
    ['full', 'the disk is full', () => disk.fill()],
    ['read-only', 'the disk is read-only', () => disk.readOnly(true)],
  ])('that is %s is told, and holds nothing up', async (_, reason, make) => {
    leave({ pid: 2 ** 22 + 1 });
    make();
    const held = await lock();
    expect(held.problem).toMatchObject({
      code: 'FOLDER_UNWRITABLE',
      what: `Snapkeel cannot write to its data directory: ${reason}.`,
      next: expect.stringContaining(folder),
    });
    await held.reachableAt('http://127.0.0.1:1/');
    await held.release();
  });

  it('that is full still tells who holds it', async () => {
    await lock();
    disk.fill();
    await expect(lock()).rejects.toThrow(FolderInUse);
  });
});
