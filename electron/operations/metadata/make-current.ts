import { makeCurrentRefusal } from '../../../shared/operations/metadata/make-current.ts';
import { makeCurrentType } from '../../../shared/operations/metadata/types.ts';
import { readTree, secretTexts } from '../../inspect/tree.ts';
import { secretSnapshotXml } from '../../libvirt/redefine.ts';
import type { Driver } from '../engine/driver.ts';
import { type Changed, changeMetadata, judgeMetadata, lookAtMetadata, type SeenMetadata } from './change.ts';
import { childrenIn, snapshotIn } from './edit.ts';
import { treeDifferences } from './restore.ts';

/** Tells libvirt that a snapshot is the current one. Neither disks nor memory are touched. */
export const makeCurrentDriver: Driver<typeof makeCurrentType, Changed, SeenMetadata> = {
  type: makeCurrentType,
  async gather({ session, uuid, aim: { name } }) {
    const tree = await readTree(session, uuid);
    const snapshot = snapshotIn(tree, name);
    await secretSnapshotXml(session.reads, uuid, name); // whether it may be asked for: without it nothing is redefined
    return {
      domainName: tree.domainName,
      facts: {
        snapshot,
        current: tree.current,
        children: childrenIn(tree, name).map((child) => child.name),
        refusal: makeCurrentRefusal({ ...tree, snapshot, config: tree.config(name) }),
      },
    };
  },
  complete: async () => ({}),
  async carryOut(work) {
    const { session, plan, facts } = work;
    const { name, state } = facts.snapshot;
    const list = await readTree(session, plan.uuid);
    const texts = await secretTexts(session.reads, plan.uuid, [name]);
    const line = `“${name}” is redefined as the current snapshot. No data is touched.`;
    return changeMetadata(work, {
      kept: { list, texts, added: [] },
      async steps(redefining) {
        await redefining.redefine({ name, xml: texts.get(name) ?? '', state, moveCurrent: true, line });
      },
      differences: async (seen) => treeDifferences({ ...list, current: name }, seen),
      notes: [`The next snapshot becomes a child of “${name}”. The disks are as they were.`],
    });
  },
  look: lookAtMetadata,
  judge: (_work, changed, seen) => judgeMetadata(changed, seen),
};
