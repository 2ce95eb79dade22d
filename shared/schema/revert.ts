import { z } from 'zod';
import { DomainState, Problem, Statement } from './base.ts';
import { ConfigChange } from './config.ts';
import { Disk, SnapshotDisk, StrayOverlay } from './disk.ts';
import { planOf } from './plan.ts';
import { Snapshot, Tag } from './snapshot.ts';

/** The state asked of the domain after a revert: `as-saved` sends no flag. */
export const StartState = z.enum(['as-saved', 'running', 'paused']);
export type StartState = z.infer<typeof StartState>;

/** A consent the person must give (`needed`) or may give beforehand (`possible`). */
export const Requirement = z.object({
  code: z.string(),
  text: z.string(),
  /** Label of the check box. */
  consent: z.string(),
  grants: z.enum(['force']),
  certainty: z.enum(['needed', 'possible']),
});
export type Requirement = z.infer<typeof Requirement>;

/**
 * `safe`: libvirt says yes. `risky`: it says yes, and something may be damaged, now or later. `needsForce`: it asks for
 * force first. `willFail`: it refuses or fails, or Snapkeel does not ask because of what it would do.
 */
export const Verdict = z.enum(['safe', 'risky', 'needsForce', 'willFail']);
export type Verdict = z.infer<typeof Verdict>;

/** What the person has chosen, as far as it changes what a revert means. */
export const RevertChoice = z.object({
  startState: StartState,
  safetySnapshot: z.boolean(),
  removeManagedSave: z.boolean(),
  resetNvram: z.boolean(),
});
export type RevertChoice = z.infer<typeof RevertChoice>;

/** What one choice of start state means. A non-empty `blockers` means that libvirt would refuse, or worse. */
export const Assessment = z.object({
  verdict: Verdict,
  /** State of the domain afterwards. */
  outcome: DomainState,
  /** The reason of that state in virsh's words; null where it cannot be told. */
  outcomeReason: z.string().nullable(),
  /** `kept`: the safety snapshot holds it. */
  losses: z.array(Statement.extend({ kept: z.boolean().optional() })),
  warnings: z.array(Statement),
  requirements: z.array(Requirement),
  blockers: z.array(Statement),
});
export type Assessment = z.infer<typeof Assessment>;

export const RevertTarget = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('current') }),
  z.object({ kind: z.literal('named'), name: z.string().min(1) }),
]);
export type RevertTarget = z.infer<typeof RevertTarget>;

/** What a plan may be asked for; `newest`, `tagged` and `undo` are resolved to a named snapshot when the plan is made. */
export const RevertAim = z.discriminatedUnion('kind', [
  ...RevertTarget.options,
  z.object({ kind: z.literal('newest') }),
  z.object({ kind: z.literal('tagged'), tag: Tag }),
  z.object({ kind: z.literal('undo') }),
]);
export type RevertAim = z.infer<typeof RevertAim>;

/** Whether a safety snapshot can be taken before a revert here, and what it would be. */
export const SafetyOffer = z.object({
  available: z.boolean(),
  /** Same as the chain: in the images, or in overlay files beside them. Null when it cannot be taken. */
  kind: z.enum(['internal', 'external']).nullable(),
  /** Whether the guest's memory is kept with it. Taking it stops the guest for a while. */
  memory: z.boolean(),
  /** The name that it would get if it were taken now. */
  name: z.string(),
  /** Why it cannot be taken; empty when it can. */
  reasons: z.array(Statement),
  /** True and worth knowing about it. */
  notes: z.array(Statement),
  /** What may keep it from being taken, without being certain, and what is not known of that. */
  doubts: z.array(Statement),
  /** The line that takes it with virsh. */
  virsh: z.string().nullable(),
});
export type SafetyOffer = z.infer<typeof SafetyOffer>;

/** Whether the last revert of a domain can be undone. */
export const UndoOffer = z.object({
  available: z.boolean(),
  /** The safety snapshot that an undo would go back to. */
  snapshotName: z.string().nullable(),
  /** When it was taken by libvirt's clock, milliseconds since 1970. */
  takenAt: z.number().nullable(),
  /** The snapshot that the revert to undo went to. */
  revertedTo: z.string().nullable(),
  /** A sentence: why not. */
  reason: z.string().optional(),
});
export type UndoOffer = z.infer<typeof UndoOffer>;

/** One disk of the domain as it is now. */
export const DiskFact = z.object({
  target: z.string(),
  /** `disk`, `lun`, `cdrom`, `floppy`. */
  device: z.string(),
  readonly: z.boolean(),
  /** `<disk type=…>`: file, block, network, volume … */
  type: z.string(),
  format: z.string(),
  /** The image that is written to, where it has a path; of a transient disk in use the one that stays. */
  file: z.string().nullable(),
  /** Of a transient disk in use: the overlay that libvirt deletes when the guest stops. */
  dropped: z.string().nullable(),
  /** What the active layer takes up on the host's storage; null where libvirt cannot tell. */
  allocationBytes: z.number().nullable(),
  /** libvirt could not open the image. */
  missing: z.boolean(),
});
export type DiskFact = z.infer<typeof DiskFact>;

/** One disk of the configuration that a revert goes back to. */
export const StoredDisk = Disk.extend({
  /** How the snapshot keeps it; `none` also where it does not mention it. */
  kind: SnapshotDisk.shape.kind,
  /** Of its image and everything below: what libvirt cannot open. */
  missing: z.array(z.string()),
  /** The same, where that is not known. */
  unseen: z.array(z.string()),
  /** What the storage says its image is; null where it does not. */
  found: z.string().nullable(),
  /** The domain has a disk of that target now. */
  attached: z.boolean(),
  /** The image which that one writes to, as `DiskFact.file`; null for a drive without a medium, and where there is none. */
  now: z.string().nullable(),
  /** Both images belong to one tree: one lies on the other, or both on a third. Null is unknown. */
  related: z.boolean().nullable(),
  /** What lies below its image is known down to the end. */
  isWhole: z.boolean(),
  /** The image of now lies on this one. */
  isUnderNow: z.boolean(),
  /** Of an image that the snapshot is inside of: its file holds dirty bitmaps. Null where it could not be read. */
  hasBitmaps: z.boolean().nullable(),
});
export type StoredDisk = z.infer<typeof StoredDisk>;

/** A file that a guest starts with besides its disks: kernel, firmware. `exists` is null where libvirt cannot tell. */
export const NamedFile = z.object({ role: z.string(), path: z.string(), exists: z.boolean().nullable() });
export type NamedFile = z.infer<typeof NamedFile>;

export const StoredFacts = z.object({
  /** Of the configuration in force after the revert, drives without a medium included. */
  disks: z.array(StoredDisk),
  files: z.array(NamedFile),
  /** Targets of disks in its `<domain>` that are no plain files, drives without a medium included. */
  notFiles: z.array(z.string()),
  /** What the next start needs, where that has a configuration of its own: `missing` and `unseen` as of disks. */
  next: z.object({ missing: z.array(z.string()), unseen: z.array(z.string()) }),
  /** Format of the firmware's variable store; null without one. */
  nvram: z.string().nullable(),
  /** A TPM of whatever kind: its state is on no disk. */
  tpm: z.boolean(),
  /** `<genid>`: the guest must learn that time has jumped. */
  genid: z.boolean(),
  memoryFile: NamedFile.omit({ role: true }).nullable(),
});
export type StoredFacts = z.infer<typeof StoredFacts>;

/** Whether the data of the snapshot is there, and its own (`shared/health/data.ts`). */
export const SnapshotDataFact = z.object({
  state: z.enum(['there', 'gone', 'other', 'mixture', 'unknown']),
  /** The worst first. */
  why: z.array(
    z.object({
      code: z.string(),
      state: z.enum(['gone', 'other', 'mixture', 'unknown']),
      target: z.string().nullable(),
      path: z.string().nullable(),
      text: z.string(),
    }),
  ),
});

export const OverlayFact = z.object({
  target: z.string(),
  file: z.string(),
  /** Null where libvirt cannot tell. */
  bytes: z.number().nullable(),
  /** The domain writes to it now; null when the domain has no such disk any more. */
  inUse: z.boolean().nullable(),
  /** The image of now that lies on it, as is known; null where none does, and where it is the image of now itself. */
  under: z.string().nullable(),
  /** Snapshots whose data lies on it or inside it. */
  neededBy: z.array(z.string()),
  /** Where the domain does not write to it: those of which that is not known, as their images could not be read. */
  mayNeed: z.array(z.string()),
});
export type OverlayFact = z.infer<typeof OverlayFact>;

/** Where the snapshot and the present stand in the tree. Names are at most the first ten. */
export const HistoryFacts = z.object({
  /** Snapshots on the way from the root to the present that the target does not descend from. */
  leftBehind: z.object({ names: z.array(z.string()), count: z.number() }),
  /** Snapshots whose data lies on images that the revert writes to. */
  destroyed: z.object({ names: z.array(z.string()), count: z.number() }),
  /** Those of which that is not known: what their images lie on could not be read. */
  unsure: z.object({ names: z.array(z.string()), count: z.number() }),
  /** The same of a snapshot that would be kept inside today’s images. */
  now: z.enum(['destroyed', 'unsure', 'stays']),
  /** Files that lie on images which the revert writes to or deletes, though neither domain nor snapshots need them. */
  spoiled: z.array(StrayOverlay),
});
export type HistoryFacts = z.infer<typeof HistoryFacts>;

/** Everything the rules look at, gathered from libvirt for one revert. */
export const RevertFacts = z.object({
  driver: z.string(),
  libvirtVersion: z.number(),
  hypervisorVersion: z.number(),
  domain: z.object({
    uuid: z.string(),
    name: z.string(),
    state: DomainState,
    /** virDomain*Reason in virsh's words. */
    reason: z.string(),
    /** It has a hypervisor process, as also a guest that has crashed and is kept. */
    active: z.boolean(),
    persistent: z.boolean(),
    managedSave: z.boolean(),
    /** Starts with the host; null where libvirt cannot tell. */
    autostart: z.boolean().nullable(),
    /**
     * Backup tools leave them. Each with the disks that it made a bitmap for, and the image that it made it in; null
     * where libvirt does not tell.
     */
    checkpoints: z
      .array(
        z.object({
          name: z.string(),
          disks: z.array(z.object({ target: z.string(), image: z.string() })).nullable(),
        }),
      )
      .nullable(),
    /** Somebody's job is under way: a backup, a snapshot, a migration. Null where libvirt does not tell. */
    job: z.boolean().nullable(),
    /** Disks in force, drives for media included where they have one. */
    disks: z.array(DiskFact),
    /** Targets of disks on which a block job runs. */
    blockJobs: z.array(z.string()),
    /** Kinds of graphical console, as in `<graphics type=…>`. */
    consoles: z.array(z.string()),
  }),
  snapshot: Snapshot,
  /** False when the snapshot's metadata has no `<domain>` to go back to. */
  hasConfig: z.boolean(),
  /** Of the configuration stored with the snapshot. */
  stored: StoredFacts,
  /** The overlays of the current snapshot: reverting to an external snapshot unlinks them. */
  overlays: z.array(OverlayFact),
  history: HistoryFacts,
  current: z.string().nullable(),
  data: SnapshotDataFact,
  configChanges: z.array(ConfigChange),
  /** libvirt's own words, after it refused this revert as risky; null before. */
  riskReported: z.string().nullable(),
});
export type RevertFacts = z.infer<typeof RevertFacts>;

export const RevertPlan = planOf('revert', RevertFacts, {
  target: RevertTarget,
  choices: z.object({ 'as-saved': Assessment, running: Assessment, paused: Assessment }),
  /** The target is the safety snapshot of the last revert. */
  undo: z.boolean(),
  safety: SafetyOffer,
});
export type RevertPlan = z.infer<typeof RevertPlan>;

/** What was checked after a revert besides state and current snapshot. */
export const Verification = z.object({
  /** The hypervisor process: `new` (consoles were cut), `reused`, or `none` when the domain is off. */
  process: z.enum(['new', 'reused', 'none']),
  /** The image that each disk writes to now, and what the plan led to expect; null is unknown. */
  disks: z.array(z.object({ target: z.string(), file: z.string().nullable(), expected: z.string().nullable() })),
});
export type Verification = z.infer<typeof Verification>;

/** What became of the safety snapshot that was asked for. */
export const SafetyReport = z.object({
  name: z.string(),
  /** `taken`: libvirt was asked and has it. Nothing was reverted unless it was taken. */
  result: z.enum(['taken', 'failed', 'cancelled', 'unknown']),
  /** By libvirt's clock, milliseconds since 1970; null unless taken. */
  takenAt: z.number().nullable(),
  problem: Problem.optional(),
});
export type SafetyReport = z.infer<typeof SafetyReport>;

/** What became of the older safety snapshots after a revert. */
export const Tidied = z.object({
  removed: z.array(z.string()),
  /** Beyond the number to keep, and kept all the same: each with a sentence why. */
  kept: z.array(z.object({ name: z.string(), reason: z.string() })),
});
export type Tidied = z.infer<typeof Tidied>;

/**
 * The images of a domain after a revert that failed on the way. `same`: it writes to those of before, and they are whole.
 * `other`: it writes to others. `mixed`: they may be partly reverted.
 */
export const ImagesAfter = z.enum(['same', 'other', 'mixed', 'unknown']);
export type ImagesAfter = z.infer<typeof ImagesAfter>;

/** What is told of the end of a revert besides what is told of any change. */
export const RevertDetail = z.object({
  forced: z.boolean(),
  /** A new plan that asks for force, when libvirt refused as risky without it. */
  retryPlanId: z.string().optional(),
  /** Only where one was asked for. */
  safety: SafetyReport.optional(),
  /** Only where the managed save image was removed before the revert. */
  managedSaveRemoved: z.boolean().optional(),
  /** Only where libvirt could be asked. */
  verification: Verification.optional(),
  /** Only where it failed, and left something behind. */
  imagesAfter: ImagesAfter.optional(),
  /** Only where there were older safety snapshots to remove. */
  tidied: Tidied.optional(),
});
export type RevertDetail = z.infer<typeof RevertDetail>;
