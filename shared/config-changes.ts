import { formatBytes } from './format.ts';
import type { ConfigChange } from './schema.ts';

/** The parts of a domain's configuration that a revert puts back and that can be named in a few words. */
export interface DomainConfig {
  memoryBytes: number | null;
  vcpus: number | null;
  arch: string;
  machine: string;
  cpu: string;
  firmware: string;
  /** By target, e.g. `vda`. */
  disks: Readonly<Record<string, { bus: string; device: string }>>;
  /** By MAC address. */
  interfaces: Readonly<Record<string, { model: string; source: string }>>;
  graphics: readonly string[];
}

interface Field {
  label: string;
  /** Part of what the guest sees, so that libvirt before 7.10 compares it (virDomainDefCheckABIStability). */
  abi: boolean;
  of(config: DomainConfig): string;
}

const fields: readonly Field[] = [
  { label: 'Memory', abi: true, of: (c) => (c.memoryBytes === null ? '' : formatBytes(c.memoryBytes)) },
  { label: 'Virtual CPUs', abi: true, of: (c) => c.vcpus?.toString() ?? '' },
  { label: 'Architecture', abi: true, of: (c) => c.arch },
  { label: 'Machine type', abi: true, of: (c) => c.machine },
  { label: 'CPU', abi: true, of: (c) => c.cpu },
  { label: 'Firmware', abi: true, of: (c) => c.firmware },
  { label: 'Graphics', abi: false, of: (c) => c.graphics.join(', ') },
];

/**
 * What differs between a snapshot's stored configuration and the one in force, in the words of an admin. Files behind
 * disks are left out: they change with every external snapshot.
 */
export function configChanges(snapshot: DomainConfig, now: DomainConfig): ConfigChange[] {
  const changes = fields.map((field) => ({
    label: field.label,
    snapshot: field.of(snapshot),
    now: field.of(now),
    abi: field.abi,
  }));
  const keyed = (label: string, then: Readonly<Record<string, object>>, today: Readonly<Record<string, object>>) => {
    for (const key of new Set([...Object.keys(then), ...Object.keys(today)]))
      changes.push({ label: `${label} ${key}`, snapshot: words(then[key]), now: words(today[key]), abi: true });
  };
  keyed('Disk', snapshot.disks, now.disks);
  keyed('Network', snapshot.interfaces, now.interfaces);
  return changes.filter((change) => change.snapshot !== change.now);
}

/** `Memory 2 GiB → 4 GiB since`, for a list. */
export function describeChange(change: ConfigChange): string {
  if (change.snapshot === '') return `${change.label} was added since (${change.now})`;
  if (change.now === '') return `${change.label} was removed since (${change.snapshot})`;
  return `${change.label}: ${change.snapshot} in the snapshot, ${change.now} now`;
}

function words(device: object | undefined): string {
  return device ? Object.values(device).filter(Boolean).join(', ') || 'present' : '';
}
