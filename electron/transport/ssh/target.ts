import { devNull, userInfo } from 'node:os';
import type { Algorithms } from 'ssh2';
import type { LibvirtUri } from '../../../shared/libvirt-uri.ts';
import { type TransportContext, TransportError } from '../transport.ts';
import { supportedAlgorithms } from './algorithms.ts';
import type { SshQuery, SshSettings } from './config/settings.ts';
import { fillIn, type Tokens } from './config/tokens.ts';
import type { KnownHostsFiles } from './known-hosts-files.ts';

/** Ways to log in that Snapkeel's own client knows. */
export type LoginMethod = 'publickey' | 'keyboard-interactive' | 'password';

/** Everything needed to log in to one machine, whichever places it was gathered from. */
export interface SshTarget {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  /** The name that stands for the host in known_hosts, without its port (HostKeyAlias). */
  readonly hostKeyAlias: string | null;
  readonly knownHosts: KnownHostsFiles;
  /** Unknown host keys are refused rather than asked about (StrictHostKeyChecking yes). */
  readonly knownKeysOnly: boolean;
  /** Names are remembered so that nobody can read them (HashKnownHosts). */
  readonly hashesKnownHosts: boolean;
  /** The agent's socket (or, on Windows, its pipe). */
  readonly agent?: string;
  /** The agent's other keys are not offered (IdentitiesOnly). */
  readonly identitiesOnly: boolean;
  readonly keyFiles: readonly string[];
  /** The person named the key: it not working is the error to report, and it is tried before the agent. */
  readonly keyIsExplicit: boolean;
  /** Best first. */
  readonly methods: readonly LoginMethod[];
  /** How often a password is asked for. */
  readonly passwordPrompts: number;
  /** Machines to go through, in order. */
  readonly jumps: readonly SshQuery[];
  readonly keepalive: { readonly intervalMs: number; readonly misses: number };
  readonly connectTimeoutMs: number;
  readonly algorithms: Algorithms;
  /** 4 or 6 for one kind of address alone. */
  readonly family?: 4 | 6;
  readonly localAddress?: string;
  /** What the configuration asks for and only OpenSSH can do: without it there is no connection. */
  readonly needsOpenSsh: readonly string[];
  /** Ways to log in that only OpenSSH has. */
  readonly openSshHas: readonly string[];
  /** What of the configuration is not known. */
  readonly unknown: readonly string[];
}

export const DEFAULT_TIMEOUT_MS = 20_000;
const NOT_KNOWN = 'has a token that is not known';
const KEEPALIVE_MS = 15_000;
const KEEPALIVE_MISSES = 3;
const METHODS: readonly LoginMethod[] = ['publickey', 'keyboard-interactive', 'password'];
const WINDOWS_AGENT = '\\\\.\\pipe\\openssh-ssh-agent';

/** The keyword that turns a method off. */
const SWITCHES: Readonly<Record<LoginMethod, string>> = {
  publickey: 'pubkeyauthentication',
  'keyboard-interactive': 'kbdinteractiveauthentication',
  password: 'passwordauthentication',
};

/** What Snapkeel's own client cannot do: keyword, the values it matters for, its name, and whether it can go on without. */
const ONLY_OPENSSH: readonly (readonly [string, (value: string) => boolean, string, 'needed' | 'to log in'])[] = [
  ['proxycommand', isSet, 'ProxyCommand', 'needed'],
  ['revokedhostkeys', isSet, 'RevokedHostKeys', 'needed'],
  ['knownhostscommand', isSet, 'KnownHostsCommand', 'needed'],
  ['bindinterface', isSet, 'BindInterface', 'needed'],
  ['gssapiauthentication', isYes, 'GSSAPI (Kerberos)', 'to log in'],
  ['hostbasedauthentication', isYes, 'HostbasedAuthentication', 'to log in'],
  ['certificatefile', isSet, 'CertificateFile', 'to log in'],
  ['pkcs11provider', isSet, 'PKCS11Provider', 'to log in'],
];

/** Reads a target from a URI (a query where there is none), the SSH configuration and its surroundings. The one place where they are joined. @throws TransportError KNOWN_HOSTS_FAILED, KEY_UNREADABLE */
export function resolveTarget(
  query: SshQuery,
  params: LibvirtUri['params'],
  { values, unknown }: SshSettings,
  { env, home, connectTimeoutMs }: Pick<TransportContext, 'env' | 'home' | 'connectTimeoutMs'>,
): SshTarget {
  const one = (keyword: string) => values.get(keyword)?.[0];
  const account = userInfo();
  const user = query.user ?? one('user') ?? account.username;
  const host = one('hostname') ?? query.host;
  const port = query.port ?? (Number(one('port')) || 22);
  const jump = none(one('proxyjump')) ?? '';
  const hostKeyAlias = none(one('hostkeyalias'));
  const tokens: Tokens = {
    ...{ original: query.host, host, port, user, hostKeyAlias, jump, home },
    ...{ localUser: account.username, userId: account.uid },
  };
  const notFilled: string[] = [];
  const filledIn = (path: string): string | null => {
    const filled = fillIn(path, tokens, env);
    // What ssh has filled in itself it has for the account's home.
    const moved = account.homedir !== home && filled?.startsWith(`${account.homedir}/`);
    return filled !== null && moved ? home + filled.slice(account.homedir.length) : filled;
  };
  const fill = (path: string): string[] => {
    const filled = filledIn(path);
    if (filled === null) notFilled.push(`“${path}” ${NOT_KNOWN}`);
    return filled === null ? [] : [filled];
  };
  /** Where not to have the file would let in whom it keeps out, or be another wish than the person's. */
  const needed = (path: string, code: 'KNOWN_HOSTS_FAILED' | 'KEY_UNREADABLE'): string => {
    const detail = { host, file: path, keyfile: path, reason: `its name ${NOT_KNOWN}` };
    return filledIn(path) ?? fail(new TransportError(code, `${path} ${NOT_KNOWN}.`, detail));
  };
  const { keyfile, known_hosts } = params;
  const keyFiles = (values.get('identityfile') ?? []).filter(isSet);
  const [own, ...more] = known_hosts === undefined ? listed(one('userknownhostsfile')) : [known_hosts];
  const agent = agentOf(one('identityagent'), env, (path) => fill(path)[0] ?? null);
  const algorithms = supportedAlgorithms(one);
  const missing = (kind: 'needed' | 'to log in') =>
    ONLY_OPENSSH.flatMap(([keyword, matters, name, how]) =>
      how === kind && (values.get(keyword) ?? []).some(matters) ? [name] : [],
    );
  const family = { inet: 4, inet6: 6 }[one('addressfamily') ?? ''] as 4 | 6 | undefined;
  const localAddress = one('bindaddress');
  return {
    ...{ host, port, user, hostKeyAlias },
    knownHosts: {
      user: own === undefined || own === devNull ? null : needed(own, 'KNOWN_HOSTS_FAILED'),
      readOnly: [...more, ...listed(one('globalknownhostsfile'))].map((path) => needed(path, 'KNOWN_HOSTS_FAILED')),
    },
    hashesKnownHosts: isYes(one('hashknownhosts') ?? ''),
    knownKeysOnly: ['yes', 'true'].includes(one('stricthostkeychecking') ?? ''),
    ...(agent === null ? {} : { agent }),
    identitiesOnly: isYes(one('identitiesonly') ?? ''),
    keyFiles: keyfile === undefined ? keyFiles.flatMap(fill) : [needed(keyfile, 'KEY_UNREADABLE')],
    keyIsExplicit: keyfile !== undefined,
    methods: inOrder(one('preferredauthentications')).filter((method) => !isNo(one(SWITCHES[method]) ?? '')),
    passwordPrompts: Number(one('numberofpasswordprompts')) || 3,
    jumps: jump === '' ? [] : jump.split(',').map(parseJump),
    keepalive: keepaliveOf(Number(one('serveraliveinterval')), Number(one('serveralivecountmax'))),
    connectTimeoutMs: connectTimeoutMs ?? (Number(one('connecttimeout')) * 1_000 || DEFAULT_TIMEOUT_MS),
    algorithms: algorithms.offered,
    ...(family === undefined ? {} : { family }),
    ...(localAddress === undefined ? {} : { localAddress }),
    needsOpenSsh: [...missing('needed'), ...algorithms.lacking],
    openSshHas: missing('to log in'),
    unknown: [...unknown, ...notFilled],
  };
}

/** One machine of ProxyJump: `[user@]host[:port]`, an IPv6 address in brackets, or `ssh://…`. */
export function parseJump(text: string): SshQuery {
  const plain = text
    .trim()
    .replace(/^ssh:\/\//, '')
    .replace(/\/$/, '');
  const at = plain.lastIndexOf('@');
  const [, bracketed, name, port] = /^(?:\[([^\]]*)\]|([^:]*))(?::(\d+))?$/.exec(plain.slice(at + 1)) ?? [];
  return {
    host: bracketed ?? name ?? plain.slice(at + 1),
    ...(at < 0 ? {} : { user: plain.slice(0, at) }),
    ...(port === undefined ? {} : { port: Number(port) }),
  };
}

function inOrder(preferred: string | undefined): readonly LoginMethod[] {
  if (preferred === undefined) return METHODS;
  return preferred.split(',').flatMap((name) => METHODS.find((method) => method === name) ?? []);
}

/** @param fill for what the configuration names; the environment names it as it is */
function agentOf(
  configured: string | undefined,
  env: TransportContext['env'],
  fill: (path: string) => string | null,
): string | null {
  const standard = env.SSH_AUTH_SOCK || (process.platform === 'win32' ? WINDOWS_AGENT : null);
  if (configured === undefined || configured === 'SSH_AUTH_SOCK') return standard;
  if (configured === 'none') return null;
  const isVariable = configured.startsWith('$') && !configured.startsWith('${');
  return isVariable ? env[configured.slice(1)] || null : fill(configured);
}

/** The person's own interval where there is one; else Snapkeel's, since a lost host must be found. */
function keepaliveOf(interval: number, misses: number): SshTarget['keepalive'] {
  return interval > 0
    ? { intervalMs: interval * 1_000, misses: misses || KEEPALIVE_MISSES }
    : { intervalMs: KEEPALIVE_MS, misses: KEEPALIVE_MISSES };
}

/** Paths of a list, which `ssh -G` prints without quotes: a word that begins no path goes on with the one before. */
function listed(text: string | undefined): string[] {
  const paths: string[] = [];
  for (const word of (text ?? '').split(' ').filter(Boolean)) {
    if (/^[/~%$]|^none$|^[A-Za-z]:/.test(word) || paths.length === 0) paths.push(word);
    else paths.push(`${paths.pop()} ${word}`);
  }
  return paths.filter(isSet);
}

function fail(error: TransportError): never {
  throw error;
}

function none(value: string | undefined): string | null {
  return value === undefined || value === 'none' ? null : value;
}

function isSet(value: string): boolean {
  return value !== 'none' && value !== '';
}

function isYes(value: string): boolean {
  return /^(yes|true)$/i.test(value);
}

function isNo(value: string): boolean {
  return /^(no|false)$/i.test(value);
}
