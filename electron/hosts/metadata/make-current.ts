import { randomUUID } from 'node:crypto';
import { virshTarget } from '../../../shared/libvirt/virsh.ts';
import { makeCurrentRefusal } from '../../../shared/metadata/make-current.ts';
import type { MakeCurrentPlan, Outcome, Snapshot, SnapshotList } from '../../../shared/schema.ts';
import { secretSnapshotXml } from '../../libvirt/redefine.ts';
import { type DeedHandle, type Ended, runDeed } from '../deeds/run-deed.ts';
import type { Ground } from '../ground.ts';
import { StalePlanError } from '../held-plans.ts';
import type { HostSession } from '../host-session.ts';
import { ProblemError } from '../problems.ts';
import { MetadataAsker } from './asker.ts';
import { factsIn, stillSo } from './edit-plan.ts';
import { endOf } from './end.ts';
import { treeDifferences } from './restore.ts';
import { type ReadTree, readTree, secretTexts } from './tree.ts';

/**
 * What there is to know before libvirt is told that another snapshot is the current one.
 * @throws as planEdit
 */
export async function planMakeCurrent(
  session: HostSession,
  uuid: string,
  name: string,
  { metadata }: Pick<Ground, 'metadata'>,
): Promise<MakeCurrentPlan> {
  const tree = await readTree(session, uuid);
  const { snapshot } = factsIn(tree, name);
  await secretSnapshotXml(session.reads, uuid, name); // whether it may be asked for, as in planEdit
  return metadata.makeCurrents.keep({
    planId: randomUUID(),
    hostId: session.host.id,
    hostName: session.host.name,
    uuid,
    domainName: tree.domainName,
    virsh: virshTarget(session.host, { name: tree.domainName, uuid }),
    snapshot,
    current: tree.current,
    refusal: refusalOf(tree, snapshot),
  });
}

/**
 * Tells libvirt that a snapshot is the current one. Neither disks nor memory are touched.
 * @throws StalePlanError, ProblemError NO_PLAN, MAKE_CURRENT_REFUSED: nothing was done.
 */
export async function runMakeCurrent(session: HostSession, plan: MakeCurrentPlan, ground: Ground): Promise<Outcome> {
  const { uuid, planId, snapshot, domainName } = plan;
  return runDeed<SnapshotList>(
    {
      session,
      uuid,
      about: { kind: 'make-current', domainName, subject: `“${snapshot.name}”` },
      claim: ground.metadata.makeCurrents.claim(planId),
      check: () => check(session, plan),
      carryOut: (list, operation) => session.holding(uuid, () => carryOut(session, plan, { list, operation, ground })),
    },
    ground,
  );
}

/** @throws StalePlanError, ProblemError MAKE_CURRENT_REFUSED */
async function check(session: HostSession, { uuid, snapshot, current }: MakeCurrentPlan): Promise<SnapshotList> {
  const tree = await readTree(session, uuid);
  const { children } = factsIn(tree, snapshot.name);
  if (tree.current !== current)
    throw new StalePlanError([`The current snapshot is ${tree.current === null ? 'none' : `“${tree.current}”`} now.`]);
  await stillSo(session, uuid, { snapshot, current: current === snapshot.name, children });
  const refusal = refusalOf(tree, snapshot);
  if (refusal) throw new ProblemError('MAKE_CURRENT_REFUSED', { reason: refusal.text });
  return tree;
}

async function carryOut(
  session: HostSession,
  { uuid, domainName, snapshot, current }: MakeCurrentPlan,
  { list, operation, ground }: { list: SnapshotList; operation: DeedHandle; ground: Ground },
): Promise<Ended> {
  const { name, state } = snapshot;
  const texts = await secretTexts(session.reads, uuid, [name]);
  const asker = new MetadataAsker({
    session,
    domain: { uuid, name: domainName },
    operation,
    ground,
    currentBefore: current,
  });
  const line = `“${name}” is redefined as the current snapshot. No data is touched.`;
  await asker.redefine({ name, xml: texts.get(name) ?? '', state, moveCurrent: true, line });
  return endOf(asker, {
    kept: { list, texts, added: [] },
    look: async (seen) => treeDifferences({ ...list, current: name }, seen),
    notes: [`The next snapshot becomes a child of “${name}”. The disks are as they were.`],
  });
}

function refusalOf(tree: ReadTree, snapshot: Snapshot) {
  return makeCurrentRefusal({ ...tree, snapshot, config: tree.config(snapshot.name) });
}
