import { PassThrough } from 'node:stream';
import { describe, expect, it, vi } from 'vitest';
import type { Transport } from './transport.ts';
import { whenDialled } from './when-dialled.ts';

const never = new AbortController().signal;

function transport() {
  return {
    dial: vi.fn(async () => new PassThrough()),
    describe: () => 'SSH to kvm-a, /run/libvirt/libvirt-sock',
    close: vi.fn(),
  } satisfies Transport;
}

describe('a transport that comes with its first dial', () => {
  it('is loaded once, however many streams it has', async () => {
    const inner = transport();
    const load = vi.fn(async () => inner);
    const outer = whenDialled(load, 'kvm-a');
    expect(load).not.toHaveBeenCalled();
    expect(outer.describe()).toBe('kvm-a');
    await Promise.all([outer.dial(never), outer.dial(never)]);
    expect(load).toHaveBeenCalledTimes(1);
    expect(inner.dial).toHaveBeenCalledTimes(2);
    expect(outer.describe()).toBe(inner.describe());
    outer.close();
    expect(inner.close).toHaveBeenCalledTimes(1);
  });

  it('is closed at once where it comes too late', async () => {
    const inner = transport();
    let loaded = (_: Transport) => {};
    const outer = whenDialled(
      () =>
        new Promise((resolve) => {
          loaded = resolve;
        }),
      'kvm-a',
    );
    const dialled = outer.dial(never);
    outer.close();
    loaded(inner);
    await dialled;
    expect(inner.close.mock.invocationCallOrder[0]).toBeLessThan(inner.dial.mock.invocationCallOrder[0] ?? 0);
  });

  it('is not loaded for a dial that nobody waits for, or after it was closed', async () => {
    const load = vi.fn(async () => transport());
    const outer = whenDialled(load, 'kvm-a');
    await expect(outer.dial(AbortSignal.abort())).rejects.toMatchObject({ code: 'CANCELLED' });
    outer.close();
    await expect(outer.dial(never)).rejects.toMatchObject({ code: 'CANCELLED' });
    expect(load).not.toHaveBeenCalled();
  });
});
