/** A value of libvirt's configuration files; numbers are of no use here, and are texts. */
export type ConfValue = string | readonly string[];

export interface Conf {
  readonly values: ReadonlyMap<string, ConfValue>;
  /** The line from which on it cannot be read; null where all of it could be. */
  readonly faultAt: number | null;
}

/** More than anyone writes by hand. */
const MOST_ITEMS = 10_000;

const tokens: readonly (readonly [string, RegExp])[] = [
  ['space', /[ \t\r]+/y],
  ['comment', /#[^\n]*/y],
  ['newline', /\n/y],
  ['text', /"""([\s\S]*?)"""|"([^"\n]*)"|'([^'\n]*)'/y],
  ['number', /-?\d+/y],
  ['name', /[A-Za-z_][\w.-]*/y],
  ['sign', /[=,[\]]/y],
];

interface Token {
  readonly kind: string;
  readonly text: string;
  readonly line: number;
}

/**
 * Reads a configuration file of libvirt (src/util/virconf.c): `name = value` with texts in quotes, which have no escapes,
 * numbers, and lists over any number of lines. What stands before a fault counts.
 */
export function parseConf(text: string): Conf {
  const values = new Map<string, ConfValue>();
  const read = tokenize(text);
  let at = 0;
  const peek = () => read[at];
  const skipLines = () => {
    while (peek()?.kind === 'newline') at++;
  };
  const take = (kind: string, sign?: string): Token => {
    const token = read[at++];
    if (token?.kind !== kind || (sign !== undefined && token.text !== sign)) throw new Fault(token);
    return token;
  };
  const isSign = (sign: string) => peek()?.kind === 'sign' && peek()?.text === sign;
  const single = (): string => (peek()?.kind === 'number' ? take('number') : take('text')).text;
  const list = (): string[] => {
    const items: string[] = [];
    take('sign', '[');
    skipLines();
    while (!isSign(']')) {
      items.push(single());
      if (items.length > MOST_ITEMS) throw new Fault(peek());
      skipLines();
      if (!isSign(']')) take('sign', ',');
      skipLines();
    }
    take('sign', ']');
    return items;
  };
  try {
    for (skipLines(); peek() !== undefined; skipLines()) {
      const { text: name } = take('name');
      take('sign', '=');
      values.set(name, isSign('[') ? list() : single());
      if (peek() !== undefined) take('newline');
    }
    return { values, faultAt: null };
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    return { values, faultAt: error.token?.line ?? text.split('\n').length };
  }
}

class Fault extends Error {
  constructor(readonly token: Token | undefined) {
    super('not as expected');
  }
}

/** What cannot be read is one token that nothing expects, and the last. */
function tokenize(text: string): Token[] {
  const found: Token[] = [];
  let line = 1;
  for (let at = 0; at < text.length; ) {
    const next = tokens.map(([kind, pattern]) => ({ kind, match: matchAt(pattern, text, at) })).find((it) => it.match);
    if (!next?.match) return [...found, { kind: 'fault', text: '', line }];
    const { kind, match } = next;
    const [whole, ...groups] = match;
    if (kind !== 'space' && kind !== 'comment')
      found.push({ kind, text: groups.find((group) => group !== undefined) ?? whole, line });
    line += whole.split('\n').length - 1;
    at += whole.length;
  }
  return found;
}

function matchAt(pattern: RegExp, text: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at;
  return pattern.exec(text);
}
