import type { Snapshot } from '../../schema.ts';

/** What a change of a snapshot's metadata stands on. */
export interface MetadataFacts {
  readonly snapshot: Snapshot;
  /** Whether it is the current snapshot. */
  readonly current: boolean;
  /** Names of its children. */
  readonly children: readonly string[];
}

const quoted = (name: string | null) => (name === null ? 'none' : `“${name}”`);

/** Sentences on what is no longer as it was when the plan was read; none when all is. */
export function metadataStaleness(read: MetadataFacts, now: MetadataFacts): string[] {
  const { snapshot: a } = read;
  const { snapshot: b } = now;
  const others = (snapshot: Snapshot) => JSON.stringify({ ...snapshot, description: '', parent: '' });
  return [
    ...(a.createdAt === b.createdAt ? [] : [`“${a.name}” is now a different snapshot.`]),
    ...(a.description === b.description ? [] : [`The description of “${a.name}” has changed.`]),
    ...(a.parent === b.parent
      ? []
      : [`The parent of “${a.name}” is ${quoted(b.parent)} now; it was ${quoted(a.parent)}.`]),
    ...(a.createdAt !== b.createdAt || others(a) === others(b) ? [] : [`The XML of “${a.name}” has changed.`]),
    ...(read.children.toSorted().join('/') === now.children.toSorted().join('/')
      ? []
      : [`“${a.name}” has other children now.`]),
    ...(read.current === now.current
      ? []
      : [`“${a.name}” is ${now.current ? 'the current snapshot now' : 'no longer the current snapshot'}.`]),
  ];
}
