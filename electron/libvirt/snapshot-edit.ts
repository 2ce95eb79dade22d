import { escapeXml, XmlError } from './xml.ts';
import { type ChildSpan, scanChildren } from './xml-children.ts';

/** What may be changed of a `<domainsnapshot>`; what is not given stays. */
export interface SnapshotChange {
  readonly name?: string;
  /** An empty one takes the element out, as libvirt does (virDomainSnapshotDefFormat). */
  readonly description?: string;
  /** The name of the parent; null makes it a root. */
  readonly parent?: string | null;
}

/**
 * Changes the `<domainsnapshot>` itself, never an element of the same name inside its `<domain>`, and keeps everything
 * else byte for byte: `<inactiveDomain>`, `<cookie>`, `<revertDisks>` and what a newer libvirt may have put there.
 * @throws XmlError when the text is no `<domainsnapshot>` with a name.
 */
export function editSnapshotXml(xml: string, { name, description, parent }: SnapshotChange): string {
  let text = xml;
  if (name !== undefined) text = put(text, 'name', escapeXml(name));
  if (description !== undefined) text = put(text, 'description', escapeXml(description));
  if (parent !== undefined) text = put(text, 'parent', parent === null ? '' : `<name>${escapeXml(parent)}</name>`);
  return text;
}

/**
 * Whether two texts that libvirt gave of a snapshot say the same, apart from what an edit may change. A snapshot that
 * was taken from XML without `<memory>` is told without it until it is redefined, and with `snapshot='no'` from then on
 * (virDomainSnapshotDefParse, seen on 11.3): both mean that there is no memory.
 * @throws XmlError as editSnapshotXml
 */
export function sameBesidesEdits(one: string, other: string): boolean {
  return bare(one) === bare(other);
}

function bare(xml: string): string {
  const text = editSnapshotXml(xml, { name: '-', description: '', parent: null });
  const memory = scanChildren(text).children.find(({ name }) => name === 'memory');
  return memory && noMemory.test(text.slice(memory.from, memory.to)) ? cut(text, memory) : text;
}
const noMemory = /^<memory\s+snapshot=(['"])no\1\s*\/>$/;

/** Sets the content of a direct child; an empty content takes the child out. A new one goes behind `<name>`. */
function put(text: string, element: string, content: string): string {
  const { name: root, children } = scanChildren(text);
  if (root !== 'domainsnapshot') throw new XmlError(`the XML is a <${root}>, not a <domainsnapshot>`);
  const present = children.filter((child) => child.name === element);
  const [first] = present;
  if (content === '') return present.toReversed().reduce((left, child) => cut(left, child), text);
  if (first) return `${text.slice(0, first.from)}<${element}>${content}</${element}>${text.slice(first.to)}`;
  const name = children.find((child) => child.name === 'name');
  if (!name) throw new XmlError('the <domainsnapshot> has no <name>');
  return `${text.slice(0, name.to)}${spaceBefore(text, name)}<${element}>${content}</${element}>${text.slice(name.to)}`;
}

function cut(text: string, child: ChildSpan): string {
  return text.slice(0, child.from - spaceBefore(text, child).length) + text.slice(child.to);
}

/** The line break and indentation in front of an element. */
function spaceBefore(text: string, { from }: ChildSpan): string {
  const before = text.slice(0, from);
  return before.slice(before.trimEnd().length);
}
