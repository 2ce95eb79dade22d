import { chmod, mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { type Bench, createBench, uuidOf } from '../../testing.ts';
import { openConsole } from './open.ts';
import { findProgram, outerEnvironment, programFolders, startDetached } from './viewer.ts';

/** How much longer than a moment it is waited for a program that ends at once: a busy machine may start it late. */
const moments = vi.hoisted(() => ({ factor: 1 }));
vi.mock('node:timers/promises', async (original) => {
  const real = await original<typeof import('node:timers/promises')>();
  return {
    ...real,
    setTimeout: (ms = 0, ...rest: [unknown?, object?]) => real.setTimeout(ms * moments.factor, ...rest),
  };
});

const [on, off] = [uuidOf(1), uuidOf(2)];
let bench: Bench;
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'snapkeel-viewer-'));
  bench = createBench([
    { name: 'on', uuid: on, state: 'running', snapshots: [] },
    { name: 'off', uuid: off, snapshots: [] },
  ]);
  bench.session.connect();
  await bench.status('connected');
});
afterEach(() => {
  moments.factor = 1;
  return bench.close();
});

const program = async (name: string, script: string) => {
  await writeFile(join(folder, name), `#!/bin/sh\n${script}\n`);
  await chmod(join(folder, name), 0o755);
};
const env = () => ({ PATH: `relative:${folder}` });

it('a viewer is started with an argument vector, and goes on by itself', async () => {
  const said = join(folder, 'said');
  await program('virt-viewer', `for word in "$@"; do echo "$word"; done > ${said}; /bin/sleep 5`);
  expect(await openConsole(bench.session, on, env())).toMatchObject({ viewer: 'virt-viewer' });
  await vi.waitFor(
    async () =>
      expect(await readFile(said, 'utf8')).toBe(`--connect\nqemu+ssh://lab/system\n--reconnect\n--uuid\n${on}\n`),
    30_000,
  );
});

it('without one, or with one that ends at once, the address and the way to it are told', async () => {
  moments.factor = 100;
  await program('virt-viewer', 'exit 3');
  const answer = await openConsole(bench.session, on, env());
  expect(answer).toMatchObject({
    viewer: null,
    displays: [
      { address: 'vnc://127.0.0.1:15900', tunnel: expect.stringMatching(/^ssh -N -L 15900:127.0.0.1:\d+ -- lab$/) },
    ],
    reasons: [
      'virt-viewer did not start: it ended at once, with exit code 3.',
      expect.stringContaining('remote-viewer'),
    ],
  });
});

it('a domain that is off has no console', async () => {
  await expect(openConsole(bench.session, off, env())).rejects.toThrow('“off” is off');
});

it('on a Mac, programs are looked for where Homebrew puts them, after PATH', () => {
  expect(programFolders({ PATH: 'bin:/usr/bin' }, 'darwin')).toEqual([
    '/usr/bin',
    '/opt/homebrew/bin',
    '/usr/local/bin',
  ]);
  expect(programFolders({ PATH: '/usr/bin' }, 'linux')).toEqual(['/usr/bin']);
});

it('programs are found in absolute folders only, and must be runnable', async () => {
  await writeFile(join(folder, 'plain'), '');
  expect(await findProgram('plain', env())).toBeNull();
  expect(await findProgram('sh', { PATH: 'bin:.' })).toBeNull();
  expect(await findProgram('sh', { PATH: 'bin:/usr/bin:/bin' })).toMatch(/^\/.*\/sh$/);
  expect(await startDetached(join(folder, 'plain'), [], {})).toContain('EACCES');
});

it('a program of the system sees nothing of this app’s own AppImage', () => {
  const plain = { PATH: '/usr/bin', LD_LIBRARY_PATH: '/opt/lib' };
  expect(outerEnvironment(plain)).toBe(plain);
  expect(
    outerEnvironment({
      APPDIR: '/tmp/.mount_x',
      PATH: '/tmp/.mount_x/usr/bin:/usr/bin',
      LD_LIBRARY_PATH: '/tmp/.mount_x/usr/lib:',
      XDG_DATA_DIRS: '/tmp/.mount_x/usr/share:/usr/local/share:/usr/share',
      GSETTINGS_SCHEMA_DIR: '/tmp/.mount_x/usr/share/glib-2.0/schemas',
    }),
  ).toEqual({
    APPDIR: '/tmp/.mount_x',
    PATH: '/tmp/.mount_x/usr/bin:/usr/bin',
    XDG_DATA_DIRS: '/usr/local/share:/usr/share',
  });
});
