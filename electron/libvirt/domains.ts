import { domainXmlFlag, type ErrorName, listDomainsFlag, statsGroup } from '../../shared/libvirt/flags.ts';
import type { Domain } from '../../shared/schema.ts';
import { countOf } from './bounds.ts';
import { LibvirtError } from './errors.ts';
import { fewAtATime } from './few-at-a-time.ts';
import type { ReceiveOptions } from './incoming-stream.ts';
import { type Procedure, procedures, type WireDomain, type WireTypedParam } from './procedures.ts';
import { reasonName, stateName } from './states.ts';
import { formatUuid, parseUuid } from './uuid.ts';

/** Whatever can call a procedure: a connection, or a gate in front of one. */
export interface Caller {
  call<A, R>(procedure: Procedure<A, R>, args: A): Promise<R>;
}
/** Calls that are followed by a stream too. */
export interface StreamCaller extends Caller {
  receive<A, R>(
    procedure: Procedure<A, R>,
    args: A,
    options?: Pick<ReceiveOptions, 'limit' | 'signal'>,
  ): Promise<{ result: R; data: Buffer }>;
}
export type DomainRecord = Omit<Domain, 'hostId'>;
/** One whose snapshots were counted. */
export type CountedDomain = DomainRecord & { readonly snapshotCount: number };

/** A domain as an argument. The daemon resolves domains by UUID alone; name and id are not looked at. */
export function domainRef(uuid: string): WireDomain {
  return { name: '', uuid: parseUuid(uuid), id: -1 };
}

/** How many domains there are, without a list of them. @throws LibvirtError, ConnectionError */
export async function countDomains(caller: Caller): Promise<number> {
  return (await caller.call(procedures.connectListAllDomains, { needResults: 0, flags: 0 })).count;
}

/**
 * Every domain of the connection, in five calls; snapshots are not counted, but it is told who has none. The first call goes
 * alone because it waits for a domain that libvirt is busy with, and should then not hold up other reads fourfold. A driver
 * without statistics is asked for the state of each domain.
 * @throws LibvirtError, ConnectionError
 */
export async function listDomains(caller: Caller): Promise<DomainRecord[]> {
  const list = (flags: number) => caller.call(procedures.connectListAllDomains, { needResults: 1, flags });
  const all = await list(0);
  const [persistent, saved, withSnapshots, stats] = await Promise.all([
    list(listDomainsFlag.persistent),
    list(listDomainsFlag.managedSave),
    list(listDomainsFlag.hasSnapshot),
    caller
      .call(procedures.connectGetAllDomainStats, { domains: [], stats: statsGroup.state, flags: 0 })
      .catch(unsupportedIs({ records: [] })),
  ]);
  const uuids = (reply: { domains: WireDomain[] }) => new Set(reply.domains.map(keyOf));
  const isPersistent = uuids(persistent);
  const isSaved = uuids(saved);
  const hasSnapshots = uuids(withSnapshots);
  const states = new Map(stats.records.map(({ domain, params }) => [keyOf(domain), stateOf(params)]));
  const untold = all.domains.filter((wire) => !states.get(keyOf(wire)));
  await fewAtATime(untold, async (wire) => {
    states.set(keyOf(wire), (await goneIsNull(readState(caller, wire))) ?? undefined);
  });
  return all.domains.flatMap((wire) => {
    const key = keyOf(wire);
    const state = states.get(key);
    if (!state) return [];
    return {
      uuid: formatUuid(wire.uuid),
      name: wire.name,
      id: wire.id < 0 ? null : wire.id,
      state: state.state,
      reason: state.reason,
      persistent: isPersistent.has(key),
      managedSave: isSaved.has(key),
      snapshotCount: hasSnapshots.has(key) ? null : 0,
    };
  });
}

/** A domain among thousands: the bytes of its UUID, which are shorter than their text. */
function keyOf({ uuid }: WireDomain): string {
  return uuid.toString('latin1');
}

/** One domain as it is now, or null when libvirt does not have it any more. */
export async function readDomain(caller: Caller, uuid: string): Promise<CountedDomain | null> {
  const ref = domainRef(uuid);
  const state = await goneIsNull(readState(caller, ref)); // alone first, as in listDomains
  if (!state) return null;
  const rest = Promise.all([
    caller.call(procedures.domainLookupByUuid, { uuid: ref.uuid }),
    caller.call(procedures.domainIsPersistent, { domain: ref }),
    caller.call(procedures.domainHasManagedSaveImage, { domain: ref, flags: 0 }).catch(unsupportedIs({ present: 0 })),
    numberOfSnapshots(caller, ref),
  ]);
  const found = await goneIsNull(rest);
  if (!found) return null;
  const [{ domain: wire }, { persistent }, { present }, snapshotCount] = found;
  return {
    uuid,
    name: wire.name,
    id: wire.id < 0 ? null : wire.id,
    ...state,
    persistent: persistent !== 0,
    managedSave: present !== 0,
    snapshotCount,
  };
}

/** How many snapshots a domain has; null when libvirt does not have the domain any more. @throws LibvirtError, ConnectionError */
export async function countSnapshots(caller: Caller, uuid: string): Promise<number | null> {
  return goneIsNull(numberOfSnapshots(caller, domainRef(uuid)));
}

/** The configuration in force (`inactive: false`), or the one for the next start. */
export async function domainXml(caller: Caller, uuid: string, inactive: boolean): Promise<string> {
  const flags = inactive ? domainXmlFlag.inactive : 0;
  return (await caller.call(procedures.domainGetXmlDesc, { domain: domainRef(uuid), flags })).xml;
}

/**
 * The configuration that `virsh managedsave` has kept with the memory; null where libvirt does not tell.
 * @throws ConnectionError
 */
export async function managedSaveXml(caller: Caller, uuid: string): Promise<string | null> {
  const reply = caller.call(procedures.domainManagedSaveGetXmlDesc, { domain: domainRef(uuid), flags: 0 });
  return reply.then(
    ({ xml }) => xml,
    (error: unknown) => {
      if (error instanceof LibvirtError) return null;
      throw error;
    },
  );
}

/** Drops the memory that `virsh managedsave` has kept. There is no way back. */
export async function removeManagedSave(caller: Caller, uuid: string): Promise<void> {
  await caller.call(procedures.domainManagedSaveRemove, { domain: domainRef(uuid), flags: 0 });
}

/** Whether the domain starts with its host; null where libvirt cannot tell. */
export async function autostarts(caller: Caller, uuid: string): Promise<boolean | null> {
  const reply = caller
    .call(procedures.domainGetAutostart, { domain: domainRef(uuid) })
    .then((each) => each.autostart !== 0);
  return reply.catch(unsupportedIs(null, 'OPERATION_INVALID'));
}

/** Those of the given disk targets on which a block job runs. */
export async function activeBlockJobs(caller: Caller, uuid: string, targets: readonly string[]): Promise<string[]> {
  const domain = domainRef(uuid);
  const jobs = await Promise.all(
    targets.map((path) =>
      caller
        .call(procedures.domainGetBlockJobInfo, { domain, path, flags: 0 })
        // A removable drive without a medium has no job to tell of: OPERATION_INVALID or INVALID_ARG.
        .catch(unsupportedIs({ found: 0 }, 'OPERATION_INVALID', 'INVALID_ARG')),
    ),
  );
  return targets.filter((_, index) => jobs[index]?.found);
}

type State = Pick<DomainRecord, 'state' | 'reason'>;

async function readState(caller: Caller, domain: WireDomain): Promise<State> {
  return named(await caller.call(procedures.domainGetState, { domain, flags: 0 }));
}

async function numberOfSnapshots(caller: Caller, domain: WireDomain): Promise<number> {
  const reply = caller.call(procedures.domainSnapshotNum, { domain, flags: 0 });
  return countOf((await reply.catch(unsupportedIs({ count: 0 }))).count) ?? 0;
}

function stateOf(params: readonly WireTypedParam[]): State | undefined {
  const value = (field: string) => Number(params.find((each) => each.field === field)?.value.value);
  const state = value('state.state');
  return Number.isNaN(state) ? undefined : named({ state, reason: value('state.reason') || 0 });
}

function named({ state, reason }: { state: number; reason: number }): State {
  const name = stateName(state);
  return { state: name, reason: reasonName(name, reason) };
}

function goneIsNull<T>(reply: Promise<T>): Promise<T | null> {
  return reply.catch((error: unknown) => {
    if (error instanceof LibvirtError && error.is('NO_DOMAIN')) return null;
    throw error;
  });
}

function unsupportedIs<T>(value: T, ...also: ErrorName[]): (error: unknown) => T {
  return (error) => {
    if (error instanceof LibvirtError && error.is('NO_SUPPORT', ...also)) return value;
    throw error;
  };
}
