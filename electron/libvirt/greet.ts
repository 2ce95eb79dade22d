import { eventId } from '../../shared/libvirt/flags.ts';
import { countOf } from './bounds.ts';
import type { Caller } from './domains.ts';
import { procedures } from './procedures.ts';

/** Who answers. Versions as libvirt counts them: major · 1,000,000 + minor · 1,000 + release. */
export interface Greeting {
  readonly driver: string;
  readonly libvirtVersion: number;
  readonly hypervisorVersion: number;
  readonly roundTripMs: number;
}

/** @throws LibvirtError, ConnectionError */
export async function greet(caller: Caller): Promise<Greeting> {
  const [{ type: driver }, { version: libvirt }, { version: hypervisor }] = await Promise.all([
    caller.call(procedures.connectGetType, {}),
    caller.call(procedures.connectGetLibVersion, {}),
    caller.call(procedures.connectGetVersion, {}),
  ]);
  const asked = performance.now();
  await caller.call(procedures.connectGetLibVersion, {});
  const roundTripMs = performance.now() - asked;
  return { driver, libvirtVersion: versionOf(libvirt), hypervisorVersion: versionOf(hypervisor), roundTripMs };
}

/** Whether libvirt answers at all. @throws LibvirtError, ConnectionError */
export async function ping(caller: Caller): Promise<void> {
  await caller.call(procedures.connectGetLibVersion, {});
}

/** Of what makes no sense 0, which has nothing that came with a version. */
function versionOf(told: bigint): number {
  return countOf(told, 999_999_999) ?? 0;
}

/** Has libvirt tell, on this connection, of what it does with any domain. @throws LibvirtError, ConnectionError */
export async function askForEvents(caller: Caller, event: keyof typeof eventId): Promise<void> {
  await caller.call(procedures.domainEventCallbackRegisterAny, { eventId: eventId[event], domain: null });
}
