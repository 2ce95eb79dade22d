import { mapTexts } from './map-texts.ts';

const emoji = '[\\p{Extended_Pictographic}\\p{Emoji_Modifier}]\\ufe0f?';
const fillers =
  '\\u034f\\u115f\\u1160\\u17b4\\u17b5\\u180b-\\u180f\\u2800\\u3164\\ufe00-\\ufe0f\\uffa0\\u{e0100}-\\u{e01ef}';
/**
 * What is not seen where it stands, or moves what stands beside it: controls, format characters (of bidirectional text,
 * joiners, tags, byte order marks), separators of lines, halves of surrogates, fillers. What emoji are joined with is none
 * of these where it does so. Sources: Unicode’s Default_Ignorable_Code_Point and UAX #9.
 */
const hidden = new RegExp(
  `(?!(?<=${emoji})\\u200d(?=${emoji})|(?<=\\p{Extended_Pictographic})\\ufe0f|\\r?\\n|\\t)[\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}\\p{Cs}${fillers}]|⟨(?=U\\+)`,
  'gu',
);
const hiddenAlone = new RegExp(hidden.source, 'u');
const shown = /⟨U\+([0-9A-F]{4,6})⟩/g;

/** Most texts have nothing to be told, and are many. */
const plain = /^[\t\n\x20-\x7e]*$/;

const leftward = '\\u0590-\\u08ff\\ufb1d-\\ufdff\\ufe70-\\ufefc\\u{10800}-\\u{10fff}\\u{1e800}-\\u{1efff}';
/** What is written from right to left, up to its last letter, and the number that goes with it. */
const toTheLeft = new RegExp(`[${leftward}](?:[^\\p{L}\\n“”«»⟨⟩]*[${leftward}])*(?:[._-]?\\d+)*`, 'gu');
const [isolate, isolateEnd] = ['\u2068', '\u2069'];

/**
 * A text from outside as a person may read it: what is hidden in it is told by its number, `⟨U+202E⟩`, and what is
 * written from right to left moves nothing around it. `exact` has the text back.
 */
export function visible(text: string): string {
  if (plain.test(text)) return text;
  return withHiddenTold(text).replace(toTheLeft, `${isolate}$&${isolateEnd}`);
}

/** The same for what no window shows, as a log: what is written from right to left is as it was. */
export function withHiddenTold(text: string): string {
  return text.replace(hidden, (char) => `⟨U+${char.codePointAt(0)?.toString(16).toUpperCase().padStart(4, '0')}⟩`);
}

/** The text that `visible` made this of, with what somebody has put to it. */
export function exact(text: string): string {
  if (plain.test(text)) return text;
  return text.replace(/[\u2068\u2069]/g, '').replace(shown, (told, hex: string) => {
    const code = Number.parseInt(hex, 16);
    const char = code <= 0x10ffff ? String.fromCodePoint(code) : told;
    return char === '⟨' || hiddenAlone.test(char) ? char : told;
  });
}

/** All texts in a value, and the names in its objects, made visible; what holds nothing hidden is the same value. */
export const visibleIn = <T>(value: T): T => mapTexts(value, visible);
export const exactIn = <T>(value: T): T => mapTexts(value, exact);
