import type { Found, Snapshot } from '../../../shared/schema.ts';
import type { HostSession } from '../../hosts/host-session.ts';
import type { Asked } from '../../kept/journal/lines.ts';
import { type DomainRecord, readDomain } from '../../libvirt/domains.ts';
import { ConnectionError, LibvirtError } from '../../libvirt/errors.ts';
import { currentSnapshot, readSnapshot, snapshotXml } from '../../libvirt/snapshots.ts';
import { whenIdle } from './look.ts';
import type { Services } from './services.ts';

/** A request whose answer never came, once libvirt is at nothing any more with its domain. */
export interface Unanswered {
  readonly session: HostSession;
  readonly services: Services;
  readonly asked: Asked;
  readonly domain: DomainRecord;
  readonly found: Found;
  /** Asks for the snapshot that it was about; null: there is none of that name. */
  snapshot(): Promise<Snapshot | null>;
  /** Somebody looked right after the answer was lost. */
  readonly wasSeen: boolean;
}
export interface Conclusion {
  /** Only where what libvirt says proves it. */
  readonly isDone: boolean;
  readonly sentences: readonly string[];
  /** What has to be remembered of it. */
  readonly remember?: () => Promise<void>;
}
/** What can be concluded about each kind of request. */
export type Conclusions = Readonly<Record<Asked['kind'], (request: Unanswered) => Promise<Conclusion> | Conclusion>>;

/** How long after it was asked a request may still be done, milliseconds. */
const LATE_MS = 10 * 60_000;
const interrupted = 'Snapkeel did not get libvirt’s answer. This is what libvirt reported later.';

/**
 * Finds out what became of requests that were never answered: each time the host is connected, and for a while at each
 * change of the domain, since a daemon that hung may do late what it was asked.
 * @returns the way to stop.
 */
export function settleLater(session: HostSession, services: Services, conclusions: Conclusions): () => void {
  /** Domains that have changed, and null for all of them, since they were looked at last. */
  const changed = new Set<string | null>();
  let isLooking = false;
  const look = async (uuid: string | null) => {
    for (const { asked, wasSeen } of services.journal.unsettled(session.host, Date.now() - LATE_MS))
      if (session.isConnected && (uuid === null || asked.domain.uuid === uuid))
        await settle(session, services, asked, wasSeen, conclusions);
  };
  const lookAtAll = async () => {
    isLooking = true;
    for (let [uuid] = changed; uuid !== undefined; [uuid] = changed) {
      changed.delete(uuid);
      await look(uuid).catch((error: unknown) => {
        if (!(error instanceof ConnectionError)) services.log(`${session.host.name}: ${error}`);
      });
    }
    isLooking = false;
  };
  return session.onChange((uuid) => {
    changed.add(uuid);
    if (!isLooking) void lookAtAll();
  });
}

async function settle(
  session: HostSession,
  services: Services,
  asked: Asked,
  wasSeen: boolean,
  conclusions: Conclusions,
): Promise<void> {
  const { reads } = session;
  const { uuid } = asked.domain;
  await whenIdle(reads, uuid);
  const domain = await readDomain(reads, uuid);
  const { journal, log } = services;
  if (!domain) {
    await journal.resolved(asked.requestId, 'unknown', null, [interrupted, 'The domain no longer exists.']);
    return;
  }
  const current = await currentSnapshot(reads, uuid).catch(goneIsNull);
  const found = { state: domain.state, reason: domain.reason, current };
  const snapshot = () => snapshotOf(session, asked);
  const request = { session, services, asked, domain, found, snapshot, wasSeen };
  const { isDone, sentences, remember } = await conclusions[asked.kind](request);
  await journal.resolved(asked.requestId, isDone ? 'done' : 'unknown', found, [interrupted, ...sentences]);
  await remember?.().catch((error: unknown) => log(`what is remembered could not be written: ${error}`));
}

/** The snapshot that a request was about; null when there is none. */
async function snapshotOf(session: HostSession, asked: Asked): Promise<Snapshot | null> {
  const xml = await snapshotXml(session.reads, asked.domain.uuid, asked.snapshot).catch(goneIsNull);
  return xml === null ? null : readSnapshot(xml);
}

function goneIsNull(error: unknown): null {
  if (error instanceof LibvirtError && error.is('NO_DOMAIN', 'NO_DOMAIN_SNAPSHOT', 'NO_SUPPORT')) return null;
  throw error;
}
