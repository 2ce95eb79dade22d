import type { JournalEntry } from '../schema.ts';
import { askedWords, type JournalGroup, kindLabel, type OutcomeKey, outcomes } from './groups.ts';

const hour = 3_600_000;

/** How far back, up to now. */
export const spans = {
  day: { words: 'last 24 hours', ms: 24 * hour },
  week: { words: 'last 7 days', ms: 7 * 24 * hour },
  month: { words: 'last 30 days', ms: 30 * 24 * hour },
  year: { words: 'last year', ms: 365 * 24 * hour },
} as const;
export type Span = keyof typeof spans;

/** What operations can be told apart by, each with its values in words. */
export const facets = {
  host: { label: 'Host', valueOf: ({ main }: JournalGroup) => main.hostName, words: (value: string) => value },
  domain: { label: 'Domain', valueOf: ({ main }: JournalGroup) => main.domainName, words: (value: string) => value },
  kind: {
    label: 'Kind',
    valueOf: ({ main }: JournalGroup): string => main.kind,
    words: (value: string) => kindLabel(value as JournalEntry['kind']),
  },
  outcome: {
    label: 'Outcome',
    valueOf: ({ outcome }: JournalGroup): string => outcome,
    words: (value: string) => outcomes[value as OutcomeKey].text,
  },
} as const;
export type Facet = keyof typeof facets;
export const facetKeys = Object.keys(facets) as Facet[];

/** Which operations are shown: with all words, one of the values of each facet that has any, and within the span. */
export interface ActivityFilter extends Readonly<Record<Facet, readonly string[]>> {
  readonly text: string;
  readonly span: Span | null;
}
export const noFilter: ActivityFilter = { text: '', span: null, host: [], domain: [], kind: [], outcome: [] };

export function isFiltering(filter: ActivityFilter): boolean {
  return filter.text.trim() !== '' || filter.span !== null || facetKeys.some((key) => filter[key].length > 0);
}

/** The same filter with a value of a facet taken in or out. */
export function toggled(filter: ActivityFilter, key: Facet, value: string): ActivityFilter {
  const others = filter[key].filter((each) => each !== value);
  return { ...filter, [key]: others.length < filter[key].length ? others : [...others, value] };
}

/** @param now milliseconds since 1970 */
export function filterActivity(groups: readonly JournalGroup[], filter: ActivityFilter, now: number): JournalGroup[] {
  const words = filter.text.toLowerCase().split(/\s+/).filter(Boolean);
  const since = filter.span === null ? Number.NEGATIVE_INFINITY : now - spans[filter.span].ms;
  const asked = facetKeys.filter((key) => filter[key].length > 0);
  return groups.filter((group) => {
    if (group.main.askedAt < since) return false;
    if (!asked.every((key) => filter[key].includes(facets[key].valueOf(group)))) return false;
    if (words.length === 0) return true;
    const text = textOf(group);
    return words.every((word) => text.includes(word));
  });
}

export interface Offer {
  readonly value: string;
  readonly words: string;
  readonly count: number;
}

/** The values that a facet has, those of most operations first; what is chosen is offered even where nothing has it. */
export function offersOf(groups: readonly JournalGroup[], key: Facet, chosen: readonly string[]): Offer[] {
  const counts = new Map<string, number>(chosen.map((value) => [value, 0]));
  for (const group of groups) {
    const value = facets[key].valueOf(group);
    counts.set(value, (counts.get(value) ?? 0) + 1);
  }
  return [...counts]
    .map(([value, count]) => ({ value, count, words: facets[key].words(value) }))
    .sort((a, b) => b.count - a.count || (a.words < b.words ? -1 : 1));
}

function textOf({ main, entries, outcome }: JournalGroup): string {
  const asked = entries.map((entry) => askedWords(entry));
  return [...asked, main.domainName, main.hostName, main.who, outcomes[outcome].text].join('\n').toLowerCase();
}
