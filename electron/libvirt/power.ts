import type { PowerAction } from '../../shared/operations/words.ts';
import { type Caller, domainRef } from './domains.ts';
import { procedures, type WireDomain } from './procedures.ts';

const calls: Readonly<Record<PowerAction, (caller: Caller, domain: WireDomain, flags: number) => Promise<unknown>>> = {
  start: (caller, domain, flags) => caller.call(procedures.domainCreateWithFlags, { domain, flags }),
  resume: (caller, domain) => caller.call(procedures.domainResume, { domain }),
  suspend: (caller, domain) => caller.call(procedures.domainSuspend, { domain }),
  shutdown: (caller, domain) => caller.call(procedures.domainShutdown, { domain }),
  reset: (caller, domain) => caller.call(procedures.domainReset, { domain, flags: 0 }),
  destroy: (caller, domain) => caller.call(procedures.domainDestroy, { domain }),
};

/**
 * Starts, pauses, resets a domain or switches it off. `shutdown` answers once the guest was asked.
 * @param flags `startFlag` bits; only `start` has any.
 * @throws LibvirtError 55 where the domain's state does not allow it; ConnectionError
 */
export async function changePower(caller: Caller, uuid: string, action: PowerAction, flags = 0): Promise<void> {
  await calls[action](caller, domainRef(uuid), flags);
}
