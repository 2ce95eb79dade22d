import { groupedBy } from '../grouped-by.ts';
import { type ConfigNode, fingerprint } from './tree.ts';
import { wordsFor } from './words.ts';

/** Two elements that are the same thing at two times, or one that only one time has. */
export interface Pair {
  readonly name: string;
  /** What tells it from its siblings of that name; null where it has none, or the table no key for it. */
  readonly key: string | null;
  readonly before: ConfigNode | null;
  readonly after: ConfigNode | null;
}

/**
 * The elements below two elements with the path `path`, each with its other self: by key where the table has one for
 * them, else those that are equal, then the rest in order. Each name's pairs stand together.
 */
export function pairChildren(path: string, then: readonly ConfigNode[], now: readonly ConfigNode[]): Pair[] {
  const [mine, theirs] = [groupedBy(then, ({ name }) => name), groupedBy(now, ({ name }) => name)];
  return namesOf(mine, theirs).flatMap((name) => {
    const keyOf = wordsFor(path === '' ? name : `${path}/${name}`)?.key;
    const [left, right] = [mine.get(name) ?? [], theirs.get(name) ?? []];
    return keyOf ? byKey(name, left, right, keyOf) : byContent(name, left, right);
  });
}

function namesOf(left: ReadonlyMap<string, unknown>, right: ReadonlyMap<string, unknown>): string[] {
  return [...new Set([...left.keys(), ...right.keys()])];
}

function byKey(
  name: string,
  then: readonly ConfigNode[],
  now: readonly ConfigNode[],
  keyOf: (node: ConfigNode) => string | undefined,
): Pair[] {
  const keyed = (nodes: readonly ConfigNode[]) => groupedBy(nodes, (node) => keyOf(node) ?? '');
  const [left, right] = [keyed(then), keyed(now)];
  return namesOf(left, right).flatMap((key) => byContent(name, left.get(key) ?? [], right.get(key) ?? [], key || null));
}

function byContent(
  name: string,
  then: readonly ConfigNode[],
  now: readonly ConfigNode[],
  key: string | null = null,
): Pair[] {
  if (then.length <= 1 && now.length <= 1) return [{ name, key, before: then[0] ?? null, after: now[0] ?? null }];
  const waiting = groupedBy(now.toReversed(), fingerprint);
  const equals = then.map((node) => waiting.get(fingerprint(node))?.pop() ?? null);
  const taken = new Set(equals);
  const rest = now.filter((node) => !taken.has(node)).toReversed();
  const pairs = then.map(
    (node, index): Pair => ({ name, key, before: node, after: equals[index] ?? rest.pop() ?? null }),
  );
  return [...pairs, ...rest.toReversed().map((node): Pair => ({ name, key, before: null, after: node }))];
}
