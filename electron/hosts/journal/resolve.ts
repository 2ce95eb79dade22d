import { setTimeout as sleep } from 'node:timers/promises';
import { stateLabel } from '../../../shared/format.ts';
import { createFlag } from '../../../shared/libvirt/flags.ts';
import { safetyRequestOf } from '../../../shared/safety.ts';
import type { Found } from '../../../shared/schema.ts';
import { readDomain } from '../../libvirt/domains.ts';
import { ConnectionError, LibvirtError } from '../../libvirt/errors.ts';
import { readJob } from '../../libvirt/jobs.ts';
import { currentSnapshot, parseSnapshot, snapshotXml } from '../../libvirt/snapshots.ts';
import { parseXml } from '../../libvirt/xml.ts';
import { thaw } from '../create/thaw.ts';
import type { HostSession } from '../host-session.ts';
import type { Journal } from './journal.ts';
import type { Asked, JournalResult } from './lines.ts';

/** How often a job that outlived its asker is looked at, milliseconds. */
const LOOK_MS = 1_000;

interface Conclusion {
  readonly result: JournalResult;
  readonly found: Found | null;
  readonly sentences: readonly string[];
}

/**
 * Finds out, each time the host is connected, what became of requests that were never answered.
 * @returns the way to stop.
 */
export function resolveOnConnect(session: HostSession, journal: Journal, log: (line: string) => void): () => void {
  let running = false;
  const look = async () => {
    if (running || !session.isConnected) return;
    running = true;
    try {
      for (const asked of journal.unanswered(session.host)) await resolve(session, journal, asked);
    } catch (error) {
      if (!(error instanceof ConnectionError)) log(`${session.host.name}: ${error}`);
    } finally {
      running = false;
    }
  };
  return session.onChange((uuid) => {
    if (uuid === null) void look();
  });
}

async function resolve(session: HostSession, journal: Journal, asked: Asked): Promise<void> {
  const { uuid } = asked.domain;
  // libvirt goes on with what it was asked, whether or not anybody waits for it.
  while (await jobRuns(session, uuid)) await sleep(LOOK_MS, undefined, { ref: false });
  const [domain, current] = await Promise.all([
    readDomain(session.reads, uuid),
    currentSnapshot(session.reads, uuid).catch(goneIsNull),
  ]);
  const found = domain && { state: domain.state, reason: domain.reason, current };
  const { result, sentences } = await conclude(session, asked, found, domain?.managedSave ?? null);
  await journal.resolved(asked.requestId, result, found, sentences);
}

async function jobRuns(session: HostSession, uuid: string): Promise<boolean> {
  return (await readJob(session.reads, uuid).catch(goneIsNull)) !== null;
}

/** Never `done` unless what libvirt says proves it. */
async function conclude(
  session: HostSession,
  asked: Asked,
  found: Found | null,
  managedSave: boolean | null,
): Promise<Omit<Conclusion, 'found'>> {
  const interrupted = 'Snapkeel did not see libvirt’s answer; this is what libvirt said later.';
  if (!found) return { result: 'unknown', sentences: [interrupted, 'The domain no longer exists.'] };
  const { kind, snapshot } = asked;
  switch (kind) {
    case 'revert':
    case 'undo':
      return { result: 'unknown', sentences: [interrupted, revertSentence(asked, found)] };
    case 'safety-snapshot': {
      const description = await describedAs(session, asked);
      const ours = description !== null && safetyRequestOf(description) === asked.requestId;
      if (ours) return { result: 'done', sentences: [interrupted, `The snapshot “${snapshot}” is there.`] };
      if (description === null)
        return { result: 'unknown', sentences: [interrupted, `There is no snapshot “${snapshot}”.`] };
      return { result: 'unknown', sentences: [interrupted, `A snapshot “${snapshot}” is there, but not this one.`] };
    }
    case 'create': {
      // The guest may have been frozen for it, and nobody was there to see it thawed.
      const thawed = asked.flags & createFlag.quiesce ? [(await thaw(session, asked.domain.uuid)).sentence] : [];
      const there = (await describedAs(session, asked)) !== null;
      return {
        result: 'unknown',
        sentences: [
          interrupted,
          `${there ? 'A' : 'There is no'} snapshot “${snapshot}”${there ? ' is there' : ''}.`,
          ...thawed,
        ],
      };
    }
    case 'delete':
    case 'delete-safety': {
      const gone = (await describedAs(session, asked)) === null;
      return gone
        ? { result: 'done', sentences: [interrupted, `The snapshot “${snapshot}” is gone.`] }
        : { result: 'unknown', sentences: [interrupted, `The snapshot “${snapshot}” is still there.`] };
    }
    case 'redefine': {
      const there = (await describedAs(session, asked)) !== null;
      const half = 'If it was one step of several, the others may be missing: compare the tree with the plan.';
      const is = there ? `The snapshot “${snapshot}” is there.` : `There is no snapshot “${snapshot}”.`;
      return { result: 'unknown', sentences: [interrupted, is, half] };
    }
    case 'power':
      return { result: 'unknown', sentences: [interrupted, `The domain is ${stateLabel(found.state)}.`] };
    case 'remove-managed-save':
      return managedSave === false
        ? { result: 'done', sentences: [interrupted, 'There is no managed save image.'] }
        : { result: 'unknown', sentences: [interrupted, 'There is a managed save image.'] };
  }
}

/** Somebody else may have reverted too, so where the domain is proves nothing about this request. */
function revertSentence({ snapshot, currentBefore }: Asked, found: Found): string {
  const state = `The domain is ${stateLabel(found.state)}`;
  if (found.current !== snapshot)
    return `${state} and its current snapshot is ${found.current === null ? 'none' : `“${found.current}”`}, not “${snapshot}”.`;
  return currentBefore === snapshot
    ? `${state} and its current snapshot is “${snapshot}”, as it was before.`
    : `${state} and its current snapshot is “${snapshot}”, which it was not before.`;
}

/** The description of the snapshot that a request was about; null when there is none. */
async function describedAs(session: HostSession, asked: Asked): Promise<string | null> {
  const xml = await snapshotXml(session.reads, asked.domain.uuid, asked.snapshot).catch(goneIsNull);
  return xml === null ? null : parseSnapshot(parseXml(xml, 'domainsnapshot', true)).description;
}

function goneIsNull(error: unknown): null {
  if (error instanceof LibvirtError && error.is('NO_DOMAIN', 'NO_DOMAIN_SNAPSHOT', 'NO_SUPPORT')) return null;
  throw error;
}
