import { z } from 'zod';
import { formatWhole } from '../format.ts';
import { hostLabel, LibvirtUriError, parseLibvirtUri } from '../libvirt-uri.ts';
import { own } from '../own.ts';
import { HostDetails } from '../schema.ts';
import { detailsOf, hostLimits, unsaid } from './details.ts';
import { linesOfElements } from './json-lines.ts';

/** The most characters of a file, and the most hosts in it. */
export const hostFileLimits = { characters: 4 * 1024 * 1024, hosts: 1_000 } as const;

/** Longer ones are nobody's; characters. */
const LONGEST_URI = 2_048;

type Entry = HostDetails & { readonly uri: string };

/** A host of a file; `refused` is why it can't be taken, as a sentence. */
export type ReadHost = { readonly line: number; readonly name: string; readonly uri: string } & (
  | { readonly details: HostDetails }
  | { readonly refused: string }
);

const Head = z.object({ snapkeel: z.literal('hosts'), version: z.number(), hosts: z.array(z.unknown()) });
const Row = HostDetails.extend({
  uri: z.string().trim().min(1).max(LONGEST_URI),
  name: HostDetails.shape.name.optional(),
  group: HostDetails.shape.group.default(unsaid.group),
  colour: HostDetails.shape.colour.default(unsaid.colour),
  note: HostDetails.shape.note.default(unsaid.note),
  protected: HostDetails.shape.protected.default(unsaid.protected),
  readOnly: HostDetails.shape.readOnly.default(unsaid.readOnly),
  ssh: HostDetails.shape.ssh.default(unsaid.ssh),
  connect: HostDetails.shape.connect.default(unsaid.connect),
});

/** What is wrong with a field that is not of its kind, after “Its ”. */
const wrong: Readonly<Record<string, string>> = {
  uri: `connection URI is missing, or longer than ${formatWhole(LONGEST_URI)} characters`,
  name: `name is empty, longer than ${hostLimits.name} characters, or has a line break`,
  group: `group is longer than ${hostLimits.group} characters, or has a line break`,
  colour: 'colour is unknown',
  note: `note is longer than ${formatWhole(hostLimits.note)} characters`,
  protected: '“protected” must be true or false',
  readOnly: '“readOnly” must be true or false',
  ssh: '“ssh” is an unknown client',
  connect: '“connect” has an unknown value',
};

/** The text of a file with these hosts, one a line. A connection URI holds no password: `parseLibvirtUri` takes none. */
export function hostFileText(hosts: readonly Entry[]): string {
  const lines = hosts.map((host) => JSON.stringify({ uri: host.uri, ...detailsOf(host) }));
  const list = lines.length === 0 ? '[]' : `[\n    ${lines.join(',\n    ')}\n  ]`;
  return `{\n  "snapkeel": "hosts",\n  "version": 1,\n  "hosts": ${list}\n}\n`;
}

/** Reads a file with hosts, one by one; `unreadable` is why it is none, in words that end no sentence. */
export function readHostFile(text: string): { readonly hosts: ReadHost[] } | { readonly unreadable: string } {
  if (text.length > hostFileLimits.characters) return { unreadable: 'it is larger than 4 MiB' };
  const found = parsed(text.replace(/^\uFEFF/, ''));
  if (found === undefined) return { unreadable: 'it is not JSON' };
  const head = Head.safeParse(found);
  if (!head.success) return { unreadable: 'it is not a Snapkeel list of hosts' };
  const { version, hosts } = head.data;
  if (version !== 1) return { unreadable: 'it was written by another version of Snapkeel' };
  if (hosts.length > hostFileLimits.hosts) return { unreadable: 'it has more than 1,000 hosts' };
  const lines = linesOfElements(text, 'hosts');
  const seen = new Map<string, number>();
  return {
    hosts: hosts.map((each, at) => {
      const read = readRow(each, lines[at] ?? 0);
      const before = seen.get(read.uri);
      if ('refused' in read) return read;
      if (before !== undefined) return refused(read, `It is already in line ${before}.`);
      seen.set(read.uri, read.line);
      return read;
    }),
  };
}

function readRow(found: unknown, line: number): ReadHost {
  const row = Row.safeParse(found);
  const about = { line, name: wordOf(found, 'name'), uri: wordOf(found, 'uri') };
  if (!row.success) {
    const [field] = row.error.issues[0]?.path ?? [];
    const why = typeof field === 'string' ? own(wrong, field) : undefined;
    return refused(about, why ? `Its ${why}.` : 'It does not describe a host.');
  }
  const { uri, name, ...said } = row.data;
  try {
    const label = hostLabel(parseLibvirtUri(uri));
    const details = { ...said, name: name ?? (label.slice(0, hostLimits.name).trim() || uri) };
    return { line, name: details.name, uri, details };
  } catch (error) {
    if (error instanceof LibvirtUriError) return refused(about, error.message);
    throw error;
  }
}

function refused({ line, name, uri }: Pick<ReadHost, 'line' | 'name' | 'uri'>, why: string): ReadHost {
  return { line, name, uri, refused: why };
}

/** A text of a host that may be anything, short enough to be shown. */
function wordOf(found: unknown, field: 'name' | 'uri'): string {
  const word = (Object(found) as Record<string, unknown>)[field];
  return typeof word === 'string' ? word.trim().slice(0, 200) : '';
}

/** undefined for what is no JSON. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
