import { join } from 'node:path';
import { type HostBlock, hostBlocks, readConfigFiles } from '../../transport/ssh/config/files.ts';
import type { NamedUri, Surroundings, Told } from './source.ts';

/** The hosts that the person's SSH configuration has a block for; none where there is no such file. */
export async function sshSources({ home }: Surroundings): Promise<Told[]> {
  const file = join(home, '.ssh', 'config');
  const { text, unknown } = await readConfigFiles(file, home);
  const problems = unknown.map((each) => `${each}.`);
  let hosts: NamedUri[] = [];
  try {
    hosts = [...hostBlocks(text)].map(([name, block]) => ({ name, uri: uriOf(name), note: noteOf(block) }));
  } catch {
    problems.push(`${file} is not written as ssh takes it.`);
  }
  const problem = problems.length === 0 ? null : problems.join(' ');
  return hosts.length === 0 && problem === null ? [] : [{ kind: 'ssh-config', file, hosts, problem }];
}

/** Where it leads, as its own block says: `admin@kvm.example.net, port 2222, through bastion`. */
function noteOf(block: HostBlock): string {
  const [host, user, port, jump] = ['hostname', 'user', 'port', 'proxyjump'].map((key) => block.get(key));
  if (!host) return '';
  return [
    user ? `${user}@${host}` : host,
    ...(port && port !== '22' ? [`port ${port}`] : []),
    ...(jump && jump !== 'none' ? [`through ${jump}`] : []),
  ].join(', ');
}

/** Which port and user, the SSH configuration knows. */
function uriOf(name: string): string {
  if (name.includes(':')) return `qemu+ssh://[${name}]/system`;
  return `qemu+ssh://${/^[\p{L}\p{N}_.-]+$/u.test(name) ? name : encodeURIComponent(name)}/system`;
}
