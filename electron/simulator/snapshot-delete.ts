import { blockJobStatus, blockJobType, deleteFlag } from '../../shared/libvirt/flags.ts';
import { can } from '../../shared/libvirt/versions.ts';
import { leftBehind } from './files.ts';
import {
  type Change,
  type DomainConfig,
  type DomainEvent,
  type DomainModel,
  descendants,
  findSnapshot,
  isExternal,
  type SnapshotDiskModel,
  type SnapshotModel,
  type TagModel,
} from './model.ts';
import { checkFlags, type Refusal, refusal, refuse } from './refuse.ts';
import { withoutTags } from './tags.ts';

interface DeleteCase {
  readonly flags: number;
  readonly version: number;
  readonly domain: DomainModel;
  readonly snapshot: SnapshotModel;
  readonly below: readonly SnapshotModel[];
  readonly children: readonly SnapshotModel[];
}

/** Refusals of deletions that touch data (qemuSnapshotDeleteValidate). */
const rules: readonly (Refusal & { readonly when: (c: DeleteCase) => boolean })[] = [
  {
    code: 'CONFIG_UNSUPPORTED',
    domain: 'QEMU',
    message: 'deletion of external disk snapshots not supported yet',
    when: ({ version, snapshot, below }) => !can(version, 'deletesExternal') && [snapshot, ...below].some(isExternal),
  },
  {
    code: 'CONFIG_UNSUPPORTED',
    domain: 'QEMU',
    message: 'deletion of external disk snapshots with children not supported',
    when: ({ flags, snapshot }) => (flags & deleteFlag.children) !== 0 && isExternal(snapshot),
  },
  {
    code: 'OPERATION_UNSUPPORTED',
    domain: 'QEMU',
    message: 'disk image for internal snapshot is not the same as disk image currently used by VM',
    when: ({ domain, snapshot }) =>
      domain.live !== null &&
      !isExternal(snapshot) &&
      snapshot.disks.some(({ target }) => pathOf(snapshot.config, target) !== pathOf(domain.live, target)),
  },
  {
    code: 'CONFIG_UNSUPPORTED',
    domain: 'QEMU',
    message: 'deletion of external children disk snapshots not supported',
    when: ({ flags, below }) =>
      (flags & (deleteFlag.children | deleteFlag.childrenOnly)) !== 0 && below.some(isExternal),
  },
  {
    code: 'OPERATION_UNSUPPORTED',
    domain: 'QEMU',
    message: 'deleting external snapshot that has internal snapshot as parent not supported',
    // Since 10.0 a leaf that is not current is not merged, and its parent may be whatever it is.
    when: ({ version, snapshot, domain, children }) => {
      const parent = snapshot.parent === null ? undefined : findSnapshot(domain, snapshot.parent);
      const isMerged = !can(version, 'branches') || children.length > 0 || domain.current === snapshot.name;
      return isMerged && isExternal(snapshot) && parent !== undefined && !isExternal(parent);
    },
  },
  {
    code: 'OPERATION_UNSUPPORTED',
    domain: 'QEMU',
    message: 'deleting external snapshot is not supported while a block job is running',
    when: ({ snapshot, domain }) => isExternal(snapshot) && domain.blockJobs.length > 0,
  },
  {
    code: 'CONFIG_UNSUPPORTED',
    domain: 'QEMU',
    message: 'deletion of external disk snapshot with multiple children snapshots not supported',
    when: ({ version, snapshot, children }) => can(version, 'branches') && isExternal(snapshot) && children.length > 1,
  },
  {
    code: 'CONFIG_UNSUPPORTED',
    domain: 'QEMU',
    message: 'deletion of active external snapshot that is not a leaf snapshot is not supported',
    when: ({ version, snapshot, children, domain }) =>
      can(version, 'branches') && isExternal(snapshot) && snapshot.name === domain.current && children.length > 0,
  },
  {
    code: 'CONFIG_UNSUPPORTED',
    domain: 'QEMU',
    message: 'deletion of non-leaf external snapshot that is not in active chain is not supported',
    when: ({ version, snapshot, children, below, domain }) =>
      can(version, 'branches') &&
      isExternal(snapshot) &&
      children.length > 0 &&
      !below.some((each) => each.name === domain.current),
  },
];

/** qemuDomainSnapshotDelete. @throws LibvirtError when refused */
export function deleteSnapshot(domain: DomainModel, name: string, flags: number, version: number): Change {
  const { children, childrenOnly, metadataOnly } = deleteFlag;
  if (flags & children && flags & childrenOnly)
    refuse('INVALID_ARG', 'DOMAIN_SNAPSHOT', "flags 'children' and 'children only' are mutually exclusive");
  checkFlags(flags, children | childrenOnly | metadataOnly, 'QEMU', 'qemuDomainSnapshotDelete');
  const snapshot = findSnapshot(domain, name);
  if (!snapshot) refuse('NO_DOMAIN_SNAPSHOT', 'QEMU', `no domain snapshot with matching name '${name}'`);
  const below = descendants(domain.snapshots, name);
  const direct = below.filter((each) => each.parent === name);
  const refused =
    !(flags & metadataOnly) &&
    snapshot.config !== null &&
    rules.find((rule) => rule.when({ flags, version, domain, snapshot, below, children: direct }));
  if (refused) throw refusal(refused);

  const gone = new Set(flags & childrenOnly ? below : flags & children ? [snapshot, ...below] : [snapshot]);
  const merged =
    flags & metadataOnly || !isExternal(snapshot)
      ? domain
      : withoutOverlays(noteMerge(domain, snapshot, false), snapshot);
  const stays = flags & metadataOnly ? leftBehind : (_: DomainModel, after: DomainModel) => after.strays;
  const left = merged.snapshots.filter((each) => ![...gone].some(({ name: dead }) => dead === each.name));
  const without = (tags: readonly TagModel[], each: SnapshotModel) => withoutTags(tags, each, domain.config);
  const after: DomainModel = {
    ...merged,
    snapshots: left.map((each) =>
      gone.has(snapshot) && each.parent === name ? { ...each, parent: snapshot.parent } : each,
    ),
    tags: flags & metadataOnly ? domain.tags : [...gone].reduce(without, domain.tags),
    current: survivor(domain, gone, flags & childrenOnly ? name : snapshot.parent),
  };
  return {
    domain: { ...after, strays: stays(domain, after) },
    events: merged === domain ? [] : committed(domain, snapshot),
  };
}

/** libvirt moves "current" to the parent, or with CHILDREN_ONLY to the snapshot itself. */
function survivor(domain: DomainModel, gone: ReadonlySet<SnapshotModel>, heir: string | null): string | null {
  return [...gone].some(({ name }) => name === domain.current) ? heir : domain.current;
}

/** What libvirt merges: of a leaf what is written to, else what its child was taken in, into the snapshot's own image. */
export function mergesOf(
  domain: DomainModel,
  snapshot: SnapshotModel,
): { target: string; from: string; into: string }[] {
  const chain = lineOf(domain, domain.current);
  if (!isExternal(snapshot) || !chain.some(({ name }) => name === snapshot.name)) return [];
  const child = chain.find(({ parent }) => parent === snapshot.name);
  return snapshot.disks.flatMap(({ target, kind }) => {
    const into = pathOf(snapshot.config, target);
    const from = pathOf(child ? child.config : (domain.live ?? domain.config), target);
    return kind === 'external' && from !== null && into !== null && from !== into ? [{ target, from, into }] : [];
  });
}

/** With the next snapshot above that has the disk, libvirt notes a merge from its beginning to its end (qemuSnapshotSetInvalid). */
export function noteMerge(domain: DomainModel, snapshot: SnapshotModel, isUnderWay: boolean): DomainModel {
  const above = lineOf(domain, snapshot.parent);
  const has = (target: string) => (disk: SnapshotDiskModel) => disk.target === target && disk.kind !== 'no';
  const noted = new Map(
    mergesOf(domain, snapshot).map(({ target }) => [target, above.find(({ disks }) => disks.some(has(target)))?.name]),
  );
  const note = ({ deleteInProgress: _, ...disk }: SnapshotDiskModel): SnapshotDiskModel =>
    isUnderWay ? { ...disk, deleteInProgress: true } : disk;
  const snapshots = domain.snapshots.map((each) => ({
    ...each,
    disks: each.disks.map((disk) => (noted.get(disk.target) === each.name ? note(disk) : disk)),
  }));
  return { ...domain, snapshots };
}

/** From a snapshot up to its root. */
function lineOf(domain: DomainModel, from: string | null): SnapshotModel[] {
  const line: SnapshotModel[] = [];
  for (let name = from; name !== null; ) {
    const snapshot = findSnapshot(domain, name);
    if (!snapshot || line.includes(snapshot)) break;
    line.push(snapshot);
    name = snapshot.parent;
  }
  return line;
}

function pathOf(config: DomainConfig | null, target: string): string | null {
  return config?.disks.find((disk) => disk.target === target)?.path ?? null;
}

/** Block commit puts an overlay's data into what it lies on, and everything that used the overlay uses that. */
function withoutOverlays(domain: DomainModel, snapshot: SnapshotModel): DomainModel {
  const overlays = new Set(mergesOf(domain, snapshot).map(({ from }) => from));
  const merged = (config: DomainConfig): DomainConfig => ({
    ...config,
    disks: config.disks.map((disk) => {
      const chain = [disk.path, ...disk.backing].filter((path) => path !== null && !overlays.has(path));
      const [path = disk.path, ...backing] = chain as string[];
      return { ...disk, path, backing };
    }),
  });
  return {
    ...domain,
    config: merged(domain.config),
    live: domain.live && merged(domain.live),
    snapshots: domain.snapshots.map((each) => ({
      ...each,
      config: each.config && merged(each.config),
      inactiveConfig: each.inactiveConfig && merged(each.inactiveConfig),
    })),
  };
}

/** Of what is written to the commit is active: ready, then completed. Of what lies further down it only completes. */
function committed(domain: DomainModel, snapshot: SnapshotModel): DomainEvent[] {
  return mergesOf(domain, snapshot).flatMap(({ target, from }) => {
    const active = pathOf(domain.live ?? domain.config, target) === from;
    const statuses = active ? [blockJobStatus.ready, blockJobStatus.completed] : [blockJobStatus.completed];
    const type = active ? blockJobType.activeCommit : blockJobType.commit;
    return statuses.map((status) => ({ kind: 'blockJob' as const, target, type, status }));
  });
}
