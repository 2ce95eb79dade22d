/** What an SSH configuration says of one host, with OpenSSH's own words in lower case: `hostname`, `identityfile`… */
export interface SshSettings {
  /** Each keyword with its values, in order: most have one, `identityfile` and `certificatefile` any number. */
  readonly values: ReadonlyMap<string, readonly string[]>;
  /** What whoever read them could not take into account, in words for a person. */
  readonly unknown: readonly string[];
}

/** What is asked for: a name as in `ssh NAME`, and what a URI adds. */
export interface SshQuery {
  readonly host: string;
  readonly port?: number | undefined;
  readonly user?: string | undefined;
}

/** Takes apart what `ssh -G` prints: a line a keyword and value. Lines without a value are left out. */
export function parseSettings(text: string): ReadonlyMap<string, readonly string[]> {
  const values = new Map<string, string[]>();
  for (const line of text.split('\n')) {
    const [, keyword, value] = /^(\S+) (.+)$/.exec(line.trimEnd()) ?? [];
    if (keyword === undefined || value === undefined) continue;
    const name = keyword.toLowerCase();
    values.set(name, [...(values.get(name) ?? []), value]);
  }
  return values;
}
