/** How GVariant writes characters that have no picture (g_variant_print). */
const escapes: Readonly<Record<string, string>> = {
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
};
const TEXT = /'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)"/sy;
const ESCAPE = /\\(?:u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|(.))/gs;

/** A list of texts as GVariant writes it: `['a', "b's"]`, or `@as []`. Null for anything else. */
export function parseTexts(written: string): string[] | null {
  const [, inside] = /^\s*(?:@as\s*)?\[(.*)\]\s*$/s.exec(written) ?? [];
  if (inside === undefined) return null;
  if (inside.trim() === '') return [];
  const texts: string[] = [];
  let at = 0;
  const skip = (pattern: RegExp) => {
    pattern.lastIndex = at;
    const found = pattern.exec(inside);
    if (found) at += found[0].length;
    return found;
  };
  for (;;) {
    skip(/\s+/y);
    const found = skip(TEXT);
    if (!found) return null;
    texts.push(unescaped(found[1] ?? found[2] ?? ''));
    skip(/\s+/y);
    if (at === inside.length) return texts;
    if (!skip(/,/y)) return null;
  }
}

function unescaped(text: string): string {
  return text.replace(ESCAPE, (_, four?: string, eight?: string, char = '') => {
    const code = Number.parseInt(four ?? eight ?? '', 16);
    if (Number.isNaN(code)) return escapes[char] ?? char;
    return code > 0x10ffff ? '\ufffd' : String.fromCodePoint(code);
  });
}
