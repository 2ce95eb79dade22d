import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

export interface CommandLine {
  demo: boolean;
  connect: string[];
  dataDir: string;
  /** 0 lets the system choose. */
  port: number;
  /** `snapkeel://…`, or absolute paths of files that hold one. */
  links: string[];
}

/**
 * Reads the switches that both shells share.
 * @param args without the program's own name; switches it does not know (a runtime's own) are skipped.
 * @throws RangeError with a sentence when a value makes no sense.
 */
export function readCommandLine(
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): CommandLine {
  const { values, positionals } = parseArgs({
    args: [...args],
    strict: false,
    allowPositionals: true,
    options: {
      demo: { type: 'boolean', default: false },
      connect: { type: 'string', multiple: true, default: [] },
      'data-dir': { type: 'string' },
      port: { type: 'string', default: '0' },
    },
  });
  const text = (value: unknown, option: string): string => {
    if (typeof value === 'string' && value !== '') return value;
    throw new RangeError(`--${option} needs a value`);
  };
  const port = Number(text(values.port, 'port'));
  if (!Number.isInteger(port) || port < 0 || port > 65_535)
    throw new RangeError(`--port must be between 0 and 65535, not ${values.port}`);
  return {
    demo: values.demo === true,
    connect: (values.connect as unknown[]).map((uri) => text(uri, 'connect')),
    dataDir: values['data-dir'] === undefined ? defaultDataDir(env) : resolve(text(values['data-dir'], 'data-dir')),
    port,
    links: positionals.flatMap(linkIn),
  };
}

/** Desktops name files by URLs, where a program takes links too (`%U` of the Desktop Entry Specification). */
function linkIn(text: string): string[] {
  if (text.startsWith('snapkeel:')) return [text];
  if (!text.endsWith('.snapkeel')) return [];
  try {
    return [/^file:/i.test(text) ? fileURLToPath(text) : resolve(text)];
  } catch {
    return [text]; // no file of this computer: whoever opens it says so
  }
}

/** Where the list of hosts is kept: the platform's own place for an application's data. */
export function defaultDataDir(env: Readonly<Record<string, string | undefined>>, platform = process.platform): string {
  if (platform === 'darwin') return join(homedir(), 'Library', 'Application Support', 'Snapkeel');
  return join(env.XDG_DATA_HOME || join(homedir(), '.local', 'share'), 'snapkeel');
}
