import { z } from 'zod';

/** virDomainState in libvirt's words and order; `unknown` keeps a value that is newer than this app. */
export const domainStates = [
  'nostate',
  'running',
  'blocked',
  'paused',
  'shutdown',
  'shutoff',
  'crashed',
  'pmsuspended',
  'unknown',
] as const;
export const DomainState = z.enum(domainStates);
export type DomainState = z.infer<typeof DomainState>;

/** The `<state>` of a snapshot: a domain state, or `disk-snapshot` for one taken with disks only. */
export const SnapshotState = z.enum([...domainStates, 'disk-snapshot']);
export type SnapshotState = z.infer<typeof SnapshotState>;

/** A sentence in three parts that a person can act on. `detail` is the technical message, for a bug report. */
export const Problem = z.object({
  code: z.string(),
  what: z.string(),
  effect: z.string(),
  next: z.string(),
  detail: z.string().optional(),
});
export type Problem = z.infer<typeof Problem>;

/** Versions are libvirt's numbers: major * 1 000 000 + minor * 1 000 + release. */
export const HostStatus = z.discriminatedUnion('status', [
  z.object({ status: z.literal('disconnected') }),
  z.object({ status: z.literal('connecting'), since: z.number() }),
  z.object({
    status: z.literal('connected'),
    driver: z.string(),
    libvirtVersion: z.number(),
    hypervisorVersion: z.number(),
    via: z.string(),
    roundTripMs: z.number(),
  }),
  z.object({ status: z.literal('retrying'), problem: Problem, retryAt: z.number() }),
  z.object({ status: z.literal('refused'), problem: Problem }),
]);
export type HostStatus = z.infer<typeof HostStatus>;

export const HostKind = z.enum(['local', 'ssh', 'simulated']);
export const Host = z.object({
  id: z.string(),
  name: z.string(),
  uri: z.string(),
  kind: HostKind,
  connection: HostStatus,
});
export type Host = z.infer<typeof Host>;

export const Domain = z.object({
  hostId: z.string(),
  uuid: z.string(),
  name: z.string(),
  id: z.number().nullable(),
  state: DomainState,
  /** virDomain*Reason as virsh prints it, e.g. `booted`, `from snapshot`. */
  reason: z.string(),
  persistent: z.boolean(),
  managedSave: z.boolean(),
  snapshotCount: z.number(),
});
export type Domain = z.infer<typeof Domain>;

export const SnapshotDisk = z.object({
  target: z.string(),
  kind: z.enum(['internal', 'external', 'none', 'unknown']),
  file: z.string().optional(),
});

export const Snapshot = z.object({
  name: z.string(),
  description: z.string(),
  parent: z.string().nullable(),
  /** Milliseconds since 1970; libvirt keeps whole seconds. */
  createdAt: z.number(),
  state: SnapshotState,
  memory: z.enum(['none', 'internal', 'external', 'unknown']),
  /** Where the disks' old data is: in the images, in overlay files, or some of each. */
  kind: z.enum(['internal', 'external', 'mixed', 'none']),
  disks: z.array(SnapshotDisk),
});
export type Snapshot = z.infer<typeof Snapshot>;

export const SnapshotList = z.object({
  snapshots: z.array(Snapshot),
  /** Name of the current snapshot, or null when libvirt has none. */
  current: z.string().nullable(),
});
export type SnapshotList = z.infer<typeof SnapshotList>;

export const SnapshotDetail = z.object({
  xml: z.string(),
  /** From the stored configuration; null when the snapshot has none. */
  memoryBytes: z.number().nullable(),
  vcpus: z.number().nullable(),
});
export type SnapshotDetail = z.infer<typeof SnapshotDetail>;

/** The state asked of the domain after a revert: `as-saved` sends no flag. */
export const StartState = z.enum(['as-saved', 'running', 'paused']);
export type StartState = z.infer<typeof StartState>;

/** One line of an assessment; `code` is the rule's name. */
export const Statement = z.object({ code: z.string(), text: z.string() });
export type Statement = z.infer<typeof Statement>;

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

/** What one choice of start state means. A non-empty `blockers` means that libvirt would refuse, or worse. */
export const Assessment = z.object({
  verdict: Verdict,
  /** State of the domain afterwards. */
  outcome: DomainState,
  /** The reason of that state in virsh's words; null where it cannot be told. */
  outcomeReason: z.string().nullable(),
  losses: z.array(Statement),
  warnings: z.array(Statement),
  requirements: z.array(Requirement),
  blockers: z.array(Statement),
  virsh: z.string(),
});
export type Assessment = z.infer<typeof Assessment>;

export const RevertTarget = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('current') }),
  z.object({ kind: z.literal('named'), name: z.string().min(1) }),
]);
export type RevertTarget = z.infer<typeof RevertTarget>;

/** A word that snapshots of many domains can share. Kept by Snapkeel: libvirt has no place for it. */
export const Tag = z
  .string()
  .trim()
  .min(1)
  .max(40)
  .regex(/^[^,\n]+$/);

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

export const ConfigChange = z.object({ label: z.string(), snapshot: z.string(), now: z.string(), abi: z.boolean() });
export type ConfigChange = z.infer<typeof ConfigChange>;

/** One thing that a configuration has otherwise than a snapshot's. An empty value: it was not there, or not set. */
export const ConfigDifference = z.object({
  label: z.string(),
  snapshot: z.string(),
  now: z.string(),
  kind: z.enum(['changed', 'added since', 'removed since']),
});
export type ConfigDifference = z.infer<typeof ConfigDifference>;

/** One line of two XML texts side by side; null where a side has none. */
export const ConfigLine = z.object({
  kind: z.enum(['same', 'changed', 'added', 'removed']),
  left: z.string().nullable(),
  right: z.string().nullable(),
});
export type ConfigLine = z.infer<typeof ConfigLine>;

/** What a snapshot is compared with: the running guest's configuration, or that of the next start. */
export const ConfigSide = z.enum(['live', 'inactive']);
export type ConfigSide = z.infer<typeof ConfigSide>;

/** A snapshot's stored configuration against one of the domain's. */
export const ConfigComparison = z.object({
  /** What was compared; null when the snapshot holds no configuration. */
  with: ConfigSide.nullable(),
  changes: z.array(ConfigDifference),
  lines: z.array(ConfigLine),
  /** Disks that write to another overlay of the same chain now, which is no change. */
  layered: z.array(z.string()),
  /** How many changes there are either way; null where there is nothing to compare with. */
  counts: z.object({ live: z.number().nullable(), inactive: z.number().nullable() }),
});
export type ConfigComparison = z.infer<typeof ConfigComparison>;

/** One disk of the domain as it is now. */
export const DiskFact = z.object({
  target: z.string(),
  /** `<disk type=…>`: file, block, network, volume … */
  type: z.string(),
  format: z.string(),
  /** The image that is written to, where it has a path. */
  file: z.string().nullable(),
  /** What the active layer takes up on the host's storage; null where libvirt cannot tell. */
  allocationBytes: z.number().nullable(),
  /** libvirt could not open the image. */
  missing: z.boolean(),
});
export type DiskFact = z.infer<typeof DiskFact>;

export const StoredFacts = z.object({
  disks: z.array(z.object({ target: z.string(), type: z.string() })),
  /** Format of the firmware's variable store; null without one. */
  nvram: z.string().nullable(),
  /** `<genid>`: the guest must learn that time has jumped. */
  genid: z.boolean(),
  /** `exists` is null where libvirt cannot tell. */
  memoryFile: z.object({ path: z.string(), exists: z.boolean().nullable() }).nullable(),
});
export type StoredFacts = z.infer<typeof StoredFacts>;

export const OverlayFact = z.object({
  target: z.string(),
  file: z.string(),
  /** Null where libvirt cannot tell. */
  bytes: z.number().nullable(),
  /** The domain writes to it now; null when the domain has no such disk any more. */
  inUse: z.boolean().nullable(),
});
export type OverlayFact = z.infer<typeof OverlayFact>;

/** Where the snapshot and the present stand in the tree. Names are at most the first ten. */
export const HistoryFacts = z.object({
  /** Snapshots on the way from the root to the present that the target does not descend from. */
  leftBehind: z.object({ names: z.array(z.string()), count: z.number() }),
  /** External snapshots below the target, whose overlays may lie on its images. */
  externalDescendants: z.array(z.string()),
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
    persistent: z.boolean(),
    managedSave: z.boolean(),
    /** Starts with the host; null where libvirt cannot tell. */
    autostart: z.boolean().nullable(),
    /** Disks in force, without CD-ROM and floppy drives. */
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
  configChanges: z.array(ConfigChange),
  /** libvirt's own words, after it refused this revert as risky; null before. */
  riskReported: z.string().nullable(),
});
export type RevertFacts = z.infer<typeof RevertFacts>;

export const RevertPlan = z.object({
  planId: z.string(),
  hostId: z.string(),
  hostName: z.string(),
  target: RevertTarget,
  /** When the facts were gathered, milliseconds since 1970 by this machine's clock. */
  gatheredAt: z.number(),
  facts: RevertFacts,
  choices: z.object({ 'as-saved': Assessment, running: Assessment, paused: Assessment }),
  /** `undo`: the target is the safety snapshot of the last revert. */
  kind: z.enum(['revert', 'undo']),
  safety: SafetyOffer,
  /** The person has marked the domain as protected: running the plan needs its name typed. */
  protected: z.boolean(),
});
export type RevertPlan = z.infer<typeof RevertPlan>;

/** What libvirt said when asked after an operation. */
export const Found = z.object({ state: DomainState, reason: z.string(), current: z.string().nullable() });
export type Found = z.infer<typeof Found>;

/** What was looked at after a revert besides state and current snapshot. */
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

export const RevertOutcome = z.object({
  operationId: z.string(),
  /** `refused`: nothing was reverted. `failed`: libvirt gave up on the way. `unknown`: no answer came. */
  result: z.enum(['done', 'refused', 'failed', 'unknown', 'cancelled']),
  forced: z.boolean(),
  found: Found.nullable(),
  /** Sentences where what was found is not what the plan said. */
  differences: z.array(z.string()),
  problem: Problem.optional(),
  /** A new plan that asks for force, when libvirt refused as risky without it. */
  retryWith: RevertPlan.optional(),
  /** Only where one was asked for. */
  safety: SafetyReport.optional(),
  /** Only where the managed save image was removed before the revert. */
  managedSaveRemoved: z.boolean().optional(),
  /** Only where libvirt could be asked. */
  verification: Verification.optional(),
  /** Only where there were older safety snapshots to remove. */
  tidied: Tidied.optional(),
});
export type RevertOutcome = z.infer<typeof RevertOutcome>;

/** What libvirt says of a job under way (virDomainGetJobInfo). Bytes; null is unknown. */
export const Progress = z.object({
  elapsedMs: z.number(),
  doneBytes: z.number().nullable(),
  totalBytes: z.number().nullable(),
});
export type Progress = z.infer<typeof Progress>;

export const OperationPhase = z.enum([
  /** Behind other operations on the same domain. Its plan is checked again when its turn comes. */
  'queued',
  'snapshotting',
  'removing-managed-save',
  'reverting',
  'verifying',
  /** Removing older safety snapshots. */
  'tidying',
  'ended',
]);
export type OperationPhase = z.infer<typeof OperationPhase>;

export const Operation = z.object({
  id: z.string(),
  kind: z.enum(['revert', 'undo']),
  hostId: z.string(),
  uuid: z.string(),
  domainName: z.string(),
  snapshotName: z.string(),
  phase: OperationPhase,
  startedAt: z.number(),
  endedAt: z.number().nullable(),
  outcome: RevertOutcome.nullable(),
  /** Null while libvirt tells nothing. */
  progress: Progress.nullable(),
  /** Whether `operations.cancel` can do anything now: while queued and while a safety snapshot is being taken. */
  cancellable: z.boolean(),
  cancelRequested: z.boolean(),
});
export type Operation = z.infer<typeof Operation>;

/** One thing that libvirt was asked to do, as the journal tells it. */
export const JournalEntry = z.object({
  requestId: z.string(),
  /** Groups what was asked for one operation. */
  operationId: z.string(),
  kind: z.enum(['revert', 'safety-snapshot', 'remove-managed-save', 'delete-safety']),
  askedAt: z.number(),
  answeredAt: z.number().nullable(),
  /** The user of this computer who asked. */
  who: z.string(),
  hostName: z.string(),
  hostUri: z.string(),
  uuid: z.string(),
  domainName: z.string(),
  snapshotName: z.string(),
  flags: z.number(),
  /** The plan in short sentences. */
  plan: z.array(z.string()),
  /** Null: no answer has been written down yet. */
  result: z.enum(['done', 'refused', 'failed', 'unknown', 'cancelled']).nullable(),
  problem: Problem.optional(),
  found: Found.nullable(),
  /** Sentences where what was found is not what was planned, or what was concluded after an interruption. */
  differences: z.array(z.string()),
  /** The answer never came; this was found out later by asking libvirt. */
  resolved: z.boolean(),
  /** Whether the snapshot's XML was written down before its metadata was destroyed. */
  hasXml: z.boolean(),
});
export type JournalEntry = z.infer<typeof JournalEntry>;

export const Settings = z.object({
  /** Safety snapshots kept per domain. */
  safetySnapshotsKept: z.number().int().min(1).max(50),
  /** `{date}`, `{time}` and `{snapshot}` are filled in. */
  safetyNamePattern: z
    .string()
    .min(1)
    .max(120)
    .regex(/^[^./\n][^/\n]*$/),
  /** How many domains of one host a lab reset reverts at a time. */
  labParallelPerHost: z.number().int().min(1).max(16),
});
export type Settings = z.infer<typeof Settings>;

const DomainMark = z.object({ hostId: z.string(), uuid: z.string() });
/** What the person has marked. */
export const Marks = z.object({
  /** Domains whose revert needs their name typed. */
  protected: z.array(DomainMark),
  /** Snapshots that are not to be deleted. */
  pinned: z.array(DomainMark.extend({ name: z.string() })),
  /** Tags of snapshots. */
  tagged: z.array(DomainMark.extend({ name: z.string(), tags: z.array(Tag) })),
});
export type Marks = z.infer<typeof Marks>;

/** One domain of a lab reset. */
export const LabPlanRow = z.object({
  hostId: z.string(),
  hostName: z.string(),
  uuid: z.string(),
  domainName: z.string(),
  plan: RevertPlan.nullable(),
  /** Why there is no plan. */
  problem: Problem.optional(),
  /** Per choice of start state: a sentence why this row is left out, or null. */
  excluded: z.object({
    'as-saved': z.string().nullable(),
    running: z.string().nullable(),
    paused: z.string().nullable(),
  }),
  /** Per choice of start state: whether force has to be acknowledged. */
  needsForce: z.object({ 'as-saved': z.boolean(), running: z.boolean(), paused: z.boolean() }),
});
export type LabPlanRow = z.infer<typeof LabPlanRow>;

export const LabRunRow = z.object({
  planId: z.string(),
  hostId: z.string(),
  hostName: z.string(),
  uuid: z.string(),
  domainName: z.string(),
  snapshotName: z.string(),
  /** `skipped`: not begun, because another row failed or the run was stopped. */
  status: z.enum(['waiting', 'running', 'ended', 'skipped']),
  startedAt: z.number().nullable(),
  endedAt: z.number().nullable(),
  outcome: RevertOutcome.nullable(),
  /** Why nothing was asked of libvirt, when it was not. */
  problem: Problem.optional(),
  /** What is no longer as it was read, when that is why. */
  changes: z.array(z.string()),
});
export type LabRunRow = z.infer<typeof LabRunRow>;

export const LabRun = z.object({
  id: z.string(),
  startedAt: z.number(),
  endedAt: z.number().nullable(),
  startState: StartState,
  onFailure: z.enum(['stop', 'continue']),
  safetySnapshot: z.boolean(),
  stopRequested: z.boolean(),
  rows: z.array(LabRunRow),
});
export type LabRun = z.infer<typeof LabRun>;

/** A question that only the person at the window can answer. */
export const Question = z.object({
  id: z.string(),
  hostId: z.string(),
  kind: z.literal('host-key'),
  host: z.string(),
  port: z.number(),
  keyType: z.string(),
  fingerprint: z.string(),
  knownHostsFile: z.string(),
});
export type Question = z.infer<typeof Question>;

export const AppEvent = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('everything'),
    hosts: z.array(Host),
    domains: z.array(Domain),
    operations: z.array(Operation),
    questions: z.array(Question),
    labRuns: z.array(LabRun),
    marks: Marks,
    settings: Settings,
  }),
  z.object({ type: z.literal('host'), host: Host }),
  z.object({ type: z.literal('host-removed'), hostId: z.string() }),
  z.object({ type: z.literal('domains'), hostId: z.string(), domains: z.array(Domain) }),
  z.object({ type: z.literal('domain'), domain: Domain }),
  z.object({ type: z.literal('domain-removed'), hostId: z.string(), uuid: z.string() }),
  z.object({ type: z.literal('operation'), operation: Operation }),
  z.object({ type: z.literal('lab-run'), run: LabRun }),
  z.object({ type: z.literal('marks'), marks: Marks }),
  z.object({ type: z.literal('settings'), settings: Settings }),
  z.object({ type: z.literal('question'), question: Question }),
  z.object({ type: z.literal('question-closed'), id: z.string() }),
]);
export type AppEvent = z.infer<typeof AppEvent>;

export const AppInfo = z.object({ version: z.string(), dataDir: z.string(), platform: z.string() });
export type AppInfo = z.infer<typeof AppInfo>;
