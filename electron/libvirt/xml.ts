import { XMLParser, XMLValidator } from 'fast-xml-parser';

/** XML that is not what libvirt documents. */
export class XmlError extends Error {
  override name = 'XmlError';
}

const options = {
  ignoreAttributes: false,
  attributeNamePrefix: '@',
  parseTagValue: false, // a snapshot named 001 stays 001
  parseAttributeValue: false,
  trimValues: false,
  htmlEntities: true, // numeric references too
  alwaysCreateTextNode: true,
  maxNestedTags: 1_000, // a disk nests one <backingStore> an image, up to 200 (VIR_STORAGE_MAX_CHAIN_DEPTH)
  isArray: (_name: string, _path: unknown, _leaf: boolean, isAttribute: boolean) => !isAttribute,
};
/** From the first `<domain>` or `<inactiveDomain>` to the last: they stand side by side. */
const configs = /<(?:domain|inactiveDomain)[\s>].*<\/(?:domain|inactiveDomain)\s*>/s;
const whole = new XMLParser(options);
const headOnly = new XMLParser({ ...options, stopNodes: ['domainsnapshot.domain', 'domainsnapshot.inactiveDomain'] });

/** One element: its text, attributes and child elements. A missing element is `undefined` all the way down. */
export class XmlElement {
  constructor(private readonly raw: Readonly<Record<string, unknown>>) {}

  get text(): string {
    const text = this.raw['#text'];
    return typeof text === 'string' ? text : '';
  }

  attribute(name: string): string | undefined {
    const value = this.raw[`@${name}`];
    return typeof value === 'string' ? value : undefined;
  }

  /** All attributes, in the order of the text. */
  get attributes(): Record<string, string> {
    const pairs = Object.entries(this.raw).filter(([key]) => key.startsWith('@'));
    return Object.fromEntries(pairs.map(([key, value]) => [key.slice(1), String(value)]));
  }

  /** The names of the child elements, each once, in the order in which they first appear. */
  get childNames(): string[] {
    return Object.keys(this.raw).filter((key) => Array.isArray(this.raw[key]));
  }

  all(name: string): XmlElement[] {
    const list = this.raw[name];
    return Array.isArray(list) ? list.map((each) => new XmlElement(each as Record<string, unknown>)) : [];
  }

  /** The first element at the end of a path of names. */
  at(...path: readonly string[]): XmlElement | undefined {
    let element: XmlElement | undefined = this;
    for (const name of path) element = element?.all(name)[0];
    return element;
  }
}

/** Text as it may stand in an element or an attribute. */
export function escapeXml(text: string): string {
  const names: Readonly<Record<string, string>> = { '&': 'amp', '<': 'lt', '>': 'gt', "'": 'apos', '"': 'quot' };
  return text.replaceAll(/[&<>'"]/g, (character) => `&${names[character]};`);
}

/**
 * Parses a document whose root is `root`.
 * @param skipConfigs leaves the configurations inside a `<domainsnapshot>` unread, which is most of the work.
 * @throws XmlError
 */
export function parseXml(text: string, root: string, skipConfigs = false): XmlElement {
  let raw: unknown;
  const valid = XMLValidator.validate(skipConfigs ? text.replace(configs, '') : text);
  if (valid !== true) throw new XmlError(`malformed XML: ${valid.err.msg}`);
  try {
    raw = (skipConfigs ? headOnly : whole).parse(text);
  } catch (error) {
    throw new XmlError(`malformed XML: ${error instanceof Error ? error.message : error}`, { cause: error });
  }
  const element = new XmlElement(raw as Record<string, unknown>).at(root);
  if (!element) throw new XmlError(`no <${root}> in the XML`);
  return element;
}
