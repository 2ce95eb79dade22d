import type { PowerAction } from '../../../shared/deeds.ts';
import { formatDuration, stateLabel } from '../../../shared/format.ts';
import { powerReached } from '../../../shared/power.ts';
import type { Found, PowerFacts, PowerPlan } from '../../../shared/schema.ts';
import { type DomainRecord, readDomain } from '../../libvirt/domains.ts';
import { currentSnapshot } from '../../libvirt/snapshots.ts';
import type { Answer } from '../deeds/ask.ts';
import type { Ended } from '../deeds/run-deed.ts';
import type { Ground } from '../ground.ts';
import type { HostSession } from '../host-session.ts';
import { lookAfterwards } from '../look-afterwards.ts';

const planWords: Readonly<Record<PowerAction, string>> = {
  start: 'The domain is started',
  resume: 'The guest is resumed',
  suspend: 'The guest is paused',
  shutdown: 'The guest is asked to shut down',
  reset: 'The guest is reset, and loses its memory',
  destroy: 'The guest is switched off at once, and loses its memory',
};

/** What is about to be asked, for the journal. */
export function powerPlanWords(action: PowerAction, discardsSave: boolean): string {
  return discardsSave ? `${planWords[action]}; its managed save image is dropped` : planWords[action];
}

interface Asked {
  readonly plan: PowerPlan;
  readonly answer: Answer<void>;
  /** As it was just before. */
  readonly facts: PowerFacts;
  /** How long a guest was waited for that was asked to shut down. */
  readonly waitedMs: number;
}
interface Seen {
  readonly domain: DomainRecord | null;
  readonly found: Found | null;
}

/** Looks at what came of it: an answer that was lost is told as done only where the state shows it. */
export async function endOfPower(session: HostSession, asked: Asked, { journal }: Ground): Promise<Ended> {
  const { plan, answer } = asked;
  const seen = await lookAfterwards(session, (reads) => look(reads, plan.uuid));
  if (answer.result === 'done') {
    const differences = seen ? differencesOf(asked, seen) : [];
    await journal.found(answer.requestId, seen?.found ?? null, differences);
    return { result: 'done', told: [foundWords(seen)], differences };
  }
  const { requestId, problem } = answer;
  if (answer.result === 'unknown' && requestId !== null) {
    if (seen) await journal.resolved(requestId, 'unknown', seen.found, [lost, foundWords(seen)]);
    else journal.abandon(requestId); // it is found out when the host is back
    if (seen && shows(asked, seen)) return { result: 'done', told: [lost, foundWords(seen)], differences: [] };
  } else if (requestId !== null) await journal.found(requestId, seen?.found ?? null, []);
  return { result: answer.result, told: [foundWords(seen)], differences: [], problem };
}

const lost = 'Snapkeel did not see libvirt’s answer, and asked for the state afterwards.';

async function look(reads: Parameters<typeof readDomain>[0], uuid: string): Promise<Seen> {
  const domain = await readDomain(reads, uuid);
  if (!domain) return { domain, found: null };
  const current = await currentSnapshot(reads, uuid).catch(() => null);
  return { domain, found: { state: domain.state, reason: domain.reason, current } };
}

function foundWords(seen: Seen | null): string {
  if (!seen) return 'libvirt could not be asked for the state afterwards.';
  if (!seen.domain) return 'libvirt does not list the domain any more.';
  const { state, reason } = seen.domain;
  return `libvirt says: ${stateLabel(state)}${reason && reason !== 'unknown' ? ` (${reason})` : ''}.`;
}

/** A transient domain that is off is gone; a domain that was started again has another process. */
function shows({ plan: { action }, facts }: Asked, { domain }: Seen): boolean {
  if (!domain) return (action === 'destroy' || action === 'shutdown') && !facts.persistent;
  return powerReached(action, domain.state) ?? false;
}

function differencesOf(asked: Asked, seen: Seen): string[] {
  const { action } = asked.plan;
  if (powerReached(action, 'running') === null && seen.domain) return asResetLeavesIt(asked, seen.domain);
  if (shows(asked, seen)) return [];
  const state = seen.domain ? stateLabel(seen.domain.state) : 'gone';
  if (action !== 'shutdown') return [`The domain is ${state} now.`];
  const after = asked.waitedMs >= 1000 ? ` within ${formatDuration(asked.waitedMs)}` : '';
  return [
    `The guest has not shut down${after}: the domain is still ${state}. It may be busy with it, or ignore its power button; “Force off” switches it off without asking it.`,
  ];
}

/** virDomainReset keeps the process, and a paused guest paused. */
function asResetLeavesIt({ facts }: Asked, { state, id }: DomainRecord): string[] {
  return state === facts.state && id === facts.id ? [] : [`The domain is ${stateLabel(state)} now.`];
}
