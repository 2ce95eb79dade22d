import {
  createFlag,
  jobOperation,
  resumedDetail,
  runningReason,
  shutoffReason,
  stoppedDetail,
  suspendedDetail,
} from '../../shared/libvirt/flags.ts';
import { can } from '../../shared/libvirt/versions.ts';
import { freezeRefused } from './guest-agent.ts';
import {
  type Change,
  type DomainConfig,
  type DomainModel,
  type Env,
  findSnapshot,
  overlayPath,
  ranAt,
  type SnapshotModel,
} from './model.ts';
import { switchedOff, tell } from './power.ts';
import { checkFlags, type Refusal, refusal, refuse } from './refuse.ts';
import { redefine } from './snapshot-redefine.ts';
import { withTags } from './tags.ts';
import { goingOnFrom } from './written.ts';
import type { SnapshotRequest } from './xml-read.ts';

export interface Created {
  readonly change: Change;
  readonly name: string;
}
interface CreateCase {
  readonly flags: number;
  readonly version: number;
  readonly domain: DomainModel;
  readonly asked: SnapshotRequest;
  readonly snapshot: SnapshotModel;
  /** Paths of the files that the host has. */
  readonly present: ReadonlySet<string>;
}

const { current, noMetadata, halt, diskOnly, redefine: REDEFINE, quiesce: QUIESCE, live: LIVE } = createFlag;
const KNOWN = Object.values(createFlag).reduce((all, bit) => all | bit, 0);
/** The longest file name in bytes, with `.xml` for its metadata. */
const NAME_MAX = 255;

/** Refusals in libvirt's order (qemuSnapshotCreateXML, qemuSnapshotPrepare, virDomainSnapshotAlignDisks). */
const rules: readonly (Refusal & { readonly when: (c: CreateCase) => boolean })[] = [
  {
    code: 'INVALID_ARG',
    domain: 'QEMU',
    message: "flag 'quiesce' requires flag 'disk-only'",
    when: ({ flags }) => (flags & QUIESCE) !== 0 && !(flags & diskOnly),
  },
  {
    code: 'OPERATION_INVALID',
    domain: 'QEMU',
    message: 'cannot halt after transient domain snapshot',
    when: ({ flags, domain }) => (flags & halt) !== 0 && !domain.persistent,
  },
  {
    code: 'BLOCK_COPY_ACTIVE',
    domain: 'QEMU',
    message: 'domain has active block job',
    when: ({ domain }) => domain.blockJobs.length > 0,
  },
  {
    code: 'OPERATION_FAILED',
    domain: 'DOMAIN',
    message: 'domain moment already exists',
    when: ({ domain, snapshot }) => findSnapshot(domain, snapshot.name) !== undefined,
  },
  {
    code: 'OPERATION_UNSUPPORTED',
    domain: 'QEMU',
    message: "qemu doesn't support taking snapshots of PMSUSPENDED guests",
    when: ({ domain, flags }) => domain.state === 'pmsuspended' && !(flags & diskOnly),
  },
  {
    code: 'XML_ERROR',
    domain: 'DOMAIN_SNAPSHOT',
    message: 'memory state cannot be saved with offline or disk-only snapshot',
    when: ({ domain, flags, asked }) =>
      (!domain.live || (flags & diskOnly) !== 0) && asked.memory !== null && asked.memory !== 'no',
  },
  {
    code: 'CONFIG_UNSUPPORTED',
    domain: 'QEMU',
    message: 'active qemu domains require external disk snapshots; disk requested internal',
    when: ({ flags, snapshot }) => (flags & diskOnly) !== 0 && snapshot.disks.some(({ kind }) => kind === 'internal'),
  },
  {
    code: 'CONFIG_UNSUPPORTED',
    domain: 'QEMU',
    message: 'disk-only snapshots require at least one disk to be selected for snapshot',
    when: ({ flags, snapshot }) => (flags & diskOnly) !== 0 && snapshot.disks.every(({ kind }) => kind === 'no'),
  },
  {
    code: 'OPERATION_UNSUPPORTED',
    domain: 'QEMU',
    message: 'internal snapshot of a running VM must include the memory state',
    when: ({ domain, flags, asked }) => domain.live !== null && !(flags & diskOnly) && asked.memory === 'no',
  },
  {
    code: 'CONFIG_UNSUPPORTED',
    domain: 'QEMU',
    message: 'mixing internal and external targets for a snapshot is not yet supported',
    when: ({ snapshot }) =>
      new Set([...snapshot.disks.map(({ kind }) => kind), snapshot.memory].filter((kind) => kind !== 'no')).size > 1,
  },
  {
    code: 'CONFIG_UNSUPPORTED',
    domain: 'QEMU',
    message: 'internal and full system snapshots require all disks to be selected for snapshot',
    when: ({ domain, snapshot, asked }) =>
      domain.live !== null && snapshot.memory === 'internal' && asked.disks.some(({ kind }) => kind === 'no'),
  },
  {
    code: 'CONFIG_UNSUPPORTED',
    domain: 'QEMU',
    message: "internal snapshot for disk unsupported for storage type 'raw'",
    when: ({ domain, snapshot }) =>
      snapshot.disks.some(
        ({ target, kind }) =>
          kind === 'internal' && domain.config.disks.some((disk) => disk.target === target && disk.format === 'raw'),
      ),
  },
  {
    code: 'OPERATION_UNSUPPORTED',
    domain: 'QEMU',
    message: 'internal snapshots of a VM with pflash based firmware are not supported',
    when: ({ domain, snapshot, version }) =>
      !can(version, 'namesJobs') && snapshot.memory === 'internal' && domain.config.firmware === 'efi',
  },
  {
    code: 'OPERATION_UNSUPPORTED',
    domain: 'QEMU',
    message: "'live' flag requires an external memory snapshot",
    when: ({ flags, snapshot }) => (flags & LIVE) !== 0 && snapshot.memory !== 'external',
  },
  {
    code: 'CONFIG_UNSUPPORTED',
    domain: 'QEMU',
    message: 'external snapshot file already exists and is not a block device',
    when: ({ snapshot, present }) => snapshot.disks.some(({ file }) => file !== null && present.has(file)),
  },
  {
    code: 'INTERNAL_ERROR',
    domain: 'QEMU',
    message: "unable to execute QEMU command 'snapshot-save': Invalid job ID",
    when: ({ snapshot, version }) =>
      can(version, 'namesJobs') && snapshot.memory === 'internal' && !/^[\w.-]+$/.test(snapshot.name),
  },
  {
    code: 'INTERNAL_ERROR',
    domain: 'QEMU',
    message: 'unable to save metadata for snapshot',
    when: ({ snapshot }) => Buffer.byteLength(`${snapshot.name}.xml`) > NAME_MAX,
  },
];

/**
 * qemuDomainSnapshotCreateXML. @throws LibvirtError when refused
 * @param present paths of the files that the host has
 */
export function createSnapshot(
  domain: DomainModel,
  asked: SnapshotRequest,
  flags: number,
  env: Env,
  present: ReadonlySet<string> = new Set(),
): Created {
  checkFlags(flags, KNOWN, 'QEMU', 'qemuDomainSnapshotCreateXML');
  const redefines = (flags & REDEFINE) !== 0;
  if (redefines && flags & (noMetadata | halt))
    refuse('INVALID_ARG', 'DOMAIN_SNAPSHOT', "flags 'redefine' and 'no metadata' or 'halt' are mutually exclusive");
  if (!redefines && flags & current)
    refuse('INVALID_ARG', 'DOMAIN_SNAPSHOT', "flag 'current' requires flag 'redefine'");
  if (redefines) return redefine(domain, asked, flags);
  const snapshot = planned(domain, asked, flags, env);
  const refused = rules.find((rule) => rule.when({ flags, version: env.version, domain, asked, snapshot, present }));
  const unfrozen = flags & QUIESCE && domain.live ? freezeRefused(domain) : undefined;
  if (refused ?? unfrozen) throw refusal((refused ?? unfrozen) as Refusal);
  return { change: taken(domain, snapshot, flags), name: snapshot.name };
}

function planned(domain: DomainModel, asked: SnapshotRequest, flags: number, env: Env): SnapshotModel {
  const name = asked.name ?? String(env.now);
  const onlyDisks = (flags & diskOnly) !== 0;
  const memory = !domain.live || onlyDisks || asked.memory === 'no' ? 'no' : (asked.memory ?? 'internal');
  const usual = onlyDisks || memory === 'external' ? 'external' : 'internal';
  const state = onlyDisks && domain.live ? 'disk-snapshot' : domain.live ? domain.state : 'shutoff';
  return {
    name,
    description: asked.description,
    parent: domain.current,
    createdAt: env.now,
    state,
    memory,
    memoryFile: memory === 'external' ? asked.memoryFile : null,
    disks: (domain.live ?? domain.config).disks.map((disk) => {
      const wish = asked.disks.find(({ target }) => target === disk.target);
      const writable = disk.device === 'disk' && !disk.readonly && disk.path !== null;
      const kind = wish?.kind ?? (writable ? usual : 'no');
      const overlay = kind === 'external' ? (wish?.file ?? (disk.path && overlayPath(disk.path, name))) : null;
      return { target: disk.target, kind, file: overlay };
    }),
    config: domain.live ?? domain.config,
    inactiveConfig: domain.live && domain.persistent ? domain.config : null,
    revertDisks: [],
    ran: memory !== 'no' ? ranAt(domain.clock, env.now) : 0,
    lost: false,
  };
}

/** The guest as it goes on after the snapshot: on top of the new overlays, stopped if that was asked. */
function taken(domain: DomainModel, snapshot: SnapshotModel, flags: number): Change {
  const kept = !(flags & noMetadata);
  const pauses = snapshot.memory !== 'no' && domain.state === 'running' && !(flags & LIVE);
  const stops = (flags & halt) !== 0 && domain.live !== null;
  const onTop = (config: DomainConfig): DomainConfig => ({
    ...config,
    disks: config.disks.map((disk) => {
      const made = snapshot.disks.find(({ target, kind }) => target === disk.target && kind === 'external');
      if (!made?.file || disk.path === null) return disk;
      return { ...disk, path: made.file, format: 'qcow2', backing: [disk.path, ...disk.backing] };
    }),
  });
  const tags = withTags(domain, snapshot, domain.live ?? domain.config);
  const after: DomainModel = {
    ...domain,
    reason: pauses ? runningReason.unpaused : domain.reason,
    config: onTop(domain.config),
    live: domain.live && onTop(domain.live),
    tags,
    written: goingOnFrom(domain.written, tags, snapshot.name, snapshot.createdAt),
    snapshots: kept ? [...domain.snapshots, snapshot] : domain.snapshots,
    current: kept ? snapshot.name : domain.current,
  };
  return {
    domain: stops ? switchedOff(after, shutoffReason.fromSnapshot) : after,
    events: [
      ...(pauses ? [tell('suspended', suspendedDetail.paused)] : []),
      ...(pauses && !stops ? [tell('resumed', resumedDetail.unpaused)] : []),
      ...(snapshot.memory === 'external' ? [{ kind: 'jobCompleted' as const, operation: jobOperation.snapshot }] : []),
      ...(stops ? [tell('stopped', stoppedDetail.fromSnapshot)] : []),
    ],
  };
}
