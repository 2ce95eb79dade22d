import { escapeXml } from '../../electron/libvirt/xml.ts';
import type { Random } from '../explore/random.ts';

const numbers = [
  0,
  1,
  2,
  3,
  4,
  7,
  27,
  28,
  255,
  256,
  65_535,
  4_194_304,
  4_194_305,
  33_554_436,
  2 ** 31 - 1,
  2 ** 31,
  2 ** 32 - 1,
];
/** What makes trouble where texts are read. */
export const words = [
  '',
  ' ',
  '\0',
  '\n',
  '\r\n',
  '\t',
  '"',
  "'",
  '`',
  '$(id)',
  '%00',
  '%',
  '%2f',
  '..',
  '../..',
  '/',
  '//',
  '\\',
  '?',
  '&',
  '=',
  '#',
  '@',
  ':',
  '-x',
  '--',
  '|1|',
  '*',
  '!',
  ',',
  '<',
  '>',
  '</',
  '/>',
  '<!--',
  '-->',
  '<![CDATA[',
  ']]>',
  '<?xml',
  '<!DOCTYPE a [<!ENTITY b "c">]>',
  '&lt;',
  '&#0;',
  '&#x110000;',
  '&b;',
  'xmlns:a="b"',
  '0',
  '-1',
  '1e999',
  'NaN',
  'Infinity',
  '0x10',
  '9007199254740993',
  '18446744073709551616',
  '99999999999999999999999',
  '1.5',
  '+1',
  '١',
  '__proto__',
  'constructor',
  'hasOwnProperty',
  'toString',
  'null',
  'undefined',
  '{}',
  '[]',
  'true',
  '\u202e',
  '\u2066',
  '\u200b',
  '\ufeff',
  '\ud800',
  '😀',
  'é',
  'א',
  '\u2028',
  'x'.repeat(300),
  'a'.repeat(5_000),
];

/** Other bytes, made of these by some small changes. */
export function mutatedBytes(random: Random, seed: Uint8Array, others: readonly Uint8Array[]): Buffer {
  let bytes: Buffer = Buffer.from(seed);
  for (let n = 1 + random.below(4); n > 0; n--) bytes = random.pick(byteChanges)(bytes, random, others);
  return bytes;
}

/** Another text, made of this by some small changes. */
export function mutatedText(random: Random, seed: string, others: readonly string[]): string {
  let text = seed;
  for (let n = 1 + random.below(5); n > 0; n--) text = random.pick(textChanges)(text, random, others);
  return text;
}

/** XML that is still well-formed, as a rule: other values, other texts, elements that are gone, twice there or elsewhere. */
export function mutatedXml(random: Random, seed: string, others: readonly string[]): string {
  let text = seed;
  for (let n = 1 + random.below(6); n > 0; n--) text = random.pick(xmlChanges)(text, random, others);
  return text;
}

const at = (random: Random, length: number) => random.below(length + 1);
type Change<T> = (value: T, random: Random, others: readonly (T extends string ? string : Uint8Array)[]) => T;

const byteChanges: readonly Change<Buffer>[] = [
  (bytes, random) => {
    if (bytes.length > 0) bytes[random.below(bytes.length)] = random.below(256);
    return bytes;
  },
  (bytes, random) => {
    if (bytes.length > 0) {
      const place = random.below(bytes.length);
      bytes[place] = (bytes[place] ?? 0) ^ (1 << random.below(8));
    }
    return bytes;
  },
  (bytes, random) => {
    // A number where XDR and qcow2 have theirs.
    const place = 4 * random.below(Math.floor(bytes.length / 4) + 1);
    if (place + 4 <= bytes.length) bytes.writeUInt32BE(random.pick(numbers), place);
    return bytes;
  },
  (bytes, random) => bytes.subarray(0, at(random, bytes.length)),
  (bytes, random) => {
    const place = at(random, bytes.length);
    return Buffer.concat([bytes.subarray(0, place), bytes.subarray(Math.min(bytes.length, place + random.below(64)))]);
  },
  (bytes, random, others) => Buffer.concat([bytes.subarray(0, at(random, bytes.length)), random.pick(others)]),
  (bytes, random) => {
    const place = at(random, bytes.length);
    const some = Buffer.alloc(random.below(64), random.below(256));
    return Buffer.concat([bytes.subarray(0, place), some, bytes.subarray(place)]);
  },
];

const textChanges: readonly Change<string>[] = [
  (text, random) => insert(text, at(random, text.length), random.pick(words)),
  (text, random) => {
    const place = at(random, text.length);
    return text.slice(0, place) + random.pick(words) + text.slice(place + random.below(12));
  },
  (text, random) => text.slice(0, at(random, text.length)) + text.slice(at(random, text.length)),
  (text, random) => {
    const place = at(random, text.length);
    return insert(text, place, text.slice(place, place + random.below(60)).repeat(1 + random.below(8)));
  },
  (text, random, others) => text.slice(0, at(random, text.length)) + random.pick(others).slice(at(random, text.length)),
  (text, random) => text.replace(/\d+/, random.pick(words)),
  (text, random) => {
    const place = at(random, text.length);
    return `${text.slice(0, place)}${String.fromCharCode(random.below(0x1_0000))}${text.slice(place + 1)}`;
  },
];

function insert(text: string, place: number, what: string): string {
  return text.slice(0, place) + what + text.slice(place);
}

const value = (random: Random) => escapeXml(random.chance(0.5) ? random.pick(words) : `${random.pick(numbers)}`);
const valuesIn = /(?<==)(?:"[^"]*"|'[^']*')/g;
const textsIn = /(?<=>)[^<>]+(?=<\/)/g;
const namesIn = /(?<=<)[A-Za-z]\w*(?=[^<>]*\/>)/g;
const leaves = /<(\w+)[^<>]*(?:\/>|>[^<>]*<\/\1>)/g;

const xmlChanges: readonly Change<string>[] = [
  (text, random) => replaced(text, valuesIn, random, () => `"${value(random)}"`),
  (text, random) => replaced(text, textsIn, random, () => value(random)),
  (text, random) =>
    replaced(text, namesIn, random, () => random.pick(['disk', 'source', '__proto__', 'constructor', 'a'])),
  (text, random) => replaced(text, leaves, random, () => ''),
  (text, random) => replaced(text, leaves, random, (leaf) => leaf + leaf),
  (text, random, others) => {
    const leaf = random.pick(random.pick(others).match(leaves) ?? ['<a/>']);
    return replaced(text, leaves, random, (before) => before + leaf);
  },
  (text, random) => (random.chance(0.1) ? random.pick(textChanges)(text, random, [text]) : text),
];

/** One of the places that fit, with something else there. */
function replaced(text: string, pattern: RegExp, random: Random, by: (before: string) => string): string {
  const places = [...text.matchAll(pattern)];
  if (places.length === 0) return text;
  const { 0: before, index } = random.pick(places);
  return text.slice(0, index) + by(before) + text.slice(index + before.length);
}
