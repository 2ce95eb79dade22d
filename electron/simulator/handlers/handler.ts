import type { Packet } from '../../libvirt/frame.ts';
import { type Args, procedures, type Result, type WireDomain, type WireSnapshot } from '../../libvirt/procedures.ts';
import { type DomainModel, findSnapshot, type SnapshotModel, uuidBytes, uuidText } from '../model.ts';
import { type ErrorDomainName, refuse } from '../refuse.ts';
import type { World } from '../world.ts';

export type ProcedureName = keyof typeof procedures;

const names = new Map<string, ProcedureName>(
  Object.entries(procedures).map(([name, { program, number }]) => [`${program}:${number}`, name as ProcedureName]),
);

/** Which procedure a packet is of; undefined for one that is not known. */
export function procedureNameOf({
  program,
  procedure,
}: Pick<Packet, 'program' | 'procedure'>): ProcedureName | undefined {
  return names.get(`${program}:${procedure}`);
}

/** What one connection has said so far. */
export interface Session {
  /** REMOTE_AUTH_* that AUTH_LIST answers with. */
  readonly authTypes: readonly number[];
  polkitRefuses: boolean;
  authenticated: boolean;
  /** The driver's URI once opened. */
  opened: string | null;
  readOnly: boolean;
  /** The client asked for feature 10, so it may be pinged. */
  keepalive: boolean;
  closeCallback: boolean;
  readonly callbacks: Map<number, { readonly eventId: number; readonly uuid: string | null }>;
  lastCallback: number;
  /** Goodbye was said: the stream ends after the answer. */
  leaving: boolean;
}

export interface Context {
  readonly world: World;
  readonly session: Session;
  /** Sends bytes as a stream after the answer. */
  readonly stream: (data: Buffer) => void;
  /** The daemon dies: every connection drops. */
  readonly crash: () => void;
}

export interface Handler<A, R> {
  /** Raises the "read only access" error of a connection that may only look. */
  readonly writes?: ErrorDomainName;
  run(args: A, context: Context): R | Promise<R>;
}
export type Handlers = {
  readonly [K in ProcedureName]: Handler<Args<(typeof procedures)[K]>, Result<(typeof procedures)[K]>>;
};

/** Calls that libvirtd answers before CONNECT_OPEN. */
export const beforeOpen: ReadonlySet<ProcedureName> = new Set([
  'authList',
  'authSaslInit',
  'authPolkit',
  'connectOpen',
  'connectSupportsFeature',
]);
/** Calls that libvirtd answers before authentication. */
export const beforeAuth: ReadonlySet<ProcedureName> = new Set(['authList', 'authSaslInit', 'authPolkit']);

/** A call on one domain: waits while somebody else holds it. */
export function onDomain<A extends { domain: WireDomain }, R>(
  run: (domain: DomainModel, args: A, context: Context) => R | Promise<R>,
  writes?: ErrorDomainName,
): Handler<A, R> {
  const go = (args: A, context: Context): R | Promise<R> =>
    whenFree(context.world, args.domain, () =>
      run(context.world.domain(args.domain.uuid, args.domain.name), args, context),
    );
  return writes ? { writes, run: go } : { run: go };
}

/** A call on one snapshot, which must exist. @throws LibvirtError 72 */
export function onSnapshot<A extends { snapshot: WireSnapshot }, R>(
  run: (snapshot: SnapshotModel, domain: DomainModel, args: A, context: Context) => R | Promise<R>,
  writes?: ErrorDomainName,
): Handler<A, R> {
  const inner = onDomain<A & { domain: WireDomain }, R>((domain, args, context) => {
    const { name } = args.snapshot;
    const snapshot = findSnapshot(domain, name);
    if (!snapshot) refuse('NO_DOMAIN_SNAPSHOT', 'QEMU', `no domain snapshot with matching name '${name}'`);
    return run(snapshot, domain, args, context);
  }, writes);
  return { ...inner, run: (args, context) => inner.run({ ...args, domain: args.snapshot.domain }, context) };
}

/** A call that looks at every domain: one that is held blocks it, as seen on a live daemon. */
export function onAll<A, R>(run: (args: A, context: Context) => R): Handler<A, R> {
  const go = (args: A, context: Context): R | Promise<R> => {
    const held = context.world.held();
    return held ? held.then(() => go(args, context)) : run(args, context);
  };
  return { run: go };
}

/** The domain as it goes over the wire; id -1 while it is off. */
export function wireDomain({ name, uuid, id }: DomainModel): WireDomain {
  return { name, uuid: uuidBytes(uuid), id: id ?? -1 };
}

export function wireSnapshot(name: string, domain: DomainModel): WireSnapshot {
  return { name, domain: wireDomain(domain) };
}

function whenFree<R>(world: World, domain: WireDomain, then: () => R | Promise<R>): R | Promise<R> {
  const held = world.held(uuidText(domain.uuid));
  return held ? held.then(() => whenFree(world, domain, then)) : then();
}
