/** The most letters of a tag. */
export const longestTag = 40;

/** What several snapshots are to have in common: tags not named stay as they are on each. */
export interface TagChange {
  readonly add: readonly string[];
  readonly remove: readonly string[];
}

/** Reads tags with commas between them; each once. */
export function parseTags(text: string): string[] {
  return [...new Set(text.split(',').map((tag) => tag.trim()))].filter((tag) => tag !== '');
}

/** The first tag that is too long, if any. */
export function tooLongTag(tags: readonly string[]): string | undefined {
  return tags.find((tag) => tag.length > longestTag);
}

/** The tags of a snapshot after a change, sorted; null where the change leaves them as they are. */
export function changedTags(present: readonly string[], { add, remove }: TagChange): string[] | null {
  const kept = present.filter((tag) => !remove.includes(tag) || add.includes(tag));
  const next = [...new Set([...kept, ...add])].sort();
  return next.length === present.length && next.every((tag) => present.includes(tag)) ? null : next;
}

/** Every tag of several snapshots and how many of them have it, by name. */
export function countTags(tagsOfEach: readonly (readonly string[])[]): { tag: string; count: number }[] {
  const counts = new Map<string, number>();
  for (const tag of tagsOfEach.flat()) counts.set(tag, (counts.get(tag) ?? 0) + 1);
  return [...counts].map(([tag, count]) => ({ tag, count })).sort((a, b) => (a.tag < b.tag ? -1 : 1));
}
