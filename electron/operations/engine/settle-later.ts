import { stateLabel } from '../../../shared/format.ts';
import { createFlag } from '../../../shared/libvirt/flags.ts';
import { revertedToIn, safetyRequestOf } from '../../../shared/safety.ts';
import type { Found, Snapshot } from '../../../shared/schema.ts';
import type { HostSession } from '../../hosts/host-session.ts';
import type { Journal } from '../../kept/journal/journal.ts';
import type { Asked, JournalResult } from '../../kept/journal/lines.ts';
import type { MarkStore, SafetyMark } from '../../kept/marks.ts';
import { readDomain } from '../../libvirt/domains.ts';
import { ConnectionError, LibvirtError } from '../../libvirt/errors.ts';
import { currentSnapshot, parseSnapshot, snapshotXml } from '../../libvirt/snapshots.ts';
import { parseXml } from '../../libvirt/xml.ts';
import { whenIdle } from './look.ts';
import { thaw } from './thaw.ts';

interface Conclusion {
  readonly result: JournalResult;
  readonly found: Found | null;
  readonly sentences: readonly string[];
}

export interface Settling {
  readonly journal: Journal;
  readonly marks: Pick<MarkStore, 'addSafety'>;
  readonly log: (line: string) => void;
}

/**
 * Finds out what became of requests that were never answered: each time the host is connected, and for a while at each
 * change of the domain, since a daemon that hung may do late what it was asked.
 * @returns the way to stop.
 */
export function settleLater(session: HostSession, settling: Settling): () => void {
  let last: Promise<void> = Promise.resolve();
  const look = async (uuid: string | null) => {
    for (const { asked, wasSeen } of settling.journal.unsettled(session.host, Date.now() - LATE_MS))
      if (session.isConnected && (uuid === null || asked.domain.uuid === uuid))
        await settle(session, settling, asked, wasSeen);
  };
  return session.onChange((uuid) => {
    last = last
      .then(() => look(uuid))
      .catch((error: unknown) => {
        if (!(error instanceof ConnectionError)) settling.log(`${session.host.name}: ${error}`);
      });
  });
}

/** How long after it was asked a request may still be done, milliseconds. */
const LATE_MS = 10 * 60_000;

async function settle(session: HostSession, { journal, marks, log }: Settling, asked: Asked, wasSeen: boolean) {
  const { reads, host } = session;
  const { uuid } = asked.domain;
  await whenIdle(reads, uuid);
  const [domain, current] = await Promise.all([
    readDomain(reads, uuid),
    currentSnapshot(reads, uuid).catch(goneIsNull),
  ]);
  const found = domain && { state: domain.state, reason: domain.reason, current };
  const { result, sentences, safety } = await conclude(session, asked, found, domain?.managedSave ?? null, wasSeen);
  await journal.resolved(asked.requestId, result, found, sentences);
  if (safety)
    await marks
      .addSafety(host, { uuid, ...safety })
      .catch((error: unknown) => log(`the marks could not be written: ${error}`));
}

/** Never `done` unless what libvirt says proves it. */
async function conclude(
  session: HostSession,
  asked: Asked,
  found: Found | null,
  managedSave: boolean | null,
  wasSeen: boolean,
): Promise<Omit<Conclusion, 'found'> & { readonly safety?: Omit<SafetyMark, 'host' | 'uuid'> }> {
  const interrupted = 'Snapkeel did not see libvirt’s answer; this is what libvirt said later.';
  if (!found) return { result: 'unknown', sentences: [interrupted, 'The domain no longer exists.'] };
  const { kind, snapshot } = asked;
  switch (kind) {
    case 'revert':
    case 'undo':
      return { result: 'unknown', sentences: [interrupted, revertSentence(asked, found)] };
    case 'safety-snapshot': {
      const there = await snapshotOf(session, asked);
      if (there && safetyRequestOf(there.description) === asked.requestId) {
        const { createdAt, description } = there;
        const safety = { name: snapshot, createdAt, requestId: asked.requestId, revertedTo: revertedToIn(description) };
        return { result: 'done', sentences: [interrupted, `The snapshot “${snapshot}” is there.`], safety };
      }
      if (!there) return { result: 'unknown', sentences: [interrupted, `There is no snapshot “${snapshot}”.`] };
      return { result: 'unknown', sentences: [interrupted, `A snapshot “${snapshot}” is there, but not this one.`] };
    }
    case 'create': {
      // The guest may have been frozen for it, and nobody was there to see it thawed.
      const thawed =
        asked.flags & createFlag.quiesce && !wasSeen ? [(await thaw(session, asked.domain.uuid)).sentence] : [];
      const there = (await snapshotOf(session, asked)) !== null;
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
      const gone = (await snapshotOf(session, asked)) === null;
      return gone
        ? { result: 'done', sentences: [interrupted, `The snapshot “${snapshot}” is gone.`] }
        : { result: 'unknown', sentences: [interrupted, `The snapshot “${snapshot}” is still there.`] };
    }
    case 'redefine': {
      const there = (await snapshotOf(session, asked)) !== null;
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

/** The snapshot that a request was about; null when there is none. */
async function snapshotOf(session: HostSession, asked: Asked): Promise<Snapshot | null> {
  const xml = await snapshotXml(session.reads, asked.domain.uuid, asked.snapshot).catch(goneIsNull);
  return xml === null ? null : parseSnapshot(parseXml(xml, 'domainsnapshot', true));
}

function goneIsNull(error: unknown): null {
  if (error instanceof LibvirtError && error.is('NO_DOMAIN', 'NO_DOMAIN_SNAPSHOT', 'NO_SUPPORT')) return null;
  throw error;
}
