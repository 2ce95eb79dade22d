import { isWritable } from '../../libvirt/disks.ts';
import type { CreateDisk, CreateDraft, CreateFacts } from '../../schema.ts';
import { isExternal } from './modes.ts';
import { chosenFile, defaultOverlay } from './paths.ts';

/** What is asked of one disk, so that no default of libvirt's or the domain's counts. */
export interface DiskRequest {
  readonly target: string;
  readonly location: 'internal' | 'external' | 'no';
  /** The new file of an external one; empty: the path is still missing. */
  readonly file: string | null;
}

/** Whether a snapshot can keep a disk: it has an image, the guest writes to it, and it is in libvirt's hands. */
export function canKeep(disk: Pick<CreateDisk, 'image' | 'readonly' | 'type'>): boolean {
  return isWritable(disk) && disk.type !== 'vhostuser';
}

/**
 * Whether a disk is taken along. An external snapshot may leave it out, and does so with one that the domain marks
 * (`<disk snapshot='no'>`), unless it was chosen.
 */
export function isIncluded(
  { mode, disks }: Pick<CreateDraft, 'mode' | 'disks'>,
  { target, snapshot }: Pick<CreateDisk, 'target' | 'snapshot'>,
): boolean {
  if (!isExternal(mode)) return true;
  return disks.find((disk) => disk.target === target)?.include ?? !isMarked({ snapshot });
}

/** The domain's configuration says that snapshots leave the disk to somebody else. */
export function isMarked({ snapshot }: Pick<CreateDisk, 'snapshot'>): boolean {
  return snapshot === 'no' || snapshot === 'manual';
}

/**
 * What is asked of every disk (virDomainSnapshotAlignDisks, 7.0–11.3). Two things follow from there: an empty drive must
 * not be named beside internal disks, where `no` is refused unless the domain says so too; and of a read-only disk that
 * the domain marks for snapshots, `no` is refused as well.
 */
export function diskRequests({ disks }: Pick<CreateFacts, 'disks'>, draft: CreateDraft): DiskRequest[] {
  if (!isExternal(draft.mode))
    return disks
      .filter(({ image }) => image !== null)
      .map((disk) => ({ target: disk.target, location: isKeptInside(disk) ? 'internal' : 'no', file: null }));
  return disks.map((disk) => {
    const { target } = disk;
    if (!canKeep(disk) || !isIncluded(draft, disk)) return { target, location: 'no', file: null };
    return { target, location: 'external', file: chosenFile(draft, target) || defaultOverlay(disk, draft.name) };
  });
}

/** The disks that the snapshot keeps. */
export function keptDisks(facts: Pick<CreateFacts, 'disks'>, draft: CreateDraft): CreateDisk[] {
  const kept = new Set(
    diskRequests(facts, draft)
      .filter(({ location }) => location !== 'no')
      .map(({ target }) => target),
  );
  return facts.disks.filter(({ target }) => kept.has(target));
}

function isKeptInside(disk: CreateDisk): boolean {
  if (!disk.readonly) return canKeep(disk);
  return disk.snapshot !== null && disk.snapshot !== 'no';
}
