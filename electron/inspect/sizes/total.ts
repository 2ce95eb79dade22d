import type { DomainTotal } from '../../../shared/schema.ts';
import type { HostSession } from '../../hosts/host-session.ts';
import { isFew } from '../snapshot-span.ts';
import type { Sized } from './busy.ts';
import { sizeList } from './list.ts';

/**
 * What a domain's snapshots take up, as far as it is known, for a table of many domains: those with many snapshots are not
 * looked at unasked. Only reads, and not while Snapkeel itself changes the domain.
 * @throws as sizeList
 */
export async function sizeTotal(
  session: Sized & Pick<HostSession, 'domains'>,
  uuid: string,
  signal: AbortSignal,
): Promise<DomainTotal> {
  if (!isFew(session, uuid)) return { status: 'unread' };
  const glancing: Sized = {
    reads: session.reads,
    isHeld: session.isHeld.bind(session),
    readSnapshots: (of) => session.readSnapshots(of, 'glance'),
  };
  const { isBusy, total } = await sizeList(glancing, uuid, signal);
  return isBusy ? { status: 'busy' } : { status: 'told', total };
}
