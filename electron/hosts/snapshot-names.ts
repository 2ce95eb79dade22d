import type { SnapshotNames } from '../../shared/schema.ts';
import { LibvirtError } from '../libvirt/errors.ts';
import { fewAtATime } from '../libvirt/few-at-a-time.ts';
import { listSnapshots } from '../libvirt/snapshots.ts';
import type { HostSession } from './host-session.ts';

/** Domains that are asked for at a time: half of what a connection takes, so that nobody waits behind them. */
const ASKED_AT_ONCE = 2;
/** Domains that are told of together. */
const TOLD_AT_ONCE = 20;
/** How long names are told again without asking, unless their number speaks against them. Milliseconds. */
const FRESH_MS = 5 * 60_000;

interface Known {
  readonly names: readonly string[];
  readonly readAt: number;
}
const knownOf = new WeakMap<HostSession, Map<string, Known>>();

/**
 * The names of the snapshots of all domains of a host, to find one by: first those that are known, then the others, a few
 * domains at a time, until the signal. A domain that libvirt is busy with, or does not tell of, is left out.
 * @throws ProblemError NOT_CONNECTED; ConnectionError
 */
export async function* snapshotNames(session: HostSession, signal: AbortSignal): AsyncGenerator<SnapshotNames> {
  const known = knownOf.get(session) ?? new Map<string, Known>();
  knownOf.set(session, known);
  const domains = session.domains.filter(({ snapshotCount }) => snapshotCount !== 0);
  const present = new Set(domains.map(({ uuid }) => uuid));
  for (const uuid of known.keys()) if (!present.has(uuid)) known.delete(uuid);

  const found: SnapshotNames['found'] = [];
  const unread: string[] = [];
  for (const { uuid, snapshotCount } of domains) {
    const kept = known.get(uuid);
    const isFresh =
      kept && Date.now() - kept.readAt < FRESH_MS && (snapshotCount === null || snapshotCount === kept.names.length);
    const names = session.snapshotNamesSeen(uuid) ?? (isFresh ? kept.names : null);
    if (names) found.push({ uuid, names: [...names] });
    else unread.push(uuid);
  }
  yield { found, left: unread.length };

  for (let at = 0; at < unread.length && !signal.aborted; at += TOLD_AT_ONCE) {
    const some = unread.slice(at, at + TOLD_AT_ONCE);
    const read = await fewAtATime(some, (uuid) => readNames(session, uuid, known, signal), ASKED_AT_ONCE);
    yield { found: read.flatMap((one) => one ?? []), left: unread.length - at - some.length };
  }
}

async function readNames(
  session: HostSession,
  uuid: string,
  known: Map<string, Known>,
  signal: AbortSignal,
): Promise<SnapshotNames['found'][number] | null> {
  if (signal.aborted || session.isHeld(uuid)) return null;
  try {
    const names = await listSnapshots(session.reads, uuid);
    known.set(uuid, { names, readAt: Date.now() });
    return { uuid, names };
  } catch (error) {
    if (error instanceof LibvirtError) return null;
    throw error;
  }
}
