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

/** Those domains of a host that are found by their name, their host, or both together. */
export function foundOf({ words, texts }: ListFilter, hostId: string, domains: readonly Domain[]): readonly Domain[] {
  const host = texts.get(hostId) ?? '';
  const left = words.filter((word) => !host.includes(word));
  return domains.filter(({ name }) => {
    const own = name.toLowerCase();
    return left.every((word) => own.includes(word));
  });
}

/** Whether the host is found without any of its domains. */
export function findsHost({ words, texts }: ListFilter, hostId: string): boolean {
  const host = texts.get(hostId) ?? '';
  return words.every((word) => host.includes(word));
}
