import { groupedBy } from '../../../shared/grouped-by.ts';
import { type XmlToken, xmlTokens } from './xml-tokens.ts';

/** Where a text was found: in which line, from and up to which character. */
export interface Match {
  readonly line: number;
  readonly from: number;
  readonly to: number;
}
/** A piece of a line; `match` counts those of the line, in order. */
export interface Piece extends XmlToken {
  readonly match: number | null;
}

/** More are not counted: nobody steps through them. */
export const mostMatches = 5_000;

/** A text by line, whose tokens are found when a line is looked at. */
export class XmlLines {
  /** Without the line breaks. */
  readonly texts: readonly string[];
  /** The first line of each run of lines that can be cut into tokens by itself. */
  readonly #starts: number[] = [];
  readonly #known = new Map<number, XmlToken[][]>();

  constructor(xml: string) {
    const texts = xml.split('\n');
    if (texts.length > 1 && texts.at(-1) === '') texts.pop();
    this.texts = texts;
    let inComment = false;
    for (const [line, text] of texts.entries()) {
      // An attribute's value cannot hold a raw `<`: a line that begins with one, after a tag's end, is outside of any.
      const isStart = line === 0 || (/>\s*$/.test(texts[line - 1] ?? '') && /^\s*</.test(text));
      if (isStart && !inComment) this.#starts.push(line);
      const [opened, closed] = [text.lastIndexOf('<!--'), text.lastIndexOf('-->')];
      if (opened >= 0 || closed >= 0) inComment = opened > closed;
    }
  }

  tokens(line: number): readonly XmlToken[] {
    const run = this.#runOf(line);
    const from = this.#starts[run] ?? 0;
    const known = this.#known.get(run);
    const lines = known ?? tokenLines(xmlTokens(this.texts.slice(from, this.#starts[run + 1]).join('\n')));
    if (!known) this.#known.set(run, lines);
    return lines[line - from] ?? [];
  }

  #runOf(line: number): number {
    let [low, high] = [0, this.#starts.length - 1];
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if ((this.#starts[middle] ?? 0) <= line) low = middle;
      else high = middle - 1;
    }
    return low;
  }
}

/** Tokens by line, without the line breaks. */
export function tokenLines(tokens: readonly XmlToken[]): XmlToken[][] {
  const lines: XmlToken[][] = [[]];
  for (const { kind, text } of tokens)
    for (const [at, part] of text.split('\n').entries()) {
      if (at > 0) lines.push([]);
      if (part) lines.at(-1)?.push({ kind, text: part });
    }
  if (lines.length > 1 && lines.at(-1)?.length === 0) lines.pop();
  return lines;
}

/** Every place where the lines, in lower case, hold what is searched for. Matches do not overlap. */
export function findMatches(lowerLines: readonly string[], searched: string): Match[] {
  const wanted = searched.toLowerCase();
  const found: Match[] = [];
  if (!wanted) return found;
  for (const [line, text] of lowerLines.entries())
    for (let from = text.indexOf(wanted); from >= 0; from = text.indexOf(wanted, from + wanted.length)) {
      found.push({ line, from, to: from + wanted.length });
      if (found.length === mostMatches) return found;
    }
  return found;
}

export function matchesByLine(matches: readonly Match[]): ReadonlyMap<number, readonly Match[]> {
  return groupedBy(matches, ({ line }) => line);
}

/** A line's tokens, cut where its matches begin and end. */
export function cutAtMatches(tokens: readonly XmlToken[], matches: readonly Match[]): Piece[] {
  if (matches.length === 0) return tokens.map((token) => ({ ...token, match: null }));
  const pieces: Piece[] = [];
  let at = 0;
  for (const { kind, text } of tokens) {
    const end = at + text.length;
    const edges = matches.flatMap(({ from, to }) => [from, to]).filter((edge) => edge > at && edge < end);
    const cuts = [at, ...new Set(edges), end];
    for (const [n, from] of cuts.slice(0, -1).entries()) {
      const match = matches.findIndex((each) => each.from <= from && from < each.to);
      pieces.push({ kind, text: text.slice(from - at, (cuts[n + 1] ?? end) - at), match: match < 0 ? null : match });
    }
    at = end;
  }
  return pieces;
}
