import { type Disk, isWritable, type StoredDisks } from '../../../shared/libvirt/disks.ts';
import { isXmlText } from '../../../shared/libvirt/names.ts';
import { EXPORT_ROOT, EXPORT_VERSION } from '../../../shared/operations/metadata/export-text.ts';
import type { Candidate } from '../../../shared/operations/metadata/import-rules.ts';
import { own } from '../../../shared/own.ts';
import type { ImportFile } from '../../../shared/schema.ts';
import { overlaysMade, readDisks, readStoredDisks } from '../../libvirt/disks.ts';
import { Pace } from '../../libvirt/pace.ts';
import { parseSnapshot } from '../../libvirt/snapshots.ts';
import { parseXml, readXml, XmlError } from '../../libvirt/xml.ts';
import { type RootSpan, scanLong } from '../../libvirt/xml-children.ts';

/** All chosen files together, in characters. */
export const IMPORT_LIMIT = 32 * 1024 * 1024;

export interface ImportDocument extends Candidate {
  /** Of its stored configuration. */
  readonly domainName: string | null;
  readonly memoryFile: string | null;
  /** The file that each disk writes to while the domain is at this snapshot. */
  readonly places: ReadonlyMap<string, string>;
}
export interface ReadImport {
  readonly documents: readonly ImportDocument[];
  /** Files that could not be used, and why. */
  readonly unreadable: readonly { readonly file: string; readonly reason: string }[];
  /** The current snapshot that an export names. */
  readonly current: string | null;
  /** The name of the domain that the files are of. */
  readonly from: string | null;
}

/** Reads exported snapshots and what `virsh snapshot-dumpxml` prints. Nothing is thrown for what is in the files. */
export async function readImport(files: readonly ImportFile[]): Promise<ReadImport> {
  const size = files.reduce((sum, { text }) => sum + text.length, 0);
  if (size > IMPORT_LIMIT) {
    const reason = 'Together the files are larger than 32 MiB. Choose fewer at a time.';
    return { documents: [], unreadable: files.map(({ name }) => ({ file: name, reason })), current: null, from: null };
  }
  const pace = new Pace();
  const documents: ImportDocument[] = [];
  const unreadable: { file: string; reason: string }[] = [];
  let current: string | null = null;
  for (const { name, text } of files) {
    try {
      const read = await readFile(name, text.replace(/^\uFEFF/, ''), pace);
      for (const each of read.documents) documents.push(each);
      current ??= read.current;
    } catch (error) {
      if (!(error instanceof XmlError)) throw error;
      unreadable.push({ file: name, reason: sentence(error.message) });
    }
  }
  const from = documents.flatMap(({ domainName }) => domainName ?? [])[0] ?? null;
  return { documents, unreadable, current, from };
}

interface FileRead {
  readonly documents: ImportDocument[];
  readonly current: string | null;
}

/** @throws XmlError */
async function readFile(file: string, text: string, pace: Pace): Promise<FileRead> {
  if (text.trim() === '') throw new XmlError('The file is empty.');
  if (!isXmlText(text))
    throw new XmlError('The file contains characters that XML does not allow: it is not UTF-8 text.');
  const root = await scanLong(text, pace); // refuses document types, and so entities, before anything is expanded
  const kind = own(roots, root.name);
  if (kind === undefined) throw new XmlError(`This is a <${root.name}>, not a snapshot of a domain.`);
  return kind(file, text, root, pace);
}

const roots: Readonly<Record<string, (file: string, text: string, root: RootSpan, pace: Pace) => Promise<FileRead>>> = {
  domainsnapshot: async (file, text, { from, to }, pace) => ({
    documents: [await readDocument(file, text.slice(from, to), pace)],
    current: null,
  }),
  [EXPORT_ROOT]: async (file, text, { from, opened, children }, pace) => {
    const version = /\sversion\s*=\s*["']([^"']*)["']/.exec(text.slice(from, opened))?.[1];
    if (version !== EXPORT_VERSION)
      throw new XmlError(`The file has version ${version ?? 'unknown'}, which this Snapkeel does not know.`);
    const spans = children.filter(({ name }) => name === 'domainsnapshot');
    if (spans.length === 0) throw new XmlError('The file has no snapshots in it.');
    const named = children.find(({ name }) => name === 'current');
    const documents: ImportDocument[] = [];
    for (const span of spans) documents.push(await readDocument(file, text.slice(span.from, span.to), pace));
    return {
      documents,
      current: named ? parseXml(text.slice(named.from, named.to), 'current').text || null : null,
    };
  },
  domain: async () => {
    throw new XmlError('This is the configuration of a domain, not a snapshot. Define it with “virsh define”.');
  },
};

/** @throws XmlError */
async function readDocument(file: string, xml: string, pace: Pace): Promise<ImportDocument> {
  const element = await readXml(xml, 'domainsnapshot', pace);
  const config = element.at('domain');
  const layers = readDisks(config);
  const parsed = parseSnapshot(element);
  const targets = layers.map(({ target }) => target);
  return {
    file,
    xml,
    snapshot: parsed,
    uuid: config?.at('uuid')?.text.trim().toLowerCase() || null,
    domainName: config?.at('name')?.text || null,
    lacks: [
      ...(parsed.name === '' ? (['name'] as const) : []),
      ...(element.at('state') ? [] : (['state'] as const)),
      ...(parsed.createdAt > 0 ? [] : (['creationTime'] as const)),
      ...(config?.at('os') ? [] : (['domain'] as const)),
    ],
    targets,
    layers,
    memoryFile: element.at('memory')?.attribute('file') ?? null,
    places: placesOf(readStoredDisks(element, parsed.name), layers),
  };
}

function placesOf(stored: StoredDisks, layers: readonly Disk[]): ReadonlyMap<string, string> {
  const overlays = new Map(overlaysMade(stored).map(({ target, file }) => [target, file]));
  return new Map(
    layers.filter(isWritable).flatMap(({ target, image }) => {
      const place = overlays.get(target) ?? image?.path;
      return place === undefined ? [] : [[target, place] as const];
    }),
  );
}

/** The parser's reasons begin small. */
function sentence(reason: string): string {
  if (/^[A-Z]/.test(reason)) return reason;
  const whole = `The file cannot be read as XML: ${reason.replace(/^malformed XML:? /, '')}`;
  return /[.!?]$/.test(whole) ? whole : `${whole}.`;
}
