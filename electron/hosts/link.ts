import { connectFlag } from '../../shared/libvirt/flags.ts';
import { isPrivateToConnection } from '../../shared/libvirt-uri.ts';
import type { ConnectStep, Host } from '../../shared/schema.ts';
import type { KeepaliveOptions, RpcConnection } from '../libvirt/connection.ts';
import { listDomains } from '../libvirt/domains.ts';
import type { ConnectionError } from '../libvirt/errors.ts';
import { askForEvents, type Greeting, greet } from '../libvirt/greet.ts';
import { closeConnection, openConnection } from '../libvirt/open.ts';
import { formatUuid } from '../libvirt/uuid.ts';
import type { Transport } from '../transport/transport.ts';
import { Bulk } from './bulk.ts';
import { Gate } from './gate.ts';
import { SnapshotCache } from './snapshot-cache.ts';

/** How long libvirt may take to hear a goodbye. */
const GOODBYE_MS = 1_000;
/** polkit answers for itself by then. */
const A_PERSON_MS = 500;
/** How long a read is waited for. */
const READ_PATIENCE_MS = 60_000;

/** What a connected host is asked through. */
export interface Link {
  readonly transport: Transport;
  /** Two connections, since a revert blocks what comes behind it on its own; one where each would have a world of its own. */
  readonly reads: Gate;
  readonly writes: Gate;
  /** A third one, for what is read by the thousand. */
  readonly bulk: Bulk;
  readonly snapshots: SnapshotCache;
}

export interface LinkOptions {
  readonly host: Pick<Host, 'name' | 'readOnly'>;
  /** The name that CONNECT_OPEN wants, e.g. `qemu:///system`. */
  readonly driverUri: string;
  readonly openTransport: () => Transport;
  readonly onStep: (step: ConnectStep, at: string) => void;
  /** Since when libvirt has left a read without an answer; null once it answers again. */
  readonly onSilence: (since: number | null) => void;
  /** Something has happened to a domain. */
  readonly onTouched: (uuid: string) => void;
  readonly log: (line: string) => void;
  /** How soon a libvirt that is silent is found to be lost. */
  readonly keepalive?: KeepaliveOptions | undefined;
}

/** What is known of a host the moment that it is ready. */
export interface Opened {
  readonly link: Link;
  readonly facts: Greeting & { readonly via: string };
  readonly domains: Awaited<ReturnType<typeof listDomains>>;
}

/**
 * Connects to a host, has it tell of what happens, and lists its domains. Without effect once the signal is aborted.
 * @throws TransportError, AuthenticationError, LibvirtError, ConnectionError, the signal's reason; then all is closed
 */
export async function openLink(options: LinkOptions, signal: AbortSignal): Promise<Opened> {
  const { host, driverUri, onStep, onSilence, log, keepalive } = options;
  const transport = options.openTransport();
  const opened: RpcConnection[] = [];
  const giveUp = () => {
    for (const connection of opened) connection.close();
    transport.close();
  };
  const flags = host.readOnly ? connectFlag.readOnly : 0;
  let asksPerson = false;
  const onPolkit = (ms: number) => {
    asksPerson ||= ms > A_PERSON_MS;
  };
  const open = async (told = true) => {
    const stream = await transport.dial(signal);
    if (told) onStep('open', host.name);
    const connection = await openConnection(stream, driverUri, { log, signal, flags, keepalive, onPolkit });
    opened.push(connection);
    return connection;
  };
  signal.addEventListener('abort', giveUp, { once: true });
  try {
    const results = await Promise.allSettled(isPrivateToConnection(driverUri) ? [open()] : [open(), open()]);
    const [first, second] = results.map((each) => {
      if (each.status === 'rejected') throw each.reason;
      return each.value;
    }) as [RpcConnection, RpcConnection?];
    onStep('read', host.name);
    const reads = new Gate(first, second ? { ms: READ_PATIENCE_MS, onSilence } : null);
    const writes = second ? new Gate(second) : reads;
    const bulk = new Bulk(reads);
    const link: Link = { transport, reads, writes, bulk, snapshots: new SnapshotCache(bulk, log) };
    const facts = { ...(await greet(reads)), via: transport.describe(), connectedAt: Date.now() };
    await listen(reads, options);
    const domains = await listDomains(reads);
    signal.throwIfAborted();
    // Nobody waits for it, and nobody is asked a third time for its sake.
    const openBulk = () =>
      open(false).then(
        (third) => bulk.use(third, facts.roundTripMs),
        (error: unknown) => signal.aborted || log(`no connection for much at a time: ${error}`),
      );
    if (second && !asksPerson) setImmediate(openBulk);
    return { link, facts, domains };
  } catch (error) {
    giveUp();
    throw error;
  } finally {
    signal.removeEventListener('abort', giveUp);
  }
}

/**
 * Says goodbye to libvirt, and lets go of the way to it.
 * @param why what the host was lost by: whoever waits for an answer is told that
 */
export async function closeLink({ reads, writes, bulk, transport }: Link, why?: ConnectionError): Promise<void> {
  const connections = new Set([reads.connection, writes.connection, bulk.close()].filter((each) => each !== undefined));
  await Promise.all([...connections].map((each) => closeConnection(each, GOODBYE_MS, why)));
  transport.close();
}

async function listen(reads: Gate, { onTouched, log }: LinkOptions): Promise<void> {
  const touched = ({ domain }: { domain: { uuid: Buffer } }) => onTouched(formatUuid(domain.uuid));
  reads.connection.on('lifecycle', touched);
  reads.connection.on('jobCompleted', touched);
  await askForEvents(reads, 'lifecycle');
  // The test driver has no jobs to tell of, and refuses.
  await askForEvents(reads, 'jobCompleted').catch((error: unknown) => log(`no job events: ${error}`));
}
