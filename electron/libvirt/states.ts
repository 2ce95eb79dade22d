import { domainState, pausedReason, runningReason, shutoffReason } from '../../shared/libvirt/flags.ts';
import type { DomainState } from '../../shared/schema.ts';

const stateNames = new Map<number, DomainState>(
  Object.entries(domainState).map(([name, number]) => [number, name as keyof typeof domainState]),
);

/** virDomain*Reason by state and number, in the words of virsh domstate --reason. */
const reasonNames: Partial<Record<DomainState, ReadonlyMap<number, string>>> = {
  running: words(runningReason, {
    unknown: 'unknown',
    booted: 'booted',
    migrated: 'migrated',
    restored: 'restored',
    fromSnapshot: 'from snapshot',
    unpaused: 'unpaused',
    migrationCanceled: 'migration canceled',
    saveCanceled: 'save canceled',
    wakeup: 'event wakeup',
    crashed: 'crashed',
    postcopy: 'post-copy',
    postcopyFailed: 'post-copy failed',
  }),
  paused: words(pausedReason, {
    unknown: 'unknown',
    user: 'user',
    migration: 'migrating',
    save: 'saving',
    dump: 'dumping',
    ioError: 'I/O error',
    watchdog: 'watchdog',
    fromSnapshot: 'from snapshot',
    shuttingDown: 'shutting down',
    snapshot: 'creating snapshot',
    crashed: 'crashed',
    startingUp: 'starting up',
    postcopy: 'post-copy',
    postcopyFailed: 'post-copy failed',
    apiError: 'api error',
  }),
  shutoff: words(shutoffReason, {
    unknown: 'unknown',
    shutdown: 'shutdown',
    destroyed: 'destroyed',
    crashed: 'crashed',
    migrated: 'migrated',
    saved: 'saved',
    failed: 'failed',
    fromSnapshot: 'from snapshot',
    daemon: 'daemon',
  }),
};

/** The name of a virDomainState; a number newer than libvirt's table is `unknown`. */
export function stateName(state: number): DomainState {
  return stateNames.get(state) ?? 'unknown';
}

/** The reason in virsh's words; a number newer than libvirt's table is kept as a number. */
export function reasonName(state: DomainState, reason: number): string {
  return reasonNames[state]?.get(reason) ?? (reason === 0 ? 'unknown' : `reason ${reason}`);
}

function words<T extends string>(
  numbers: Readonly<Record<T, number>>,
  text: Readonly<Record<T, string>>,
): ReadonlyMap<number, string> {
  return new Map((Object.keys(numbers) as T[]).map((name) => [numbers[name], text[name]]));
}
