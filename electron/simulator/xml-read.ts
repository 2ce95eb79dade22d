import { XMLParser, XMLValidator } from 'fast-xml-parser';
import type { SnapshotState } from '../../shared/schema.ts';
import type { DiskModel, DomainConfig, SnapshotDiskModel } from './model.ts';
import { refuse } from './refuse.ts';
import { snapshotStates } from './xml-words.ts';

/** What a `<domainsnapshot>` asks for; null is what it does not say. */
export interface SnapshotRequest {
  readonly name: string | null;
  readonly description: string;
  readonly parent: string | null;
  readonly createdAt: number | null;
  readonly state: SnapshotState | null;
  readonly memory: 'no' | 'internal' | 'external' | null;
  readonly memoryFile: string | null;
  readonly disks: readonly (Omit<SnapshotDiskModel, 'kind'> & { readonly kind: SnapshotDiskModel['kind'] | null })[];
  /** Overlays that later reverts made, as `<revertDisks>` tells them. */
  readonly revertDisks: readonly SnapshotDiskModel[];
  readonly uuid: string | null;
  readonly config: DomainConfig | null;
  readonly inactiveConfig: DomainConfig | null;
}

const parser = new XMLParser({
  ignoreAttributes: false,
  attributeNamePrefix: '@',
  parseTagValue: false,
  parseAttributeValue: false,
  trimValues: false,
});
type Node = Readonly<Record<string, unknown>>;

/**
 * virDomainSnapshotDefParseString. @throws LibvirtError 35 for what is no XML and for a bad name, 27 for another root or
 * what is missing, 67 for an unknown state
 */
export function readSnapshotXml(xml: string): SnapshotRequest {
  const root = parse(xml, 'domainsnapshot');
  const name = text(root, 'name');
  if (name !== null && (name.includes('/') || name.startsWith('.')))
    refuse('XML_DETAIL', 'QEMU', `invalid snapshot name '${name}'`);
  const memory = node(root, 'memory');
  const memoryFile = attribute(memory, 'file');
  if (memoryFile !== null && !memoryFile.startsWith('/'))
    refuse('XML_ERROR', 'DOMAIN_SNAPSHOT', `memory snapshot file path (${memoryFile}) must be absolute`);
  const domain = node(root, 'domain');
  const inactive = node(root, 'inactiveDomain');
  const createdAt = text(root, 'creationTime');
  return {
    name,
    description: text(root, 'description') ?? '',
    parent: text(node(root, 'parent'), 'name'),
    createdAt: createdAt === null ? null : Number(createdAt),
    state: stateWord(text(root, 'state')),
    memory:
      word(['no', 'internal', 'external'], attribute(memory, 'snapshot'), 'memory snapshot') ??
      (memoryFile === null ? null : 'external'),
    memoryFile,
    disks: nodes(node(root, 'disks'), 'disk').map(readSnapshotDisk),
    revertDisks: nodes(node(root, 'revertDisks'), 'disk')
      .map(readSnapshotDisk)
      .map((disk) => ({ ...disk, kind: disk.kind ?? 'external' })),
    uuid: text(domain, 'uuid'),
    config: domain ? readConfig(domain) : null,
    inactiveConfig: inactive ? readConfig(inactive) : null,
  };
}

function readSnapshotDisk(disk: Node): SnapshotRequest['disks'][number] {
  const target = attribute(disk, 'name');
  if (target === null) refuse('XML_ERROR', 'DOMAIN_SNAPSHOT', 'missing name from disk snapshot element');
  const file = attribute(node(disk, 'source'), 'file');
  const kind = word(['no', 'internal', 'external'], attribute(disk, 'snapshot'), 'disk snapshot');
  return { target, kind: kind ?? (file === null ? null : 'external'), file };
}

/** A `<domain>` that is more than a UUID. */
function readConfig(domain: Node): DomainConfig | null {
  const os = node(domain, 'os');
  if (!os) return null;
  const devices = node(domain, 'devices');
  const graphics = nodes(devices, 'graphics')[0];
  const libosinfo = node(node(node(domain, 'metadata'), 'libosinfo:libosinfo'), 'libosinfo:os');
  return {
    title: text(domain, 'title') ?? '',
    description: text(domain, 'description') ?? '',
    os: attribute(libosinfo, 'id') ?? '',
    machine: attribute(node(os, 'type'), 'machine') ?? 'q35',
    firmware: attribute(os, 'firmware') === 'efi' ? 'efi' : 'bios',
    genid: text(domain, 'genid'),
    memoryKiB: Number(text(domain, 'memory') ?? 0),
    vcpus: Number(text(domain, 'vcpu') ?? 1),
    disks: nodes(devices, 'disk').map(readDisk),
    networks: nodes(devices, 'interface').map((each) => ({
      mac: attribute(node(each, 'mac'), 'address') ?? '',
      network: attribute(node(each, 'source'), 'network') ?? '',
    })),
    graphics: word(['vnc', 'spice'], attribute(graphics, 'type'), 'graphics type'),
    password: attribute(graphics, 'passwd'),
  };
}

function readDisk(disk: Node): DiskModel {
  const source = node(disk, 'source');
  const backing: string[] = [];
  for (let below = node(disk, 'backingStore'); below; below = node(below, 'backingStore')) {
    const path = attribute(node(below, 'source'), 'file');
    if (path !== null) backing.push(path);
  }
  return {
    target: attribute(node(disk, 'target'), 'dev') ?? '',
    device: attribute(disk, 'device') === 'cdrom' ? 'cdrom' : 'disk',
    format: attribute(node(disk, 'driver'), 'type') === 'raw' ? 'raw' : 'qcow2',
    type: attribute(disk, 'type') === 'block' ? 'block' : 'file',
    path: attribute(source, 'file') ?? attribute(source, 'dev'),
    backing,
    readonly: disk.readonly !== undefined,
  };
}

function parse(xml: string, rootName: string): Node {
  const control = /[^\t\n\r\x20-\uFFFD\u{10000}-\u{10FFFF}]/u.exec(xml);
  if (control) refuse('XML_DETAIL', 'DOMAIN_SNAPSHOT', 'at line 1: PCDATA invalid Char value');
  const problem = XMLValidator.validate(xml);
  if (problem !== true)
    refuse(
      'XML_DETAIL',
      'DOMAIN_SNAPSHOT',
      `at line ${problem.err.line}: ${problem.err.msg}\n${lineOf(xml, problem.err.line)}`,
    );
  let root: Node | undefined;
  try {
    root = node(parser.parse(xml) as Node, rootName);
  } catch (error) {
    refuse('XML_DETAIL', 'DOMAIN_SNAPSHOT', error instanceof Error ? error.message : String(error));
  }
  return root ?? refuse('XML_ERROR', 'XML', `expecting root element of '${rootName}'`);
}

/** libvirt quotes the line at which it gave up. */
function lineOf(xml: string, line: number): string {
  return xml.split('\n')[line - 1] ?? '';
}

function stateWord(value: string | null): SnapshotState | null {
  if (value === null) return null;
  const state = snapshotStates.find((each) => each === value);
  return state ?? refuse('CONFIG_UNSUPPORTED', 'DOMAIN_SNAPSHOT', `Invalid state '${value}' in domain snapshot XML`);
}

function nodes(parent: Node | undefined, name: string): Node[] {
  const value = parent?.[name];
  const all: unknown[] = value === undefined ? [] : Array.isArray(value) ? value : [value];
  return all.map((each) => (typeof each === 'object' && each !== null ? (each as Node) : { '#text': each }));
}

function node(parent: Node | undefined, name: string): Node | undefined {
  return nodes(parent, name)[0];
}

function text(parent: Node | undefined, name: string): string | null {
  const found = node(parent, name);
  return found ? String(found['#text'] ?? '') : null;
}

function attribute(parent: Node | undefined, name: string): string | null {
  const value = parent?.[`@${name}`];
  return value === undefined ? null : String(value);
}

function word<W extends string>(words: readonly W[], value: string | null, what: string): W | null {
  if (value === null) return null;
  return words.find((each) => each === value) ?? refuse('XML_ERROR', 'DOMAIN_SNAPSHOT', `unknown ${what} '${value}'`);
}
