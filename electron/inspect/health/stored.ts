import type { HealthSnapshot } from '../../../shared/health/facts.ts';
import type { StoredSnapshot } from '../../libvirt/stored-snapshot.ts';

/** A snapshot as far as its images go. */
export function healthSnapshot({ snapshot, memoryFile, hasConfig, readable, disks }: StoredSnapshot): HealthSnapshot {
  const { name, parent, state, memory, kind } = snapshot;
  return { name, parent, state, memory, kind, memoryFile, hasConfig, readable, stored: disks };
}
