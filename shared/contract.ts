import { eventIterator, oc } from '@orpc/contract';
import { z } from 'zod';
import { hostFileLimits } from './host-list/file.ts';
import { type Models, operationModels } from './operations/models.ts';
import type { AnyType } from './operations/operation.ts';
import type { Kind, OperationTypes } from './operations/registry.ts';
import {
  Answer,
  AppEvent,
  AppInfo,
  Batch,
  ConfigComparison,
  ConfigOther,
  ConsoleAnswer,
  ConsolePicture,
  DiskChain,
  DomainTotal,
  DomainWords,
  FileFacts,
  HealthReport,
  HostDetails,
  HostExport,
  HostImportDone,
  HostImportPlan,
  HostSource,
  HostTestEvent,
  JournalEntry,
  KeptPicture,
  KeptXml,
  LeftOut,
  Marks,
  Movable,
  Outcome,
  Problem,
  planRowOf,
  RememberedSecrets,
  Settings,
  SizeList,
  SnapshotChange,
  SnapshotDetail,
  SnapshotExport,
  SnapshotNames,
  SnapshotSizes,
  SnapshotSpan,
  StalePool,
  StoragePool,
  Tag,
  ThumbnailUsage,
  UndoOffer,
  WindowState,
} from './schema.ts';

const base = oc.errors({
  /** Anything that a person should read: the data is the sentence. */
  PROBLEM: { data: Problem },
});
/** What the person read is no longer so; nothing was done. */
const stale = { STALE_PLAN: { data: z.object({ changes: z.array(z.string()) }) } };
const onHost = z.object({ hostId: z.string() });
const onDomain = onHost.extend({ uuid: z.string() });
const onSnapshot = onDomain.extend({ name: z.string().min(1) });

/** A change is two calls: what is read first, and what is done if that is still so. */
function changeOf<T extends AnyType>({ aim, plan, choice }: Models<T>) {
  const order = z.object({
    planId: z.string(),
    choice,
    /** Codes of what the person has consented to. */
    acknowledged: z.array(z.string()),
    /** The domain’s name, which a protected domain wants typed. */
    typedName: z.string().optional(),
  });
  return {
    plan: base.input(onDomain.extend({ aim })).output(plan),
    /** A plan that the backend has made by itself, as after a refusal. */
    held: base.input(z.object({ planId: z.string() })).output(plan),
    /** Waits its turn behind other operations on the domain, gathers the facts again, and goes on if all still holds. */
    run: base.input(order).output(Outcome).errors(stale),
    /** One row a domain, in the order asked; a domain without a plan says why. */
    planEach: base
      .input(z.object({ items: z.array(onDomain).min(1).max(1_000), aim }))
      .output(z.array(planRowOf(plan))),
    /** Runs many plans and answers when the last one has ended; `batch` events tell how it goes meanwhile. */
    runEach: base
      .input(
        z.object({
          orders: z.array(order).min(1).max(1_000),
          /** By default the setting. */
          parallelPerHost: z.number().int().min(1).max(16).optional(),
          onFailure: z.enum(['stop', 'continue']),
          leftOut: z.array(LeftOut).max(1_000),
        }),
      )
      .output(Batch),
  };
}
type Changes = { [K in Kind]: ReturnType<typeof changeOf<OperationTypes[K]>> };
const changes = Object.fromEntries(
  Object.entries(operationModels).map(([kind, models]) => [kind, changeOf(models as Models<AnyType>)]),
) as unknown as Changes;

/** Every procedure and event between the window and the backend. */
export const contract = {
  info: base.output(AppInfo),
  /** Versions, hosts and the last lines of the log, without secrets: for a report, which nobody sends but the person. */
  diagnostics: base.output(z.string()),
  /** First everything, then each change, until the caller stops. */
  events: base.output(eventIterator(AppEvent)),
  hosts: {
    /**
     * Adds a host and starts connecting to it; a host with the same URI is returned instead of added twice. An alias of
     * libvirt.conf stands for its URI.
     */
    add: base
      .input(z.object({ uri: z.string(), name: z.string().optional(), ssh: HostDetails.shape.ssh.optional() }))
      .output(onHost),
    /** Adds the simulated host, which is there again at the next start, or finds it in the list. */
    addDemo: base.output(onHost),
    /** Hosts that this computer knows of, by where they are known. What cannot be read of one place is told there. */
    sources: base.output(z.array(HostSource)),
    /** Connects once and tells of each step, until it is known what is there or the caller stops. Nothing stays open. */
    test: base
      .input(z.object({ uri: z.string().max(4_096), sshClient: z.enum(['built-in', 'openssh']).optional() }))
      .output(eventIterator(HostTestEvent)),
    remove: base.input(onHost),
    connect: base.input(onHost),
    disconnect: base.input(onHost),
    /** Changes what is said of a host. */
    edit: base.input(onHost.extend({ details: HostDetails })),
    /** Puts all hosts of a group into another one; an empty name is none. */
    regroup: base.input(z.object({ from: z.string().min(1), to: HostDetails.shape.group })),
    /** Takes a host a step within its group, or a group past its neighbour; at that end it stays. */
    move: base.input(z.object({ what: Movable, step: z.union([z.literal(-1), z.literal(1)]) })),
    /** The active storage pools, by name. */
    pools: base.input(onHost).output(z.array(StoragePool)),
    /** The list as a file, without the host that is simulated. It holds no secrets. */
    export: base.output(HostExport),
    /** What would come of a file that `export` has made, host by host. Nothing is done yet. */
    planImport: base.input(z.object({ text: z.string().max(hostFileLimits.characters) })).output(HostImportPlan),
    /** Adds the hosts of a plan and connects to them; with `replace`, what it says of hosts that are here counts too. */
    import: base.input(z.object({ planId: z.string(), replace: z.boolean() })).output(HostImportDone),
  },
  questions: {
    /** The first answer counts; null is a no. */
    answer: base.input(z.object({ id: z.string(), answer: Answer.nullable() })),
  },
  secrets: {
    /** What is remembered of what was typed; the secrets themselves are never told. */
    remembered: base.output(RememberedSecrets),
    forgetAll: base.output(RememberedSecrets),
  },
  domains: {
    /** Title and description as the domain's configuration has them. */
    words: base.input(onDomain).output(DomainWords),
  },
  snapshots: {
    /** The snapshots of one domain now, and what changes of them, until the caller stops. */
    watch: base.input(onDomain).output(eventIterator(SnapshotChange)),
    /** The names of all snapshots of a host, a few domains at a time, until all are told or the caller stops. */
    names: base.input(onHost).output(eventIterator(SnapshotNames)),
    /** Null: nobody has opened the domain, and it has too many for this to be read. */
    span: base.input(onDomain).output(SnapshotSpan.nullable()),
    /** Reads all of them anew, for whoever watches: of most that others do, libvirt tells nothing. */
    refresh: base.input(onDomain),
    detail: base.input(onSnapshot).output(SnapshotDetail),
    /** The images of a snapshot's disks, or with null of the domain as it is now. */
    disks: base.input(onDomain.extend({ name: z.string().min(1).nullable() })).output(z.array(DiskChain)),
    /**
     * What the configuration has otherwise now, or in another snapshot; with `live`, that of the next start where the
     * domain is off.
     */
    compare: base.input(onSnapshot.extend({ with: ConfigOther })).output(ConfigComparison),
  },
  sizes: {
    /** What snapshots take up, as far as that costs little: memory, and files of their own. */
    list: base.input(onDomain).output(SizeList),
    /** The same of a domain as a whole, for a table of many; one with many snapshots is not read for this. */
    total: base.input(onDomain).output(DomainTotal),
    /** What a revert to a snapshot changes, and what deleting it frees; of several, what deleting all of them frees. */
    of: base.input(onDomain.extend({ names: z.array(z.string().min(1)).min(1).max(16_384) })).output(SnapshotSizes),
    /** Storage pools that have not listed all of the domain's images. Only reads. */
    stalePools: base.input(onDomain).output(z.array(StalePool)),
    /** Has libvirt scan those again that the person has read of, as far as it is still so; tells which. */
    refreshPools: base
      .input(
        onDomain.extend({
          pools: z
            .array(StalePool.pick({ name: true, folder: true }))
            .min(1)
            .max(64),
        }),
      )
      .output(z.array(StalePool)),
  },
  health: {
    /** What is not as it should be with the domain's snapshots and their files, and what can be done. Only reads. */
    get: base.input(onDomain).output(HealthReport),
  },
  console: {
    /** Shows the guest’s screen in a viewer of this computer, or tells where it is. */
    open: base.input(onDomain).output(ConsoleAnswer),
  },
  /** Whether the last revert of a domain can be undone. */
  undoOffer: base.input(onDomain).output(UndoOffer),
  create: {
    /** Whether new files could be there; asked as paths are typed. */
    files: base.input(onHost.extend({ paths: z.array(z.string().max(4_096)).max(64) })).output(FileFacts),
  },
  metadata: {
    /** All snapshots of a domain as one text, without secrets. */
    export: base.input(onDomain).output(SnapshotExport),
  },
  /** Pictures of consoles. Those of snapshots are on this computer; one that was not taken with its snapshot is nowhere. */
  thumbnails: {
    list: base.input(onDomain).output(z.array(KeptPicture)),
    get: base.input(onSnapshot.extend({ createdAt: z.number() })).output(ConsolePicture.nullable()),
    /** The console now; null where there is none to be had. It is not kept. */
    now: base.input(onDomain).output(ConsolePicture.nullable()),
    usage: base.output(ThumbnailUsage),
    /** Removes all of them, of every host. */
    clear: base.output(ThumbnailUsage),
  },
  /** Everything that changes a domain or its snapshots, by kind. */
  changes,
  operations: {
    /** Takes an operation out of the queue, or asks libvirt to abort what it can: a snapshot that is taken, a merge. */
    cancel: base.input(z.object({ id: z.string() })),
  },
  journal: {
    /** Newest first. */
    list: base
      .input(
        z.object({
          hostId: z.string().optional(),
          uuid: z.string().optional(),
          limit: z.number().int().min(1).max(5_000).default(200),
        }),
      )
      .output(z.array(JournalEntry)),
    /** Of each domain the last revert that was asked for, or undo of one. */
    lastReverts: base.output(z.array(JournalEntry)),
    /** The XML of snapshots that was kept before their metadata was destroyed or replaced, without secrets. */
    xml: base.input(z.object({ requestIds: z.array(z.string()).max(5_000) })).output(z.array(KeptXml)),
  },
  settings: {
    get: base.output(Settings),
    set: base.input(Settings.partial()).output(Settings),
  },
  window: {
    /** Tells the shell what to show outside of the window; without a frame of its own it has no use for it. */
    present: base.input(WindowState),
  },
  marks: {
    get: base.output(Marks),
    set: base
      .input(
        z.discriminatedUnion('kind', [
          onDomain.extend({ kind: z.literal('protected'), on: z.boolean() }),
          onSnapshot.extend({ kind: z.literal('pinned'), createdAt: z.number(), on: z.boolean() }),
          /** All tags of the snapshot; none takes them off. */
          onSnapshot.extend({ kind: z.literal('tagged'), createdAt: z.number(), tags: z.array(Tag).max(20) }),
        ]),
      )
      .output(Marks),
  },
  batches: {
    /** Begins no further rows; what is under way goes on to its end. */
    stop: base.input(z.object({ id: z.string() })),
  },
};
export type Contract = typeof contract;
