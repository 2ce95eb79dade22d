import type { DataFacts } from '../../../shared/health/data.ts';
import type { Host } from '../../../shared/schema.ts';
import type { MarkStore } from '../../kept/marks.ts';

/** What Snapkeel remembers of snapshots, and libvirt does not. */
export type Remembered = Pick<DataFacts, 'interrupted' | 'imported'>;
export type Memory = Pick<MarkStore, 'marked'>;

/** What is remembered of a domain’s snapshots. */
export function remembered(
  marks: Memory,
  host: Pick<Host, 'uri' | 'kind'>,
  uuid: string,
  snapshots: readonly { readonly name: string }[],
): Remembered {
  const listed = new Set(snapshots.map(({ name }) => name));
  const those = (kind: 'interrupted' | 'imported') =>
    new Set([...marks.marked(host, uuid, kind)].filter((name) => listed.has(name)));
  return { interrupted: those('interrupted'), imported: those('imported') };
}
