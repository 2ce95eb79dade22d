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
  | 'POLKIT_NOT_RUNNING'
  | 'POLKIT_REFUSED';

/** The first three are of virPolkitCheckAuth, then virGDBusCallMethod and virGDBusGetSystemBus; observed with 9.0. */
const refusals: readonly { code: number; domain?: number; refusal: PolkitRefusal }[] = [
  { code: errorCode.AUTH_FAILED, refusal: 'POLKIT_DENIED' },
  { code: errorCode.AUTH_UNAVAILABLE, refusal: 'POLKIT_NO_AGENT' },
  { code: errorCode.AUTH_CANCELLED, refusal: 'POLKIT_CANCELLED' },
  { code: errorCode.DBUS_SERVICE, refusal: 'POLKIT_NOT_RUNNING' },
  { code: errorCode.INTERNAL_ERROR, domain: errorDomain.DBUS, refusal: 'POLKIT_NOT_RUNNING' },
];

/** What libvirt's answer to AUTH_POLKIT means for who asked. */
export function polkitRefusal(error: Pick<LibvirtError, 'code' | 'domain'>): PolkitRefusal {
  const row = refusals.find(({ code, domain }) => code === error.code && (domain ?? error.domain) === error.domain);
  return row?.refusal ?? 'POLKIT_REFUSED';
}
