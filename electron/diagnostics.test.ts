import { expect, it } from 'vitest';
import { unsaid } from '../shared/host-list/details.ts';
import { diagnosticsText, RecentLines } from './diagnostics.ts';

it('tells versions, hosts and the last lines, without secrets', () => {
  const recent = new RecentLines();
  for (let n = 0; n < 100; n++) recent.add(`line ${n}`);
  recent.add('http://127.0.0.1:1/#token=8gYJ3Y5m0cQ5Zx2q1w');
  const host = { ...unsaid, id: 'a', name: 'kvm-a', uri: 'qemu+ssh://me@kvm-a/system', kind: 'ssh' } as const;
  const problem = { code: 'TIMED_OUT', what: '', effect: '', next: '' };
  const text = diagnosticsText(
    { Snapkeel: '1.2.3', Electron: undefined },
    [
      {
        ...host,
        connection: {
          status: 'connected',
          driver: 'QEMU',
          libvirtVersion: 9_000_000,
          hypervisorVersion: 7_002_000,
          via: 'socket',
          roundTripMs: 1,
        },
      },
      { ...host, connection: { status: 'retrying', problem, retryAt: 0 } },
    ],
    recent.all,
  );
  expect(text).toContain('- Snapkeel: 1.2.3\n');
  expect(text).not.toContain('Electron');
  expect(text).toContain('- qemu+ssh://me@kvm-a/system: QEMU, libvirt 9.0.0, hypervisor 7.2.0, socket; lacks ');
  expect(text).toMatch(/; lacks .*\brevertsExternal\b/);
  expect(text).not.toContain('revertsVolumes');
  expect(text).toContain('- qemu+ssh://me@kvm-a/system: retrying, TIMED_OUT');
  expect(text).toContain('line 99');
  expect(text).not.toContain('line 40\n');
  expect(text).toMatch(/token=…$/m);
});
