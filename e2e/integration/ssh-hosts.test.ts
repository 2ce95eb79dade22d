import { mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { toProblem } from '../../electron/hosts/problems.ts';
import { procedures } from '../../electron/libvirt/procedures.ts';
import { networkAvailable, startNetwork } from '../lab/network.ts';
import { run } from '../lab/run.ts';
import { reach, sentence } from './reach.ts';
import { type Client, clients } from './ssh-person.ts';
import { available, bothClients, SshServers, timeout } from './ssh-servers.ts';

if (!available.ok) console.warn(`Left out: hosts that are reached by SSH: ${available.reason}.`);
const network = networkAvailable();
if (!network.ok) console.warn(`Left out: hosts behind others: ${network.reason}.`);

/** OpenSSH looks for programs first, and forwards a socket where there are none. */
const helperMissing = { 'built-in': 'HELPER_MISSING', openssh: 'REMOTE_SOCKET_MISSING' } as const;

describe.skipIf(!available.ok)('a host reached by SSH', { timeout }, () => {
  const at = new SshServers();
  const { serve, connects, refused } = at;

  describe('shows a key', () => {
    it.each(clients)('that stands in known_hosts under a name that cannot be read, to %s', async (client) => {
      const { sshd, address } = await serve();
      await run(['ssh-keygen', '-H', '-f', at.person.knownHosts]);
      expect(await readFile(at.person.knownHosts, 'utf8')).toMatch(/^\|1\|/);
      await at.person.configure(`IdentityFile ${sshd.keyFile}`);
      await connects(client, address);
      expect(at.person.asked).toEqual([]);
    });

    it.each(clients)('that has changed, to %s', async (client) => {
      const { sshd, address } = await serve();
      await at.person.configure(`IdentityFile ${sshd.keyFile}`);
      await sshd.changeHostKey();
      const { text } = await refused(client, address, 'HOST_KEY_CHANGED');
      expect(text).toContain(`does not match the known one in ${at.person.knownHosts} line 1`);
      expect(text).toContain(
        `Shown now: ${client === 'built-in' ? 'ssh-ed25519' : 'ED25519'} ${sshd.hostKeyFingerprint}`,
      );
      expect(text).toContain(`remove line 1 from ${at.person.knownHosts} and connect again`);
    });

    it.each(clients)('that is revoked, to %s', async (client) => {
      const { sshd, address } = await serve();
      await at.person.configure(`IdentityFile ${sshd.keyFile}`);
      await at.person.know(`@revoked * ${sshd.knownHostsLine.split(' ').slice(1).join(' ')}`);
      const { text } = await refused(client, address, 'HOST_KEY_REVOKED');
      expect(text).toMatch(/is marked as revoked.*\. Do not connect\. Ask whoever runs the host\./);
    });

    it.each(clients)('that nobody vouches for, to %s', async (client) => {
      const { sshd, address } = await serve();
      await at.person.configure(`IdentityFile ${sshd.keyFile}`);
      await writeFile(at.person.knownHosts, '');
      await refused(client, address, 'HOST_KEY_DECLINED');
      expect(at.person.asked).toEqual([expect.objectContaining({ fingerprint: sshd.hostKeyFingerprint })]);
      await at.person.configure('StrictHostKeyChecking yes', `IdentityFile ${sshd.keyFile}`);
      const { text } = await refused(client, address, 'HOST_KEY_UNKNOWN');
      expect(text).toContain('Add its key to known_hosts');
    });

    it('that an authority has signed: OpenSSH alone connects', async () => {
      const { sshd, address } = await serve();
      const ca = await at.person.key(null, { type: 'ed25519' });
      await run(['ssh-keygen', '-q', '-s', ca, '-I', 'lab', '-h', '-n', sshd.host, join(sshd.folder, 'host_key.pub')]);
      await sshd.setOption('HostCertificate', join(sshd.folder, 'host_key-cert.pub'));
      const [type = '', blob = ''] = (await readFile(`${ca}.pub`, 'utf8')).split(' ');
      await writeFile(at.person.knownHosts, `@cert-authority [${sshd.host}]:${sshd.port} ${type} ${blob}\n`);
      await at.person.configure(`IdentityFile ${sshd.keyFile}`);
      await connects('openssh', address);
      const { text } = await refused('built-in', address, 'NEEDS_OPENSSH');
      expect(text).toContain(`because of its certificate authority in ${at.person.knownHosts} line 1`);
      expect(text).toContain('Choose “OpenSSH” for this host');
      expect(at.person.asked).toEqual([]);
    });
  });

  it('knows only algorithms that the built-in client lacks', async () => {
    const { sshd, address } = await serve({ settings: { KexAlgorithms: 'sntrup761x25519-sha512@openssh.com' } });
    await at.person.configure(`IdentityFile ${sshd.keyFile}`);
    await connects('openssh', address);
    const { text } = await refused('built-in', address, 'HANDSHAKE_FAILED');
    expect(text).toContain('Choose “OpenSSH” for this host: it supports algorithms that the built-in client does not.');
    expect(text).toContain('no matching key exchange algorithm');
    await at.person.configure(`IdentityFile ${sshd.keyFile}`, 'KexAlgorithms ecdh-sha2-nistp256');
    const other = await refused('openssh', address, 'HANDSHAKE_FAILED');
    expect(other.text).toContain('no matching key exchange method found');
    expect(other.text).not.toContain('Choose “OpenSSH”');
  });

  it.each([
    { size: 20_000, by: clients },
    { size: 100_000, by: ['openssh'] },
  ] as const)('has a banner of $size bytes', async ({ size, by }) => {
    const { sshd, address } = await serve();
    const banner = join(sshd.folder, 'banner');
    await writeFile(banner, `${'No trespassing. '.repeat(5).trim()}\n`.repeat(size / 80));
    await sshd.setOption('Banner', banner);
    await at.person.configure(`IdentityFile ${sshd.keyFile}`);
    for (const client of clients)
      if ((by as readonly Client[]).includes(client)) await connects(client, address);
      else {
        const { text } = await refused(client, address, 'LOGIN_UNREADABLE');
        expect(text).toContain('Choose “OpenSSH” for this host');
        expect(text).not.toContain('trespassing');
      }
  });

  describe('forwards no sockets', () => {
    /** A server where those who log in find these programs alone. */
    const withPrograms = async (programs: Readonly<Record<string, string>>, bashrc = '') => {
      const { sshd, address } = await serve({ streamLocalForwarding: false });
      const bin = join(sshd.folder, 'bin');
      await mkdir(bin);
      for (const name of ['sh', 'grep']) await symlink(`/bin/${name}`, join(bin, name));
      for (const [name, script] of Object.entries(programs))
        await writeFile(join(bin, name), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
      await writeFile(join(sshd.folder, '.bashrc'), bashrc);
      await sshd.setOption('SetEnv', `PATH=${bin} HOME=${sshd.folder}`);
      await at.person.configure(`IdentityFile ${sshd.keyFile}`);
      return address;
    };
    // No netcat is on every machine: what it would be is a helper that is not where it is looked for.
    const helper = 'PATH=/usr/bin:/usr/local/bin exec virt-ssh-helper -- qemu:///system';
    const nc = `case "$1" in -h) echo " -q seconds";; *) ${helper};; esac`;

    it.each(
      bothClients([
        { has: 'a helper', programs: { 'virt-ssh-helper': helper } },
        { has: 'nc', programs: { nc } },
      ]),
    )('and has $has: $client connects', async ({ client, programs }) => connects(client, await withPrograms(programs)));

    it.each(clients)('and has neither helper nor nc, to %s', async (client) => {
      const { text } = await refused(client, await withPrograms({}), helperMissing[client]);
      expect(text).toContain('virt-ssh-helper');
      expect(text).toContain('stream-local forwarding');
      expect(text).toContain('Tried: ');
    });

    it.each(clients)('and has a shell that greets whoever comes, to %s', async (client) => {
      const address = await withPrograms({ 'virt-ssh-helper': helper }, 'echo "Welcome to kvm-a"\n');
      const { text } = await refused(client, address, 'STREAM_GARBAGE');
      expect(text).toContain('Something other than libvirt answered');
      expect(text).toContain('Welcome to kvm-a');
      expect(text).toContain('Shell start-up files on the host must not print anything');
    });
  });

  it.each(clients)('is read-only: libvirt itself refuses a change, by %s', async (client) => {
    const { sshd, address } = await serve();
    await at.person.configure(`IdentityFile ${sshd.keyFile}`);
    await at.lab.guest({ name: client, pool: false });
    const { session, connected } = reach(address, {
      home: at.person.home,
      ssh: client === 'openssh' ? client : undefined,
      host: { readOnly: true },
    });
    try {
      await connected();
      const domain = session.domains.find(({ name }) => name === client);
      expect(domain).toMatchObject({ state: 'shutoff' });
      const uuid = Buffer.from((domain?.uuid ?? '').replaceAll('-', ''), 'hex');
      const create = session.writes.call(procedures.domainCreateWithFlags, {
        domain: { name: client, uuid, id: -1 },
        flags: 0,
      });
      const error = await create.catch((caught: unknown) => caught);
      const problem = toProblem(error, 'kvm-a');
      expect(problem).toMatchObject({ code: 'OPERATION_DENIED', detail: expect.stringContaining('read only access') });
      expect(`${problem.what} ${problem.next}`).toContain(
        'If the host is read-only in Snapkeel, turn that off in “Edit host…”',
      );
      expect(await at.lab.virsh('domstate', client)).toBe('shut off');
    } finally {
      await session.disconnect();
    }
  });

  describe.skipIf(!network.ok)('stands behind two others (ProxyJump)', () => {
    it.each(clients)('and is reached through them by %s', async (client) => {
      const machines = await startNetwork({ machines: 3, forwards: false });
      try {
        const [one, two, target] = await Promise.all(machines.machines.map((machine) => serve({ machine })));
        if (!one || !two || !target) throw new Error('three servers were started');
        const hop = (name: string, { sshd }: typeof one) => [
          `Host ${name}`,
          `HostName ${sshd.host}`,
          `Port ${sshd.port}`,
          `User ${sshd.user}`,
          `IdentityFile ${sshd.keyFile}`,
          'Host *',
        ];
        await at.person.configure(
          ...[...hop('one', one), ...hop('two', two), ...hop('kvm-a', target)],
          ...['Host kvm-a', 'ProxyJump one,two', 'Host *'],
        );
        const found = await at.person.connect(client, at.lab, 'qemu+ssh://kvm-a/system');
        expect(found, typeof found === 'string' ? '' : sentence(found)).toContain('kvm-a');
        const log = await readFile(join(target.sshd.folder, 'sshd.log'), 'utf8');
        const accepted = [...log.matchAll(/Accepted publickey for \S+ from (\S+)/g)].map(([, from]) => from);
        const neighbour = machines.machine(2).address.replace(/\d+$/, (last) => `${Number(last) - 1}`);
        expect(new Set(accepted)).toEqual(new Set([neighbour]));

        await two.sshd.setOption('AllowTcpForwarding', 'no');
        const problem = await at.person.connect(client, at.lab, 'qemu+ssh://kvm-a/system');
        if (typeof problem === 'string') throw new Error(`connected: ${problem}`);
        expect(problem, sentence(problem)).toMatchObject({ code: 'JUMP_REFUSED' });
        expect(`${problem.what} ${problem.next}`).toContain('allows TCP forwarding');
        expect(problem.what).toMatch(
          client === 'built-in' ? /^“[\d.]+” did not forward/ : /^“one, two” did not forward/,
        );
      } finally {
        for (const sshd of at.servers.splice(0)) await sshd.stop();
        await machines.stop();
      }
    });
  });
});
