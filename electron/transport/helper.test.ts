import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { parseLibvirtUri } from '../../shared/libvirt-uri.ts';
import { helperError, helperUri, shellQuote } from './helper.ts';
import { waysTo } from './ssh/ssh-transport.ts';

const MISSING =
  "virt-ssh-helper: cannot connect to '/var/run/libvirt/libvirt-sock': Failed to connect socket to '/var/run/libvirt/libvirt-sock': No such file or directory";

it.each([
  ['kvm-a', 127, 'bash: line 1: virt-ssh-helper: command not found', 'HELPER_MISSING'],
  ['kvm-a', 1, 'virt-ssh-helper: Command not found.', 'HELPER_MISSING'],
  ['kvm-a', 1, MISSING, 'REMOTE_SOCKET_MISSING'],
  [undefined, 1, MISSING, 'SOCKET_MISSING'],
  ['kvm-a', 1, MISSING.replace('No such file or directory', 'Permission denied'), 'REMOTE_SOCKET_DENIED'],
  ['kvm-a', 1, MISSING.replace('No such file or directory', 'Connection refused'), 'REMOTE_SOCKET_REFUSED'],
  [undefined, 1, MISSING.replace('No such file or directory', 'Connection refused'), 'SOCKET_REFUSED'],
  ['kvm-a', 1, 'nc: unix connect failed: Connection refused', 'REMOTE_SOCKET_REFUSED'],
  ['kvm-a', 1, 'virt-ssh-helper: something new', 'HELPER_FAILED'],
  ['kvm-a', null, '', 'HELPER_FAILED'],
  ['kvm-a', undefined, '', 'HELPER_FAILED'],
  ['kvm-a', 0, 'a warning', undefined],
])('on %s, exit %s with "%s" is %s', (host, exitCode, stderr, code) => {
  const error = helperError({ ...(host === undefined ? {} : { host }), exitCode, stderr, tried: ['/a'] });
  expect(error?.code).toBe(code);
  if (error !== undefined) expect(error.detail).toMatchObject({ stderr, tried: '/a' });
});

it('a helper that has worked has lost its connection, whatever it says', () => {
  const error = helperError({ host: 'kvm-a', exitCode: 1, stderr: MISSING, tried: [], worked: true });
  expect(error?.code).toBe('CONNECTION_LOST');
});

it('quotes any word for a shell', () => {
  const word = fc.string({ unit: 'binary' }).map((text) => text.replaceAll('\0', ''));
  fc.assert(
    fc.property(fc.array(word, { minLength: 10, maxLength: 20 }), (words) => {
      const echoed = execFileSync('/bin/sh', ['-c', `printf '%s\\0' ${words.map(shellQuote).join(' ')}`]);
      expect(echoed.toString()).toBe(words.map((text) => `${text}\0`).join(''));
    }),
    { numRuns: 5, examples: [[["'; touch /tmp/x; '", "'", '$(id)`id`\\', '']]] },
  );
});

it.each([
  ['qemu+ssh://h/system', 'qemu:///system'],
  ['qemu+ssh://h/system?mode=legacy&socket=/a&proxy=native&x=1', 'qemu:///system?mode=legacy&socket=/a'],
  ['qemu+ssh://h/system?name=test:///default&mode=legacy', 'test:///default'],
])('asks the helper for %s as %s', (text, uri) => expect(helperUri(parseLibvirtUri(text))).toBe(uri));

it.each([
  ['qemu+ssh://h/system', ['/var/run/libvirt/virtqemud-sock', '/var/run/libvirt/libvirt-sock', 'command']],
  ['test+ssh://h/default', ['/var/run/libvirt/libvirt-sock', 'command']],
  ['qemu+ssh://h/session', ['command']],
  ['qemu+ssh://h/system?socket=/s', ['/s', 'command']],
  ['qemu+ssh://h/session?socket=/s', ['/s', 'command']],
  ['qemu+ssh://h/system?socket=/s&proxy=native', ['command']],
  ['qemu+ssh://h/system?mode=direct&proxy=netcat', ['/var/run/libvirt/virtqemud-sock', 'command']],
  ['qemu+ssh://h/system?mode=legacy', ['/var/run/libvirt/libvirt-sock', 'command']],
  ['qemu+ssh://h/system?mode=legacy&proxy=native', ['command']],
  ['qemu+ssh://h/session?mode=direct', ['command']],
  ['qemu+ssh://h/session?proxy=netcat', []],
])('goes to %s by %j', (text, ways) => {
  expect(waysTo(parseLibvirtUri(text)).map((way) => (way.kind === 'socket' ? way.path : way.kind))).toEqual(ways);
});
