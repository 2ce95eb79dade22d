import type { Edit } from '../../../shared/operations/metadata/edit-steps.ts';
import type { Snapshot, SnapshotList } from '../../../shared/schema.ts';
import type { HostSession } from '../../hosts/host-session.ts';
import { secretTexts } from '../../inspect/tree.ts';
import { sameBesidesEdits } from '../../libvirt/snapshot-edit.ts';
import { treeDifferences } from './restore.ts';

/**
 * Sentences where the metadata is not as an edit was to leave it: the tree, and every byte of the XML of what was
 * redefined besides what was meant. The texts hold secrets and are compared here alone.
 * @throws LibvirtError, ConnectionError
 */
export async function editDifferences(
  session: HostSession,
  { uuid, snapshot }: { readonly uuid: string; readonly snapshot: Snapshot },
  edit: Edit,
  texts: ReadonlyMap<string, string>,
  { before, after }: { before: SnapshotList; after: SnapshotList },
): Promise<string[]> {
  const renamed = (name: string) => (name === snapshot.name ? edit.name : name);
  const now = await secretTexts(session.reads, uuid, [...texts.keys()].map(renamed));
  const changed = [...texts].filter(([name, text]) => {
    const found = now.get(renamed(name));
    return found !== undefined && !sameBesidesEdits(found, text);
  });
  return [
    ...treeDifferences(expectedAfter(before, snapshot.name, edit), after),
    ...changed.map(([name]) => `libvirt stored other metadata for “${renamed(name)}” than it was given.`),
  ];
}

/** The tree as an edit is to leave it. */
function expectedAfter({ snapshots, current }: SnapshotList, name: string, edit: Edit): SnapshotList {
  return {
    current: current === name ? edit.name : current,
    snapshots: snapshots.map((each) => ({
      ...each,
      ...(each.name === name ? edit : {}),
      ...(each.parent === name ? { parent: edit.name } : {}),
    })),
  };
}
