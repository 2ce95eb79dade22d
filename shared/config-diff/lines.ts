import { groupedBy } from '../grouped-by.ts';
import type { ConfigLine } from '../schema.ts';
import { type Pair, pairChildren } from './pairs.ts';
import { longestIncreasing } from './sequence.ts';
import { below, type ConfigNode } from './tree.ts';

/**
 * Two configurations as XML side by side. What is aligned is the same element, not the same text: a disk stands beside
 * itself however many came before it. An element that changed its place is removed and added.
 */
export function sideBySide(then: ConfigNode, now: ConfigNode): ConfigLine[] {
  return element('', then, now, 0);
}

function element(path: string, then: ConfigNode, now: ConfigNode, depth: number): ConfigLine[] {
  const inner = aligned(path, then, now, depth + 1);
  return [
    ...beside(opening(then, depth), opening(now, depth)),
    ...inner,
    ...beside(closing(then, depth), closing(now, depth)),
  ];
}

/** The children of two elements, in the order of both as far as there is one. */
function aligned(path: string, then: ConfigNode, now: ConfigNode, depth: number): ConfigLine[] {
  const pairs = pairChildren(path, then.children, now.children);
  const left = placesOf(then.children);
  const theirs = inOrderOfKeys(pairs, left, now.children);
  const right = placesOf(theirs);
  const both = pairs
    .flatMap(({ before, after }) => (before && after ? [{ before, after }] : []))
    .map(({ before, after }) => ({ before, after, i: left.get(before) ?? 0, j: right.get(after) ?? 0 }))
    .sort((a, b) => a.i - b.i);
  const anchors = longestIncreasing(both.map(({ j }) => j)).flatMap((index) => both[index] ?? []);
  const lines: ConfigLine[] = [];
  let [i, j] = [0, 0];
  const upTo = (endThen: number, endNow: number) => {
    for (const child of then.children.slice(i, endThen))
      for (const line of render(child, depth)) lines.push(removed(line));
    for (const child of theirs.slice(j, endNow)) for (const line of render(child, depth)) lines.push(added(line));
    [i, j] = [endThen + 1, endNow + 1];
  };
  for (const { before, after, i: left, j: right } of anchors) {
    upTo(left, right);
    for (const line of element(below(path, before.name), before, after, depth)) lines.push(line);
  }
  upTo(then.children.length, theirs.length);
  return lines;
}

/**
 * The later elements with those that have a key in the order in which they were earlier: libvirt sorts controllers and
 * other devices anew whenever it reads them, and that means nothing.
 */
function inOrderOfKeys(
  pairs: readonly Pair[],
  places: ReadonlyMap<ConfigNode, number>,
  now: readonly ConfigNode[],
): readonly ConfigNode[] {
  // Several of one key stand together in the pairs, wherever they stood.
  const both = pairs
    .flatMap(({ key, before, after }) =>
      key !== null && before && after ? [{ after, place: places.get(before) ?? 0 }] : [],
    )
    .sort((a, b) => a.place - b.place);
  const theirs = both.map(({ after }) => after);
  const waiting = groupedBy(theirs, ({ name }) => name);
  const keyed = new Set(theirs);
  return now.map((node) => (keyed.has(node) ? (waiting.get(node.name)?.shift() ?? node) : node));
}

function placesOf(nodes: readonly ConfigNode[]): ReadonlyMap<ConfigNode, number> {
  return new Map(nodes.map((node, index) => [node, index]));
}

/** Lines that mean the same place: equal, changed, or more of them on one side. */
function beside(left: readonly string[], right: readonly string[]): ConfigLine[] {
  return Array.from({ length: Math.max(left.length, right.length) }, (_, at): ConfigLine => {
    const [mine, theirs] = [left[at], right[at]];
    if (mine === undefined) return added(theirs ?? '');
    if (theirs === undefined) return removed(mine);
    return { kind: mine === theirs ? 'same' : 'changed', left: mine, right: theirs };
  });
}

function removed(left: string): ConfigLine {
  return { kind: 'removed', left, right: null };
}

function added(right: string): ConfigLine {
  return { kind: 'added', left: null, right };
}

/** An element and all in it. */
export function render(node: ConfigNode, depth = 0): string[] {
  return [
    ...opening(node, depth),
    ...node.children.flatMap((child) => render(child, depth + 1)),
    ...closing(node, depth),
  ];
}

/** The start tag with the text, and the end tag too where there are no children. */
function opening({ name, attributes, children, text }: ConfigNode, depth: number): string[] {
  const pairs = Object.entries(attributes).map(([key, value]) => ` ${key}='${escaped(value, attributeEntities)}'`);
  const start = `${indent(depth)}<${name}${pairs.join('')}`;
  if (children.length > 0) return [...`${start}>${escaped(text, textEntities)}`.split('\n')];
  return text === '' ? [`${start}/>`] : `${start}>${escaped(text, textEntities)}</${name}>`.split('\n');
}

function closing({ name, children }: ConfigNode, depth: number): string[] {
  return children.length > 0 ? [`${indent(depth)}</${name}>`] : [];
}

function indent(depth: number): string {
  return '  '.repeat(depth);
}

const textEntities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };
const attributeEntities = { ...textEntities, "'": '&apos;', '\n': '&#10;', '\t': '&#9;', '\r': '&#13;' };

function escaped(text: string, entities: Readonly<Record<string, string>>): string {
  return text.replace(/[&<>'\n\t\r]/g, (character) => entities[character] ?? character);
}
