import ssh2 from 'ssh2';
import { describe, expect, it } from 'vitest';
import { HostKeyGate, hostKeyAlgorithms } from './host-key-gate.ts';
import { knownHostsLine, parseKnownHosts } from './known-hosts.ts';
import { resolveTarget, type SshTarget } from './target.ts';

const target: SshTarget = resolveTarget(
  { host: 'kvm-a' },
  {},
  { values: new Map([['userknownhostsfile', ['/kh']]]), unknown: [] },
  { env: {}, home: '/home/me' },
);

function newKey(): Buffer {
  const key = ssh2.utils.parseKey(ssh2.utils.generateKeyPairSync('ed25519').public);
  if (key instanceof Error) throw key;
  return key.getPublicSSH();
}

const [A, B] = [newKey(), newKey()];
const known = (key: Buffer, marker = '') => parseKnownHosts(`${marker}${knownHostsLine('kvm-a', 22, key)}`, '/kh');

function show(gate: HostKeyGate, key: Buffer): boolean[] {
  const answers: boolean[] = [];
  expect(gate.verify(key, (permitted) => answers.push(permitted))).toBeUndefined();
  return answers;
}

describe('HostKeyGate', () => {
  it('lets a known key in, and only that one when session keys are renewed', () => {
    const gate = new HostKeyGate([...known(A), ...known(B)], target);
    expect([show(gate, A), show(gate, A), show(gate, B)]).toEqual([[true], [true], [false]]);
  });

  it('holds an unknown key back for a question', () => {
    const gate = new HostKeyGate([], target);
    expect(show(gate, A)).toEqual([false]);
    expect([gate.unknownKey, gate.refusal]).toEqual([A, undefined]);
  });

  it('lets the approved key in, and takes another for a changed one rather than asking on', () => {
    expect(show(new HostKeyGate([], target, A), A)).toEqual([true]);
    const gate = new HostKeyGate([], target, A);
    expect(show(gate, B)).toEqual([false]);
    expect([gate.refusal?.code, gate.unknownKey]).toEqual(['HOST_KEY_CHANGED', undefined]);
  });

  it.each([
    ['revoked', known(A, '@revoked '), 'HOST_KEY_REVOKED'],
    ['other than the known one', known(B), 'HOST_KEY_CHANGED'],
  ])('refuses a key that is %s, even if approved', (_, entries, code) => {
    for (const approved of [undefined, A]) {
      const gate = new HostKeyGate(entries, target, approved);
      expect(show(gate, A)).toEqual([false]);
      expect([gate.refusal?.code, gate.unknownKey]).toEqual([code, undefined]);
    }
  });

  it('refuses what it can not make sense of', () => {
    for (const key of [Buffer.alloc(0), Buffer.from([0, 0, 1, 0, 65])]) {
      const gate = new HostKeyGate([], target);
      expect(show(gate, key)).toEqual([false]);
      expect([gate.refusal?.code, gate.unknownKey]).toEqual(['HANDSHAKE_FAILED', undefined]);
    }
  });
});

it('asks for the types of known keys first, and never for RSA with SHA-1', () => {
  const rsa = parseKnownHosts('kvm-a ssh-rsa AAAAB3NzaC1yc2EAAAABAw==', '/kh');
  expect(rsa).toHaveLength(1);
  const algorithms = hostKeyAlgorithms(rsa, target);
  expect(algorithms.slice(0, 3)).toEqual(['rsa-sha2-512', 'rsa-sha2-256', 'ssh-ed25519']);
  expect(algorithms).not.toContain('ssh-rsa');
  expect(hostKeyAlgorithms([], target)[0]).toBe('ssh-ed25519');
});
