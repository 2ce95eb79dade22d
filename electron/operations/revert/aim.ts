import type { RevertAim, RevertTarget, Snapshot } from '../../../shared/schema.ts';
import type { HostSession } from '../../hosts/host-session.ts';
import { ProblemError } from '../../hosts/problems.ts';
import type { MarkStore } from '../../kept/marks.ts';
import { undoOffer } from './undo.ts';

/** Which snapshot is meant. @throws ProblemError NO_UNDO, NO_SNAPSHOT, NO_TAGGED_SNAPSHOT, NOT_CONNECTED */
export async function resolveAim(
  session: HostSession,
  uuid: string,
  aim: RevertAim,
  marks: MarkStore,
): Promise<RevertTarget> {
  if (aim.kind === 'undo') {
    const { snapshotName, reason } = await undoOffer(session, uuid, marks);
    if (snapshotName === null) throw new ProblemError('NO_UNDO', { reason: reason ?? '' });
    return { kind: 'named', name: snapshotName };
  }
  if (aim.kind === 'newest' || aim.kind === 'tagged') {
    const { snapshots } = (await session.readSnapshots(uuid, 'decide')).list;
    // A tag does not pass to a snapshot that was taken anew under the same name.
    if (aim.kind === 'tagged') await marks.recognise(session.host, uuid, snapshots);
    const names = aim.kind === 'tagged' ? marks.taggedWith(session.host, uuid, aim.tag) : null;
    const meant = snapshots.filter(({ name }) => names === null || names.has(name));
    const newest = meant.reduce<Snapshot | null>((a, b) => (a && a.createdAt > b.createdAt ? a : b), null);
    const domain = session.domains.find((each) => each.uuid === uuid)?.name ?? uuid;
    if (!newest && aim.kind === 'tagged') throw new ProblemError('NO_TAGGED_SNAPSHOT', { domain, tag: aim.tag });
    if (!newest) throw new ProblemError('NO_SNAPSHOT', { domain });
    return { kind: 'named', name: newest.name };
  }
  return aim;
}
