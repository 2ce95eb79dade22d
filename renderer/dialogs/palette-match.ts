import UFuzzy from '@leeoniya/ufuzzy';

/** More are not put into an order: nobody reads them. */
const mostRanked = 20_000;
/** Words that may stand in any order; of more, the order counts. */
const freeWords = 3;

const strict = { intraIns: 0 } as const;
const forgiving = { intraMode: 1, intraIns: 1, intraSub: 1, intraTrn: 1, intraDel: 1 } as const;
/** As the library has it for scripts beyond Latin; it is slower. */
const anyScript = {
  unicode: true,
  interSplit: "[^\\p{L}\\d']+",
  intraSplit: '\\p{Ll}\\p{Lu}',
  intraBound: '\\p{L}\\d|\\d\\p{L}|\\p{Ll}\\p{Lu}',
  intraChars: "[\\p{L}\\d']",
  intraContr: "'\\p{L}{1,2}\\b",
} as const;

/** A text that fits, and the parts of it that do: from, to, from, to … */
export interface Match {
  readonly at: number;
  readonly ranges: readonly number[];
}

/**
 * The texts that a query fits, best first: all of its words are in them, in any order.
 * @param typos whether a letter of each longer word may be wrong
 */
export function matching(texts: readonly string[], query: string, typos = false): readonly Match[] {
  const plain = [...query].every((char) => char <= '\x7f');
  const matcher = new UFuzzy({ ...(plain ? {} : anyScript), ...(typos ? forgiving : strict) });
  if (matcher.split(query).length === 0) return containing(texts, query);
  const [found, info, order] = matcher.search(texts as string[], query, freeWords, mostRanked);
  if (!found) return [];
  if (!info || !order) return found.map((at) => ({ at, ranges: [] }));
  return order.map((place) => ({ at: info.idx[place] as number, ranges: info.ranges[place] ?? [] }));
}

/** Of signs alone, which are no words. */
function containing(texts: readonly string[], query: string): Match[] {
  const sought = query.trim();
  return texts.flatMap((text, at) => {
    const from = text.indexOf(sought);
    return from < 0 ? [] : [{ at, ranges: [from, from + sought.length] }];
  });
}

/** A text in parts, each with whether it is what was looked for. */
export function inParts(text: string, ranges: readonly number[]): { text: string; found: boolean }[] {
  const parts: { text: string; found: boolean }[] = [];
  let at = 0;
  for (let index = 0; index + 1 < ranges.length; index += 2) {
    const from = Math.min(ranges[index] as number, text.length);
    const to = Math.min(ranges[index + 1] as number, text.length);
    if (from > at) parts.push({ text: text.slice(at, from), found: false });
    if (to > from) parts.push({ text: text.slice(from, to), found: true });
    at = Math.max(at, to);
  }
  if (at < text.length) parts.push({ text: text.slice(at), found: false });
  return parts;
}
