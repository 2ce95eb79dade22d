import { userInfo } from 'node:os';
import { join } from 'node:path';
import SSHConfig, { LineType } from 'ssh-config';
import { printable } from '../../first-packet.ts';
import { type TransportContext, TransportError } from '../../transport.ts';
import { readConfigFiles, valuesOf } from './files.ts';
import type { SshQuery, SshSettings } from './settings.ts';

/** Criteria of Match that only OpenSSH itself can judge: they are taken for not met. */
const CRITERIA_UNKNOWN = ['exec', 'canonical', 'tagged', 'localnetwork', 'sessiontype', 'command', 'version'];
/** The package would look names up by itself. */
const CANONICAL = /^[ \t]*canonicalizehostname\b.*$/gim;
const DEFAULT_KEYS = ['~/.ssh/id_rsa', '~/.ssh/id_ecdsa', '~/.ssh/id_ed25519'];
const LISTS = ['userknownhostsfile', 'globalknownhostsfile'];

/**
 * The same as `askOpenSsh` where there is no `ssh`, as far as it can be read from the files: `Match exec` runs nothing,
 * names are not made canonical, and it is said if the configuration has such things.
 * @throws TransportError SSH_CONFIG_FAILED
 */
export async function readWithoutOpenSsh(
  { host, port, user }: SshQuery,
  { home }: Pick<TransportContext, 'home'>,
  systemFile = '/etc/ssh/ssh_config',
): Promise<SshSettings> {
  const own = await readConfigFiles(join(home, '.ssh', 'config'), home);
  const system = await readConfigFiles(systemFile, home);
  const text = `${own.text}\nMatch all\n${system.text}`;
  const config = parsed(text.replace(CANONICAL, ''), host);
  const unknown = [
    'there is no ssh on this computer to read its configuration with',
    ...[...own.unknown, ...system.unknown, ...cannotJudge(config)],
    ...(text.search(CANONICAL) < 0 ? [] : ['CanonicalizeHostname is left out']),
  ];
  const computed = config.compute(
    { Host: host, ...(user === undefined ? {} : { User: user }) },
    { ignoreCase: true, matchExec: false },
  );
  const values = new Map<string, readonly string[]>();
  for (const [keyword, value] of Object.entries(computed)) {
    const words = Array.isArray(value) ? value : [value];
    values.set(keyword, LISTS.includes(keyword) ? [words.join(' ')] : words);
  }
  const hostName = values.get('hostname')?.[0]?.replace(/%([%h])/g, (_, token) => (token === 'h' ? host : '%')) ?? host;
  const defaults: readonly (readonly [string, readonly string[]])[] = [
    ['user', [user ?? userInfo().username]],
    ['port', ['22']],
    ['identityfile', DEFAULT_KEYS],
    ['userknownhostsfile', ['~/.ssh/known_hosts ~/.ssh/known_hosts2']],
    ['globalknownhostsfile', ['/etc/ssh/ssh_known_hosts /etc/ssh/ssh_known_hosts2']],
  ];
  for (const [keyword, standard] of defaults) if (!values.has(keyword)) values.set(keyword, standard);
  values.set('hostname', [hostName]);
  if (port !== undefined) values.set('port', [`${port}`]);
  return { values, unknown };
}

function parsed(text: string, host: string): SSHConfig {
  try {
    return SSHConfig.parse(text);
  } catch (cause) {
    const reason = printable(cause instanceof Error ? cause.message : String(cause));
    throw new TransportError('SSH_CONFIG_FAILED', `The SSH configuration: ${reason}`, { host, reason }, { cause });
  }
}

function cannotJudge(config: SSHConfig): string[] {
  const criteria = [...config]
    .filter((line) => line.type === LineType.DIRECTIVE && /^match$/i.test(line.param))
    .flatMap((line) => ('value' in line ? valuesOf(line.value) : []))
    .filter((word) => CRITERIA_UNKNOWN.includes(word.toLowerCase()));
  return [...new Set(criteria)].map((word) => `“Match ${word}” is taken for not met`);
}
