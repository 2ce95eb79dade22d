import type { DataFacts } from '../../../shared/health/data.ts';
import type { Host } from '../../../shared/schema.ts';
import type { MarkStore } from '../../kept/marks.ts';

/** What Snapkeel remembers of snapshots, and libvirt does not. */
export type Remembered = Pick<DataFacts, 'interrupted' | 'imported'>;
export type Memory = Pick<MarkStore, 'isInterrupted' | 'isImported'>;

/** What is remembered of a domain’s snapshots. */
export function remembered(
  marks: Memory,
  host: Pick<Host, 'uri' | 'kind'>,
  uuid: string,
  snapshots: readonly { readonly name: string }[],
): Remembered {
  const those = (are: (name: string) => boolean) => new Set(snapshots.flatMap(({ name }) => (are(name) ? [name] : [])));
  return {
    interrupted: those((name) => marks.isInterrupted(host, uuid, name)),
    imported: those((name) => marks.isImported(host, uuid, name)),
  };
}
