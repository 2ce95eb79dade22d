import { describe, expect, it } from 'vitest';
import { displayOf, viewers } from './console.ts';

const local = { kind: 'local', uri: 'qemu:///system' } as const;
const far = { kind: 'ssh', uri: 'qemu+ssh://admin@kvm-a.example:2222/system' } as const;
const byTls = { kind: 'tls', uri: 'qemu+tls://kvm-a.example:16000/system' } as const;
const vnc = { type: 'vnc', port: 5900, listen: '127.0.0.1' };
const argvOf = (program: string) => viewers.find((each) => each.program === program)?.argv;

describe('where a console is', () => {
  it.each([
    [local, vnc, 'vnc://127.0.0.1:5900', null],
    [local, { ...vnc, listen: '0.0.0.0' }, 'vnc://127.0.0.1:5900', null],
    [local, { ...vnc, listen: '::1', type: 'spice' }, 'spice://[::1]:5900', null],
    [local, { ...vnc, port: null }, null, null],
    [far, vnc, 'vnc://127.0.0.1:15900', 'ssh -p 2222 -N -L 15900:127.0.0.1:5900 -- admin@kvm-a.example'],
    // The port of the URI is libvirt's, not that of an SSH server.
    [byTls, vnc, 'vnc://127.0.0.1:15900', 'ssh -N -L 15900:127.0.0.1:5900 -- kvm-a.example'],
    [byTls, { ...vnc, listen: '10.1.2.3' }, 'vnc://10.1.2.3:5900', null],
    [far, { ...vnc, listen: '10.1.2.3' }, 'vnc://10.1.2.3:5900', null],
    // The type is a host's word, and would begin what a viewer is started with.
    [local, { ...vnc, type: '--gtk-module=x' }, null, null],
    [local, { ...vnc, type: 'file' }, null, null],
  ] as const)('%o %o', (host, graphics, address, tunnel) => {
    expect(displayOf(host, graphics)).toEqual({ type: graphics.type, address, tunnel });
  });
});

it('each viewer is told what it can reach', () => {
  const displays = [displayOf(far, vnc)];
  expect(argvOf('virt-viewer')?.(far, 'u', displays)).toEqual(['--connect', far.uri, '--reconnect', '--uuid', 'u']);
  expect(argvOf('remote-viewer')?.(far, 'u', displays)).toBeNull();
  expect(argvOf('remote-viewer')?.(local, 'u', [displayOf(local, vnc)])).toEqual(['vnc://127.0.0.1:5900']);
});
