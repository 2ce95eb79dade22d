import type { ConfigDifference } from '../schema.ts';
import { type Pair, pairChildren } from './pairs.ts';
import { below, type ConfigNode, fingerprint } from './tree.ts';
import { brief, say, type Words, wordsFor } from './words.ts';

const longest = 200;

/** Where a difference is: how the nearest element with a name is called, and the tags from there on. */
interface Place {
  readonly path: string;
  readonly owner: string;
  readonly tags: readonly string[];
}

/**
 * What differs between two configurations, in an admin's words. Nothing but an order that means nothing goes untold:
 * equal configurations give no differences, and others give some.
 */
export function configDifferences(then: ConfigNode, now: ConfigNode): ConfigDifference[] {
  return within({ path: '', owner: '', tags: [] }, then, now);
}

function within(place: Place, then: ConfigNode, now: ConfigNode): ConfigDifference[] {
  return [...attributes(place, then, now), ...text(place, then, now), ...children(place, then, now)];
}

function attributes(place: Place, then: ConfigNode, now: ConfigNode): ConfigDifference[] {
  const names = new Set([...Object.keys(then.attributes), ...Object.keys(now.attributes)]);
  const value = wordsFor(place.path)?.value;
  return [...names].flatMap((name) => {
    const [before, after] = [then.attributes[name], now.attributes[name]];
    if (before === after) return [];
    const words = wordsFor(`${place.path}@${name}`);
    const label = words ? labelled(place.owner, words.label) : name === value ? titleOf(place) : titleOf(place, name);
    return { label, ...shorten(shown(before), shown(after)), kind: 'changed' as const };
  });
}

function text(place: Place, then: ConfigNode, now: ConfigNode): ConfigDifference[] {
  if (then.text === now.text) return [];
  return [{ label: titleOf(place), ...shorten(then.text, now.text), kind: 'changed' }];
}

function children(place: Place, then: ConfigNode, now: ConfigNode): ConfigDifference[] {
  const pairs = pairChildren(place.path, then.children, now.children);
  const seen = new Map<string, number>();
  const counts = countsOf(pairs);
  const lists = new Set<string>();
  return pairs.flatMap((pair) => {
    const path = below(place.path, pair.name);
    const words = wordsFor(path);
    if (words?.list) {
      if (lists.has(pair.name)) return [];
      lists.add(pair.name);
      return asList(placeOf(place, pair, words, null), then, now, pair.name);
    }
    const number = (seen.get(pair.name) ?? 0) + 1;
    seen.set(pair.name, number);
    const nth = pair.key === null && (counts.get(pair.name) ?? 0) > 1 ? number : null;
    return between(placeOf(place, pair, words, nth), words, pair);
  });
}

function between(place: Place, words: Words | undefined, pair: Pair): ConfigDifference[] {
  const { before: then, after: now } = pair;
  if (then && now) {
    if (!words?.whole) return within(place, then, now);
    if (fingerprint(then) === fingerprint(now)) return [];
    return [{ label: titleOf(place), ...told(place.path, then, now), kind: 'changed' }];
  }
  // An element that only groups others is told by those.
  const only = then ?? now;
  if (only && !words && isGroup(only)) {
    const nothing: ConfigNode = { ...only, children: [] };
    return then ? within(place, then, nothing) : within(place, nothing, only);
  }
  if (now) return [{ label: titleOf(place), snapshot: '', now: cut(say(place.path, now)), kind: 'added since' }];
  if (then) return [{ label: titleOf(place), snapshot: cut(say(place.path, then)), now: '', kind: 'removed since' }];
  return [];
}

function asList(place: Place, then: ConfigNode, now: ConfigNode, name: string): ConfigDifference[] {
  const [before, after] = [then, now].map((node) => node.children.filter((child) => child.name === name));
  if (!before || !after || before.map(fingerprint).join() === after.map(fingerprint).join()) return [];
  const joined = (nodes: readonly ConfigNode[]) => nodes.map((node) => say(place.path, node)).join(', ');
  const raw = (nodes: readonly ConfigNode[]) => nodes.map(brief).join(', ');
  const alike = joined(before) === joined(after);
  const kind = before.length === 0 ? 'added since' : after.length === 0 ? 'removed since' : 'changed';
  const values = alike ? shorten(raw(before), raw(after)) : shorten(joined(before), joined(after));
  return [{ label: titleOf(place), ...values, kind }];
}

function countsOf(pairs: readonly Pair[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { name } of pairs) counts.set(name, (counts.get(name) ?? 0) + 1);
  return counts;
}

function isGroup({ attributes: own, children: inner, text: words }: ConfigNode): boolean {
  return words === '' && Object.keys(own).length === 0 && inner.length > 0;
}

function placeOf(parent: Place, { name, key }: Pair, words: Words | undefined, nth: number | null): Place {
  const path = below(parent.path, name);
  if (!words) return { path, owner: parent.owner, tags: path === 'devices' ? [] : [...parent.tags, tag(name, nth)] };
  const title = [words.label, words.tagged ? name : null, key ?? nth].filter((part) => part !== null).join(' ');
  return { path, owner: labelled(parent.owner, title), tags: [] };
}

function tag(name: string, nth: number | null): string {
  return nth === null ? `<${name}>` : `<${name}> ${nth}`;
}

function labelled(owner: string, label: string): string {
  const standsAlone = owner === '' || /^\p{Lu}/u.test(label);
  return standsAlone ? label : `${owner}: ${label}`;
}

function titleOf({ owner, tags }: Place, attribute?: string): string {
  const rest = [...tags, ...(attribute === undefined ? [] : [attribute])].join(' ');
  if (rest === '') return owner || 'Domain';
  return owner === '' ? rest : `${owner}: ${rest}`;
}

/** Two different elements never read the same. */
function told(path: string, then: ConfigNode, now: ConfigNode): Pick<ConfigDifference, 'snapshot' | 'now'> {
  const [before, after] = [say(path, then), say(path, now)];
  return before === after ? shorten(fullest(then), fullest(now)) : shorten(before, after);
}

function fullest(node: ConfigNode): string {
  return brief(node) || 'present';
}

function shorten(snapshot: string, now: string): Pick<ConfigDifference, 'snapshot' | 'now'> {
  const [before, after] = [cut(snapshot), cut(now)];
  return before === after ? { snapshot, now } : { snapshot: before, now: after };
}

function cut(value: string): string {
  return value.length > longest ? `${value.slice(0, longest - 1)}…` : value;
}

/** A value that is there but empty is told apart from one that isn't. */
function shown(value: string | undefined): string {
  return value === '' ? '“”' : (value ?? '');
}
