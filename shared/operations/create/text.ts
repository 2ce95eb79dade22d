import type { Snapshot } from '../../schema.ts';

/** `hda`, `hda and hdb`, `hda, hdb and hdc`. */
export function listed(words: readonly string[]): string {
  return words.length < 2 ? (words[0] ?? '') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;
}

/** The verb for one or for several. */
export function are(words: readonly string[]): 'is' | 'are' {
  return words.length === 1 ? 'is' : 'are';
}

/** The kinds that hold data in a domain's snapshots. */
export function chainKinds({
  snapshots,
}: {
  readonly snapshots: readonly Pick<Snapshot, 'kind' | 'memory'>[];
}): Set<'internal' | 'external'> {
  const kinds = new Set<'internal' | 'external'>();
  for (const { kind, memory } of snapshots) {
    if (kind === 'internal' || kind === 'mixed' || memory === 'internal') kinds.add('internal');
    if (kind === 'external' || kind === 'mixed' || memory === 'external') kinds.add('external');
  }
  return kinds;
}
