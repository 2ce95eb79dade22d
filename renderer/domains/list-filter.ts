import type { Domain, Host } from '../../shared/schema.ts';
import { wordsOf } from '../store/selectors.ts';

/** What is looked for in the list: every word has to be in the name of a domain, or in what is said of its host. */
export interface ListFilter {
  readonly words: readonly string[];
  /** Name, group and note of each host, in small letters, by id. */
  readonly texts: ReadonlyMap<string, string>;
}

/** Null where nothing is looked for. */
export function listFilter(hosts: readonly Host[], filter: string): ListFilter | null {
  const words = wordsOf(filter);
  if (words.length === 0) return null;
  const texts = new Map(hosts.map(({ id, name, group, note }) => [id, `${name}\n${group}\n${note}`.toLowerCase()]));
  return { words, texts };
}

/** Whether the domain is found by its name, its host, or both together. */
export function findsDomain({ words, texts }: ListFilter, { hostId, name }: Pick<Domain, 'hostId' | 'name'>): boolean {
  const host = texts.get(hostId) ?? '';
  const own = name.toLowerCase();
  return words.every((word) => own.includes(word) || host.includes(word));
}

/** Whether the host is found without any of its domains. */
export function findsHost({ words, texts }: ListFilter, hostId: string): boolean {
  const host = texts.get(hostId) ?? '';
  return words.every((word) => host.includes(word));
}
