import { deleteFlag } from '../libvirt/flags.ts';
import type { DeleteFacts, DeleteMode } from '../schema.ts';
import { isExternal, Present } from './present.ts';

/** One call of virDomainSnapshotDelete. */
export interface DeleteStep {
  readonly name: string;
  readonly flags: number;
  /** What it takes out of the tree, the named one too if it goes. */
  readonly goes: readonly string[];
}

/*
 * Which calls do what was asked (virDomainSnapshotDelete; seen on 9.0–12.8).
 *
 *   mode            one snapshot              where externals are among what goes
 *   this            delete                    the same
 *   with children   delete --children         one after the other, leaves first: libvirt refuses --children there
 *   children only   delete --children-only    one after the other, leaves first
 *   metadata only   delete --metadata         the same
 *
 * Several snapshots go one after the other, leaves first, so that nothing moves that is about to go.
 */
export function deleteSteps(facts: DeleteFacts, names: readonly string[], mode: DeleteMode): DeleteStep[] {
  const present = new Present(facts);
  const known = names.filter((name) => present.get(name) !== undefined);
  const [only] = known;
  if (mode === 'this' || mode === 'metadata-only' || only === undefined) {
    const flags = mode === 'metadata-only' ? deleteFlag.metadataOnly : 0;
    return leavesFirst(present, known).map((name) => ({ name, flags, goes: [name] }));
  }
  const below = [...new Set(known.flatMap((name) => present.below(name)))];
  const goes =
    mode === 'with-children' ? [...new Set([...known, ...below])] : below.filter((name) => !known.includes(name));
  const external = [...known, ...goes].some((name) =>
    isExternal(present.get(name) ?? { kind: 'none', memory: 'none' }),
  );
  if (external || known.length > 1) return leavesFirst(present, goes).map((name) => ({ name, flags: 0, goes: [name] }));
  const flags = mode === 'with-children' ? deleteFlag.children : deleteFlag.childrenOnly;
  return goes.length > 0 ? [{ name: only, flags, goes }] : [];
}

/** What is deleted, in a few words. */
export function deleteSubject(names: readonly string[], mode: DeleteMode): string {
  const [first = ''] = names;
  const named = names.length === 1 ? `“${first}”` : `“${first}” and ${names.length - 1} more`;
  const words: Readonly<Record<DeleteMode, string>> = {
    this: named,
    'with-children': `${named} with all below`,
    'children-only': `everything below ${named}`,
    'metadata-only': `the metadata of ${named}`,
  };
  return words[mode];
}

/** Those furthest from their root first. */
function leavesFirst(present: Present, names: readonly string[]): string[] {
  const depths = new Map<string, number>();
  const depthOf = (name: string): number => {
    const way: string[] = [];
    let at: string | null = name;
    while (at !== null && !depths.has(at) && !way.includes(at) && way.length <= 20_000) {
      way.push(at);
      at = present.parentOf(at);
    }
    let depth = at === null ? 0 : (depths.get(at) ?? 0);
    for (const each of way.reverse()) depths.set(each, ++depth);
    return depth;
  };
  return [...names].sort((a, b) => depthOf(b) - depthOf(a));
}
