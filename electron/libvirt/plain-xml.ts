import { XmlElement } from './xml.ts';

/*
 * Nearly everything that libvirt writes is XML of the plainest kind: elements, attributes in quotes, text with the five
 * entities. Thousands of such texts are read at once, so this scanner reads that kind alone, in a tenth of the time that a
 * parser takes, and leaves whatever else there may be to the parser.
 */
const name = '[A-Za-z_][A-Za-z0-9_.:-]*';
/** A tag with what follows it up to the next one. */
const tag = new RegExp(`<(/?)(${name})((?: ${name}=(?:'[^'<\\n\\t]*'|"[^"<\\n\\t]*"))*) ?(/?)>([^<]*)`, 'y');
const attribute = new RegExp(` (${name})=(?:'([^']*)'|"([^"]*)")`, 'g');
const beforeRoot = /[ \n]*/y;
/** A parser refuses some of the rest, or changes it. */
const unplain = /[^\t\n\x20-\ud7ff\ue000-\ufffd]|]]>/;
const reference = /&(?:(lt|gt|amp|quot|apos);)?/g;
const entities: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };
const DEPTH = 100;
const IN_TAG = 50;

/** The root of a document that is as plain as can be; null where a parser has to look at it. */
export function scanPlain(text: string): XmlElement | null {
  if (unplain.test(text)) return null;
  beforeRoot.lastIndex = 0;
  beforeRoot.test(text);
  tag.lastIndex = beforeRoot.lastIndex;
  const open: XmlElement[] = [];
  let root: XmlElement | null = null;
  for (;;) {
    const found = tag.exec(text);
    if (!found) return null;
    const end = tag.lastIndex;
    const [, closes, named = '', attributes = '', closed, after = ''] = found;
    if (closes) {
      if (attributes || closed || open.pop()?.name !== named) return null;
    } else {
      const values = attributes ? attributesOf(attributes) : {};
      if (!values) return null;
      const element = new XmlElement(named, values);
      if (open.length === 0 && root) return null;
      open.at(-1)?.add(element);
      root ??= element;
      if (!closed) open.push(element);
      if (open.length > DEPTH) return null;
    }
    const parent = open.at(-1);
    const said = after && decoded(after);
    if (said === null) return null;
    if (parent) parent.text += said;
    else if (said.trim() !== '') return null;
    if (end === text.length) return open.length === 0 ? root : null;
    tag.lastIndex = end;
  }
}

function attributesOf(text: string): Record<string, string> | null {
  const values: Record<string, string> = {};
  let count = 0;
  for (const [, key = '', single, double] of text.matchAll(attribute)) {
    const value = decoded(single ?? double ?? '');
    if (value === null || Object.hasOwn(values, key) || key === '__proto__' || ++count > IN_TAG) return null;
    values[key] = value;
  }
  return values;
}

/** The text without its entities; null where one is none of the five. */
function decoded(text: string): string | null {
  if (!text.includes('&')) return text;
  let known = true;
  const plain = text.replace(reference, (_, entity?: string) => {
    if (entity === undefined) known = false;
    return entities[entity ?? ''] ?? '';
  });
  return known ? plain : null;
}
