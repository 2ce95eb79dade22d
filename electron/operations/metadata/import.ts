import { importType } from '../../../shared/operations/metadata/types.ts';
import type { ImportFacts, SnapshotList } from '../../../shared/schema.ts';
import type { Driver } from '../engine/driver.ts';
import { type Changed, changeMetadata, judgeMetadata, lookAtMetadata, type SeenMetadata } from './change.ts';
import { type AssessedImport, assessImport } from './import-plan.ts';
import { readImport } from './import-read.ts';
import { treeDifferences } from './restore.ts';

/** The texts of imports are long, so that few are kept. */
const IMPORTS_KEPT = 4;
/** By the facts, the texts that would be added, which only this process needs. */
const assessed = new WeakMap<ImportFacts, AssessedImport>();

/** Adds the snapshots of files, parents first, and takes them away again when one of them fails. */
export const importDriver: Driver<typeof importType, Changed, SeenMetadata> = {
  type: importType,
  plansKept: IMPORTS_KEPT,
  async gather({ session, uuid, aim }) {
    const now = await assessImport(session, uuid, readImport(aim.files));
    assessed.set(now.facts, now);
    return { domainName: now.domainName, facts: now.facts };
  },
  complete: async () => ({}),
  async carryOut(work) {
    const { session, services, plan, facts } = work;
    const now = assessed.get(facts);
    if (!now) throw new Error('an import without its texts');
    const { documents, list } = now;
    const current = facts.rows.find((row) => row.current)?.name ?? null;
    const snapshots = documents.map(({ snapshot }) => snapshot);
    const changed = await changeMetadata(work, {
      kept: { list, texts: new Map(), added: snapshots.map(({ name }) => name) },
      async steps(redefining) {
        for (const { snapshot, xml } of documents) {
          const { name, parent, state } = snapshot;
          const under = parent === null ? 'with no parent' : `under “${parent}”`;
          const line = `“${name}” is added ${under}${name === current ? ' as the current snapshot' : ''}. No data is touched.`;
          const { result } = await redefining.redefine({ name, xml, state, moveCurrent: name === current, line });
          if (result !== 'done') break;
        }
        await services.marks
          .noteImported(session.host, plan.uuid, snapshots)
          .catch((error: unknown) => services.log(`marks: ${error}`));
      },
      differences: async (seen) => treeDifferences(expected(list, now, current), seen),
      notes: [facts.currentText, 'No disk and no memory was touched.'],
    });
    return changed;
  },
  look: lookAtMetadata,
  judge: (_work, changed, seen) => judgeMetadata(changed, seen),
};

function expected(
  { snapshots, current }: SnapshotList,
  { documents }: AssessedImport,
  chosen: string | null,
): SnapshotList {
  return { snapshots: [...snapshots, ...documents.map(({ snapshot }) => snapshot)], current: chosen ?? current };
}
