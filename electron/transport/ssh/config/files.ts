import { dirname, isAbsolute, join } from 'node:path';
import SSHConfig, { LineType } from 'ssh-config';
import { glob } from 'tinyglobby';
import { readRegular } from '../../../regular-file.ts';

const MOST_BYTES = 1024 * 1024;
/** As OpenSSH (READCONF_MAX_DEPTH). */
const MOST_DEPTH = 16;
const MOST_FILES = 500;

/** A configuration with all that it includes, as one text. */
export interface ConfigText {
  readonly text: string;
  /** Files that are there and could not be read, and what one text cannot say, in words for a person. */
  readonly unknown: readonly string[];
}

/** Reads a person's SSH configuration and what it includes (ssh_config(5), Include). One that is not there is empty. */
export async function readConfigFiles(path: string, home: string): Promise<ConfigText> {
  const unknown: string[] = [];
  let files = 0;
  const read = async (file: string, depth: number): Promise<string> => {
    if (++files > MOST_FILES || depth > MOST_DEPTH) {
      unknown.push(`${file} is one of too many files that are included`);
      return '';
    }
    const text = await readRegular(file, MOST_BYTES).then(
      (bytes) => bytes.toString('utf8'),
      (error: NodeJS.ErrnoException) => {
        if (error.code !== 'ENOENT') unknown.push(`${file} could not be read (${error.code ?? error.message})`);
        return '';
      },
    );
    const lines: string[] = [];
    let isInBlock = false;
    for (const line of text.split(/\r?\n/)) {
      const [, keyword = '', value = ''] = /^\s*(host|match|include)(?:\s*=\s*|\s+)(.*?)\s*$/i.exec(line) ?? [];
      if (keyword.toLowerCase() !== 'include') {
        if (keyword !== '') isInBlock = true;
        lines.push(line);
        continue;
      }
      if (isInBlock) unknown.push(`${file} includes files inside a Host or Match block`);
      for (const included of await namedBy(value, dirname(path), home)) lines.push(await read(included, depth + 1));
    }
    return lines.join('\n');
  };
  return { text: await read(path, 0), unknown: [...new Set(unknown)] };
}

/** What a block says, by keyword in small letters; the first counts. */
export type HostBlock = ReadonlyMap<string, string>;

/**
 * The names that a configuration has a block for, in its order, without patterns: what `ssh NAME` is called with. Of each
 * what its own block says: blocks with patterns and conditions are not asked, as only `ssh` knows what holds in the end.
 */
export function hostBlocks(text: string): ReadonlyMap<string, HostBlock> {
  const blocks = new Map<string, Map<string, string>>();
  for (const section of SSHConfig.parse(text)) {
    if (section.type !== LineType.DIRECTIVE || !/^host$/i.test(section.param)) continue;
    for (const name of valuesOf(section.value)) {
      if (/[*?!]/.test(name)) continue;
      const block = blocks.get(name) ?? new Map<string, string>();
      blocks.set(name, block);
      for (const line of 'config' in section ? section.config : [])
        if (line.type === LineType.DIRECTIVE && !block.has(line.param.toLowerCase()))
          block.set(line.param.toLowerCase(), valuesOf(line.value).join(' '));
    }
  }
  return blocks;
}

/** The words of a value of the parser's. */
export function valuesOf(value: string | readonly { readonly val: string }[]): string[] {
  return typeof value === 'string' ? value.split(/\s+/).filter(Boolean) : value.map(({ val }) => val);
}

/** What an Include names: paths and patterns, quoted or not, `~` for the home and else beside the configuration. */
async function namedBy(value: string, folder: string, home: string): Promise<string[]> {
  const words = [...value.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, bare]) => quoted ?? bare ?? '');
  const found = words.map((word) => {
    const path = word.startsWith('~/') ? join(home, word.slice(2)) : isAbsolute(word) ? word : join(folder, word);
    return glob(path, { absolute: true, dot: false, onlyFiles: true, expandDirectories: false }).catch(() => []);
  });
  return (await Promise.all(found)).flatMap((paths) => paths.sort());
}
