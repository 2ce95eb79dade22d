import { XMLParser } from 'fast-xml-parser';

/** An element as the oracle reads it: its own reader, so that it errs on its own. */
export interface XmlNode {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly text: string;
  readonly children: readonly XmlNode[];
}

const parser = new XMLParser({
  preserveOrder: true,
  ignoreAttributes: false,
  attributeNamePrefix: '',
  parseTagValue: false,
  parseAttributeValue: false,
  trimValues: false,
  htmlEntities: true,
  maxNestedTags: 1_000,
});

type Ordered = Readonly<Record<string, unknown>>;

/** The root element of a document. @throws Error when there is none */
export function readXml(text: string): XmlNode {
  const root = nodes(parser.parse(text) as Ordered[]).at(0);
  if (!root) throw new Error(`no XML: ${text.slice(0, 200)}`);
  return root;
}

/** The elements at the end of a path of names. */
export function all(node: XmlNode | undefined, ...path: readonly string[]): XmlNode[] {
  let found = node ? [node] : [];
  for (const name of path) found = found.flatMap(({ children }) => children.filter((child) => child.name === name));
  return found;
}

export function first(node: XmlNode | undefined, ...path: readonly string[]): XmlNode | undefined {
  return all(node, ...path)[0];
}

/** The text of an element with attributes and either text or elements inside. */
export function element(
  name: string,
  attributes: Readonly<Record<string, string>>,
  inside: string | readonly string[] = '',
): string {
  const pairs = Object.entries(attributes).map(([key, value]) => ` ${key}='${escaped(value)}'`);
  return `<${name}${pairs.join('')}>${typeof inside === 'string' ? escaped(inside) : inside.join('')}</${name}>`;
}

function escaped(text: string): string {
  return text.replace(/[<>&'"]/g, (character) => `&#${character.codePointAt(0)};`);
}

function nodes(list: readonly Ordered[]): XmlNode[] {
  return list.flatMap((raw) => {
    const name = Object.keys(raw).find((key) => key !== ':@' && key !== '#text' && key !== '?xml');
    if (name === undefined) return [];
    const inside = raw[name] as Ordered[];
    return [
      {
        name,
        attributes: (raw[':@'] ?? {}) as Readonly<Record<string, string>>,
        text: inside.map((each) => (typeof each['#text'] === 'string' ? each['#text'] : '')).join(''),
        children: nodes(inside),
      },
    ];
  });
}
