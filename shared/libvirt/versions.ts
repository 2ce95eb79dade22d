/**
 * What libvirt can, by the version in which it began to: the only place with version numbers. A libvirt of 10.9.1 is
 * 10_009_001 (virConnectGetLibVersion). Rows of rule tables take their `since` and `until` from here.
 */
export const version = {
  /** A revert always replaces the hypervisor process from here on (libvirt NEWS 7.10). */
  alwaysRestarts: 7_010_000,
  /** Volumes of a pool are found for an offline revert: seen on 9.0, and not on 7.0; what lies between is not known. */
  revertsVolumes: 9_000_000,
  /** VIR_DOMAIN_SNAPSHOT_REVERT_RESET_NVRAM (NEWS 8.1). */
  resetsNvram: 8_001_000,
  /** QEMU is asked what keeps a guest from being migrated or saved, in place of a list (qemuMigrationSrcIsAllowed; not in 7.0, in 9.0). */
  asksQemu: 8_006_000,
  /**
   * A snapshot of a guest that is off passes over disks that are no part of it, and the stored configuration of one that
   * is on follows to the new file of a volume: not so on 7.0, so on 9.0.
   */
  followsDisks: 9_000_000,
  /** Deleting external snapshots by block commit (NEWS 9.0.0). */
  deletesExternal: 9_000_000,
  /** Memory files go with their snapshot (NEWS 9.1.0). */
  deletesMemoryFile: 9_001_000,
  /** Deleting an internal snapshot of a disk that was detached crashed the daemon before (seen on 9.0). */
  deletesDetached: 9_001_000,
  /** Internal snapshots of a guest that is off, beside checkpoints: refused on 9.0; what comes next is not known … */
  internalBesideCheckpoints: 9_001_000,
  /** Memory beside virtiofs may be saved, if QEMU and virtiofsd can: refused on 9.0, so in 11.3; since when is not known. */
  savesVirtiofs: 9_001_000,
  /** `<shmem><model type='ivshmem'>` is no longer refused outright: so on 9.0, not in 11.3. */
  dropsLegacyShmemCheck: 9_001_000,
  /** Internal snapshots of UEFI guests that are off (qemuSnapshotPrepare; refused on 9.0, taken from 9.3 on). */
  internalOfUefi: 9_003_000,
  /** Reverting to external snapshots (NEWS 9.9). */
  revertsExternal: 9_009_000,
  /** Internal reverts, which crash QEMU in 9.9, work again (NEWS 9.10). */
  mendsInternalRevert: 9_010_000,
  /** Deleting in trees that a revert has branched (NEWS 9.9.0, 10.0.0). */
  branches: 10_000_000,
  /** Internal snapshots of an active domain are QEMU jobs named after the snapshot (NEWS 10.9.0). */
  namesJobs: 10_009_000,
  /** Reverting to a snapshot of the disks alone, of a running guest. */
  revertsDiskOnly: 10_010_000,
  /** Internal snapshots take the NVRAM back too, where that is qcow2 (NEWS 10.10). */
  revertsNvram: 10_010_000,
  /** … and seen to be taken from here on. */
  seenInternalBesideCheckpoints: 11_003_000,
  /** QEMU that is killed by a revert is told as shut down, too: seen on 11.3, not on 9.0; what lies between is not known. */
  tellsShutdown: 11_000_000,
  /** A leaf of another branch takes an image along only if an external snapshot made it (NEWS 11.0.0). */
  sparesForeignImages: 11_000_000,
  /** Merging while a guest is paused since its memory was written or loaded: seen on 12.8, refused on 11.3. */
  mergesWhilePaused: 12_008_000,
  /** A transient domain that does not start again in a live revert is gone: seen on 12.8, not on 11.3; what lies between is not known. */
  dropsTransient: 11_004_000,
  /** Deleting below branches: seen right on 12.8, and crashing on 11.3; what lies between is not known. */
  deletesBelowBranches: 12_000_000,
  /** Chains of more than about 25 images broke the start of a domain before (NEWS 12.0). */
  deepChains: 12_000_000,
} as const;
export type Capability = keyof typeof version;

/** The versions that something holds for: from `since` up to, not including, `until`. */
export interface Versions {
  readonly since?: number | undefined;
  readonly until?: number | undefined;
}

export function inVersions(libvirtVersion: number, { since = 0, until = Number.POSITIVE_INFINITY }: Versions): boolean {
  return libvirtVersion >= since && libvirtVersion < until;
}

export function can(libvirtVersion: number, capability: Capability): boolean {
  return libvirtVersion >= version[capability];
}
