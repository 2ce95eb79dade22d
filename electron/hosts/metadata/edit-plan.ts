import { randomUUID } from 'node:crypto';
import { virshTarget } from '../../../shared/libvirt/virsh.ts';
import { redefinitionProblem } from '../../../shared/metadata/redefinition.ts';
import { nameFixed } from '../../../shared/metadata/rename.ts';
import { type MetadataFacts, metadataStaleness } from '../../../shared/metadata/staleness.ts';
import { safetyRequestOf } from '../../../shared/safety.ts';
import type { EditPlan, Snapshot, SnapshotList, Statement } from '../../../shared/schema.ts';
import { secretSnapshotXml } from '../../libvirt/redefine.ts';
import type { Ground } from '../ground.ts';
import { StalePlanError } from '../held-plans.ts';
import type { HostSession } from '../host-session.ts';
import { ProblemError } from '../problems.ts';
import { readTree } from './tree.ts';

/**
 * What there is to know before a snapshot's name or description is changed.
 * @throws ProblemError NOT_CONNECTED, NO_DOMAIN, SNAPSHOT_GONE; LibvirtError OPERATION_DENIED where this connection may
 * only read; ConnectionError
 */
export async function planEdit(
  session: HostSession,
  uuid: string,
  name: string,
  { metadata, marks }: Pick<Ground, 'metadata' | 'marks'>,
): Promise<EditPlan> {
  const tree = await readTree(session, uuid);
  const { snapshot, children, current } = factsIn(tree, name);
  // Asked for only to hear whether it may be: without secrets nothing can be redefined.
  await secretSnapshotXml(session.reads, uuid, name);
  const { domainName, facts } = tree;
  const safety = marks
    .safety(session.host, uuid)
    .some((mark) => mark.name === name && mark.requestId === safetyRequestOf(snapshot.description));
  return metadata.edits.keep({
    planId: randomUUID(),
    hostId: session.host.id,
    hostName: session.host.name,
    uuid,
    domainName,
    virsh: virshTarget(session.host, { name: domainName, uuid }),
    snapshot,
    current,
    children: [...children],
    taken: tree.snapshots.map((each) => each.name).filter((each) => each !== name),
    nameFixed: nameFixed({
      facts,
      snapshot,
      config: tree.config(name),
      children: tree.snapshots
        .filter(({ parent }) => parent === name)
        .map((child) => ({ facts, snapshot: child, config: tree.config(child.name) })),
    }),
    refusal: redefinitionProblem({ facts, snapshot, config: tree.config(name) }),
    notes: safety ? [safetyNote] : [],
  });
}

const safetyNote: Statement = {
  code: 'safety-snapshot',
  text: 'Snapkeel took this snapshot before a revert, and its description says so. With another description Snapkeel keeps it until you delete it.',
};

/** @throws ProblemError SNAPSHOT_GONE */
export function factsIn({ snapshots, current }: SnapshotList, name: string): MetadataFacts {
  const snapshot = snapshots.find((each) => each.name === name);
  if (!snapshot) throw new ProblemError('SNAPSHOT_GONE', { snapshot: name });
  return { snapshot, current: current === name, children: childrenOf(snapshots, name) };
}

function childrenOf(snapshots: readonly Snapshot[], parent: string): string[] {
  return snapshots.filter((each) => each.parent === parent).map(({ name }) => name);
}

/** Looks again at what a plan stands on. @throws StalePlanError; else as readTree */
export async function stillSo(session: HostSession, uuid: string, read: MetadataFacts): Promise<SnapshotList> {
  const tree = await readTree(session, uuid);
  const gone = !tree.snapshots.some(({ name }) => name === read.snapshot.name);
  if (gone) throw new StalePlanError([`The snapshot “${read.snapshot.name}” no longer exists.`]);
  const changes = metadataStaleness(read, factsIn(tree, read.snapshot.name));
  if (changes.length > 0) throw new StalePlanError(changes);
  return tree;
}
