import type { HostSource, SourceHost } from '../../../shared/schema.ts';
import { wordsOf } from '../../store/selectors.ts';

/** A host that can be picked, or why it cannot. */
export interface SourceRow {
  /** Its place among all rows that are shown, from 0. */
  readonly at: number;
  readonly host: SourceHost;
}

/** The hosts of one source that fit what is typed. */
export interface SourceGroup extends Pick<HostSource, 'file' | 'problem' | 'leftOut'> {
  readonly key: string;
  readonly title: string;
  readonly rows: readonly SourceRow[];
  /** What is said where it has no hosts; null for nothing. */
  readonly none: string | null;
}

const titles: Readonly<Record<HostSource['kind'], { readonly title: string; readonly none: string | null }>> = {
  local: { title: 'This computer', none: 'No libvirt socket was found.' },
  'ssh-config': { title: 'SSH configuration', none: null },
  libvirt: { title: 'libvirt’s aliases', none: null },
  'virt-manager': { title: 'virt-manager', none: null },
};

/** What is shown of the sources: with a filter, only hosts that have all of its words, and what went wrong. */
export function shownSources(sources: readonly HostSource[], filter: string): SourceGroup[] {
  const words = wordsOf(filter);
  let at = 0;
  const groups = sources.map(({ kind, hosts, ...source }, index): SourceGroup => {
    const { title, none } = titles[kind];
    const fitting = hosts.filter((host) => fits(host, title, words));
    const rows = fitting.map((host): SourceRow => ({ at: at++, host }));
    return { ...source, key: `${index}`, title, rows, none: hosts.length === 0 ? none : null };
  });
  const isTold = ({ rows, problem, none }: SourceGroup) =>
    rows.length > 0 || problem !== null || (none !== null && words.length === 0);
  return groups.filter(isTold);
}

function fits({ name, uri, note }: SourceHost, title: string, words: readonly string[]): boolean {
  const text = `${name ?? ''} ${uri} ${note} ${title}`.toLowerCase();
  return words.every((word) => text.includes(word));
}
