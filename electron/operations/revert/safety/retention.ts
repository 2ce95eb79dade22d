import { assessDelete } from '../../../../shared/delete/assess.ts';
import { safetyRequestOf } from '../../../../shared/safety.ts';
import type { DeleteFacts, RevertPlan, Snapshot, SnapshotList, Tidied } from '../../../../shared/schema.ts';
import { gatherDeleteFacts } from '../../../hosts/delete/facts.ts';
import type { HostSession } from '../../../hosts/host-session.ts';
import type { SafetyMark } from '../../../hosts/marks.ts';
import { toProblem } from '../../../hosts/problems.ts';
import { deleteSnapshot, snapshotXml } from '../../../libvirt/snapshots.ts';
import type { Services } from '../../engine/driver.ts';

interface Case {
  readonly mark: SafetyMark;
  readonly snapshot: Snapshot;
  readonly list: SnapshotList;
  readonly pinned: boolean;
  /** It is the way back from the last revert. */
  readonly undoes: boolean;
}

/** Why an old safety snapshot stays. */
const reasons: readonly { when(c: Case): boolean; text: string }[] = [
  {
    when: ({ mark, snapshot }) => safetyRequestOf(snapshot.description) !== mark.requestId,
    text: 'Its description no longer says that Snapkeel made it.',
  },
  { when: ({ pinned }) => pinned, text: 'It is pinned.' },
  { when: ({ undoes }) => undoes, text: 'It is the way back from the last revert.' },
  { when: ({ list, snapshot }) => list.current === snapshot.name, text: 'It is the current snapshot.' },
  {
    when: ({ list, snapshot }) => list.snapshots.some(({ parent }) => parent === snapshot.name),
    text: 'Other snapshots were taken on top of it.',
  },
];

/**
 * Removes the oldest safety snapshots of a domain beyond the number to keep: only leaves that Snapkeel has made and
 * whose deletion is safe by the rules of one, each after its XML is in the journal. What cannot be removed is told and
 * tried again next time.
 * @returns null when there was nothing to remove. @throws LibvirtError, ConnectionError of reading the list.
 */
export async function removeOldSafety(
  session: HostSession,
  plan: RevertPlan,
  operationId: string,
  ground: Services,
): Promise<Tidied | null> {
  const { host } = session;
  const { uuid } = plan.facts.domain;
  const marks = ground.marks.safety(host, uuid);
  const { safetySnapshotsKept } = ground.settings.get();
  if (marks.length <= safetySnapshotsKept) return null;
  const { list } = await session.readSnapshots(uuid);
  const found = (mark: SafetyMark) =>
    list.snapshots.find(({ name, createdAt }) => name === mark.name && createdAt === mark.createdAt);
  await ground.marks.forgetSafety(marks.filter((mark) => !found(mark)).map((mark) => mark.requestId));
  const left = marks.filter(found);
  const tidied: Tidied = { removed: [], kept: [] };
  for (const mark of left.slice(0, Math.max(0, left.length - safetySnapshotsKept))) {
    const snapshot = found(mark) as Snapshot;
    const pinned = ground.marks.isPinned(host, uuid, mark.name);
    const undoes = ground.marks.lastRevert(host, uuid)?.safetyRequestId === mark.requestId;
    const reason = reasons.find((each) => each.when({ mark, snapshot, list, pinned, undoes }));
    if (reason) tidied.kept.push({ name: mark.name, reason: reason.text });
    else {
      const failure = await remove(session, plan, mark, operationId, ground);
      if (failure === null) tidied.removed.push(mark.name);
      else tidied.kept.push({ name: mark.name, reason: failure });
    }
  }
  return tidied.removed.length + tidied.kept.length > 0 ? tidied : null;
}

/** @returns a sentence when it could not be removed. */
async function remove(
  session: HostSession,
  plan: RevertPlan,
  { name, requestId }: SafetyMark,
  operationId: string,
  ground: Services,
): Promise<string | null> {
  const { uuid, name: domainName } = plan.facts.domain;
  let request: string | undefined;
  try {
    const reason = notSafe(await gatherDeleteFacts(session, uuid, ground.marks), name);
    if (reason !== null) return reason;
    const xml = await snapshotXml(session.reads, uuid, name);
    request = await ground.journal.begin({
      operationId,
      kind: 'delete-safety',
      host: session.host,
      domain: { uuid, name: domainName },
      snapshot: name,
      flags: 0,
      plan: [`Only ${ground.settings.get().safetySnapshotsKept} safety snapshots are kept`],
      currentBefore: plan.facts.snapshot.name,
    });
    await ground.journal.keepXml(request, xml);
    await ground.journal.answer(request, session.host.name, () => deleteSnapshot(session.writes, uuid, name));
    await ground.marks.forgetSafety([requestId]).catch((error: unknown) => ground.log(`marks: ${error}`));
    return null;
  } catch (error) {
    if (request !== undefined) ground.journal.abandon(request);
    const problem = toProblem(error, session.host.name, 'delete');
    return problem.detail ? `${problem.what} ${problem.detail}` : problem.what;
  }
}

/** Nobody is asked about this deletion: what would have to be told of it is a reason to leave it. */
function notSafe(facts: DeleteFacts, name: string): string | null {
  const { verdict, blockers, unknowns, warnings } = assessDelete(facts, [name], 'this');
  const said = [blockers, unknowns, warnings].find((list) => list.length > 0) ?? [];
  return verdict === 'safe' ? null : said.map(({ text }) => text).join(' ');
}
