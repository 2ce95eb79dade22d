import type { Host, Snapshot } from '../../../shared/schema.ts';
import type { Services } from '../engine/services.ts';

/**
 * Everything that Snapkeel knows of a snapshot by its name follows it: pins, tags, what it remembers of its own
 * snapshots and of the last revert. libvirt has renamed it already, so a failure is only told to the log.
 */
export async function followRename(
  host: Pick<Host, 'uri' | 'kind' | 'name'>,
  uuid: string,
  { name: from }: Pick<Snapshot, 'name' | 'createdAt'>,
  to: string,
  { marks, thumbnails, log }: Pick<Services, 'marks' | 'thumbnails' | 'log'>,
): Promise<void> {
  await marks.rename(host, uuid, from, to).catch((error: unknown) => log(`${host.name}: marks of “${from}”: ${error}`));
  await thumbnails
    .move(host, uuid, from, to)
    .catch((error: unknown) => log(`${host.name}: the picture of “${from}”: ${error}`));
}
