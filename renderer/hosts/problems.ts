import { askedWords, isRevert, type JournalGroup, outcomes } from '../../shared/activity/groups.ts';
import { formatCount, formatMoment } from '../../shared/format.ts';
import type { Domain, Finding, HealthReport, Host } from '../../shared/schema.ts';
import { type DomainKey, type DomainTab, domainKey } from '../store/store.ts';

/** Something that needs seeing to. */
export interface HostProblem {
  readonly key: string;
  readonly level: 'bad' | 'warn';
  /** The domain that it is about; none: the host. */
  readonly domain: Domain | null;
  readonly text: string;
  /** The same in a column of a table. */
  readonly short: string;
  /** Where more is said of it. */
  readonly tab: DomainTab | null;
}

interface Known {
  readonly host: Host;
  readonly domains: readonly Domain[];
  /** Newest first. */
  readonly groups: readonly JournalGroup[];
  /** Of domains that were looked at. */
  readonly health: ReadonlyMap<DomainKey, HealthReport>;
  readonly now: number;
}

/** What is known to be wrong on a host: of the host, of last reverts, and of domains whose health was looked at. */
export function problemsOf({ host, domains, groups, health, now }: Known): HostProblem[] {
  const last = lastReverts(groups);
  const all = [
    ...ofHost(host, now),
    ...domains.flatMap((domain) => [
      ...ofRevert(domain, last.get(domain.uuid), now),
      ...ofHealth(domain, health.get(domainKey(domain))),
    ]),
  ];
  return [...all.filter(({ level }) => level === 'bad'), ...all.filter(({ level }) => level === 'warn')];
}

function ofHost({ connection }: Host, now: number): HostProblem[] {
  if (connection.status !== 'connected' || connection.silentSince === undefined) return [];
  const text = `libvirt has not answered since ${formatMoment(connection.silentSince, now)}.`;
  return [{ key: 'silent', level: 'warn', domain: null, text, short: 'no answer', tab: null }];
}

/** Of each domain the newest revert or undo. */
function lastReverts(groups: readonly JournalGroup[]): Map<string, JournalGroup> {
  const last = new Map<string, JournalGroup>();
  for (const group of groups) {
    const { uuid } = group.main;
    if (isRevert(group.main) && !last.has(uuid)) last.set(uuid, group);
  }
  return last;
}

const levels = { failed: 'bad', unknown: 'warn', differs: 'warn' } as const;

function ofRevert(domain: Domain, group: JournalGroup | undefined, now: number): HostProblem[] {
  const level = group && (levels as Partial<Record<string, 'bad' | 'warn'>>)[group.outcome];
  if (!group || !level) return [];
  const how = outcomes[group.outcome].text;
  const text = `${askedWords(group.main)}, ${formatMoment(group.main.askedAt, now)}: ${how}.`;
  return [{ key: `${domain.uuid} revert`, level, domain, text, short: `last revert: ${how}`, tab: 'activity' }];
}

function ofHealth(domain: Domain, report: HealthReport | undefined): HostProblem[] {
  const findings = (report?.findings ?? []).filter(({ level }) => level !== 'note');
  const [first] = findings;
  if (!first) return [];
  const more = findings.length - 1;
  const text = more > 0 ? `${first.what} And ${more} more.` : first.what;
  const short = formatCount(findings.length, 'health finding');
  return [{ key: `${domain.uuid} health`, level: levelOf(findings), domain, text, short, tab: 'health' }];
}

function levelOf(findings: readonly Finding[]): 'bad' | 'warn' {
  return findings.some(({ level }) => level === 'broken') ? 'bad' : 'warn';
}
