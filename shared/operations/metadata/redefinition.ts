import { formatVersion } from '../../format.ts';
import type { Disk } from '../../libvirt/disks.ts';
import { can } from '../../libvirt/versions.ts';
import type { Host } from '../../rule.ts';
import type { Snapshot, Statement } from '../../schema.ts';

/** Where metadata is redefined. */
export interface RedefineFacts extends Host {
  /** The domain is off, and backups have left checkpoints on it; null is unknown. */
  readonly offWithCheckpoints: boolean | null;
}

/** What a redefinition is judged by. */
export interface Redefined {
  readonly facts: RedefineFacts;
  readonly snapshot: Pick<Snapshot, 'name' | 'state' | 'memory' | 'disks'>;
  /** The disks of the configuration stored with it. */
  readonly config: readonly Disk[];
}

/**
 * Why libvirt does not take a snapshot's metadata back, not even as it gave it; null when it does. On 9.0 it takes none
 * while the domain is off and has checkpoints (observed: OPERATION_UNSUPPORTED). Of a snapshot with no
 * part outside of the images every disk has to be internal; one that is left out passes only where the stored
 * configuration says “no” of it as well. Anybody who redefines it gets CONFIG_UNSUPPORTED: to describe or rename it, to
 * point it at another parent, to make it current, to add it elsewhere.
 * Source: virDomainSnapshotRedefinePrep, virDomainSnapshotAlignDisks (7.0–11.3); seen on 9.0, 11.3 and 12.8
 * with an empty floppy drive, and on 12.8, which alone takes one with all disks `manual` while the domain is off.
 */
export function redefinitionProblem({ facts, snapshot, config }: Redefined): Statement | null {
  if (facts.offWithCheckpoints && !can(facts.libvirtVersion, 'internalBesideCheckpoints'))
    return {
      code: 'beside-checkpoints',
      text: `The domain is off and has backup checkpoints: libvirt ${formatVersion(facts.libvirtVersion)} then accepts no new metadata for its snapshots. Start it first.`,
    };
  if (hasOutside(snapshot)) return null;
  const odd = snapshot.disks.filter(({ target, kind }) => {
    if (kind !== 'none' && kind !== 'manual') return false;
    const disk = config.find((each) => each.target === target);
    return disk !== undefined && !(kind === 'none' && saysNo(disk));
  });
  if (odd.length === 0) return null;
  const names = odd.map(({ target }) => target).join(', ');
  return {
    code: 'not-redefinable',
    text: `libvirt accepts no new metadata for “${snapshot.name}”: it leaves out ${names}, and no part of it is external.`,
  };
}

/** Overlays or a memory file are part of it, or its state says that its disks alone were kept. */
function hasOutside({ state, memory, disks }: Redefined['snapshot']): boolean {
  return state === 'disk-snapshot' || memory === 'external' || disks.some(({ kind }) => kind === 'external');
}

/** By its attribute, or as what cannot be written to (virDomainDiskDefPostParse); an empty drive does not say so. */
const saysNo = (disk: Disk): boolean =>
  disk.snapshot === 'no' || (disk.snapshot === null && (disk.readonly || disk.type === 'vhostuser'));
