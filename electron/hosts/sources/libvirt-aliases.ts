import { join } from 'node:path';
import { LibvirtUriError } from '../../../shared/libvirt-uri.ts';
import { readRegular } from '../../regular-file.ts';
import { type ConfValue, parseConf } from './libvirt-conf.ts';
import { MOST_BYTES, type NamedUri, type Surroundings, type Told, unreadable } from './source.ts';

/** An alias as libvirt takes it (URI_ALIAS_CHARS, src/libvirt.c). */
const ALIAS = /^[A-Za-z0-9_-]+$/;
const ENTRY = /^([A-Za-z0-9_-]+)=(.+)$/s;

interface Aliases {
  readonly file: string;
  readonly aliases: readonly NamedUri[];
  readonly byDefault: string | null;
  readonly problem: string | null;
}

/** The connections that libvirt's own configuration has names for, one source a file that has any. */
export async function aliasSources(surroundings: Surroundings): Promise<Told[]> {
  const files = await Promise.all(confFiles(surroundings).map(readAliases));
  const told = files.map(({ file, aliases, byDefault, problem }): Told => {
    const usual = byDefault === null ? [] : [{ name: null, uri: byDefault, note: 'libvirt’s default' }];
    return { kind: 'libvirt', file, hosts: [...aliases, ...usual], problem };
  });
  return told.filter(({ hosts, problem }) => hosts.length > 0 || problem !== null);
}

/**
 * The URI that a text stands for: that of an alias of libvirt's configuration, or else the text itself. The file that
 * libvirt reads for this user counts before the other one.
 * @throws LibvirtUriError where it is neither
 */
export async function resolveAlias(text: string, surroundings: Surroundings): Promise<string> {
  const wanted = text.trim();
  if (!ALIAS.test(wanted)) return wanted;
  const problems: string[] = [];
  for (const file of confFiles(surroundings)) {
    const { aliases, problem } = await readAliases(file);
    const found = aliases.find(({ name }) => name === wanted);
    if (found) return found.uri;
    if (problem !== null) problems.push(`${file}: ${problem}`);
  }
  const why = [`“${wanted}” is neither an address nor an alias in libvirt.conf.`, ...problems].join(' ');
  throw new LibvirtUriError('NO_SCHEME', why);
}

/** libvirt.conf of the user and of the machine, first the one that libvirt reads: root has no file of its own. */
function confFiles({ env, home, etc = '/etc' }: Surroundings, userId = process.getuid?.()): string[] {
  const config = env.XDG_CONFIG_HOME || join(home, '.config');
  const files = [join(config, 'libvirt', 'libvirt.conf'), join(etc, 'libvirt', 'libvirt.conf')];
  return userId === 0 ? files.reverse() : files;
}

async function readAliases(file: string): Promise<Aliases> {
  try {
    const { values, faultAt } = parseConf((await readRegular(file, MOST_BYTES)).toString('utf8'));
    const entries = listOf(values.get('uri_aliases'));
    const aliases = entries.flatMap((entry) => {
      const [, name, uri] = ENTRY.exec(entry) ?? [];
      return name === undefined || uri === undefined ? [] : [{ name, uri }];
    });
    const byDefault = values.get('uri_default');
    const problems = [
      ...(faultAt === null ? [] : [`Line ${faultAt} and what follows it could not be read.`]),
      ...(entries.length === aliases.length ? [] : ['Some aliases are not in the form name=address.']),
    ];
    return {
      file,
      aliases,
      byDefault: typeof byDefault === 'string' && byDefault !== '' ? byDefault : null,
      problem: problems.length === 0 ? null : problems.join(' '),
    };
  } catch (error) {
    return { file, aliases: [], byDefault: null, problem: unreadable(error) };
  }
}

function listOf(value: ConfValue | undefined): readonly string[] {
  return value === undefined ? [] : typeof value === 'string' ? [value] : value;
}
