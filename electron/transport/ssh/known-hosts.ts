import { createHash, createHmac, randomBytes } from 'node:crypto';

/** One key line of a known_hosts file. */
export interface KnownHostsEntry {
  readonly file: string;
  /** Counted from 1. */
  readonly line: number;
  readonly marker: 'none' | 'revoked' | 'cert-authority';
  /** The host field as written: a comma-separated list of patterns, or one `|1|salt|hash`. */
  readonly hosts: string;
  readonly keyType: string;
  /** The public key blob. */
  readonly key: Buffer;
}

/**
 * What known_hosts says about a key a host showed.
 * - `known`: this very key is there for this host.
 * - `unknown`: no key at all is there for this host. Only then may a person be asked.
 * - `authority`: no key either, but an authority (@cert-authority) that signs this host's certificate, which cannot be
 *   checked here, as host certificates are not negotiated. Whoever shows a bare key instead may be somebody else.
 * - `changed`: other keys are there for this host. That includes keys of other types only: OpenSSH would ask about those,
 *   but a host that can't show the key it is known by may be someone else choosing an algorithm, so this refuses.
 * - `revoked`: this key is marked @revoked for this host, whatever else is said about it.
 */
export type HostKeyVerdict =
  | { readonly status: 'known' | 'revoked' | 'changed' | 'authority'; readonly entry: KnownHostsEntry }
  | { readonly status: 'unknown' };

/** The name and port under which a host's keys are looked up: an alias of the configuration has port 22. */
export interface KnownName {
  readonly host: string;
  readonly port: number;
}

/**
 * Reads a file, or a part of one, in the format of sshd(8), "SSH_KNOWN_HOSTS FILE FORMAT". Lines that make no sense are
 * left out.
 * @param first the number of the first line
 * @param only leaves out what is for other hosts
 */
export function parseKnownHosts(text: string, file: string, first = 1, only?: KnownName): KnownHostsEntry[] {
  const names = only && [lookupName(only.host, only.port), lookupName(only.host, 22)];
  return text.split(/\r?\n/).flatMap((line, index) => parseLine(line, file, first + index, names) ?? []);
}

/**
 * Compares a host's key with what is known. As in OpenSSH a port other than 22 is looked up as `[host]:port`, and a key
 * known for the bare host is then good too, though another one there is no conflict.
 */
export function checkHostKey(
  entries: readonly KnownHostsEntry[],
  host: string,
  port: number,
  key: Buffer,
): HostKeyVerdict {
  const name = lookupName(host, port);
  const bare = lookupName(host, 22);
  const sameKey = entries.filter((entry) => entry.key.equals(key) && (isFor(entry, name) || isFor(entry, bare)));
  const revoked = sameKey.find((entry) => entry.marker === 'revoked');
  if (revoked !== undefined) return { status: 'revoked', entry: revoked };
  const known = sameKey.find((entry) => entry.marker === 'none');
  if (known !== undefined) return { status: 'known', entry: known };
  const others = entries.filter((entry) => entry.marker === 'none' && isFor(entry, name));
  const type = keyTypeOf(key);
  const other = others.find((entry) => entry.keyType === type) ?? others[0];
  if (other !== undefined) return { status: 'changed', entry: other };
  const authority = entries.find((entry) => entry.marker === 'cert-authority' && isFor(entry, name));
  return authority === undefined ? { status: 'unknown' } : { status: 'authority', entry: authority };
}

/** The types of key that are known for a host, so that it can be asked for one of these. */
export function knownKeyTypes(entries: readonly KnownHostsEntry[], host: string, port: number): string[] {
  const plain = entries.filter((entry) => entry.marker === 'none');
  const exact = plain.filter((entry) => isFor(entry, lookupName(host, port)));
  const found = exact.length > 0 ? exact : plain.filter((entry) => isFor(entry, lookupName(host, 22)));
  return [...new Set(found.map((entry) => entry.keyType))];
}

/** The line that makes a key known, without a line break. @param hashed whether nobody is to read of whom (HashKnownHosts) */
export function knownHostsLine(host: string, port: number, key: Buffer, hashed = false): string {
  const name = lookupName(host, port);
  return `${hashed ? hashOf(name, randomBytes(20)) : name} ${keyTypeOf(key)} ${key.toString('base64')}`;
}

function hashOf(name: string, salt: Buffer): string {
  const hash = createHmac('sha1', salt).update(name).digest('base64');
  return `|1|${salt.toString('base64')}|${hash}`;
}

/** A key's fingerprint as OpenSSH prints it: "SHA256:" and base64 without padding. */
export function fingerprint(key: Buffer): string {
  return `SHA256:${createHash('sha256').update(key).digest('base64').replace(/=+$/, '')}`;
}

/** The type a public key blob names in its first string. Throws RangeError if it is cut short. */
export function keyTypeOf(key: Buffer): string {
  const length = key.readUInt32BE(0);
  if (length > key.length - 4) throw new RangeError('The public key is cut short.');
  return key.toString('latin1', 4, 4 + length);
}

function lookupName(host: string, port: number): string {
  const name = host.toLowerCase();
  return port === 22 ? name : `[${name}]:${port}`;
}

const MARKERS: Readonly<Record<string, KnownHostsEntry['marker']>> = {
  '@revoked': 'revoked',
  '@cert-authority': 'cert-authority',
};

function parseLine(
  line: string,
  file: string,
  number: number,
  names: readonly string[] | undefined,
): KnownHostsEntry | undefined {
  const fields = line.trim().split(/[ \t]+/);
  const first = fields[0] ?? '';
  if (first === '' || first.startsWith('#')) return undefined;
  const marker = first.startsWith('@') ? MARKERS[first] : 'none';
  if (marker === undefined) return undefined;
  const [hosts, keyType, blob] = marker === 'none' ? fields : fields.slice(1);
  if (hosts === undefined || keyType === undefined || blob === undefined) return undefined;
  if (names && !names.some((name) => isFor({ hosts }, name))) return undefined;
  const key = Buffer.from(blob, 'base64');
  // A blob that doesn't name the type before it is damaged (or protocol 1's `bits exponent modulus`).
  if (key.length < 8 || key.readUInt32BE(0) > key.length - 4 || keyTypeOf(key) !== keyType) return undefined;
  return { file, line: number, marker, hosts, keyType, key };
}

function isFor(entry: Pick<KnownHostsEntry, 'hosts'>, name: string): boolean {
  return entry.hosts.startsWith('|') ? matchesHash(entry.hosts, name) : matchesPatterns(entry.hosts, name);
}

function matchesHash(field: string, name: string): boolean {
  const [, version, salt, hash] = field.split('|');
  if (version !== '1' || salt === undefined || hash === undefined) return false;
  return createHmac('sha1', Buffer.from(salt, 'base64')).update(name).digest().equals(Buffer.from(hash, 'base64'));
}

function matchesPatterns(list: string, name: string): boolean {
  const patterns = list.toLowerCase().split(',');
  if (patterns.some((pattern) => pattern.startsWith('!') && matchesPattern(pattern.slice(1), name))) return false;
  return patterns.some((pattern) => !pattern.startsWith('!') && matchesPattern(pattern, name));
}

/** `*` for any characters, `?` for one (match_pattern, OpenSSH). The last `*` alone is gone back to, so that no pattern takes long. */
function matchesPattern(pattern: string, name: string): boolean {
  let [at, inName] = [0, 0];
  let star = -1;
  let afterStar = 0;
  while (inName < name.length) {
    if (pattern[at] === '*') {
      star = at++;
      afterStar = inName;
    } else if (at < pattern.length && (pattern[at] === '?' || pattern[at] === name[inName])) {
      at++;
      inName++;
    } else if (star >= 0) {
      at = star + 1;
      inName = ++afterStar;
    } else return false;
  }
  while (pattern[at] === '*') at++;
  return at === pattern.length;
}
