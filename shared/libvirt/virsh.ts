import type { Host, VirshTarget } from '../schema.ts';
import { invisible, utf8Bytes } from './names.ts';

/** What one option is given: a text, several times one, nothing but its name (`true`), or it is left out. */
export type VirshValue = string | readonly string[] | boolean | null | undefined;

/** A command of virsh(1) for one domain, or none, as data: the options by their names without dashes, in their order. */
export interface VirshCommand {
  readonly command: string;
  readonly options?: Readonly<Record<string, VirshValue>>;
  /** Whatever has to be done by hand: it stands behind the command. */
  readonly remark?: string;
  /** The file that takes what it prints. */
  readonly into?: string;
}

/** Options that virsh also takes without their names, after the domain and in its order. */
const operands: ReadonlySet<string> = new Set(['domain', 'pool', 'snapshotname', 'name', 'xmlfile', 'device', 'path']);

/** The line that does this in a POSIX shell. Every line of virsh's that is shown or kept is made here. */
export function virshLine(target: Pick<VirshTarget, 'uri'> & Partial<VirshTarget>, command: VirshCommand): string {
  const { uri, domain } = target;
  const { options = {}, remark, into } = command;
  return [
    'virsh',
    ...(uri === null ? [] : ['-c', shellQuote(uri)]),
    command.command,
    ...Object.entries({ domain, ...options }).flatMap(([name, value]) => optionWords(name, value)),
    ...(into === undefined ? [] : ['>', shellQuote(into)]),
    ...(remark === undefined ? [] : ['', `# ${visible(remark)}`]),
  ].join(' ');
}

/**
 * A value that begins with a dash belongs to its option’s own word: virsh takes “--all” in the place of an operand for an
 * option (seen on 9.0 and 12.8).
 */
function optionWords(name: string, value: VirshValue): string[] {
  if (value === true) return [`--${name}`];
  if (value === false || value === null || value === undefined) return [];
  if (typeof value !== 'string') return value.flatMap((each) => optionWords(name, each));
  if (value.startsWith('-')) return [shellQuote(`--${name}=${value}`)];
  return operands.has(name) ? [shellQuote(value)] : [`--${name}`, shellQuote(value)];
}

interface Misreading {
  readonly text: string;
  when(name: string): boolean;
}

/**
 * What virsh or a person could take a domain’s name for. virsh looks for an ID first, then for a UUID, then for a name
 * (virshLookupDomainInternal), and reads numbers with strtol: blanks in front and a sign are fine with it. Seen on 9.0 and
 * 12.8: “1”, “01”, “+1”, “ 1” and a tab before the 1 are all the domain with ID 1.
 */
const misreadings: readonly Misreading[] = [
  { text: 'an ID', when: (name) => /^\s*[+-]?\d+$/.test(name) },
  { text: 'a UUID', when: (name) => utf8Bytes(name) === 36 },
  { text: 'an option', when: (name) => name.startsWith('-') },
  { text: 'another name, as it looks', when: (name) => invisible.test(name) || name.trim() !== name },
];

interface DomainName {
  readonly name: string;
  readonly uuid: string;
}

/** The domain of a host as virsh is told of it; a simulated host has no address for others. */
export function virshTarget({ kind, uri }: Pick<Host, 'kind' | 'uri'>, domain: DomainName): VirshTarget {
  return { uri: kind === 'simulated' ? null : uri, domain: domainAddress(domain) };
}

/** How virsh is told which domain, so that it can be no other: by name, or by UUID where the name could be misread. */
export function domainAddress({ name, uuid }: DomainName): string {
  return misreadings.some(({ when }) => when(name)) ? uuid : name;
}

/**
 * One word for a POSIX shell, whatever is in it, that is safe to paste and says what it does. Plain quotes keep every
 * character, but a terminal acts on control characters that are pasted, and after U+202E a line reads otherwise than it
 * runs. Words with such characters are spelled out for printf, which has escapes that can be seen; `$'…'` is not in every
 * POSIX shell (dash has none).
 */
export function shellQuote(word: string): string {
  if (/^[\w@%+=:,./-]+$/.test(word)) return word;
  if (!invisible.test(word)) return singleQuoted(word);
  // A command substitution loses line breaks at its end.
  const [, body = '', breaks = ''] = /^([\s\S]*?)(\n*)$/.exec(word) ?? [];
  return `${body === '' ? '' : `"$(printf ${singleQuoted(spelledOut(body))})"`}${breaks === '' ? '' : singleQuoted(breaks)}`;
}

function singleQuoted(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`;
}

/**
 * A format of printf(1): octal escapes for all but plain characters, so not even “!” stays, which shells act on in "…", nor
 * a dash in front, which would be an option.
 */
function spelledOut(text: string): string {
  const plain = (character: string, index: number) =>
    /[\w@+=:,./ -]/.test(character) && !(index === 0 && character === '-');
  return [...text].map((each, index) => (plain(each, index) ? each : (short[each] ?? octal(each)))).join('');
}

const short: Readonly<Record<string, string>> = { '\n': '\\n', '\t': '\\t', '%': '%%' };

function octal(character: string): string {
  return [...utf8(character.codePointAt(0) ?? 0)].map((byte) => `\\${byte.toString(8).padStart(3, '0')}`).join('');
}

function utf8(point: number): number[] {
  const tail = (shift: number) => 0x80 | ((point >> shift) & 0x3f);
  if (point < 0x80) return [point];
  if (point < 0x800) return [0xc0 | (point >> 6), tail(0)];
  if (point < 0x1_0000) return [0xe0 | (point >> 12), tail(6), tail(0)];
  return [0xf0 | (point >> 18), tail(12), tail(6), tail(0)];
}

/** A text in one line, for eyes only. */
function visible(text: string): string {
  const code = (character: string) => (character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0');
  return [...text].map((each) => (invisible.test(each) ? `<U+${code(each)}>` : each)).join('');
}
