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
  const names = new Set([...then, ...now].map((node) => node.name));
  return [...names].flatMap((name) => {
    const mine = then.filter((node) => node.name === name);
    const theirs = now.filter((node) => node.name === name);
    const keyOf = wordsFor(path === '' ? name : `${path}/${name}`)?.key;
    return keyOf ? byKey(name, mine, theirs, keyOf) : byContent(name, mine, theirs);
  });
}

function byKey(
  name: string,
  then: readonly ConfigNode[],
  now: readonly ConfigNode[],
  keyOf: (node: ConfigNode) => string | undefined,
): Pair[] {
  const keyed = (nodes: readonly ConfigNode[]) => {
    const groups = new Map<string, ConfigNode[]>();
    for (const node of nodes) {
      const key = keyOf(node) ?? '';
      groups.set(key, [...(groups.get(key) ?? []), node]);
    }
    return groups;
  };
  const left = keyed(then);
  const right = keyed(now);
  return [...new Set([...left.keys(), ...right.keys()])].flatMap((key) =>
    byContent(name, left.get(key) ?? [], right.get(key) ?? [], key || null),
  );
}

function byContent(
  name: string,
  then: readonly ConfigNode[],
  now: readonly ConfigNode[],
  key: string | null = null,
): Pair[] {
  if (then.length <= 1 && now.length <= 1) return [{ name, key, before: then[0] ?? null, after: now[0] ?? null }];
  const waiting = new Map<string, ConfigNode[]>();
  for (const node of now) {
    const print = fingerprint(node);
    waiting.set(print, [...(waiting.get(print) ?? []), node]);
  }
  const equals = then.map((node) => waiting.get(fingerprint(node))?.shift() ?? null);
  const taken = new Set(equals);
  const rest = now.filter((node) => !taken.has(node));
  const pairs = then.map(
    (node, index): Pair => ({ name, key, before: node, after: equals[index] ?? rest.shift() ?? null }),
  );
  return [...pairs, ...rest.map((node): Pair => ({ name, key, before: null, after: node }))];
}
