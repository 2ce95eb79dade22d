import type { CreateDisk, CreateDraft, CreateFacts } from '../../schema.ts';
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
    reason: 'booted',
    active: true,
    persistent: true,
    managedSave: false,
    memoryBytes: 2 ** 31,
    pflash: false,
    nvram: 'none',
    tpm: false,
    disks: [disk('vda'), disk('vdb'), emptyDrive],
    devices: [],
    blockJobs: [],
    job: false,
    checkpoints: [],
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

/** A qcow2 file of the usual folder, unless the change says otherwise; `path` and `format` are of its image. */
export function disk(
  target: string,
  { path = `${folder}${target}.qcow2`, format = 'qcow2', ...change }: Partial<CreateDisk> & DiskChange = {},
): CreateDisk {
  const type = change.type ?? 'file';
  const { image = { path, type, format } } = change;
  return {
    target,
    device: 'disk',
    type,
    image,
    below: [],
    snapshot: null,
    readonly: false,
    shareable: false,
    transient: false,
    startupPolicy: null,
    exists: image && (type === 'file' || type === 'block' ? true : null),
    found: null,
    depth: 1,
    gone: [],
    tags: image?.format === 'qcow2' ? [] : null,
    next: image?.path ?? null,
    ...change,
  };
}
interface DiskChange {
  path?: string;
  format?: string | null;
}

export const emptyDrive = disk('sda', { device: 'cdrom', image: null, readonly: true, exists: null, depth: null });

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
