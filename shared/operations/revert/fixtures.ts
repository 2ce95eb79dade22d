import { diskWith } from '../../libvirt/fixtures.ts';
import type { ConfigChange, RevertFacts, Snapshot, StoredDisk } from '../../schema.ts';

/** For tests: facts to change one thing of. */
export type Facts = Partial<Omit<RevertFacts, 'domain' | 'snapshot' | 'stored' | 'history'>> & {
  domain?: Partial<RevertFacts['domain']>;
  snapshot?: Partial<Snapshot>;
  stored?: Partial<RevertFacts['stored']>;
  history?: Partial<RevertFacts['history']>;
};

export const memoryChange: ConfigChange = { label: 'Memory', snapshot: '2 GiB', now: '4 GiB', abi: true };
export const graphicsChange: ConfigChange = { label: 'Graphics', snapshot: 'vnc', now: 'spice', abi: false };
export const disk: RevertFacts['domain']['disks'][number] = {
  target: 'vda',
  device: 'disk',
  readonly: false,
  type: 'file',
  format: 'qcow2',
  file: '/images/web.qcow2',
  dropped: null,
  allocationBytes: 1024,
  missing: false,
};
export const overlay: RevertFacts['overlays'][number] = {
  target: 'vda',
  file: '/images/web.1790000000',
  bytes: 3 * 1024 ** 3,
  inUse: true,
  under: null,
  neededBy: [],
  mayNeed: [],
};
const none = { names: [], count: 0 };
const domain: RevertFacts['domain'] = {
  uuid: '8d3c1b52-6f0e-4a2c-9a53-1f5a7c2e0b01',
  name: 'web-01',
  state: 'running',
  reason: 'booted',
  active: true,
  persistent: true,
  managedSave: false,
  autostart: false,
  checkpoints: [],
  job: false,
  disks: [disk],
  blockJobs: [],
  consoles: [],
};
const snapshot: Snapshot = {
  name: 'before-upgrade',
  description: '',
  parent: null,
  createdAt: 1_790_000_000_000,
  state: 'shutoff',
  memory: 'none',
  kind: 'internal',
  disks: [{ target: 'vda', kind: 'internal' }],
};

/** A disk of the stored configuration that is still the domain’s, kept inside its image. */
export const storedDisk = (change: Partial<StoredDisk> = {}): StoredDisk => ({
  ...diskWith({ target: 'vda', path: '/images/web.qcow2', type: 'file', format: 'qcow2', below: [] }),
  kind: 'internal',
  missing: [],
  unseen: [],
  found: null,
  attached: true,
  now: '/images/web.qcow2',
  related: true,
  isWhole: true,
  isUnderNow: false,
  hasBitmaps: false,
  ...change,
});
export const storedImage = (path: string, format: string | null = 'qcow2', type = 'file') => ({ path, type, format });

/** A reason why the data of the snapshot is not what was taken, or is not known. */
export const damage = (
  code: string,
  state: RevertFacts['data']['why'][number]['state'],
): RevertFacts['data']['why'][number] => ({
  code,
  state,
  target: 'vda',
  path: '/images/web.qcow2',
  text: `Because of ${code}.`,
});

/** QEMU on libvirt 11.3; a running, persistent domain; a shut-off internal snapshot that is the current one. */
export const facts = (change: Facts = {}): RevertFacts => ({
  driver: 'QEMU',
  libvirtVersion: 11_003_000,
  hypervisorVersion: 10_000_000,
  hasConfig: true,
  overlays: [],
  current: 'before-upgrade',
  configChanges: [],
  riskReported: null,
  data: { state: 'there', why: [] },
  ...change,
  domain: { ...domain, ...change.domain },
  snapshot: { ...snapshot, ...change.snapshot },
  stored: {
    disks: [storedDisk()],
    files: [],
    notFiles: [],
    next: { missing: [], unseen: [] },
    tpm: false,
    nvram: null,
    genid: false,
    memoryFile: null,
    ...change.stored,
  },
  history: { leftBehind: none, destroyed: none, unsure: none, now: 'stays', spoiled: [], ...change.history },
});

export const merge = (a: Facts, b: Facts): Facts => ({
  ...a,
  ...b,
  domain: { ...a.domain, ...b.domain },
  snapshot: { ...a.snapshot, ...b.snapshot },
  stored: { ...a.stored, ...b.stored },
  history: { ...a.history, ...b.history },
});
