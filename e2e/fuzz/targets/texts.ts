import { isDeepStrictEqual } from 'node:util';
import { readCommandLine } from '../../../electron/command-line.ts';
import { parseLines } from '../../../electron/kept/journal/lines.ts';
import { withoutSecrets } from '../../../electron/redact.ts';
import { checkHostKey, parseKnownHosts } from '../../../electron/transport/ssh/known-hosts.ts';
import {
  driverUri,
  formatLibvirtUri,
  hostLabel,
  LibvirtUriError,
  parseLibvirtUri,
} from '../../../shared/libvirt-uri.ts';
import { linkText, parseLink } from '../../../shared/link.ts';
import { exact, visible } from '../../../shared/visible.ts';
import { mutatedText } from '../mutate.ts';
import { holds, mayRefuse, refused, type Target, taken } from '../target.ts';

const uriSeeds = [
  'qemu:///system',
  'qemu+ssh://root@kvm-a.example:2222/system?keyfile=/home/a/.ssh/id&socket=/run/x&proxy=netcat',
  'qemu+ssh://[fe80::1%25eth0]/session?no_verify=0;mode=direct',
  'qemu+tls://kvm-a.example:16514/system?pkipath=/home/a/pki&no_sanity=0',
  'qemu://kvm-a.example/system',
  'qemu+unix:///system?socket=/var/run/libvirt/libvirt-sock',
  'test:///default',
];
const linkSeeds = [
  'snapkeel://open?host=qemu:///system&domain=web-01',
  '\ufeffsnapkeel://revert?host=qemu%2Bssh%3A%2F%2Flab%2Fsystem&domain=a%20b&snapshot=clean\r\nmore',
];

/** Connection URIs: what is taken is written in one way, which is read to the same. */
export const uris: Target = {
  name: 'uris',
  unit: 'URIs',
  full: 200_000,
  draw: (random) => mutatedText(random, random.pick(uriSeeds), uriSeeds),
  read: (input) =>
    mayRefuse([LibvirtUriError], () => {
      const uri = parseLibvirtUri(input as string);
      holds(
        isDeepStrictEqual(parseLibvirtUri(formatLibvirtUri(uri)), uri),
        'a URI is written so that it is read to the same',
      );
      holds(typeof driverUri(uri) === 'string' && hostLabel(uri) !== '', 'it has a name');
      withoutSecrets(input as string);
    }),
};

/** Links and the first lines of files: nothing, or what leads to the same place again. */
export const links: Target = {
  name: 'links',
  unit: 'links',
  full: 200_000,
  draw: (random) => mutatedText(random, random.pick(linkSeeds), linkSeeds),
  read(input) {
    const link = parseLink(input as string);
    if (!link) return refused;
    const again = parseLink(linkText(link));
    holds(again === null || isDeepStrictEqual(again, link), 'a link leads to the same place when it is written anew');
    return taken;
  },
};

const ours = keyOf('ours');
const theirs = keyOf('theirs');
const knownSeeds = [
  `kvm-a,[kvm-a]:2222 ssh-ed25519 ${ours.toString('base64')}`,
  `*.example,!bad.example ssh-ed25519 ${ours.toString('base64')} comment`,
  `|1|F1E1KeoE/eEWhi10WpGv4OdiO6Y=|3988QV0VE8wmZL7suNrYQLITLCg= ssh-ed25519 ${ours.toString('base64')}`,
  `@cert-authority * ssh-ed25519 ${ours.toString('base64')}`,
  `# a comment`,
];

/** known_hosts: whatever else is in it, a key that is not there is never known, and one that is revoked stays so. */
export const knownHosts: Target = {
  name: 'known hosts',
  unit: 'files',
  full: 100_000,
  draw: (random) => {
    const lines = Array.from({ length: 1 + random.below(6) }, () =>
      mutatedText(random, random.pick(knownSeeds), knownSeeds),
    );
    return lines.join('\n');
  },
  read(input) {
    const text = input as string;
    const verdict = (file: string, key: Buffer) =>
      checkHostKey(parseKnownHosts(file, 'known_hosts'), 'kvm-a', 22, key).status;
    holds(verdict(text, theirs) !== 'known', 'a key that is not there is not known');
    const revoked = `${text}\n@revoked * ssh-ed25519 ${theirs.toString('base64')}\n${text}`;
    holds(verdict(revoked, theirs) === 'revoked', 'a key that is revoked stays so');
    holds(
      verdict(`${text}\nkvm-a ssh-ed25519 ${theirs.toString('base64')}`, theirs) !== 'unknown',
      'a key that is there is not asked about',
    );
    return verdict(text, ours) === 'known' ? taken : refused;
  },
};

const entry = (n: number) =>
  JSON.stringify({ type: 'answered', requestId: `r${n}`, at: 1_700_000_000_000 + n, result: 'done' });
const journalSeeds = [1, 2, 3].map(entry);

/** Journals: lines that cannot be read lose no other. */
export const journals: Target = {
  name: 'journals',
  unit: 'journals',
  full: 50_000,
  draw: (random) => mutatedText(random, journalSeeds.join('\n'), journalSeeds),
  async read(input) {
    async function* rows() {
      yield entry(10);
      yield* (input as string).split('\n');
      yield entry(11);
    }
    const read: string[] = [];
    for await (const line of parseLines(rows(), () => {})) read.push(line.requestId);
    holds(read.at(0) === 'r10' && read.at(-1) === 'r11', 'the lines around are there');
    return read.length > 2 ? taken : refused;
  },
};

/** What is shown: a text that was made visible comes back exactly. */
export const texts: Target = {
  name: 'texts',
  unit: 'texts',
  full: 200_000,
  draw: (random) =>
    mutatedText(random, random.pick(['web-01', 'Revert “אב” to “before ⟨U+202E⟩”?']), ['a\u202eb', '👩🏽‍💻']),
  read(input) {
    holds(exact(visible(input as string)) === input, 'it comes back exactly');
    holds(!/[\u202a-\u202e\u2066\u2067]/.test(visible(input as string)), 'nothing turns what stands around it');
    return taken;
  },
};

const argvSeeds = [
  '--connect\nqemu:///system\n--port\n0',
  '--demo\n--data-dir\n/tmp/a',
  'snapkeel://open?host=a&domain=b',
];

/** Command lines: words a line each. */
export const commandLines: Target = {
  name: 'command lines',
  unit: 'command lines',
  full: 100_000,
  longest: 1_000, // Node's own reader, once at the start
  draw: (random) => mutatedText(random, random.pick(argvSeeds), argvSeeds),
  read: (input) =>
    mayRefuse([RangeError, LibvirtUriError], () => {
      const { port, dataDir } = readCommandLine((input as string).split('\n'), { HOME: '/home/a' });
      holds(
        Number.isInteger(port) && port >= 0 && port < 65_536 && dataDir.startsWith('/'),
        'port and folder make sense',
      );
    }),
};

/** A public key blob (RFC 4253, 6.6). */
function keyOf(name: string): Buffer {
  const part = (bytes: Buffer) => Buffer.concat([Buffer.from([0, 0, 0, bytes.length]), bytes]);
  return Buffer.concat([part(Buffer.from('ssh-ed25519')), part(Buffer.from(name.padEnd(32, '.')))]);
}
