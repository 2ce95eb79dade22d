import { existsSync } from 'node:fs';
import { userInfo } from 'node:os';
import { configArgs } from '../ssh/config/ask-openssh.ts';
import type { SshQuery, SshSettings } from '../ssh/config/settings.ts';
import type { SshTarget } from '../ssh/target.ts';

/** Whatever the configuration says: nothing is forwarded, run or shown that a libvirt connection has no use for. */
const ALWAYS = [
  ...['ControlPersist=no', 'ForwardAgent=no', 'ForwardX11=no', 'PermitLocalCommand=no', 'RequestTTY=no'],
  ...['EscapeChar=none', 'LogLevel=INFO', 'StreamLocalBindMask=0177', 'VisualHostKey=no'],
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
    ...(['yes', 'true', 'ask'].includes(one('stricthostkeychecking')) ? [] : ['StrictHostKeyChecking=ask']),
    ...(Number(one('serveraliveinterval')) > 0
      ? []
      : [`ServerAliveInterval=${keepalive.intervalMs / 1_000}`, `ServerAliveCountMax=${keepalive.misses}`]),
    ...(Number(one('connecttimeout')) > 0 ? [] : [`ConnectTimeout=${Math.ceil(connectTimeoutMs / 1_000)}`]),
    // Else all keys of an agent come before the one that was named, and servers count (sshd: MaxAuthTries).
    ...(params.keyfile === undefined ? [] : ['IdentitiesOnly=yes']),
    ...(params.known_hosts === undefined && !isElsewhere ? [] : [`UserKnownHostsFile=${files.map(quoted).join(' ')}`]),
  ];
  const keys = params.keyfile !== undefined || isElsewhere ? keyFiles.filter((path) => existsSync(path)) : [];
  const { host, port, user } = query;
  return {
    options: [
      ...configArgs(home),
      ...options.flatMap((option) => ['-o', option]),
      ...keys.flatMap((path) => ['-i', path.replaceAll('%', '%%')]),
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
  return `"${path.replaceAll('%', '%%')}"`;
}
