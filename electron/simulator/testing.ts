import type { RpcConnection } from '../libvirt/connection.ts';
import { openConnection } from '../libvirt/open.ts';
import { procedures, type WireDomain } from '../libvirt/procedures.ts';
import type { Simulator } from './simulator.ts';

/** Opens the simulated daemon with the app's own client. */
export async function connect(simulator: Simulator, uri = 'qemu:///system'): Promise<RpcConnection> {
  return openConnection(await simulator.dial(new AbortController().signal), uri);
}

/** Looks a domain up by name. */
export async function lookup(connection: RpcConnection, name: string): Promise<WireDomain> {
  return (await connection.call(procedures.domainLookupByName, { name })).domain;
}

/** Collects lifecycle events as `event/detail`. */
export async function watch(connection: RpcConnection): Promise<string[]> {
  const seen: string[] = [];
  connection.on('lifecycle', ({ event, detail }) => seen.push(`${event}/${detail}`));
  await connection.call(procedures.domainEventCallbackRegisterAny, { eventId: 0, domain: null });
  return seen;
}

/** `code/domain` of the LibvirtError that a call ends with, or `ok`. */
export async function answer(call: Promise<unknown>): Promise<string> {
  try {
    await call;
    return 'ok';
  } catch (error) {
    const { code, domain } = error as { code: unknown; domain?: unknown };
    return domain === undefined ? String(code) : `${code}/${domain}`;
  }
}
