import { formatCount } from '../../../shared/format.ts';
import type { ImportPlan, Outcome, SnapshotList } from '../../../shared/schema.ts';
import { type DeedHandle, type Ended, runDeed } from '../deeds/run-deed.ts';
import type { Ground } from '../ground.ts';
import { StalePlanError } from '../held-plans.ts';
import type { HostSession } from '../host-session.ts';
import { ProblemError } from '../problems.ts';
import { MetadataAsker } from './asker.ts';
import { endOf } from './end.ts';
import { type AssessedImport, assessImport, type HeldImport } from './import-plan.ts';
import { treeDifferences } from './restore.ts';

/**
 * Adds the snapshots of a plan, parents first, and takes them away again when one of them fails.
 * @throws StalePlanError, ProblemError NO_PLAN, IMPORT_REFUSED: nothing was done.
 */
export async function runImport(session: HostSession, held: HeldImport, ground: Ground): Promise<Outcome> {
  const { planId, plan } = held;
  const { uuid, domainName } = plan;
  const count = plan.rows.filter(({ verdict }) => verdict === 'add').length;
  return runDeed<AssessedImport>(
    {
      session,
      uuid,
      about: { kind: 'import', domainName, subject: formatCount(count, 'snapshot') },
      claim: ground.metadata.imports.claim(planId),
      async check() {
        const now = await assessImport(session, uuid, held.read);
        const changes = changesOf(plan, now.plan);
        if (changes.length > 0) throw new StalePlanError(changes);
        const [blocker] = now.plan.blockers;
        if (blocker) throw new ProblemError('IMPORT_REFUSED', { reason: blocker.text });
        return now;
      },
      carryOut: (now, operation) => session.holding(uuid, () => carryOut(session, now, operation, ground)),
    },
    ground,
  );
}

function changesOf(read: ImportPlan, now: Omit<ImportPlan, 'planId'>): string[] {
  const before = new Map(read.rows.map((row) => [`${row.file}/${row.name}`, row]));
  return [
    ...now.rows.flatMap((row) => {
      const was = before.get(`${row.file}/${row.name}`);
      if (was && was.verdict === row.verdict && was.current === row.current) return [];
      const now = row.reason ?? (row.verdict === 'add' ? 'It can be added now.' : 'It is here already.');
      return [`“${row.name}”: ${now}`];
    }),
    ...(read.currentText === now.currentText ? [] : [now.currentText]),
  ];
}

async function carryOut(
  session: HostSession,
  { plan, documents, list }: AssessedImport,
  operation: DeedHandle,
  ground: Ground,
): Promise<Ended> {
  const { uuid, domainName } = plan;
  const current = plan.rows.find((row) => row.current)?.name ?? null;
  const asker = new MetadataAsker({
    session,
    domain: { uuid, name: domainName },
    operation,
    ground,
    currentBefore: list.current,
  });
  for (const { snapshot, xml } of documents) {
    const { name, parent, state } = snapshot;
    const under = parent === null ? 'with no parent' : `under “${parent}”`;
    const line = `“${name}” is added ${under}${name === current ? ' as the current snapshot' : ''}. No data is touched.`;
    const { result } = await asker.redefine({ name, xml, state, moveCurrent: name === current, line });
    if (result !== 'done') break;
  }
  await ground.marks
    .noteImported(
      session.host,
      uuid,
      documents.map(({ snapshot }) => snapshot),
    )
    .catch((error: unknown) => ground.log(`marks: ${error}`));
  const names = documents.map(({ snapshot }) => snapshot.name);
  return endOf(asker, {
    kept: { list, texts: new Map(), added: names },
    look: async (seen) => treeDifferences(expected(list, documents, current), seen),
    notes: [plan.currentText, 'No disk and no memory was touched.'],
  });
}

function expected(
  { snapshots, current }: SnapshotList,
  documents: AssessedImport['documents'],
  chosen: string | null,
): SnapshotList {
  return { snapshots: [...snapshots, ...documents.map(({ snapshot }) => snapshot)], current: chosen ?? current };
}
