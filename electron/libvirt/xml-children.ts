import type { Pace } from './pace.ts';
import { XmlError } from './xml.ts';

/** One direct child of a document's root element: where it stands in the text. */
export interface ChildSpan {
  readonly name: string;
  /** From its `<` to after its last `>`. */
  readonly from: number;
  readonly to: number;
  /** Where its content begins and ends; null when it is written `<name/>`. */
  readonly content: { readonly from: number; readonly to: number } | null;
}
export interface RootSpan {
  readonly name: string;
  /** From its `<` to after its last `>`. */
  readonly from: number;
  readonly to: number;
  /** After the root's start tag. */
  readonly opened: number;
  readonly children: readonly ChildSpan[];
}

/** What is passed over as a whole, in the order in which it must be looked for. */
const skipped: readonly (readonly [begin: string, end: string])[] = [
  ['<!--', '-->'],
  ['<![CDATA[', ']]>'],
  ['<?', '?>'],
];
/** Some milliseconds of work. */
const TAGS_AT_ONCE = 2_000;
const tag = /<(\/?)([^\s/<>!?]+)((?:[^<>"']|"[^"<]*"|'[^'<]*')*?)(\/?)>/y;

/**
 * Finds the root element and its direct children by their place in the text, so that one of them can be changed and the
 * rest stays byte for byte. Comments, CDATA and processing instructions are passed over.
 * @throws XmlError for a document type declaration, which libvirt never writes, and for what is not well-formed enough.
 */
export function scanChildren(text: string): RootSpan {
  const scanning = scan(text);
  for (let step = scanning.next(); ; step = scanning.next()) if (step.done) return step.value;
}

/** The same of a long text, while others get their turns. @throws XmlError */
export async function scanLong(text: string, pace: Pace): Promise<RootSpan> {
  const scanning = scan(text);
  for (let step = scanning.next(); ; step = scanning.next()) {
    if (step.done) return step.value;
    await pace.breathe();
  }
}

/** Stops at every so many tags. */
function* scan(text: string): Generator<undefined, RootSpan> {
  let tags = 0;
  const open: { name: string; from: number; opened: number }[] = [];
  const children: ChildSpan[] = [];
  let root: Pick<RootSpan, 'name' | 'from' | 'to' | 'opened'> | null = null;
  for (let at = text.indexOf('<'); at !== -1; at = text.indexOf('<', at)) {
    const passed = skipped.find(([begin]) => text.startsWith(begin, at));
    if (passed) {
      at = after(text, passed[1], at + passed[0].length);
      continue;
    }
    if (text.startsWith('<!', at)) throw new XmlError('the XML has a document type declaration');
    if (++tags % TAGS_AT_ONCE === 0) yield;
    tag.lastIndex = at;
    const found = tag.exec(text);
    if (!found) throw new XmlError(`malformed XML at character ${at}`);
    if (root) throw new XmlError('malformed XML: more than one root element');
    const [whole, closes, name = '', , empty] = found;
    const end = at + whole.length;
    const closed: { name: string; from: number; opened: number } | undefined = closes
      ? open.pop()
      : empty
        ? { name, from: at, opened: end }
        : undefined;
    if (closes && closed?.name !== name) throw new XmlError(`malformed XML: </${name}> ends nothing`);
    if (!closes && !empty) open.push({ name, from: at, opened: end });
    if (closed && open.length === 0) root = { ...closed, to: end };
    if (closed && open.length === 1)
      children.push({
        name,
        from: closed.from,
        to: end,
        content: closes ? { from: closed.opened, to: at } : null,
      });
    at = end;
  }
  if (!root) throw new XmlError('malformed XML: no whole root element');
  return { ...root, children };
}

function after(text: string, end: string, from: number): number {
  const found = text.indexOf(end, from);
  if (found === -1) throw new XmlError(`malformed XML: ${end} is missing`);
  return found + end.length;
}
