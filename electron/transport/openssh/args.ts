import { existsSync } from 'node:fs';
import { devNull, userInfo } from 'node:os';
import { configArgs } from '../ssh/config/ask-openssh.ts';
import type { SshQuery, SshSettings } from '../ssh/config/settings.ts';
import type { SshTarget } from '../ssh/target.ts';

/** Whatever the configuration says: nothing is forwarded, run or shown that a libvirt connection has no use for. */
const ALWAYS = [
  ...['ControlPersist=no', 'ForwardAgent=no', 'ForwardX11=no', 'PermitLocalCommand=no', 'RequestTTY=no'],
  'NoHostAuthenticationForLocalhost=no',
  ...['EscapeChar=none', 'LogLevel=INFO', 'StreamLocalBindMask=0177', 'VisualHostKey=no'],
];

/** What a configuration may want of every ssh, and no libvirt connection: given only where it is set, since older ones lack it. */
const WHERE_SET: readonly (readonly [keyword: string, standard: string])[] = [
  ['RemoteCommand', 'none'],
  ['SessionType', 'default'],
  ['ForkAfterAuthentication', 'no'],
  ['StdinNull', 'no'],
];

/** For all calls but those that forward something. */
export const NO_FORWARDINGS = ['-o', 'ClearAllForwardings=yes'];

/** How a host is reached with the system's own ssh. */
export interface OpenSshPlan {
  /** Options for every call, the destination not among them. */
  readonly options: readonly string[];
  /** What to give every call after its options. */
  readonly destination: readonly string[];
  /** The person has ssh share its connections (ControlMaster): there may be one. */
  readonly mayShareTheirs: boolean;
}

/**
 * Turns a URI's wishes into arguments of ssh; all the rest is its own configuration's. Host keys are checked at least as
 * strictly as by asking.
 */
export function planOpenSsh(
  query: SshQuery,
  params: Readonly<Record<string, string>>,
  { values }: SshSettings,
  target: SshTarget,
  home: string,
): OpenSshPlan {
  const one = (keyword: string) => values.get(keyword)?.[0] ?? '';
  const isElsewhere = home !== userInfo().homedir;
  const { keepalive, knownHosts, keyFiles, connectTimeoutMs } = target;
  const files = [...(knownHosts.user === null ? [] : [knownHosts.user]), ...knownHosts.readOnly];
  const options = [
    ...ALWAYS,
    ...WHERE_SET.flatMap(([keyword, standard]) =>
      ['', standard].includes(one(keyword.toLowerCase())) ? [] : [`${keyword}=${standard}`],
    ),
    // As Snapkeel's own client: a key that is named is the one that is meant.
    ...(params.keyfile === undefined ? [] : ['IdentitiesOnly=yes']),
    ...(['yes', 'true', 'ask'].includes(one('stricthostkeychecking')) ? [] : ['StrictHostKeyChecking=ask']),
    ...(['yes', 'true'].includes(one('verifyhostkeydns')) ? ['VerifyHostKeyDNS=ask'] : []),
    ...(Number(one('serveraliveinterval')) > 0
      ? []
      : [`ServerAliveInterval=${keepalive.intervalMs / 1_000}`, `ServerAliveCountMax=${keepalive.misses}`]),
    ...(Number(one('connecttimeout')) > 0 ? [] : [`ConnectTimeout=${Math.ceil(connectTimeoutMs / 1_000)}`]),
    ...(params.known_hosts === undefined && !isElsewhere
      ? []
      : [`UserKnownHostsFile=${files.map(quoted).join(' ') || devNull}`]),
  ];
  const keys = params.keyfile !== undefined ? keyFiles : isElsewhere ? keyFiles.filter((path) => existsSync(path)) : [];
  const { host, port, user } = query;
  return {
    options: [
      ...configArgs(home),
      ...options.flatMap((option) => ['-o', option]),
      // Not -i, which looks for a file of the name before its tokens are filled in.
      ...keys.flatMap((path) => ['-o', `IdentityFile=${quoted(path)}`]),
    ],
    destination: [
      ...(user === undefined ? [] : ['-l', user]),
      ...(port === undefined ? [] : ['-p', `${port}`]),
      ...['--', host],
    ],
    mayShareTheirs:
      /^(yes|auto|true|ask|autoask)$/.test(one('controlmaster')) && !['', 'none'].includes(one('controlpath')),
  };
}

function quoted(path: string): string {
  return `"${path.replace(/["\\]/g, '\\$&').replaceAll('%', '%%')}"`;
}

/** A local socket and one on the host, as `-L` takes them. */
export function forwarding(local: string, remote: string): string {
  return [local, remote].map((path) => path.replace(/[:\\]/g, '\\$&').replaceAll('%', '%%')).join(':');
}
