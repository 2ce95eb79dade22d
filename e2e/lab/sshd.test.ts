import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sshdAvailable } from './available.ts';
import { run } from './run.ts';
import { type Sshd, startSshd } from './sshd.ts';

const available = sshdAvailable();
if (!available.ok) console.warn(`The SSH server's tests are left out: ${available.reason}`);

const timeout = 60_000;

describe.skipIf(!available.ok)('an SSH server in a lab', { timeout }, () => {
  let sshd: Sshd;
  beforeAll(async () => {
    sshd = await startSshd();
  }, timeout);
  afterAll(async () => {
    await sshd?.stop();
  }, timeout);

  it('leads to the lab’s daemon', async () => {
    await sshd.lab.guest({ name: 'behind-ssh' });
    const names = await run(['virsh', '--connect', `${sshd.uri}&no_verify=1`, 'list', '--all', '--name']);
    expect(names.trim()).toBe('behind-ssh');
  });

  it('shows the key it says', async () => {
    const knownHosts = join(sshd.lab.dir, 'known_hosts');
    await writeFile(knownHosts, `${sshd.knownHostsLine}\n`);
    expect(await run(['ssh-keygen', '-lf', knownHosts])).toContain(sshd.hostKeyFingerprint);
    expect(await ssh(knownHosts, 'echo hello')).toBe('hello\n');
  });

  it('can change its host key, as an impostor would', async () => {
    const knownHosts = join(sshd.lab.dir, 'known_hosts');
    await writeFile(knownHosts, `${sshd.knownHostsLine}\n`);
    const before = sshd.hostKeyFingerprint;
    await sshd.changeHostKey();
    expect(sshd.hostKeyFingerprint).not.toBe(before);
    await expect(ssh(knownHosts, 'echo hello')).rejects.toThrow('HOST IDENTIFICATION HAS CHANGED');
  });

  it('can drop all connections and come back', async () => {
    const knownHosts = join(sshd.lab.dir, 'known_hosts');
    await writeFile(knownHosts, `${sshd.knownHostsLine}\n`);
    const waiting = ssh(knownHosts, 'sleep 30').then(
      () => 'ended well',
      () => 'dropped',
    );
    await ssh(knownHosts, 'true');
    await sshd.disconnect();
    expect(await waiting).toBe('dropped');
    await sshd.start();
    expect(await ssh(knownHosts, 'echo back')).toBe('back\n');
  });

  it('can be told not to forward sockets', async () => {
    await sshd.setOption('AllowStreamLocalForwarding', 'no');
    const names = await run(['virsh', '--connect', `${sshd.uri}&no_verify=1`, 'list', '--all', '--name']);
    expect(names.trim()).toBe('behind-ssh');
  });

  function ssh(knownHosts: string, command: string): Promise<string> {
    const options = ['BatchMode=yes', `UserKnownHostsFile=${knownHosts}`, 'StrictHostKeyChecking=yes'];
    const flags = options.flatMap((option) => ['-o', option]);
    const target = ['-p', `${sshd.port}`, '-i', sshd.keyFile, `${sshd.user}@${sshd.host}`];
    return run(['ssh', '-F', 'none', ...flags, ...target, command]);
  }
});
