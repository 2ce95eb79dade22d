import type { CreateDraft, CreateFacts } from '../schema.ts';
import { firstDraft, withMode } from './draft.ts';

const folder = '/var/lib/libvirt/images/';

/** For tests: a running guest with two qcow2 disks and an empty drive, on libvirt 11.3. */
export function facts(change: Partial<CreateFacts> = {}): CreateFacts {
  return {
    driver: 'QEMU',
    libvirtVersion: 11_003_000,
    uuid: '8d3c1b52-6f0e-4a2c-9a53-1f5a7c2e0b01',
    name: 'web-01',
    state: 'running',
    active: true,
    persistent: true,
    managedSave: false,
    memoryBytes: 2 ** 31,
    nvram: 'none',
    disks: [disk('vda'), disk('vdb'), { ...disk('sda'), file: null, format: 'raw', writable: false }],
    hostDevices: [],
    blockJobs: [],
    agent: 'connected',
    snapshots: [],
    current: null,
    files: { exists: {}, free: { [folder]: 2 ** 40 } },
    ...change,
  };
}

/** The same, off. */
export function offFacts(change: Partial<CreateFacts> = {}): CreateFacts {
  return facts({ state: 'shutoff', active: false, agent: 'disconnected', ...change });
}

export function disk(target: string, change: Partial<CreateFacts['disks'][number]> = {}): CreateFacts['disks'][number] {
  return { target, type: 'file', format: 'qcow2', writable: true, file: `${folder}${target}.qcow2`, ...change };
}

export function snapshot(
  name: string,
  kind: 'internal' | 'external',
  memory: 'none' | 'internal' | 'external' = 'none',
): CreateFacts['snapshots'][number] {
  return { name, kind, memory, state: memory === 'none' ? 'shutoff' : 'running' };
}

/** A sensible draft of a kind. */
export function draft(of: CreateFacts, mode: CreateDraft['mode'], change: Partial<CreateDraft> = {}): CreateDraft {
  return { ...withMode(of, firstDraft(of, 'fresh'), mode), ...change };
}
