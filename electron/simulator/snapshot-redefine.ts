import { createFlag } from '../../shared/libvirt/flags.ts';
import { type DomainModel, descendants, findSnapshot, hasMemory, type SnapshotModel } from './model.ts';
import { refuse } from './refuse.ts';
import type { Created } from './snapshot-create.ts';
import type { SnapshotRequest } from './xml-read.ts';

/**
 * CREATE_XML with REDEFINE: metadata only (virDomainSnapshotRedefinePrep). A known name without `<domain>` keeps its
 * configuration. CURRENT drops the `<revertDisks>` of the snapshot that was current, be it the same (seen on 11.3 and 12.8).
 * @throws LibvirtError 8, 27, 67, or 1 for a new name without `<domain>`
 */
export function redefine(domain: DomainModel, asked: SnapshotRequest, flags: number): Created {
  const { name, parent, state, createdAt } = asked;
  if (name === null) refuse('XML_ERROR', 'DOMAIN_SNAPSHOT', 'a redefined snapshot must have a name');
  if (createdAt === null) refuse('INTERNAL_ERROR', 'DOMAIN_SNAPSHOT', 'missing creationTime from existing snapshot');
  if (state === null) refuse('XML_ERROR', 'DOMAIN_SNAPSHOT', 'missing state from existing snapshot');
  const old = findSnapshot(domain, name);
  if (asked.uuid !== null && asked.uuid !== domain.uuid)
    refuse('INVALID_ARG', 'DOMAIN_SNAPSHOT', `definition for snapshot ${name} must use uuid ${domain.uuid}`);
  checkParent(domain, name, parent);
  if ((state === 'disk-snapshot') !== ((flags & createFlag.diskOnly) !== 0) && (old || state === 'disk-snapshot'))
    refuse('INVALID_ARG', 'DOMAIN_SNAPSHOT', `cannot change between disk only and full system in snapshot ${name}`);
  const config = asked.config ?? old?.config ?? null;
  if (config === null && !old) refuse('INTERNAL_ERROR', 'DOMAIN_SNAPSHOT', `missing domain in snapshot ${name}`);
  const snapshot: SnapshotModel = {
    name,
    description: asked.description,
    parent,
    createdAt,
    state,
    memory: asked.memory ?? 'no',
    memoryFile: asked.memoryFile,
    disks: asked.disks.map((disk) => ({ ...disk, kind: disk.kind ?? 'internal' })),
    config,
    inactiveConfig: asked.inactiveConfig ?? old?.inactiveConfig ?? null,
    revertDisks: asked.revertDisks,
    ran: old?.ran ?? domain.snapshots.find((each) => each.createdAt === createdAt)?.ran ?? 0,
    lost: old ? old.lost : isRenamed(domain, asked),
  };
  if (config && snapshot.disks.some(({ target }) => !config.disks.some((disk) => disk.target === target)))
    refuse('CONFIG_UNSUPPORTED', 'DOMAIN_SNAPSHOT', 'too many disk snapshot requests for domain');
  if (old && hasMemory(old) !== hasMemory(snapshot))
    refuse('INVALID_ARG', 'DOMAIN_SNAPSHOT', `cannot change between online and offline state in snapshot ${name}`);
  const snapshots = old
    ? domain.snapshots.map((each) => (each === old ? snapshot : each))
    : [...domain.snapshots, snapshot];
  if (!(flags & createFlag.current)) return { change: { domain: { ...domain, snapshots }, events: [] }, name };
  const withoutOverlays = (each: SnapshotModel) => (each.name === domain.current ? { ...each, revertDisks: [] } : each);
  return {
    change: { domain: { ...domain, snapshots: snapshots.map(withoutOverlays), current: name }, events: [] },
    name,
  };
}

/** Inside an image the data has the name under which it was taken, so that under another one it is not found. */
function isRenamed({ snapshots }: DomainModel, { disks, memory, createdAt }: SnapshotRequest): boolean {
  const inside = memory === 'internal' || disks.some(({ kind }) => kind === 'internal');
  return inside && snapshots.some((each) => each.createdAt === createdAt);
}

function checkParent(domain: DomainModel, name: string, parent: string | null): void {
  if (parent === null) return;
  if (parent === name) refuse('INVALID_ARG', 'DOMAIN', `cannot set snapshot ${name} as its own parent`);
  if (!findSnapshot(domain, parent)) refuse('INVALID_ARG', 'DOMAIN', `parent ${parent} for snapshot ${name} not found`);
  if (descendants(domain.snapshots, name).some((each) => each.name === parent))
    refuse('INVALID_ARG', 'DOMAIN', `parent ${parent} would create cycle to ${name}`);
}
