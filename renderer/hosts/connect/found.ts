import type { Host, HostSource, SourceHost } from '../../../shared/schema.ts';

/** Hosts of one source that are shown before somebody wants to see all. */
const shownAtFirst = 3;

/** A host that was found, and what there is of it in the list. */
export interface FoundHost {
  readonly name: string;
  readonly uri: string;
  /** Its address and what is known of it. */
  readonly about: string;
  readonly unusable: string | null;
  /** As it is in the list; undefined where it isn't. */
  readonly host: Host | undefined;
}

/** The hosts of one source. */
export interface FoundGroup {
  readonly key: string;
  readonly title: string;
  /** Beside the title. */
  readonly said: string | null;
  readonly rows: readonly FoundHost[];
  /** Instead of rows, where there are none. */
  readonly none: string | null;
  /** How many are not shown. */
  readonly more: number;
  readonly problem: string | null;
}

const titles: Readonly<Record<HostSource['kind'], (file: string) => string>> = {
  local: () => 'Found on this computer',
  'ssh-config': (file) => `Found in ${file}`,
  libvirt: (file) => `Aliases in ${file}`,
  'virt-manager': () => 'Known to virt-manager',
};
const names: Readonly<Record<string, string>> = {
  'qemu:///system': 'This computer, system',
  'qemu:///session': 'This computer, your session',
};

/** What was found, group by group; a group without hosts is told of where that says something. */
export function foundGroups(
  sources: readonly HostSource[],
  hosts: readonly Host[],
  opened: ReadonlySet<string>,
): FoundGroup[] {
  const listed = new Map(hosts.map((host) => [host.uri, host]));
  return sources.flatMap((source, at): FoundGroup[] => {
    const { kind, file, problem, leftOut } = source;
    const none = kind === 'local' ? 'No libvirt is running on this computer.' : null;
    if (source.hosts.length === 0 && problem === null && none === null) return [];
    const key = `${at}`;
    const all = source.hosts.map((host) => foundHost(kind, host, listed.get(host.uri)));
    const rows = opened.has(key) ? all : all.slice(0, shownAtFirst);
    return [
      {
        ...{ key, rows, problem, none: all.length === 0 ? none : null },
        title: titles[kind](file === null ? '' : shortPath(file)),
        said: kind === 'local' ? null : 'Nothing is contacted before you click',
        more: all.length - rows.length + (opened.has(key) ? 0 : leftOut),
      },
    ];
  });
}

function foundHost(
  kind: HostSource['kind'],
  { name, uri, note, unusable }: SourceHost,
  host: Host | undefined,
): FoundHost {
  const about = kind === 'local' && note !== '' ? `${uri} · ${note}` : note || uri;
  // The simulated host has the URI of the real one.
  const listed = host?.kind === 'simulated' ? undefined : host;
  return { name: listed?.name ?? names[uri] ?? name ?? uri, uri, about, unusable, host: listed };
}

/** A path below somebody's home as one would type it. */
function shortPath(path: string): string {
  return path.replace(/^(?:\/root|\/home\/[^/]+|\/Users\/[^/]+)\//, '~/');
}
