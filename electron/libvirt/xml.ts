import { SaxesParser } from 'saxes';
import { groupedBy } from '../../shared/grouped-by.ts';
import { Pace } from './pace.ts';

/** XML that is not what libvirt documents, or more of it than libvirt writes. */
export class XmlError extends Error {
  override name = 'XmlError';
}

/**
 * A string of libvirt's protocol holds 4 MiB. A disk nests one <backingStore> an image, up to 200
 * (VIR_STORAGE_MAX_CHAIN_DEPTH). An element with the most attributes, an <address>, has some ten. A text, attribute or
 * comment is a description of 1 MiB at most; the parser adds up some of them character by character, at 32 bytes each.
 */
const most = {
  characters: 4 << 20,
  elements: 50_000,
  attributes: 100_000,
  inTag: 1_000,
  depth: 300,
  text: 1_100_000,
} as const;
/** Characters; a text that was added up of so many is made anew, so that its parts are let go. */
const LONG = 4 << 10;
/** A slice takes up to 10 ms, a short text up to 40; characters. */
const AT_ONCE = 16 << 10;
const PARSED_NOW = 4 * AT_ONCE;

/** One element: its text, attributes and child elements. A missing element is `undefined` all the way down. */
export class XmlElement {
  text = '';
  readonly #children: XmlElement[] = [];
  #byName: ReadonlyMap<string, readonly XmlElement[]> | undefined;

  constructor(
    readonly name: string,
    /** All of them, in the order of the text. */
    readonly attributes: Readonly<Record<string, string>> = {},
  ) {}

  add(child: XmlElement): void {
    this.#children.push(child);
    this.#byName = undefined;
  }

  attribute(name: string): string | undefined {
    return Object.hasOwn(this.attributes, name) ? this.attributes[name] : undefined;
  }

  /** The names of the child elements, each once, in the order in which they first appear. */
  get childNames(): string[] {
    return [...this.#named().keys()];
  }

  all(name: string): readonly XmlElement[] {
    return this.#named().get(name) ?? [];
  }

  /** The first element at the end of a path of names. */
  at(...path: readonly string[]): XmlElement | undefined {
    let element: XmlElement | undefined = this;
    for (const name of path) element = element?.all(name)[0];
    return element;
  }

  #named(): ReadonlyMap<string, readonly XmlElement[]> {
    if (this.#byName) return this.#byName;
    this.#byName = groupedBy(this.#children, ({ name }) => name);
    return this.#byName;
  }
}

/** Text as it may stand in an element or an attribute. */
export function escapeXml(text: string): string {
  const names: Readonly<Record<string, string>> = { '&': 'amp', '<': 'lt', '>': 'gt', "'": 'apos', '"': 'quot' };
  return text.replaceAll(/[&<>'"]/g, (character) => `&${names[character]};`);
}

/**
 * Parses a document whose root is `root`, a slice at a time, so that nothing else waits for a large one.
 * @param pace shared by all that is parsed in a row
 * @throws XmlError
 */
export async function readXml(text: string, root: string, pace = new Pace()): Promise<XmlElement> {
  const building = new Building(text.length);
  for (let at = 0; at < text.length; at += AT_ONCE) {
    building.write(text.slice(at, at + AT_ONCE));
    await pace.breathe();
  }
  return building.end(root);
}

/** Whether a text is short enough to be parsed by `parseXml`. */
export function isShort(text: string): boolean {
  return text.length <= PARSED_NOW;
}

/** Parses a short document at once. @throws XmlError */
export function parseXml(text: string, root: string): XmlElement {
  if (!isShort(text)) throw new XmlError('the XML is too long to be read at once');
  const building = new Building(text.length);
  building.write(text);
  return building.end(root);
}

/**
 * A `<domainsnapshot>` without the configurations inside, which are most of it: from the first `<domain>` or
 * `<inactiveDomain>` to the last, which stand side by side.
 */
export function withoutConfigs(text: string): string {
  const begin = /<(?:domain|inactiveDomain)[\s>]/.exec(text)?.index ?? -1;
  const end = Math.max(...['</domain>', '</inactiveDomain>'].map((tag) => endOf(text, tag)));
  return begin === -1 || end <= begin ? text : text.slice(0, begin) + text.slice(end);
}

function endOf(text: string, tag: string): number {
  const at = text.lastIndexOf(tag);
  return at === -1 ? -1 : at + tag.length;
}

/** A tree that grows while its text is read. */
class Building {
  readonly #parser = new SaxesParser({ xmlns: false, position: false });
  readonly #document = new XmlElement('');
  readonly #open: XmlElement[] = [this.#document];
  #elements = 0;
  #attributes = 0;
  /** Of the element whose tag is read. */
  #inTag = 0;
  /** Characters since something came to its end: the most that are being added up. */
  #pending = 0;

  constructor(characters: number) {
    if (characters > most.characters) throw new XmlError(`the XML is longer than ${most.characters >> 20} MiB`);
    this.#parser.on('error', (error) => {
      throw new XmlError(`malformed XML: ${error.message}`);
    });
    this.#parser.on('doctype', () => {
      throw new XmlError('the XML has a document type declaration');
    });
    this.#parser.on('opentagstart', () => {
      this.#inTag = 0;
      this.#pending = 0;
    });
    for (const event of ['comment', 'processinginstruction'] as const)
      this.#parser.on(event, () => {
        this.#pending = 0;
      });
    this.#parser.on('attribute', () => this.#countAttribute());
    this.#parser.on('opentag', ({ name, attributes }) => this.#begin(name, attributes));
    this.#parser.on('closetag', () => void this.#open.pop());
    this.#parser.on('text', (text) => this.#say(text));
    this.#parser.on('cdata', (text) => this.#say(text));
  }

  write(text: string): void {
    this.#pending += text.length;
    // Only what lay before this slice is sure to be added up still.
    if (this.#pending > most.text + text.length)
      throw new XmlError(`the XML has a text of more than ${most.text.toLocaleString('en-GB')} characters`);
    this.#parser.write(text);
  }

  end(root: string): XmlElement {
    this.#parser.close();
    const element = this.#document.at(root);
    if (!element) throw new XmlError(`no <${root}> in the XML`);
    return element;
  }

  #begin(name: string, attributes: Record<string, string>): void {
    for (const each of Object.keys(attributes)) attributes[each] = flat(attributes[each] as string);
    const element = new XmlElement(name, attributes);
    this.#pending = 0;
    this.#elements++;
    this.#open.at(-1)?.add(element);
    this.#open.push(element);
    if (this.#elements > most.elements) throw tooMany('elements');
    if (this.#open.length > most.depth) throw new XmlError(`the XML is nested more than ${most.depth} deep`);
  }

  /** Told of before the parser has them all. */
  #countAttribute(): void {
    this.#pending = 0;
    if (++this.#attributes > most.attributes) throw tooMany('attributes');
    if (++this.#inTag > most.inTag) throw new XmlError(`an element has more than ${most.inTag} attributes`);
  }

  #say(text: string): void {
    this.#pending = 0;
    const element = this.#open.at(-1);
    if (element) element.text += flat(text);
  }
}

/** The same text, in one piece. */
function flat(text: string): string {
  return text.length > LONG ? Buffer.from(text).toString() : text;
}

function tooMany(what: 'elements' | 'attributes'): XmlError {
  return new XmlError(`the XML has more than ${most[what].toLocaleString('en-GB')} ${what}`);
}
