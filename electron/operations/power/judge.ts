import { formatDuration, stateLabel } from '../../../shared/format.ts';
import { powerReached } from '../../../shared/operations/power/rules.ts';
import type { powerType } from '../../../shared/operations/power/type.ts';
import type { DomainRecord } from '../../libvirt/domains.ts';
import type { Judged, Seen, Work } from '../engine/driver.ts';
import { lost } from '../engine/settle.ts';

export interface PowerSeen extends Seen {
  readonly domain: DomainRecord | null;
}
/** How long a guest was waited for that was asked to shut down, milliseconds. */
export interface PowerDone {
  readonly waitedMs: number;
}
type PowerWork = Work<typeof powerType>;

/** An answer that was lost is told as done only where the state shows it. */
export function judgePower(work: PowerWork, done: PowerDone, seen: PowerSeen | null): Judged {
  const answer = work.asked.at(-1);
  const notes = [foundWords(seen)];
  if (answer?.result === 'done') return { notes, differences: seen ? differencesOf(work, done, seen) : [] };
  if (answer?.result !== 'unknown' || !seen) return { notes, differences: [] };
  return { notes: [lost, ...notes], differences: [], ...(shows(work, seen) ? { result: 'done' } : {}) };
}

function foundWords(seen: PowerSeen | null): string {
  if (!seen) return 'libvirt could not be asked for the state.';
  if (!seen.domain) return 'libvirt no longer lists the domain.';
  const { state, reason } = seen.domain;
  return `libvirt reports: ${stateLabel(state)}${reason && reason !== 'unknown' ? ` (${reason})` : ''}.`;
}

/** A transient domain that is off is gone; a domain that was started again has another process. */
function shows({ plan: { action }, facts }: PowerWork, { domain }: PowerSeen): boolean {
  if (!domain) return (action === 'destroy' || action === 'shutdown') && !facts.persistent;
  return powerReached(action, domain.state) ?? false;
}

function differencesOf(work: PowerWork, { waitedMs }: PowerDone, seen: PowerSeen): string[] {
  const { action } = work.plan;
  if (powerReached(action, 'running') === null && seen.domain) return asResetLeavesIt(work, seen.domain);
  if (shows(work, seen)) return [];
  const state = seen.domain ? stateLabel(seen.domain.state) : 'gone';
  if (action !== 'shutdown') return [`The domain is ${state} now.`];
  const after = waitedMs >= 1000 ? ` within ${formatDuration(waitedMs)}` : '';
  return [
    `The guest has not shut down${after}: the domain is still ${state}. It may still be shutting down, or ignore the request. “Force off” switches it off without asking.`,
  ];
}

/** virDomainReset keeps the process, and a paused guest paused. */
function asResetLeavesIt({ facts }: PowerWork, { state, id }: DomainRecord): string[] {
  return state === facts.state && id === facts.id ? [] : [`The domain is ${stateLabel(state)} now.`];
}
