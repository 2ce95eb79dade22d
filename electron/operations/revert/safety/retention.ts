import { assessDelete, type DeleteAssessment } from '../../../../shared/operations/delete/assess.ts';
import type { AnyType } from '../../../../shared/operations/operation.ts';
import { safetyRequestOf } from '../../../../shared/safety-names.ts';
import type { Problem, RevertPlan, Snapshot, SnapshotList, Tidied } from '../../../../shared/schema.ts';
import type { HostSession } from '../../../hosts/host-session.ts';
import { toProblem } from '../../../hosts/problems.ts';
import type { SafetyMark } from '../../../kept/marks.ts';
import { gatherDeleteFacts } from '../../delete/gather.ts';
import { deleteStep, remember } from '../../delete/step.ts';
import { askLibvirt } from '../../engine/ask.ts';
import type { Work } from '../../engine/driver.ts';
import type { Services } from '../../engine/services.ts';

interface Case {
  readonly mark: SafetyMark;
  readonly snapshot: Snapshot;
  readonly list: SnapshotList;
  readonly pinned: boolean;
  /** It is needed to undo the last revert. */
  readonly undoes: boolean;
}

/** Why an old safety snapshot stays. */
const reasons: readonly { when(c: Case): boolean; text: string }[] = [
  {
    when: ({ mark, snapshot }) => safetyRequestOf(snapshot.description) !== mark.requestId,
    text: 'Its description no longer says that Snapkeel took it.',
  },
  { when: ({ pinned }) => pinned, text: 'It is pinned.' },
  { when: ({ undoes }) => undoes, text: 'It is needed to undo the last revert.' },
  { when: ({ list, snapshot }) => list.current === snapshot.name, text: 'It is the current snapshot.' },
  {
    when: ({ list, snapshot }) => list.snapshots.some(({ parent }) => parent === snapshot.name),
    text: 'Other snapshots are based on it.',
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
  services: Services,
): Promise<Tidied | null> {
  const { host } = session;
  const { uuid } = plan.facts.domain;
  const marks = services.marks.safety(host, uuid);
  const { safetySnapshotsKept } = services.settings.get();
  if (marks.length <= safetySnapshotsKept) return null;
  const { list } = await session.readSnapshots(uuid, 'decide');
  const found = (mark: SafetyMark) =>
    list.snapshots.find(({ name, createdAt }) => name === mark.name && createdAt === mark.createdAt);
  await services.marks.forgetSafety(marks.filter((mark) => !found(mark)).map((mark) => mark.requestId));
  const left = marks.filter(found);
  const tidied: Tidied = { removed: [], kept: [] };
  for (const mark of left.slice(0, Math.max(0, left.length - safetySnapshotsKept))) {
    const snapshot = found(mark) as Snapshot;
    const pinned = services.marks.isPinned(host, uuid, mark.name);
    const undoes = services.marks.lastRevert(host, uuid)?.safetyRequestId === mark.requestId;
    const reason = reasons.find((each) => each.when({ mark, snapshot, list, pinned, undoes }));
    if (reason) tidied.kept.push({ name: mark.name, reason: reason.text });
    else {
      const failure = await remove(session, plan, mark, operationId, services);
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
  { name }: SafetyMark,
  operationId: string,
  services: Services,
): Promise<string | null> {
  const { host } = session;
  const { uuid, name: domainName } = plan.facts.domain;
  const ask: Work<AnyType>['ask'] = ({ keepXml, ...asking }, call) =>
    askLibvirt(
      { ...asking, operationId, host, domain: { uuid, name: domainName } },
      { keepXml },
      call,
      services.journal,
    );
  try {
    const assessment = assessDelete(await gatherDeleteFacts(session, uuid, services.marks), [name], 'this');
    const reason = notSafe(assessment);
    if (reason !== null) return reason;
    const words = `Only ${services.settings.get().safetySnapshotsKept} safety snapshots are kept`;
    const about = { kind: 'delete-safety', currentBefore: plan.facts.snapshot.name, words } as const;
    const { merges, unlinks } = assessment;
    const answer = await deleteStep(
      { session, services, uuid, ask },
      { name, flags: 0 },
      { ...about, merges, unlinks },
    );
    if (answer.result === 'done') {
      await remember(services, session, uuid, { gone: [name] });
      return null;
    }
    if (answer.result === 'unknown' && answer.requestId !== null) services.journal.abandon(answer.requestId);
    return sentenceOf(answer.problem);
  } catch (error) {
    return sentenceOf(toProblem(error, host.name, 'delete'));
  }
}

function sentenceOf({ what, detail }: Problem): string {
  return detail ? `${what} ${detail}` : what;
}

/** Nobody is asked about this deletion: what would have to be told of it is a reason to leave it. */
function notSafe({ verdict, blockers, unknowns, warnings }: DeleteAssessment): string | null {
  const said = [blockers, unknowns, warnings].find((list) => list.length > 0) ?? [];
  return verdict === 'safe' ? null : said.map(({ text }) => text).join(' ');
}
