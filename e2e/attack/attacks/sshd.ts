import { execFileSync } from 'node:child_process';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { newHostKey } from '../../../electron/transport/ssh/test-sshd.ts';
import { type Attack, type Attacked, assert, attacked } from '../attack.ts';
import { type Backend, type Hostile, newFolder, startBackend, startHostile } from '../backend.ts';

interface Deed {
  readonly does: string;
  /** What the person is told. */
  readonly told: string;
  /** Nobody may have tried to log in. */
  readonly mute?: true;
  /** Makes known_hosts; the right key is in it unless said. */
  readonly knows?: (file: string, right: string, other: string) => void;
}

const deeds: Readonly<Record<string, Deed>> = {
  'lines without end': { does: '1 GiB of lines before the protocol', told: 'TIMED_OUT', mute: true },
  'a line without end': { does: '1 GiB of one line before the protocol', told: 'HANDSHAKE_FAILED', mute: true },
  'a packet that lies': { does: 'a first packet of 4 GiB', told: 'HANDSHAKE_FAILED', mute: true },
  silence: { does: 'nothing is said', told: 'TIMED_OUT', mute: true },
  'a long banner': { does: 'a banner of 110 kB', told: 'LOGIN_UNREADABLE' },
  'another key': {
    does: 'a host key that is not the known one',
    told: 'HOST_KEY_CHANGED',
    mute: true,
    knows: (file, _, other) => writeFileSync(file, `* ${other}\n`),
  },
  'a revoked key': {
    does: 'a host key that is known and revoked',
    told: 'HOST_KEY_REVOKED',
    mute: true,
    knows: (file, right) => writeFileSync(file, `* ${right}\n@revoked * ${right}\n`),
  },
  'a known_hosts that is a pipe': {
    does: 'nobody writes to the pipe',
    told: 'KNOWN_HOSTS_FAILED',
    mute: true,
    knows: (file) => execFileSync('mkfifo', [file]),
  },
  'a known_hosts without end': {
    does: 'known_hosts leads to /dev/zero',
    told: 'KNOWN_HOSTS_FAILED',
    mute: true,
    knows: (file) => symlinkSync('/dev/zero', file),
  },
  'a known_hosts full of stars': {
    does: '20,000 patterns of eight stars each, and no key',
    told: 'HOST_KEY_CHANGED',
    mute: true,
    knows: (file, _, other) => writeFileSync(file, `${`*1*1*1*1*1*1*1*1*x ${other}\n`.repeat(20_000)}* ${other}\n`),
  },
  'an error text without end': { does: '1 GiB on standard error', told: 'NO_ANSWER' },
  'garbage without end': { does: '1 GiB that is not libvirt', told: 'STREAM_GARBAGE' },
  'a channel that closes at once': { does: 'it lets in and closes every channel', told: 'HELPER_FAILED' },
};

export const sshdAttacks: readonly Attack[] = Object.entries(deeds).map(([name, deed]) => ({
  name: `sshd: ${name}`,
  does: deed.does,
  run: () => attack(name, deed),
}));

async function attack(name: string, { told, mute, knows = right }: Deed): Promise<Attacked> {
  const folder = newFolder();
  const known = join(folder, 'home', '.ssh', 'known_hosts');
  mkdirSync(join(folder, 'home', '.ssh'), { recursive: true, mode: 0o700 });
  const [host, other, user] = [1, 2, 3].map(newHostKey) as [Pair, Pair, Pair];
  writeFileSync(join(folder, 'key'), user.private, { mode: 0o600 });
  const publicOf = ({ public: text }: Pair) => text.split(' ').slice(0, 2).join(' ');
  knows(known, publicOf(host), publicOf(other));
  const hostile = await startHostile('sshd', name, host.private);
  const port = hostile.lines.find((line) => line.startsWith('port '))?.slice('port '.length);
  const uri = `qemu+ssh://root@127.0.0.1:${port}/system?keyfile=${join(folder, 'key')}&proxy=native`;
  const backend = await startBackend(folder);
  return attacked(backend, [hostile], async () => {
    const { hostId } = await backend.client.hosts.add({ uri });
    const verdict = await codeOf(backend, hostId);
    assert(verdict === told, `${told} is told, and not ${verdict}`);
    assert(!mute || !logins(hostile), 'nobody logs in');
    return `told: ${verdict}`;
  });
}

type Pair = { readonly private: string; readonly public: string };

function right(file: string, key: string): void {
  writeFileSync(file, `* ${key}\n`);
}

function logins({ lines }: Hostile): boolean {
  return lines.some((line) => line.startsWith('login'));
}

/** What the person is told of the host. */
function codeOf(backend: Backend, hostId: string): Promise<string> {
  return backend.until('an error', () => {
    const connection = backend.hosts.get(hostId)?.connection;
    return connection && 'problem' in connection && connection.problem.code;
  });
}
