import type { StalePool } from '../../shared/schema.ts';
import type { HostSession } from '../hosts/host-session.ts';
import { ProblemError } from '../hosts/problems.ts';
import { stalePools } from '../inspect/sizes/stale-pools.ts';
import { refreshPoolAt } from '../libvirt/volumes.ts';

type Session = Pick<HostSession, 'host' | 'reads' | 'writes' | 'readSnapshots' | 'isHeld'>;

/**
 * Has libvirt scan storage pools again that have not listed some of a domain's images: only those that the person has
 * agreed to, as far as that is still so. It is no kind of operation: it changes no domain and no file, destroys nothing, can
 * be done twice, and its end is seen at once, so that neither the queue of a domain nor the journal has a use for it; the
 * log has a line.
 * @returns what was scanned
 * @throws ProblemError READ_ONLY_HOST; RESOURCE_BUSY while Snapkeel changes the domain; as stalePools; what libvirt refuses
 */
export async function refreshPools(
  session: Session,
  uuid: string,
  agreed: readonly Pick<StalePool, 'name' | 'folder'>[],
  signal: AbortSignal,
  log: (line: string) => void,
): Promise<StalePool[]> {
  const { host } = session;
  if (host.readOnly) throw new ProblemError('READ_ONLY_HOST', { host: host.name });
  if (session.isHeld(uuid)) throw new ProblemError('RESOURCE_BUSY');
  const stale = (await stalePools(session, uuid, signal)).filter(({ name, folder }) =>
    agreed.some((each) => each.name === name && each.folder === folder),
  );
  for (const { name, folder } of stale) {
    await refreshPoolAt(session.writes, folder);
    log(
      `${host.name}: libvirt has scanned the storage pool ${JSON.stringify(name)} of ${JSON.stringify(folder)} again`,
    );
  }
  return stale;
}
