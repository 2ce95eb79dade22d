import { importType } from '../../../shared/operations/metadata/types.ts';
import type { Snapshot, SnapshotList } from '../../../shared/schema.ts';
import type { Driver } from '../engine/driver.ts';
import { type Changed, changeMetadata, judgeMetadata, lookAtMetadata, type SeenMetadata } from './change.ts';
import { type AssessedImport, assessImport } from './import-plan.ts';
import { readImport } from './import-read.ts';
import { treeDifferences } from './restore.ts';

/** The texts of imports are long, so that few are kept. */
const IMPORTS_KEPT = 4;

/** Adds the snapshots of files, parents first, and takes them away again when one of them fails. */
export const importDriver: Driver<typeof importType, Changed, SeenMetadata, AssessedImport> = {
  type: importType,
  plansKept: IMPORTS_KEPT,
  gather: async ({ session, uuid, aim }) => assessImport(session, uuid, await readImport(aim.files)),
  complete: async () => ({}),
  async carryOut(work, { documents, list }) {
    const { session, services, plan, facts } = work;
    const current = facts.rows.find((row) => row.current)?.name ?? null;
    const snapshots = documents.map(({ snapshot }) => snapshot);
    return changeMetadata(work, {
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
      differences: async (seen) => treeDifferences(expected(list, snapshots, current), seen),
      notes: [facts.currentText, 'No disk and no memory was touched.'],
    });
  },
  look: lookAtMetadata,
  judge: (_work, changed, seen) => judgeMetadata(changed, seen),
};

function expected(list: SnapshotList, added: readonly Snapshot[], current: string | null): SnapshotList {
  return { snapshots: [...list.snapshots, ...added], current: current ?? list.current };
}
