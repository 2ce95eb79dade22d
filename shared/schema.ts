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

/** What one choice of start state means. A non-empty `blockers` means that libvirt would refuse, or worse. */
export const Assessment = z.object({
  /** State of the domain afterwards. */
  outcome: DomainState,
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

export const ConfigChange = z.object({ label: z.string(), snapshot: z.string(), now: z.string(), abi: z.boolean() });
export type ConfigChange = z.infer<typeof ConfigChange>;

/** Everything the rules look at, gathered from libvirt for one revert. */
export const RevertFacts = z.object({
  driver: z.string(),
  libvirtVersion: z.number(),
  domain: z.object({
    uuid: z.string(),
    name: z.string(),
    state: DomainState,
    persistent: z.boolean(),
    managedSave: z.boolean(),
    /** Targets of disks on which a block job runs. */
    blockJobs: z.array(z.string()),
    /** Kinds of graphical console, as in `<graphics type=…>`. */
    consoles: z.array(z.string()),
  }),
  snapshot: Snapshot,
  /** False when the snapshot's metadata has no `<domain>` to go back to. */
  hasConfig: z.boolean(),
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
});
export type RevertPlan = z.infer<typeof RevertPlan>;

/** What libvirt said when asked after an operation. */
export const Found = z.object({ state: DomainState, reason: z.string(), current: z.string().nullable() });
export type Found = z.infer<typeof Found>;

export const RevertOutcome = z.object({
  operationId: z.string(),
  /** `refused`: nothing was changed. `failed`: libvirt gave up on the way. `unknown`: no answer came. */
  result: z.enum(['done', 'refused', 'failed', 'unknown']),
  forced: z.boolean(),
  found: Found.nullable(),
  /** Sentences where what was found is not what the plan said. */
  differences: z.array(z.string()),
  problem: Problem.optional(),
  /** A new plan that asks for force, when libvirt refused as risky without it. */
  retryWith: RevertPlan.optional(),
});
export type RevertOutcome = z.infer<typeof RevertOutcome>;

export const Operation = z.object({
  id: z.string(),
  kind: z.literal('revert'),
  hostId: z.string(),
  uuid: z.string(),
  domainName: z.string(),
  snapshotName: z.string(),
  phase: z.enum(['reverting', 'verifying', 'ended']),
  startedAt: z.number(),
  endedAt: z.number().nullable(),
  outcome: RevertOutcome.nullable(),
});
export type Operation = z.infer<typeof Operation>;

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
  }),
  z.object({ type: z.literal('host'), host: Host }),
  z.object({ type: z.literal('host-removed'), hostId: z.string() }),
  z.object({ type: z.literal('domains'), hostId: z.string(), domains: z.array(Domain) }),
  z.object({ type: z.literal('domain'), domain: Domain }),
  z.object({ type: z.literal('domain-removed'), hostId: z.string(), uuid: z.string() }),
  z.object({ type: z.literal('operation'), operation: Operation }),
  z.object({ type: z.literal('question'), question: Question }),
  z.object({ type: z.literal('question-closed'), id: z.string() }),
]);
export type AppEvent = z.infer<typeof AppEvent>;

export const AppInfo = z.object({ version: z.string(), dataDir: z.string(), platform: z.string() });
export type AppInfo = z.infer<typeof AppInfo>;
