import { isDeepStrictEqual } from 'node:util';
import { hostFileText, readHostFile } from '../../../shared/host-list/file.ts';
import { HostDetails } from '../../../shared/schema.ts';
import type { Random } from '../../explore/random.ts';
import { mutatedText } from '../mutate.ts';
import { holds, refused, type Target, taken } from '../target.ts';

const seed = {
  name: 'kvm-a',
  group: 'Lab',
  colour: 'teal',
  note: 'Rack 4\n“ask” Ada',
  protected: true,
  readOnly: false,
};
const uris = ['qemu:///system', 'qemu+ssh://root@kvm-a/system?keyfile=/home/a/.ssh/id', 'test:///default'];
const texts = [...uris, ...Object.values(seed).map(String)];

/** A list that was honest, with some of its fields changed. */
function list(random: Random): string {
  const hosts = Array.from({ length: 1 + random.below(4) }, () => {
    const uri = mutatedText(random, random.pick(uris), texts);
    const field = random.pick(Object.keys(seed) as (keyof typeof seed)[]);
    return { ...seed, uri, [field]: random.below(4) === 0 ? null : mutatedText(random, String(seed[field]), texts) };
  });
  return JSON.stringify({ snapkeel: 'hosts', version: 1, hosts }, null, random.below(3));
}

/** Lists of hosts: what is taken is within bounds, and is written so that it is read to the same. */
export const hostLists: Target = {
  name: 'host lists',
  unit: 'lists',
  full: 50_000,
  draw: (random) => (random.below(3) === 0 ? mutatedText(random, list(random), texts) : list(random)),
  read(input) {
    const text = input as string;
    const read = readHostFile(text);
    if ('unreadable' in read) return refused;
    const lines = text.split('\n').length;
    holds(
      read.hosts.every(({ line }) => line >= 1 && line <= lines),
      'each host has a line of the file',
    );
    const hosts = read.hosts.flatMap((host) => ('details' in host ? [{ ...host.details, uri: host.uri }] : []));
    for (const { uri, ...details } of hosts)
      holds(isDeepStrictEqual(HostDetails.parse(details), details) && uri !== '', 'what is taken is within bounds');
    const again = readHostFile(hostFileText(hosts));
    const same =
      'hosts' in again && again.hosts.map((host) => ('details' in host ? { ...host.details, uri: host.uri } : host));
    holds(isDeepStrictEqual(same, hosts), 'a list is written so that it is read to the same');
    return taken;
  },
};
