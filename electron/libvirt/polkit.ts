import { errorCode, errorDomain } from '../../shared/libvirt/flags.ts';
import type { LibvirtError } from './errors.ts';

/** Why AUTH_POLKIT did not let somebody in; `POLKIT_REFUSED` for a reason that is not known here. */
export type PolkitRefusal =
  /** A rule says no, or what was typed was wrong: libvirt does not tell which. */
  | 'POLKIT_DENIED'
  /** A password is wanted, and nobody is there who could ask for it. */
  | 'POLKIT_NO_AGENT'
  /** The person closed the question. */
  | 'POLKIT_CANCELLED'
  /** libvirt waited no longer for the person. */
  | 'POLKIT_UNANSWERED'
  | 'POLKIT_NOT_RUNNING'
  | 'POLKIT_REFUSED';

/**
 * VIR_DBUS_METHOD_CALL_TIMEOUT_MILIS is 30 s, and no code tells of it, only words in the daemon's language. A service that
 * is to start has 25 s.
 */
const GIVES_UP_AFTER_MS = 29_000;

/** The first three are of virPolkitCheckAuth, then virGDBusCallMethod and virGDBusGetSystemBus; seen with 9.0, 11.3, 12.8. */
const refusals: readonly { code: number; domain?: number; waitedMs?: number; refusal: PolkitRefusal }[] = [
  { code: errorCode.AUTH_FAILED, refusal: 'POLKIT_DENIED' },
  { code: errorCode.AUTH_UNAVAILABLE, refusal: 'POLKIT_NO_AGENT' },
  { code: errorCode.AUTH_CANCELLED, refusal: 'POLKIT_CANCELLED' },
  { code: errorCode.DBUS_SERVICE, waitedMs: GIVES_UP_AFTER_MS, refusal: 'POLKIT_UNANSWERED' },
  { code: errorCode.DBUS_SERVICE, refusal: 'POLKIT_NOT_RUNNING' },
  { code: errorCode.INTERNAL_ERROR, domain: errorDomain.DBUS, refusal: 'POLKIT_NOT_RUNNING' },
];

/**
 * What libvirt's answer to AUTH_POLKIT means for who asked.
 * @param waited milliseconds until it came
 */
export function polkitRefusal(error: Pick<LibvirtError, 'code' | 'domain'>, waited: number): PolkitRefusal {
  const row = refusals.find(
    ({ code, domain = error.domain, waitedMs = 0 }) =>
      code === error.code && domain === error.domain && waited >= waitedMs,
  );
  return row?.refusal ?? 'POLKIT_REFUSED';
}
