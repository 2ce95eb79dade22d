/**
 * Every number of libvirt's that Snapkeel sends or reads: flags, enumerations and error codes. Each row is C's name and
 * the number that libvirt's headers give it; electron/libvirt/flags.test.ts compares them all with the headers. No other file holds one.
 */
type Row = readonly [cName: string, value: number];
type Table = Readonly<Record<string, Row>>;
type Numbers<T extends Table> = { readonly [Name in keyof T]: T[Name][1] };

/** Each table by the name under which its numbers are exported below. */
export const tables = {
  connectFlag: { readOnly: ['VIR_CONNECT_RO', 1] },
  listDomainsFlag: {
    active: ['VIR_CONNECT_LIST_DOMAINS_ACTIVE', 1],
    inactive: ['VIR_CONNECT_LIST_DOMAINS_INACTIVE', 2],
    persistent: ['VIR_CONNECT_LIST_DOMAINS_PERSISTENT', 4],
    transient: ['VIR_CONNECT_LIST_DOMAINS_TRANSIENT', 8],
    running: ['VIR_CONNECT_LIST_DOMAINS_RUNNING', 16],
    paused: ['VIR_CONNECT_LIST_DOMAINS_PAUSED', 32],
    shutoff: ['VIR_CONNECT_LIST_DOMAINS_SHUTOFF', 64],
    other: ['VIR_CONNECT_LIST_DOMAINS_OTHER', 128],
    managedSave: ['VIR_CONNECT_LIST_DOMAINS_MANAGEDSAVE', 256],
    noManagedSave: ['VIR_CONNECT_LIST_DOMAINS_NO_MANAGEDSAVE', 512],
    autostart: ['VIR_CONNECT_LIST_DOMAINS_AUTOSTART', 1_024],
    noAutostart: ['VIR_CONNECT_LIST_DOMAINS_NO_AUTOSTART', 2_048],
    hasSnapshot: ['VIR_CONNECT_LIST_DOMAINS_HAS_SNAPSHOT', 4_096],
    noSnapshot: ['VIR_CONNECT_LIST_DOMAINS_NO_SNAPSHOT', 8_192],
    hasCheckpoint: ['VIR_CONNECT_LIST_DOMAINS_HAS_CHECKPOINT', 16_384],
    noCheckpoint: ['VIR_CONNECT_LIST_DOMAINS_NO_CHECKPOINT', 32_768],
  },
  listSnapshotsFlag: {
    roots: ['VIR_DOMAIN_SNAPSHOT_LIST_ROOTS', 1],
    metadata: ['VIR_DOMAIN_SNAPSHOT_LIST_METADATA', 2],
    leaves: ['VIR_DOMAIN_SNAPSHOT_LIST_LEAVES', 4],
    noLeaves: ['VIR_DOMAIN_SNAPSHOT_LIST_NO_LEAVES', 8],
    noMetadata: ['VIR_DOMAIN_SNAPSHOT_LIST_NO_METADATA', 16],
    inactive: ['VIR_DOMAIN_SNAPSHOT_LIST_INACTIVE', 32],
    active: ['VIR_DOMAIN_SNAPSHOT_LIST_ACTIVE', 64],
    diskOnly: ['VIR_DOMAIN_SNAPSHOT_LIST_DISK_ONLY', 128],
    internal: ['VIR_DOMAIN_SNAPSHOT_LIST_INTERNAL', 256],
    external: ['VIR_DOMAIN_SNAPSHOT_LIST_EXTERNAL', 512],
    topological: ['VIR_DOMAIN_SNAPSHOT_LIST_TOPOLOGICAL', 1_024],
  },
  listCheckpointsFlag: {
    roots: ['VIR_DOMAIN_CHECKPOINT_LIST_ROOTS', 1],
    topological: ['VIR_DOMAIN_CHECKPOINT_LIST_TOPOLOGICAL', 2],
  },
  revertFlag: {
    running: ['VIR_DOMAIN_SNAPSHOT_REVERT_RUNNING', 1],
    paused: ['VIR_DOMAIN_SNAPSHOT_REVERT_PAUSED', 2],
    force: ['VIR_DOMAIN_SNAPSHOT_REVERT_FORCE', 4],
    resetNvram: ['VIR_DOMAIN_SNAPSHOT_REVERT_RESET_NVRAM', 8],
  },
  createFlag: {
    redefine: ['VIR_DOMAIN_SNAPSHOT_CREATE_REDEFINE', 1],
    current: ['VIR_DOMAIN_SNAPSHOT_CREATE_CURRENT', 2],
    noMetadata: ['VIR_DOMAIN_SNAPSHOT_CREATE_NO_METADATA', 4],
    halt: ['VIR_DOMAIN_SNAPSHOT_CREATE_HALT', 8],
    diskOnly: ['VIR_DOMAIN_SNAPSHOT_CREATE_DISK_ONLY', 16],
    reuseExternal: ['VIR_DOMAIN_SNAPSHOT_CREATE_REUSE_EXT', 32],
    quiesce: ['VIR_DOMAIN_SNAPSHOT_CREATE_QUIESCE', 64],
    atomic: ['VIR_DOMAIN_SNAPSHOT_CREATE_ATOMIC', 128],
    live: ['VIR_DOMAIN_SNAPSHOT_CREATE_LIVE', 256],
    validate: ['VIR_DOMAIN_SNAPSHOT_CREATE_VALIDATE', 512],
  },
  deleteFlag: {
    children: ['VIR_DOMAIN_SNAPSHOT_DELETE_CHILDREN', 1],
    metadataOnly: ['VIR_DOMAIN_SNAPSHOT_DELETE_METADATA_ONLY', 2],
    childrenOnly: ['VIR_DOMAIN_SNAPSHOT_DELETE_CHILDREN_ONLY', 4],
  },
  /** `forceBoot` drops a managed save image and boots from the disks. */
  startFlag: {
    paused: ['VIR_DOMAIN_START_PAUSED', 1],
    autodestroy: ['VIR_DOMAIN_START_AUTODESTROY', 2],
    bypassCache: ['VIR_DOMAIN_START_BYPASS_CACHE', 4],
    forceBoot: ['VIR_DOMAIN_START_FORCE_BOOT', 8],
    validate: ['VIR_DOMAIN_START_VALIDATE', 16],
  },
  domainXmlFlag: { secure: ['VIR_DOMAIN_XML_SECURE', 1], inactive: ['VIR_DOMAIN_XML_INACTIVE', 2] },
  snapshotXmlFlag: { secure: ['VIR_DOMAIN_SNAPSHOT_XML_SECURE', 1] },
  statsGroup: {
    state: ['VIR_DOMAIN_STATS_STATE', 1],
    cpuTotal: ['VIR_DOMAIN_STATS_CPU_TOTAL', 2],
    balloon: ['VIR_DOMAIN_STATS_BALLOON', 4],
    vcpu: ['VIR_DOMAIN_STATS_VCPU', 8],
    interface: ['VIR_DOMAIN_STATS_INTERFACE', 16],
    block: ['VIR_DOMAIN_STATS_BLOCK', 32],
  },
  statsFlag: {
    nowait: ['VIR_CONNECT_GET_ALL_DOMAINS_STATS_NOWAIT', 0x2000_0000],
    backing: ['VIR_CONNECT_GET_ALL_DOMAINS_STATS_BACKING', 0x4000_0000],
    enforce: ['VIR_CONNECT_GET_ALL_DOMAINS_STATS_ENFORCE_STATS', 0x8000_0000],
  },
  /** virTypedParameterType */
  typedParamType: {
    int: ['VIR_TYPED_PARAM_INT', 1],
    uint: ['VIR_TYPED_PARAM_UINT', 2],
    llong: ['VIR_TYPED_PARAM_LLONG', 3],
    ullong: ['VIR_TYPED_PARAM_ULLONG', 4],
    double: ['VIR_TYPED_PARAM_DOUBLE', 5],
    boolean: ['VIR_TYPED_PARAM_BOOLEAN', 6],
    string: ['VIR_TYPED_PARAM_STRING', 7],
  },
  /** virDomainAgentResponseTimeoutValues; libvirt's own is `block`: it waits for ever. */
  agentTimeout: { block: ['VIR_DOMAIN_AGENT_RESPONSE_TIMEOUT_BLOCK', -2] },
  storagePoolState: { running: ['VIR_STORAGE_POOL_RUNNING', 2] },
  storagePoolListFlag: {
    inactive: ['VIR_CONNECT_LIST_STORAGE_POOLS_INACTIVE', 1],
    active: ['VIR_CONNECT_LIST_STORAGE_POOLS_ACTIVE', 2],
  },
  /** virDomainJobType */
  jobType: {
    none: ['VIR_DOMAIN_JOB_NONE', 0],
    bounded: ['VIR_DOMAIN_JOB_BOUNDED', 1],
    unbounded: ['VIR_DOMAIN_JOB_UNBOUNDED', 2],
    completed: ['VIR_DOMAIN_JOB_COMPLETED', 3],
    failed: ['VIR_DOMAIN_JOB_FAILED', 4],
    cancelled: ['VIR_DOMAIN_JOB_CANCELLED', 5],
  },
  /** virDomainJobOperation, in the job-completed event and the job's statistics */
  jobOperation: {
    backup: ['VIR_DOMAIN_JOB_OPERATION_BACKUP', 9],
    snapshot: ['VIR_DOMAIN_JOB_OPERATION_SNAPSHOT', 6],
    revert: ['VIR_DOMAIN_JOB_OPERATION_SNAPSHOT_REVERT', 7],
    deletion: ['VIR_DOMAIN_JOB_OPERATION_SNAPSHOT_DELETE', 10],
  },
  /** virDomainBlockJobType */
  blockJobType: {
    pull: ['VIR_DOMAIN_BLOCK_JOB_TYPE_PULL', 1],
    copy: ['VIR_DOMAIN_BLOCK_JOB_TYPE_COPY', 2],
    commit: ['VIR_DOMAIN_BLOCK_JOB_TYPE_COMMIT', 3],
    activeCommit: ['VIR_DOMAIN_BLOCK_JOB_TYPE_ACTIVE_COMMIT', 4],
    backup: ['VIR_DOMAIN_BLOCK_JOB_TYPE_BACKUP', 5],
  },
  /** virConnectDomainEventBlockJobStatus */
  blockJobStatus: {
    completed: ['VIR_DOMAIN_BLOCK_JOB_COMPLETED', 0],
    failed: ['VIR_DOMAIN_BLOCK_JOB_FAILED', 1],
    canceled: ['VIR_DOMAIN_BLOCK_JOB_CANCELED', 2],
    ready: ['VIR_DOMAIN_BLOCK_JOB_READY', 3],
  },
  /** virDomainEventID; `blockJob` is the one that names the disk's target. */
  eventId: {
    lifecycle: ['VIR_DOMAIN_EVENT_ID_LIFECYCLE', 0],
    reboot: ['VIR_DOMAIN_EVENT_ID_REBOOT', 1],
    blockJob: ['VIR_DOMAIN_EVENT_ID_BLOCK_JOB_2', 16],
    jobCompleted: ['VIR_DOMAIN_EVENT_ID_JOB_COMPLETED', 21],
    metadataChange: ['VIR_DOMAIN_EVENT_ID_METADATA_CHANGE', 23],
  },
  /** virDomainEventType of a lifecycle event */
  lifecycle: {
    defined: ['VIR_DOMAIN_EVENT_DEFINED', 0],
    undefined: ['VIR_DOMAIN_EVENT_UNDEFINED', 1],
    started: ['VIR_DOMAIN_EVENT_STARTED', 2],
    suspended: ['VIR_DOMAIN_EVENT_SUSPENDED', 3],
    resumed: ['VIR_DOMAIN_EVENT_RESUMED', 4],
    stopped: ['VIR_DOMAIN_EVENT_STOPPED', 5],
    shutdown: ['VIR_DOMAIN_EVENT_SHUTDOWN', 6],
    pmsuspended: ['VIR_DOMAIN_EVENT_PMSUSPENDED', 7],
    crashed: ['VIR_DOMAIN_EVENT_CRASHED', 8],
  },
  definedDetail: {
    added: ['VIR_DOMAIN_EVENT_DEFINED_ADDED', 0],
    updated: ['VIR_DOMAIN_EVENT_DEFINED_UPDATED', 1],
    fromSnapshot: ['VIR_DOMAIN_EVENT_DEFINED_FROM_SNAPSHOT', 3],
  },
  startedDetail: {
    booted: ['VIR_DOMAIN_EVENT_STARTED_BOOTED', 0],
    restored: ['VIR_DOMAIN_EVENT_STARTED_RESTORED', 2],
    fromSnapshot: ['VIR_DOMAIN_EVENT_STARTED_FROM_SNAPSHOT', 3],
  },
  suspendedDetail: {
    paused: ['VIR_DOMAIN_EVENT_SUSPENDED_PAUSED', 0],
    ioError: ['VIR_DOMAIN_EVENT_SUSPENDED_IOERROR', 2],
    fromSnapshot: ['VIR_DOMAIN_EVENT_SUSPENDED_FROM_SNAPSHOT', 5],
  },
  resumedDetail: {
    unpaused: ['VIR_DOMAIN_EVENT_RESUMED_UNPAUSED', 0],
    fromSnapshot: ['VIR_DOMAIN_EVENT_RESUMED_FROM_SNAPSHOT', 2],
  },
  stoppedDetail: {
    shutdown: ['VIR_DOMAIN_EVENT_STOPPED_SHUTDOWN', 0],
    destroyed: ['VIR_DOMAIN_EVENT_STOPPED_DESTROYED', 1],
    crashed: ['VIR_DOMAIN_EVENT_STOPPED_CRASHED', 2],
    saved: ['VIR_DOMAIN_EVENT_STOPPED_SAVED', 4],
    failed: ['VIR_DOMAIN_EVENT_STOPPED_FAILED', 5],
    fromSnapshot: ['VIR_DOMAIN_EVENT_STOPPED_FROM_SNAPSHOT', 6],
  },
  shutdownDetail: {
    finished: ['VIR_DOMAIN_EVENT_SHUTDOWN_FINISHED', 0],
    guest: ['VIR_DOMAIN_EVENT_SHUTDOWN_GUEST', 1],
    host: ['VIR_DOMAIN_EVENT_SHUTDOWN_HOST', 2],
  },
  /** virDomainState */
  domainState: {
    nostate: ['VIR_DOMAIN_NOSTATE', 0],
    running: ['VIR_DOMAIN_RUNNING', 1],
    blocked: ['VIR_DOMAIN_BLOCKED', 2],
    paused: ['VIR_DOMAIN_PAUSED', 3],
    shutdown: ['VIR_DOMAIN_SHUTDOWN', 4],
    shutoff: ['VIR_DOMAIN_SHUTOFF', 5],
    crashed: ['VIR_DOMAIN_CRASHED', 6],
    pmsuspended: ['VIR_DOMAIN_PMSUSPENDED', 7],
  },
  runningReason: {
    unknown: ['VIR_DOMAIN_RUNNING_UNKNOWN', 0],
    booted: ['VIR_DOMAIN_RUNNING_BOOTED', 1],
    migrated: ['VIR_DOMAIN_RUNNING_MIGRATED', 2],
    restored: ['VIR_DOMAIN_RUNNING_RESTORED', 3],
    fromSnapshot: ['VIR_DOMAIN_RUNNING_FROM_SNAPSHOT', 4],
    unpaused: ['VIR_DOMAIN_RUNNING_UNPAUSED', 5],
    migrationCanceled: ['VIR_DOMAIN_RUNNING_MIGRATION_CANCELED', 6],
    saveCanceled: ['VIR_DOMAIN_RUNNING_SAVE_CANCELED', 7],
    wakeup: ['VIR_DOMAIN_RUNNING_WAKEUP', 8],
    crashed: ['VIR_DOMAIN_RUNNING_CRASHED', 9],
    postcopy: ['VIR_DOMAIN_RUNNING_POSTCOPY', 10],
    postcopyFailed: ['VIR_DOMAIN_RUNNING_POSTCOPY_FAILED', 11],
  },
  pausedReason: {
    unknown: ['VIR_DOMAIN_PAUSED_UNKNOWN', 0],
    user: ['VIR_DOMAIN_PAUSED_USER', 1],
    migration: ['VIR_DOMAIN_PAUSED_MIGRATION', 2],
    save: ['VIR_DOMAIN_PAUSED_SAVE', 3],
    dump: ['VIR_DOMAIN_PAUSED_DUMP', 4],
    ioError: ['VIR_DOMAIN_PAUSED_IOERROR', 5],
    watchdog: ['VIR_DOMAIN_PAUSED_WATCHDOG', 6],
    fromSnapshot: ['VIR_DOMAIN_PAUSED_FROM_SNAPSHOT', 7],
    shuttingDown: ['VIR_DOMAIN_PAUSED_SHUTTING_DOWN', 8],
    snapshot: ['VIR_DOMAIN_PAUSED_SNAPSHOT', 9],
    crashed: ['VIR_DOMAIN_PAUSED_CRASHED', 10],
    startingUp: ['VIR_DOMAIN_PAUSED_STARTING_UP', 11],
    postcopy: ['VIR_DOMAIN_PAUSED_POSTCOPY', 12],
    postcopyFailed: ['VIR_DOMAIN_PAUSED_POSTCOPY_FAILED', 13],
    /** Since 9.2. */
    apiError: ['VIR_DOMAIN_PAUSED_API_ERROR', 14],
  },
  shutoffReason: {
    unknown: ['VIR_DOMAIN_SHUTOFF_UNKNOWN', 0],
    shutdown: ['VIR_DOMAIN_SHUTOFF_SHUTDOWN', 1],
    destroyed: ['VIR_DOMAIN_SHUTOFF_DESTROYED', 2],
    crashed: ['VIR_DOMAIN_SHUTOFF_CRASHED', 3],
    migrated: ['VIR_DOMAIN_SHUTOFF_MIGRATED', 4],
    saved: ['VIR_DOMAIN_SHUTOFF_SAVED', 5],
    failed: ['VIR_DOMAIN_SHUTOFF_FAILED', 6],
    fromSnapshot: ['VIR_DOMAIN_SHUTOFF_FROM_SNAPSHOT', 7],
    daemon: ['VIR_DOMAIN_SHUTOFF_DAEMON', 8],
  },
  crashedReason: { unknown: ['VIR_DOMAIN_CRASHED_UNKNOWN', 0], panicked: ['VIR_DOMAIN_CRASHED_PANICKED', 1] },
  /** virErrorLevel */
  errorLevel: { warning: ['VIR_ERR_WARNING', 1], error: ['VIR_ERR_ERROR', 2] },
  /** virErrorNumber by the names that libvirt gives them, without the prefix */
  errorCode: prefixed('VIR_ERR_', {
    INTERNAL_ERROR: 1,
    NO_MEMORY: 2,
    NO_SUPPORT: 3,
    NO_CONNECT: 5,
    INVALID_ARG: 8,
    OPERATION_FAILED: 9,
    XML_ERROR: 27,
    OPERATION_DENIED: 29,
    XML_DETAIL: 35,
    SYSTEM_ERROR: 38,
    RPC: 39,
    NO_DOMAIN: 42,
    AUTH_FAILED: 45,
    NO_STORAGE_POOL: 49,
    NO_STORAGE_VOL: 50,
    OPERATION_INVALID: 55,
    CONFIG_UNSUPPORTED: 67,
    OPERATION_TIMEOUT: 68,
    INVALID_DOMAIN_SNAPSHOT: 71,
    NO_DOMAIN_SNAPSHOT: 72,
    ARGUMENT_UNSUPPORTED: 74,
    SNAPSHOT_REVERT_RISKY: 77,
    OPERATION_ABORTED: 78,
    AUTH_CANCELLED: 79,
    NO_DOMAIN_METADATA: 80,
    BLOCK_COPY_ACTIVE: 83,
    OPERATION_UNSUPPORTED: 84,
    AGENT_UNRESPONSIVE: 86,
    RESOURCE_BUSY: 87,
    ACCESS_DENIED: 88,
    DBUS_SERVICE: 89,
    XML_INVALID_SCHEMA: 92,
    AUTH_UNAVAILABLE: 94,
    AGENT_UNSYNCED: 97,
    NO_DOMAIN_CHECKPOINT: 103,
    NO_DOMAIN_BACKUP: 104,
    AGENT_COMMAND_TIMEOUT: 112,
    AGENT_COMMAND_FAILED: 113,
  }),
  /** virErrorDomain: which part of libvirt raised the error */
  errorDomain: prefixed('VIR_FROM_', {
    NONE: 0,
    XML: 5,
    DOM: 6,
    RPC: 7,
    QEMU: 10,
    TEST: 12,
    REMOTE: 13,
    STORAGE: 18,
    DOMAIN: 20,
    DOMAIN_SNAPSHOT: 35,
    DBUS: 47,
    POLKIT: 60,
    DOMAIN_CHECKPOINT: 69,
  }),
} as const satisfies Record<string, Table>;

export const connectFlag = numbers(tables.connectFlag);
export const listDomainsFlag = numbers(tables.listDomainsFlag);
export const listSnapshotsFlag = numbers(tables.listSnapshotsFlag);
export const listCheckpointsFlag = numbers(tables.listCheckpointsFlag);
export const revertFlag = numbers(tables.revertFlag);
export const createFlag = numbers(tables.createFlag);
export const deleteFlag = numbers(tables.deleteFlag);
export const startFlag = numbers(tables.startFlag);
export const domainXmlFlag = numbers(tables.domainXmlFlag);
export const snapshotXmlFlag = numbers(tables.snapshotXmlFlag);
export const statsGroup = numbers(tables.statsGroup);
export const statsFlag = numbers(tables.statsFlag);
export const typedParamType = numbers(tables.typedParamType);
export const agentTimeout = numbers(tables.agentTimeout);
export const storagePoolState = numbers(tables.storagePoolState);
export const storagePoolListFlag = numbers(tables.storagePoolListFlag);
export const jobType = numbers(tables.jobType);
export const jobOperation = numbers(tables.jobOperation);
export const blockJobType = numbers(tables.blockJobType);
export const blockJobStatus = numbers(tables.blockJobStatus);
export const eventId = numbers(tables.eventId);
export const lifecycle = numbers(tables.lifecycle);
export const definedDetail = numbers(tables.definedDetail);
export const startedDetail = numbers(tables.startedDetail);
export const suspendedDetail = numbers(tables.suspendedDetail);
export const resumedDetail = numbers(tables.resumedDetail);
export const stoppedDetail = numbers(tables.stoppedDetail);
export const shutdownDetail = numbers(tables.shutdownDetail);
export const domainState = numbers(tables.domainState);
export const runningReason = numbers(tables.runningReason);
export const pausedReason = numbers(tables.pausedReason);
export const shutoffReason = numbers(tables.shutoffReason);
export const crashedReason = numbers(tables.crashedReason);
export const errorLevel = numbers(tables.errorLevel);
export const errorCode = numbers(tables.errorCode);
export type ErrorName = keyof typeof errorCode;
export const errorDomain = numbers(tables.errorDomain);

/** VIR_DRV_FEATURE_*, asked through CONNECT_SUPPORTS_FEATURE; in libvirt's own src/driver.h, which is not shipped. */
export const feature = { typedParamString: 9, programKeepalive: 10, eventCallback: 14, closeCallback: 15 } as const;
/** REMOTE_AUTH_*; in libvirt's own remote_protocol.x, which is not shipped. */
export const authType = { none: 0, sasl: 1, polkit: 2 } as const;

/** libvirt's own name of an error code; undefined for one that is newer than the table. */
export function errorName(code: number): ErrorName | undefined {
  return errorNames.get(code);
}

const errorNames = new Map<number, ErrorName>(
  Object.entries(errorCode).map(([name, code]) => [code, name as ErrorName]),
);

function numbers<const T extends Table>(table: T): Numbers<T> {
  return Object.fromEntries(Object.entries(table).map(([name, [, value]]) => [name, value])) as Numbers<T>;
}

function prefixed<const T extends Readonly<Record<string, number>>>(
  prefix: string,
  values: T,
): { readonly [Name in keyof T]: readonly [cName: string, value: T[Name]] } {
  const rows = Object.entries(values).map(([name, value]) => [name, [`${prefix}${name}`, value]]);
  return Object.fromEntries(rows) as { readonly [Name in keyof T]: readonly [cName: string, value: T[Name]] };
}
