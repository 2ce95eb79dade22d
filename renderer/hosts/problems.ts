import { askedWords, outcomeOf, outcomes } from '../../shared/activity/groups.ts';
import { formatCount, formatMoment } from '../../shared/format.ts';
import type { Domain, Finding, HealthReport, Host, JournalEntry } from '../../shared/schema.ts';
import { lastRevertOf } from '../store/last-reverts.ts';
import { type AppState, type DomainTab, domainKey, uuidsOn } from '../store/store.ts';
import type { ProblemLevel } from '../ui/problem-icon.tsx';

/** Something that needs seeing to. */
export interface HostProblem {
  readonly key: string;
  readonly level: ProblemLevel;
  /** The domain that it is about; none: the host. */
  readonly domain: Domain | null;
  readonly text: string;
  /** The same in a column of a table. */
  readonly short: string;
  /** Where more is said of it. */
  readonly tab: DomainTab | null;
}

interface OfHost {
  readonly host: Host;
  readonly domains: readonly Domain[];
  readonly known: (domain: Domain) => KnownOfDomain;
  readonly now: number;
}

/** Those of a host's domains that there may be something wrong with. */
export function domainsInQuestion(
  { health, lastReverts }: Pick<AppState, 'health' | 'lastReverts'>,
  host: Host,
  domains: readonly Domain[],
): readonly Domain[] {
  const uuids = uuidsOn(host.id, health.keys());
  for (const { hostUri, uuid } of lastReverts.values()) if (hostUri === host.uri) uuids.add(uuid);
  return uuids.size === 0 ? none : domains.filter(({ uuid }) => uuids.has(uuid));
}
const none: readonly Domain[] = [];

/** What is known to be wrong on a host: of the host, of last reverts, and of domains whose health was looked at. */
export function problemsOf({ host, domains, known, now }: OfHost): HostProblem[] {
  const all = [...ofHost(host, now), ...domains.flatMap((domain) => problemsOfDomain(domain, known(domain), now))];
  return worstFirst(all);
}

/** What is looked at of a domain. */
export interface KnownOfDomain {
  readonly lastRevert: JournalEntry | undefined;
  /** Undefined: its health was not looked at. */
  readonly health: HealthReport | undefined;
}

export function knownOf(state: Pick<AppState, 'hosts' | 'lastReverts' | 'health'>, domain: Domain): KnownOfDomain {
  return { lastRevert: lastRevertOf(state, domain), health: state.health.get(domainKey(domain)) };
}

/** What is known to be wrong with a domain, the worst first. */
export function problemsOfDomain(domain: Domain, { lastRevert, health }: KnownOfDomain, now: number): HostProblem[] {
  return worstFirst([...ofRevert(domain, lastRevert, now), ...ofHealth(domain, health)]);
}

function worstFirst(problems: readonly HostProblem[]): HostProblem[] {
  return [...problems.filter(({ level }) => level === 'bad'), ...problems.filter(({ level }) => level === 'warn')];
}

function ofHost({ connection }: Host, now: number): HostProblem[] {
  if (connection.status !== 'connected' || connection.silentSince === undefined) return [];
  const text = `libvirt has not answered since ${formatMoment(connection.silentSince, now)}.`;
  return [{ key: 'silent', level: 'warn', domain: null, text, short: 'no answer', tab: null }];
}

const levels = { failed: 'bad', unknown: 'warn', differs: 'warn' } as const;

function ofRevert(domain: Domain, entry: JournalEntry | undefined, now: number): HostProblem[] {
  if (!entry) return [];
  const outcome = outcomeOf(entry);
  const level = (levels as Partial<Record<string, ProblemLevel>>)[outcome];
  if (!level) return [];
  const how = outcomes[outcome].text;
  const text = `${askedWords(entry)}, ${formatMoment(entry.askedAt, now)}: ${how}.`;
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

function levelOf(findings: readonly Finding[]): ProblemLevel {
  return findings.some(({ level }) => level === 'broken') ? 'bad' : 'warn';
}
