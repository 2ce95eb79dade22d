import { isRemoteParam, paramProblem } from './libvirt-uri-params.ts';
import { own } from './own.ts';

/**
 * Ways to a daemon that Snapkeel can take. `auto` is a URI that names neither a transport nor a host: the local socket;
 * `ssh` is libvirt's `libssh` and `libssh2` too, which differ in the program that speaks it.
 */
export type LibvirtTransport = 'auto' | 'unix' | 'ssh' | 'tls' | 'tcp';

/** A libvirt connection URI, taken apart and percent-decoded. Values of this type come from `parseLibvirtUri`. */
export interface LibvirtUri {
  /** The hypervisor driver: qemu, test, xen, lxc… */
  readonly driver: string;
  readonly transport: LibvirtTransport;
  readonly user?: string;
  /** Host name or address; an IPv6 address is without brackets, with its zone after one `%`. */
  readonly host?: string;
  readonly port?: number;
  /** Starts with a slash: '/system', '/session', '/default', or a file for the test driver. */
  readonly path: string;
  /** Query parameters. Those libvirt's remote driver owns have lower-case names; the rest are as written. */
  readonly params: Readonly<Record<string, string>>;
}

export type LibvirtUriErrorCode =
  | 'EMPTY'
  | 'CHARACTER_INVALID'
  | 'NO_SCHEME'
  | 'DRIVER_UNKNOWN'
  | 'DRIVER_UNSUPPORTED'
  | 'TRANSPORT_UNKNOWN'
  | 'TRANSPORT_UNSUPPORTED'
  | 'USER_INVALID'
  | 'PASSWORD_IN_URI'
  | 'HOST_MISSING'
  | 'HOST_UNEXPECTED'
  | 'HOST_INVALID'
  | 'PORT_INVALID'
  | 'PATH_MISSING'
  | 'PATH_RELATIVE'
  | 'PATH_UNKNOWN'
  | 'PARAM_INVALID';

/** Why a text is no connection URI we can use. `message` is a sentence for the person who typed it. */
export class LibvirtUriError extends Error {
  readonly code: LibvirtUriErrorCode;

  constructor(code: LibvirtUriErrorCode, message: string) {
    super(message);
    this.name = 'LibvirtUriError';
    this.code = code;
  }
}

/**
 * Takes a libvirt connection URI apart: `driver[+transport]://[user@][host][:port]/path[?params]`
 * (https://libvirt.org/uri.html). A host without a transport is reached by TLS. Parameters may be separated by `&` or `;`;
 * of two with one name the last counts.
 *
 * @throws LibvirtUriError
 */
export function parseLibvirtUri(text: string): LibvirtUri {
  const trimmed = text.trim();
  if (trimmed === '') throw fail('EMPTY', 'Enter a connection address, for example qemu:///system.');
  refuseOddCharacters(trimmed);

  const [, scheme, rest] = /^([A-Za-z][A-Za-z0-9.-]*(?:\+[A-Za-z0-9.-]*)?):(.*)$/s.exec(trimmed) ?? [];
  if (scheme === undefined || rest === undefined) {
    throw fail(
      'NO_SCHEME',
      'The address must start with a driver, for example qemu:///system or qemu+ssh://host/system.',
    );
  }
  const { driver, transport: named } = readScheme(scheme);
  const queryAt = rest.indexOf('?');
  const { authority, path: rawPath } = splitAuthority(queryAt < 0 ? rest : rest.slice(0, queryAt), driver);
  const place = readAuthority(authority);
  checkPlace(driver, named, place);
  const transport = named === 'auto' && place.host !== undefined ? 'tls' : named;
  const path = checkPath(driver, decode(rawPath), transport, place.host);
  const params = readParams(transport, queryAt < 0 ? '' : rest.slice(queryAt + 1));
  return { driver, transport, ...place, path, params };
}

/** The canonical text of a URI; `parseLibvirtUri` gives the same URI back. */
export function formatLibvirtUri(uri: LibvirtUri): string {
  const scheme = uri.transport === 'auto' ? uri.driver : `${uri.driver}+${uri.transport}`;
  const user = uri.user === undefined ? '' : `${encodeURIComponent(uri.user)}@`;
  const host = uri.host === undefined ? '' : bracketed(uri.host).replace('%', '%25');
  const port = uri.port === undefined ? '' : `:${uri.port}`;
  return `${scheme}://${user}${host}${port}${encodeKeeping(uri.path)}${formatParams(uri.params)}`;
}

/**
 * The name to send in CONNECT_OPEN: the URI as the daemon on the far side knows it. Transport, user, host, port and the
 * parameters the transport itself consumes are left out, and an explicit `name=` wins (libvirt's `doRemoteOpen`).
 */
export function driverUri(uri: LibvirtUri): string {
  const { name } = uri.params;
  if (name !== undefined && name !== '') return name;
  const kept = Object.entries(uri.params).filter(([key]) => !isRemoteParam(key));
  return `${uri.driver}://${encodeKeeping(uri.path)}${formatParams(Object.fromEntries(kept))}`;
}

/**
 * Whether what a connection changes is seen by no other: libvirt's test driver takes a world of its own from the file that
 * the URI names, for each connection anew (testOpenFromFile); that of `test:///default` is one for all (testOpenDefault).
 * @param uri as `driverUri` gives it
 */
export function isPrivateToConnection(uri: string): boolean {
  return /^test:\/\/\/(?!default(?:[?#]|$))/.test(uri);
}

/** Whether the URI means the person's own daemon rather than the machine's. */
export function isSession(uri: LibvirtUri): boolean {
  return uri.path === '/session';
}

/** Whether a text, which need not be whole yet, names a connection that anyone on the way can read and change. */
export function isUnencrypted(text: string): boolean {
  return /^[^:/?#]*\+tcp:/i.test(text.trim());
}

/** A short name for a list: "This computer", "kvm-a", "root@kvm-a:2222", with what sets it apart in brackets. */
export function hostLabel(uri: LibvirtUri): string {
  const marks = [
    ...(uri.driver === 'qemu' ? [] : [uri.driver]),
    ...(uri.transport === 'tls' || uri.transport === 'tcp' ? [uri.transport] : []),
    ...(isSession(uri) ? ['session'] : []),
    ...(uri.params.socket === undefined ? [] : [uri.params.socket]),
  ];
  return marks.length === 0 ? placeLabel(uri) : `${placeLabel(uri)} (${marks.join(', ')})`;
}

/** Drivers a daemon serves, each with the paths it may have (none listed: any), and those of libvirt's client side. */
const DRIVERS: Readonly<Record<string, { readonly paths?: readonly string[]; readonly unsupported?: true }>> = {
  qemu: { paths: ['/system', '/session'] },
  ch: { paths: ['/system', '/session'] },
  lxc: { paths: ['/system'] },
  bhyve: { paths: ['/system', '/session'] },
  vbox: { paths: ['/system', '/session'] },
  xen: { paths: ['/system', '/'] },
  test: {},
  vz: { paths: ['/system', '/session'] },
  esx: { unsupported: true },
  gsx: { unsupported: true },
  vpx: { unsupported: true },
  hyperv: { unsupported: true },
  openvz: { unsupported: true },
  remote: { unsupported: true },
  vmwareplayer: { unsupported: true },
  vmwarews: { unsupported: true },
  vmwarefusion: { unsupported: true },
};

const TRANSPORTS: Readonly<Record<string, LibvirtTransport | 'unsupported'>> = {
  unix: 'unix',
  ssh: 'ssh',
  libssh: 'ssh',
  libssh2: 'ssh',
  tls: 'tls',
  tcp: 'tcp',
  ext: 'unsupported',
};

/** Where each listens if the URI names no port (libvirt's LIBVIRTD_TLS_PORT and LIBVIRTD_TCP_PORT). */
export const DEFAULT_PORTS = { ssh: 22, tls: 16_514, tcp: 16_509 } as const;

interface Place {
  readonly user?: string;
  readonly host?: string;
  readonly port?: number;
}

function fail(code: LibvirtUriErrorCode, message: string): LibvirtUriError {
  return new LibvirtUriError(code, message);
}

function refuseOddCharacters(text: string): void {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
  if (/[\u0000-\u0020\u007f]/.test(text)) {
    throw fail('CHARACTER_INVALID', 'The address contains a space or a control character; write a space as %20.');
  }
  if (text.includes('#')) throw fail('CHARACTER_INVALID', 'The address contains a "#"; write it as %23.');
  try {
    encodeURIComponent(text);
  } catch {
    throw fail('CHARACTER_INVALID', 'The address contains half of a Unicode character.');
  }
}

function readScheme(scheme: string): { driver: string; transport: LibvirtTransport } {
  const [driver = '', name] = scheme.toLowerCase().split('+');
  const known = own(DRIVERS, driver);
  if (known === undefined) {
    throw fail('DRIVER_UNKNOWN', `"${driver}" is not a libvirt driver; most addresses start with qemu.`);
  }
  if (known.unsupported) {
    throw fail(
      'DRIVER_UNSUPPORTED',
      `The ${driver} driver runs inside libvirt's own client library and is not supported; connect to a libvirt daemon instead.`,
    );
  }
  if (name === undefined) return { driver, transport: 'auto' };
  const transport = own(TRANSPORTS, name);
  if (transport === undefined) {
    throw fail(
      'TRANSPORT_UNKNOWN',
      `"+${name}" is not a libvirt transport; use ${driver}+ssh://host/… or ${driver}:///….`,
    );
  }
  if (transport === 'unsupported') {
    throw fail('TRANSPORT_UNSUPPORTED', `The ${name} transport is not supported; use ${driver}+ssh://host/….`);
  }
  return { driver, transport };
}

function splitAuthority(text: string, driver: string): { authority: string; path: string } {
  if (!text.startsWith('//')) {
    if (text === '') throw fail('PATH_MISSING', `The address ends after the driver; try ${example(driver)}.`);
    if (!text.startsWith('/')) {
      throw fail('PATH_RELATIVE', `"${text}" must start with a slash; try ${example(driver)}.`);
    }
    return { authority: '', path: text };
  }
  const slash = text.indexOf('/', 2);
  return slash < 0
    ? { authority: text.slice(2), path: '' }
    : { authority: text.slice(2, slash), path: text.slice(slash) };
}

function readAuthority(authority: string): Place {
  if (authority === '') return {};
  const at = authority.lastIndexOf('@');
  const user = at < 0 ? undefined : readUser(authority.slice(0, at));
  const [, bracket, name, port] = /^(?:\[([^\]]*)\]|([^:]*))(?::(.*))?$/s.exec(authority.slice(at + 1)) ?? [];
  const host = bracket === undefined ? readHostName(name) : readIpv6(bracket);
  return {
    ...(user === undefined ? {} : { user }),
    ...(host === '' ? {} : { host }),
    ...(port === undefined ? {} : { port: readPort(port) }),
  };
}

function readUser(text: string): string {
  if (text.includes(':')) {
    throw fail('PASSWORD_IN_URI', 'The address contains a password. Leave it out: addresses are stored and shown.');
  }
  if (text === '') throw fail('USER_INVALID', 'The user name before the "@" is empty.');
  return decode(text);
}

function readHostName(text: string | undefined): string {
  const host = decode(text ?? '');
  if (host === '' || /^[\p{L}\p{N}_][\p{L}\p{N}_.-]*$/u.test(host)) return host;
  throw fail('HOST_INVALID', `"${host}" is not a host name or address.`);
}

function readIpv6(text: string): string {
  const host = text.replace(/%25/, '%');
  if (/^[0-9A-Fa-f]*:[0-9A-Fa-f:.]*(%[\w.-]+)?$/.test(host)) return host;
  throw fail('HOST_INVALID', `"[${text}]" is not an IPv6 address.`);
}

function readPort(text: string): number {
  // An unbracketed IPv6 address looks like a host with a port of many colons.
  if (text.includes(':')) throw fail('HOST_INVALID', 'Write an IPv6 address in brackets, for example [2001:db8::1].');
  const port = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  if (port < 1 || port > 65535) {
    // Not quoted: what follows a colon may be a password that contains a slash.
    throw fail('PORT_INVALID', 'The text after ":" is not a port. Use a number from 1 to 65535.');
  }
  return port;
}

function checkPlace(driver: string, transport: LibvirtTransport, { user, host, port }: Place): void {
  const isRemote = Object.hasOwn(DEFAULT_PORTS, transport);
  if (host === undefined && isRemote) {
    const name = transport.toUpperCase();
    throw fail(
      'HOST_MISSING',
      `${transport === 'ssh' ? 'An' : 'A'} ${name} address needs a host: ${driver}+${transport}://host/….`,
    );
  }
  if (host === undefined && (user !== undefined || port !== undefined)) {
    throw fail('HOST_MISSING', 'The address has a user or a port but no host.');
  }
  if (host === undefined || transport === 'ssh') return;
  if (transport === 'auto' && own(DRIVERS, driver)?.paths?.includes(`/${host}`)) {
    throw fail('HOST_UNEXPECTED', `This names a host called "${host}"; for this computer use ${driver}:///${host}.`);
  }
  if (transport === 'unix') {
    throw fail(
      'HOST_UNEXPECTED',
      `A unix address is for this computer and has no host; use ${driver}+ssh://${bracketed(host)}/….`,
    );
  }
  if (user !== undefined) {
    throw fail(
      'USER_INVALID',
      `A user has no meaning over ${transport === 'tcp' ? 'plain TCP' : 'TLS'}; leave it out, or use ${driver}+ssh://….`,
    );
  }
}

function checkPath(driver: string, path: string, transport: LibvirtTransport, host: string | undefined): string {
  const paths = own(DRIVERS, driver)?.paths;
  const there =
    host === undefined ? example(driver) : `${driver}+${transport}://${bracketed(host)}${examplePath(driver)}`;
  if (path === '' || (path === '/' && !paths?.includes('/'))) {
    throw fail('PATH_MISSING', `The address has no path; try ${there}.`);
  }
  if (paths !== undefined && !paths.includes(path)) {
    throw fail('PATH_UNKNOWN', `The ${driver} driver has no "${path}"; try ${there}.`);
  }
  return path;
}

function readParams(transport: LibvirtTransport, query: string): Readonly<Record<string, string>> {
  const pairs = query
    .split(/[&;]/)
    .map((part): [string, string] => {
      const equals = part.indexOf('=');
      return equals < 0 ? [decode(part), ''] : [decode(part.slice(0, equals)), decode(part.slice(equals + 1))];
    })
    .filter(([name]) => name !== '')
    .map(([name, value]): [string, string] => [isRemoteParam(name) ? name.toLowerCase() : name, value]);
  for (const [name, value] of pairs) {
    const problem = paramProblem(transport, name, value);
    if (problem !== undefined) throw fail('PARAM_INVALID', problem);
  }
  return Object.fromEntries(pairs);
}

function formatParams(params: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(params).map(([name, value]) => `${encodeURIComponent(name)}=${encodeKeeping(value)}`);
  return pairs.length === 0 ? '' : `?${pairs.join('&')}`;
}

function decode(text: string): string {
  let plain: string;
  try {
    plain = decodeURIComponent(text);
  } catch {
    throw fail('CHARACTER_INVALID', `"${text}" has a "%" that is not followed by two hexadecimal digits of UTF-8.`);
  }
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
  if (/[\u0000-\u001f\u007f]/.test(plain)) {
    throw fail('CHARACTER_INVALID', 'The address contains an encoded control character.');
  }
  return plain;
}

function encodeKeeping(text: string): string {
  return encodeURIComponent(text).replace(/%(2F|3A|40)/g, decodeURIComponent);
}

function bracketed(host: string): string {
  return host.includes(':') ? `[${host}]` : host;
}

/** A machine and its port, where that is not the transport's own: "root@kvm-a:2222". */
export function placeLabel({ transport, user, host, port }: LibvirtUri): string {
  if (host === undefined) return 'This computer';
  const isUsual = port === undefined || port === own<number>(DEFAULT_PORTS, transport);
  return `${user === undefined ? '' : `${user}@`}${bracketed(host)}${isUsual ? '' : `:${port}`}`;
}

function examplePath(driver: string): string {
  return own(DRIVERS, driver)?.paths?.[0] ?? '/default';
}

function example(driver: string): string {
  return `${driver}://${examplePath(driver)}`;
}
