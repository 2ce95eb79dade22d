import type { Gate } from '../../electron/hosts/gate.ts';
import { SnapshotCache } from '../../electron/hosts/snapshot-cache.ts';
import { procedures } from '../../electron/libvirt/procedures.ts';
import type { Place } from './try-case.ts';

/** One connection for asking and for changing, and what is at its other end. */
export async function placeOf(gate: Gate): Promise<Place> {
  const snapshots = new SnapshotCache(gate);
  const [{ type }, { version: libvirt }, { version: hypervisor }] = await Promise.all([
    gate.call(procedures.connectGetType, {}),
    gate.call(procedures.connectGetLibVersion, {}),
    gate.call(procedures.connectGetVersion, {}),
  ]);
  return {
    reads: gate,
    writes: gate,
    readSnapshots: (uuid) => snapshots.read(uuid),
    driver: type,
    libvirtVersion: Number(libvirt),
    hypervisorVersion: Number(hypervisor),
  };
}
