import { type DomainState, domainStates } from '../../shared/schema.ts';

/** virDomainState by number. */
export const domainStateNames: readonly DomainState[] = domainStates.filter((state) => state !== 'unknown');

/** virDomain*Reason by state and number, in the words of virsh domstate --reason. */
export const domainReasonNames: Partial<Record<DomainState, readonly string[]>> = {
  running: [
    'unknown',
    'booted',
    'migrated',
    'restored',
    'from snapshot',
    'unpaused',
    'migration canceled',
    'save canceled',
    'event wakeup',
    'crashed',
    'post-copy',
    'post-copy failed',
  ],
  paused: [
    'unknown',
    'user',
    'migrating',
    'saving',
    'dumping',
    'I/O error',
    'watchdog',
    'from snapshot',
    'shutting down',
    'creating snapshot',
    'crashed',
    'starting up',
    'post-copy',
    'post-copy failed',
    'api error',
  ],
  shutoff: ['unknown', 'shutdown', 'destroyed', 'crashed', 'migrated', 'saved', 'failed', 'from snapshot', 'daemon'],
};

export const listDomainsFlag = { active: 1, inactive: 2, persistent: 4, managedSave: 256, hasSnapshot: 4096 } as const;
export const listSnapshotsFlag = { topological: 1024 } as const;
export const revertFlag = { running: 1, paused: 2, force: 4, resetNvram: 8 } as const;
export const createFlag = { redefine: 1, current: 2, noMetadata: 4, halt: 8, diskOnly: 16 } as const;
/** VIR_DOMAIN_START_*: `forceBoot` drops a managed save image and boots from the disks. */
export const startFlag = { paused: 1, forceBoot: 4 } as const;
export const domainXmlFlag = { secure: 1, inactive: 2 } as const;
export const statsGroup = { state: 1, block: 32 } as const;
export const statsFlag = { nowait: 1 << 29, backing: 1 << 30 } as const;

/** virDomainJobType */
export const jobType = { none: 0, bounded: 1, unbounded: 2, completed: 3, failed: 4, cancelled: 5 } as const;

export const eventId = { lifecycle: 0, reboot: 1, blockJob: 16, jobCompleted: 21, metadataChange: 23 } as const;
/** virDomainEventType of a lifecycle event. */
export const lifecycle = {
  defined: 0,
  undefined: 1,
  started: 2,
  suspended: 3,
  resumed: 4,
  stopped: 5,
  shutdown: 6,
  pmsuspended: 7,
  crashed: 8,
} as const;

/** VIR_DRV_FEATURE_* asked through CONNECT_SUPPORTS_FEATURE. */
export const feature = { programKeepalive: 10, eventCallback: 14, closeCallback: 15 } as const;
export const authType = { none: 0, sasl: 1, polkit: 2 } as const;

/** The name of a virDomainState; a number newer than this table is `unknown`. */
export function stateName(state: number): DomainState {
  return domainStateNames[state] ?? 'unknown';
}

/** The reason in virsh's words; a number newer than this table is kept as a number. */
export function reasonName(state: DomainState, reason: number): string {
  return domainReasonNames[state]?.[reason] ?? (reason === 0 ? 'unknown' : `reason ${reason}`);
}
