import { deleteFlag } from '../../libvirt/flags.ts';
import type { DeleteFacts, DeleteMode } from '../../schema.ts';
import { Present } from './present.ts';

/** One call of virDomainSnapshotDelete. */
export interface DeleteStep {
  readonly name: string;
  readonly flags: number;
}

/**
 * Which calls do what was asked: always one after the other and leaves first, so that nothing moves that is about to go.
 * CHILDREN and CHILDREN_ONLY are never asked for: libvirtd dies of them where a child with a further sibling has children
 * itself (observed on 9.0–12.8), and refuses them where externals are below.
 */
export function deleteSteps(facts: DeleteFacts, names: readonly string[], mode: DeleteMode): DeleteStep[] {
  const present = new Present(facts);
  const known = [...new Set(names)].filter((name) => present.get(name) !== undefined);
  const flags = mode === 'metadata-only' ? deleteFlag.metadataOnly : 0;
  return leavesFirst(present, chosen(present, known, mode)).map((name) => ({ name, flags }));
}

function chosen(present: Present, names: readonly string[], mode: DeleteMode): string[] {
  if (mode === 'this' || mode === 'metadata-only') return [...names];
  const below = belowAny(present, names);
  const chosen = new Set(names);
  return mode === 'with-children' ? [...new Set([...names, ...below])] : below.filter((name) => !chosen.has(name));
}

/** Everything below any of them, each once, however many of them lie on one line. */
function belowAny(present: Present, names: readonly string[]): string[] {
  const found = new Set<string>();
  for (const start of names) {
    if (found.has(start)) continue; // what is below it is found already
    for (const each of present.below(start, found)) found.add(each);
  }
  return [...found];
}

/** What is deleted, in a few words. */
export function deleteSubject(names: readonly string[], mode: DeleteMode): string {
  const [first = ''] = names;
  const named = names.length === 1 ? `“${first}”` : `“${first}” and ${names.length - 1} more`;
  const words: Readonly<Record<DeleteMode, string>> = {
    this: named,
    'with-children': `${named} and everything below`,
    'children-only': `everything below ${named}`,
    'metadata-only': `the metadata of ${named}`,
  };
  return words[mode];
}

/** Those furthest from their root first. */
function leavesFirst(present: Present, names: readonly string[]): string[] {
  const depths = new Map<string, number>();
  const depthOf = (name: string): number => {
    const known = depths.get(name);
    if (known !== undefined) return known;
    const way = new Set<string>();
    let at: string | null = name;
    while (at !== null && !depths.has(at) && !way.has(at)) {
      way.add(at);
      at = present.parentOf(at);
    }
    let depth = at === null ? 0 : (depths.get(at) ?? 0);
    for (const each of [...way].reverse()) depths.set(each, ++depth);
    return depth;
  };
  return [...names].sort((a, b) => depthOf(b) - depthOf(a));
}
