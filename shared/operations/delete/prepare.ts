import type { SnapshotDisk } from '../../libvirt/disks.ts';
import { can } from '../../libvirt/versions.ts';
import type { DeleteFacts, DeleteSnapshot } from '../../schema.ts';
import { isExternal, type Merge, type Present } from './present.ts';

/** Why libvirt does not go on, in the order in which it looks. */
export type RefusalCode =
  | 'NOTHING_OUTSIDE'
  | 'IN_PROGRESS'
  | 'STORED_WITHOUT_DISK'
  | 'DISK_TAKEN_OUT'
  | 'NOT_IN_CHAIN'
  | 'NO_BASE'
  | 'BASE_ELSEWHERE'
  | 'PARENT_INTERNAL';

export interface Refusal {
  readonly code: RefusalCode;
  readonly target: string;
  /** What libvirt looks for in the chain of the disk. */
  readonly from: string | null;
  /** What the snapshot says that lies below it. */
  readonly into: string | null;
}

/** What one call does to the images, unless libvirt refuses. */
export interface Prepared {
  readonly refusal: Refusal | null;
  readonly merges: readonly Merge[];
  /** Files that libvirt deletes without merging them. */
  readonly unlinks: readonly { readonly target: string; readonly path: string }[];
}

/** `defined`: by the definition of a domain that is off, before QEMU is started; `opened`: by the images. */
type Pass = 'defined' | 'opened';

/**
 * What libvirt makes of the images when an external snapshot is deleted (qemuSnapshotDeleteExternalPrepare of 9.0.0,
 * qemuSnapshotDeleteExternalPrepareData and qemuSnapshotDiscardExternal of 11.3.0; seen on 9.0, 11.3 and 12.8). Which
 * disks take part is told by `<disks>` of the snapshot, and what of them is merged by the configuration stored with its
 * child, of which nothing is asked: it may have left the disk out.
 */
export function prepare(facts: DeleteFacts, present: Present, snapshot: DeleteSnapshot): Prepared {
  const { name } = snapshot;
  const byTree = can(facts.libvirtVersion, 'branches');
  const isLeaf = present.childrenOf(name).length === 0;
  const parts = present.disksOf(name).filter(({ kind }) => (byTree ? kind === 'external' : kind !== 'none'));
  const refused = (code: RefusalCode, target = '', from: string | null = null, into: string | null = null) => ({
    refusal: { code, target, from, into },
    merges: [],
    unlinks: [],
  });
  if (parts.length === 0 && !can(facts.libvirtVersion, 'deletesMemoryFile')) return refused('NOTHING_OUTSIDE');

  if (byTree && isLeaf && present.current !== name) {
    const refusal = parts.find((disk) => disk.deleteInProgress || present.storedImage(name, disk.target) === undefined);
    if (refusal) return refused(refusal.deleteInProgress ? 'IN_PROGRESS' : 'STORED_WITHOUT_DISK', refusal.target);
    return { refusal: null, merges: [], unlinks: unlinksOf(facts, present, name, parts) };
  }

  const passes: readonly Pass[] = facts.domain.active ? ['opened'] : ['defined', 'opened'];
  const merges: Merge[] = [];
  for (const pass of passes) {
    for (const disk of parts) {
      const { target } = disk;
      const from = byTree ? topOf(present, name, disk) : (disk.file ?? null);
      const into = present.storedImage(name, target) ?? null;
      const code = byTree
        ? refusalByTree(present, name, disk, from, pass)
        : refusalByOverlay(present, name, disk, from, pass);
      if (code) return refused(code, target, from, into);
      if (pass === 'opened' && from !== null && into !== null)
        merges.push({ target, from, into, active: from === present.activeImage(target) });
    }
  }
  return { refusal: null, merges, unlinks: [] };
}

/** From 10.0 on: what its child was taken in, or of the current snapshot what the domain writes to. */
function topOf(present: Present, name: string, { target, file }: SnapshotDisk): string | null {
  const [child] = present.childrenOf(name);
  if (child === undefined) return present.activeImage(target);
  const stored = present.storedImage(child, target);
  return stored === undefined ? (file ?? null) : stored;
}

function refusalByTree(
  present: Present,
  name: string,
  { target, deleteInProgress }: SnapshotDisk,
  from: string | null,
  pass: Pass,
): RefusalCode | null {
  if (deleteInProgress) return 'IN_PROGRESS';
  const stored = present.storedImage(name, target);
  if (stored === undefined) return 'STORED_WITHOUT_DISK';
  if (!present.disk(target)) return 'DISK_TAKEN_OUT';
  return (
    (pass === 'opened' ? refusalInChain(present.chainOf(target), from, stored, present.isWhole(target)) : null) ??
    refusalByParent(present, name, target)
  );
}

function refusalByOverlay(
  present: Present,
  name: string,
  { target, deleteInProgress }: SnapshotDisk,
  from: string | null,
  pass: Pass,
): RefusalCode | null {
  if (deleteInProgress) return 'IN_PROGRESS';
  if (!present.disk(target)) return 'DISK_TAKEN_OUT';
  const chain = pass === 'defined' ? present.definedChain(target) : present.chainOf(target);
  if (from === null) return 'NOT_IN_CHAIN';
  if (!chain.includes(from) && (pass === 'defined' || present.isWhole(target))) return 'NOT_IN_CHAIN';
  const stored = present.storedImage(name, target);
  if (stored === undefined) return 'STORED_WITHOUT_DISK';
  return (
    (pass === 'opened' ? refusalInChain(chain, from, stored, present.isWhole(target)) : null) ??
    refusalByParent(present, name, target)
  );
}

/** Of a chain that was not read to its end nobody knows what it lacks. */
function refusalInChain(
  chain: readonly (string | null)[],
  from: string | null,
  stored: string | null,
  isWhole: boolean,
): RefusalCode | null {
  const at = chain.indexOf(from);
  if (at === -1) return isWhole ? 'NOT_IN_CHAIN' : null;
  const below = chain[at + 1];
  if (below === undefined) return isWhole ? 'NO_BASE' : null;
  return below === stored ? null : 'BASE_ELSEWHERE';
}

function refusalByParent(present: Present, name: string, target: string): RefusalCode | null {
  const owner = present.ownerAbove(name, target);
  return owner && !isExternal(owner) ? 'PARENT_INTERNAL' : null;
}

/**
 * A leaf off the active chain: its image is deleted where an external snapshot made it. Before 11.0 nobody asked who
 * made it (NEWS 11.0.0: “Fix snapshot to not delete disk image with internal snapshot”).
 */
function unlinksOf(
  { libvirtVersion }: DeleteFacts,
  present: Present,
  name: string,
  parts: readonly SnapshotDisk[],
): Prepared['unlinks'] {
  return parts.flatMap(({ target }) => {
    const path = present.storedImage(name, target);
    const owner = present.ownerAbove(name, target);
    const goes = can(libvirtVersion, 'sparesForeignImages') ? owner !== undefined && isExternal(owner) : true;
    return goes && typeof path === 'string' ? [{ target, path }] : [];
  });
}
