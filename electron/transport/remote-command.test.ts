import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { parseLibvirtUri } from '../../shared/libvirt-uri.ts';
import { remoteCommand } from './remote-command.ts';

let dir = '';
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'remote-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

const program = (name: string, script: string) =>
  writeFileSync(join(dir, name), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
const run = (uri: string) => {
  const env = { PATH: `${dir}:/usr/bin:/bin` };
  const { status, stdout, stderr } = spawnSync('/bin/sh', ['-c', remoteCommand(parseLibvirtUri(uri)) ?? 'exit 99'], {
    env,
  });
  return { status, said: `${stdout}${stderr}`.trim() };
};
const listening = async (name: string) => {
  const path = join(dir, name);
  const server = createServer().listen(path);
  await new Promise((resolve) => server.once('listening', resolve));
  return { path, close: () => server.close() };
};

it('is the helper where there is one, with its URI', () => {
  program('virt-ssh-helper', 'echo helper "$@"');
  expect(run('qemu+ssh://h/system')).toEqual({ status: 0, said: 'helper -- qemu:///system' });
  expect(run('qemu+ssh://h/session')).toEqual({ status: 0, said: 'helper -- qemu:///session' });
});

it('is netcat on a socket that is there, told to end with its input if it can be', async () => {
  const socket = await listening('it’s a $(socket)');
  program('my-nc', '[ "$1" = -h ] && echo "usage: -q seconds" || echo nc "$@"');
  program('old-nc', '[ "$1" = -h ] && echo "usage: -U" || echo nc "$@"');
  const uri = (nc: string) => `qemu+ssh://h/system?socket=${encodeURIComponent(socket.path)}&netcat=${nc}`;
  expect(run(uri('my-nc'))).toEqual({ status: 0, said: `nc -q 0 -U ${socket.path}` });
  expect(run(uri('old-nc'))).toEqual({ status: 0, said: `nc -U ${socket.path}` });
  socket.close();
});

it('says which sockets are not there, and 127 where there is nothing to run', () => {
  program('my-nc', 'exit 1');
  expect(run('qemu+ssh://h/system?socket=/no/such&netcat=my-nc')).toEqual({
    status: 1,
    said: 'no libvirt socket is there: /no/such',
  });
  expect(run('qemu+ssh://h/system?socket=/no/such&netcat=no-such-nc')).toEqual({ status: 127, said: '' });
});

it.each([
  ['qemu+ssh://h/system', "'virt-ssh-helper' 'nc'"],
  ['qemu+ssh://h/session', "'virt-ssh-helper' ''"],
  ['qemu+ssh://h/system?proxy=native', "'virt-ssh-helper' ''"],
  ['qemu+ssh://h/system?proxy=netcat', "'' 'nc'"],
  ['qemu+ssh://h/system?socket=/s', "'' 'nc'"],
  ['qemu+ssh://h/system?socket=/s&proxy=native', "'virt-ssh-helper' ''"],
])('%s runs %s', (uri, programs) => expect(remoteCommand(parseLibvirtUri(uri))).toContain(`'sh' ${programs} `));

it('is nothing for a session without the helper', () => {
  expect(remoteCommand(parseLibvirtUri('qemu+ssh://h/session?proxy=netcat'))).toBe(undefined);
});
