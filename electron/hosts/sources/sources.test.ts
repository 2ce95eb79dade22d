import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { resolveAlias } from './libvirt-aliases.ts';
import { hostSources } from './sources.ts';
import { virtManagerSources } from './virt-manager.ts';

const never = new AbortController().signal;
let home = '';
let servers: Server[] = [];

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'sources-'));
});
afterEach(async () => {
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  servers = [];
  rmSync(home, { recursive: true });
});

const surroundings = () => ({ env: { PATH: join(home, 'bin') }, home, etc: join(home, 'etc') });
function put(name: string, text: string): string {
  const path = join(home, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
  return path;
}
/** A program that is found in place of gsettings. */
const gsettings = (script: string) => chmodSync(put('bin/gsettings', `#!/bin/sh\n${script}\n`), 0o755);
const sources = async (listed: string[] = []) => await hostSources(surroundings(), listed, never);
const of = async (kind: string, listed?: string[]) => (await sources(listed)).filter((it) => it.kind === kind);

describe('hostSources', () => {
  it('where nothing is, tells of nothing but that no socket is there', async () => {
    const [local, ...others] = await sources();
    expect(local).toMatchObject({ kind: 'local', problem: null, leftOut: 0 });
    expect(others).toEqual([]);
  });

  it('has the hosts of the SSH configuration', async () => {
    const file = put('.ssh/config', 'Host kvm-a kvm-b *.lab "two words"\nHost 2001:db8::1\nHost kvm-ä\n');
    expect(await of('ssh-config', ['qemu+ssh://kvm-b/system'])).toEqual([
      {
        kind: 'ssh-config',
        file,
        leftOut: 0,
        problem: null,
        hosts: [
          { name: 'kvm-a', uri: 'qemu+ssh://kvm-a/system', note: '', listed: false, unusable: null },
          { name: 'kvm-b', uri: 'qemu+ssh://kvm-b/system', note: '', listed: true, unusable: null },
          expect.objectContaining({ name: 'two words', unusable: '"two words" is not a host name or address.' }),
          expect.objectContaining({ uri: 'qemu+ssh://[2001:db8::1]/system', unusable: null }),
          expect.objectContaining({ uri: 'qemu+ssh://kvm-ä/system', unusable: null }),
        ],
      },
    ]);
  });

  it('tells where a host of the SSH configuration leads, as its own block says', async () => {
    put(
      '.ssh/config',
      [
        'Host a b\n  HostName kvm.example\n  User admin\n  Port 2222\n  ProxyJump bastion',
        'Host c\n  HostName c.example\n  Port 22',
        'Host d\n  User admin',
        'Host *\n  User me\n  HostName else',
      ].join('\n'),
    );
    const [found] = await of('ssh-config');
    const led = 'admin@kvm.example, port 2222, through bastion';
    expect(found?.hosts.map(({ name, note }) => [name, note])).toEqual([
      ['a', led],
      ['b', led],
      ['c', 'c.example'],
      ['d', ''],
    ]);
  });

  it('has the aliases of both of libvirt’s files, and those that cannot be used with the reason', async () => {
    const user = put(
      '.config/libvirt/libvirt.conf',
      'uri_aliases = [\n"a=qemu+ssh://kvm-a/system",\n"esx=esx://e/",\n]\n',
    );
    const system = put('etc/libvirt/libvirt.conf', 'uri_default = "qemu:///session"\n');
    const found = await of('libvirt', ['qemu+ssh://kvm-a/system']);
    expect(found.map(({ file }) => file).sort()).toEqual([user, system].sort());
    expect(found.find(({ file }) => file === user)?.hosts).toEqual([
      { name: 'a', uri: 'qemu+ssh://kvm-a/system', note: '', listed: true, unusable: null },
      { name: 'esx', uri: 'esx://e/', note: '', listed: false, unusable: expect.stringContaining('not supported') },
    ]);
    expect(found.find(({ file }) => file === system)?.hosts).toMatchObject([
      { name: null, uri: 'qemu:///session', note: 'libvirt’s default' },
    ]);
  });

  it('has what virt-manager has saved, without passwords', async () => {
    gsettings(`[ "$*" = "get org.virt-manager.virt-manager.connections uris" ] || exit 1
echo "['qemu:///system', 'qemu+ssh://me:hunter2@kvm-a/system']"`);
    const [found] = await of('virt-manager', ['qemu:///system']);
    expect(found).toMatchObject({ file: null, problem: null });
    expect(found?.hosts).toMatchObject([
      { name: null, uri: 'qemu:///system', listed: true },
      { uri: 'qemu+ssh://me:…@kvm-a/system', listed: false, unusable: expect.stringContaining('password') },
    ]);
  });

  it('what cannot be read is told there, and hides nothing else', async () => {
    put('.ssh/config', 'Host kvm-a\n');
    const conf = put('.config/libvirt/libvirt.conf', 'uri_aliases = [ "ok=qemu:///system", "bad" ]\nnonsense\n');
    mkdirSync(join(home, 'etc/libvirt/libvirt.conf'), { recursive: true });
    gsettings('echo what');
    const found = await sources();
    expect(found.map(({ kind }) => kind)).toEqual(['local', 'ssh-config', 'libvirt', 'libvirt', 'virt-manager']);
    const problems = found.map(({ problem }) => problem ?? '').join('\n');
    expect(problems).toContain('Line 2 and what follows it could not be read.');
    expect(problems).toContain('Some aliases are not in the form name=address.');
    expect(problems).toContain('It could not be read (it is a folder).');
    expect(problems).toContain('What GSettings told of virt-manager’s connections could not be read.');
    expect(found.find(({ file }) => file === conf)?.hosts).toMatchObject([{ name: 'ok' }]);
  });

  it('tells of so many hosts, and how many more there are', async () => {
    put('.ssh/config', Array.from({ length: 1_200 }, (_, at) => `Host h${at}`).join('\n'));
    const [found] = await of('ssh-config');
    expect(found?.hosts).toHaveLength(1_000);
    expect(found?.leftOut).toBe(200);
  });

  it('finds the session’s socket, and says whether it answers', async () => {
    const runtime = join(home, 'run');
    mkdirSync(join(runtime, 'libvirt'), { recursive: true });
    const server = createServer().listen(join(runtime, 'libvirt', 'libvirt-sock'));
    servers.push(server);
    await new Promise((resolve) => server.once('listening', resolve));
    const { env, ...rest } = surroundings();
    const [local] = await hostSources({ ...rest, env: { ...env, XDG_RUNTIME_DIR: runtime } }, [], never);
    const session = local?.hosts.find(({ uri }) => uri === 'qemu:///session');
    // Of root's session libvirt makes the system's.
    if (process.getuid?.() !== 0)
      expect(session).toMatchObject({ note: 'running, and you may use it', unusable: null });
    else expect(session).toBeUndefined();
  });
});

describe('virtManagerSources', () => {
  it('says nothing without a schema, and when it lasts too long, so', async () => {
    gsettings('echo "No such schema" >&2; exit 1');
    expect(await virtManagerSources(surroundings(), never)).toEqual([]);
    gsettings('echo "@as []"');
    expect(await virtManagerSources(surroundings(), never)).toEqual([]);
    gsettings('exec /bin/sleep 600');
    expect(await virtManagerSources(surroundings(), never, 50)).toMatchObject([
      { problem: expect.stringContaining('in time') },
    ]);
  });

  it('takes so much and no more, and ends when it is told to', async () => {
    gsettings('exec /usr/bin/yes');
    expect(await virtManagerSources(surroundings(), never)).toMatchObject([
      { problem: expect.stringContaining('could not be read') },
    ]);
    gsettings('exec /bin/sleep 600');
    const stop = new AbortController();
    const asked = virtManagerSources(surroundings(), stop.signal);
    stop.abort(new Error('enough'));
    await expect(asked).rejects.toThrow('enough');
  });
});

describe('resolveAlias', () => {
  it('gives the URI of an alias, and leaves all else as it is', async () => {
    put('.config/libvirt/libvirt.conf', "uri_aliases = ['lab=qemu+ssh://user@lab/system', 'both=qemu:///session']");
    put('etc/libvirt/libvirt.conf', "uri_aliases = ['both=qemu:///system']");
    expect(await resolveAlias(' lab ', surroundings())).toBe('qemu+ssh://user@lab/system');
    expect(await resolveAlias('both', surroundings())).toBe(
      process.getuid?.() === 0 ? 'qemu:///system' : 'qemu:///session',
    );
    expect(await resolveAlias('qemu:///system', surroundings())).toBe('qemu:///system');
    expect(await resolveAlias('a.b', surroundings())).toBe('a.b');
  });

  it('says so where there is none', async () => {
    put('.config/libvirt/libvirt.conf', 'nonsense');
    await expect(resolveAlias('constructor', surroundings())).rejects.toThrow(
      /^“constructor” is neither an address nor an alias in libvirt\.conf\. .*: Line 1 and what follows it could not be read\.$/,
    );
  });
});
