import { virshLine } from '../../libvirt/virsh.ts';
import type { VirshTarget } from '../../schema.ts';
import type { EditStep } from './edit-steps.ts';

/**
 * The lines that do the same with virsh, each step one (virsh(1), snapshot-edit: it opens an editor). Renaming with it
 * leaves the children to the grandparent, so that they are edited too.
 */
export function virshEdit(target: VirshTarget, steps: readonly EditStep[]): string[] {
  const edit = (snapshotname: string, remark: string, more: { rename?: boolean; current?: boolean } = {}) =>
    virshLine(target, { command: 'snapshot-edit', options: { snapshotname, ...more }, remark });
  return steps.flatMap((step) => {
    switch (step.kind) {
      case 'describe':
        return [edit(step.snapshot, 'change <description>')];
      case 'add':
        return [edit(step.from, `change <name> to ${step.snapshot}`, { rename: true, current: step.current })];
      case 'point':
        return [edit(step.snapshot, `change the name in <parent> to ${step.parent}`)];
      case 'forget':
        return []; // part of --rename
    }
    return [];
  });
}

/** virsh(1), snapshot-current: with a name it sets the current snapshot. */
export function virshMakeCurrent(target: VirshTarget, snapshotname: string): string {
  return virshLine(target, { command: 'snapshot-current', options: { snapshotname } });
}

/** virsh(1), snapshot-dumpxml, one file a snapshot. */
export function virshExport(target: VirshTarget, snapshots: readonly string[]): string[] {
  return snapshots.map((snapshotname) =>
    virshLine(target, { command: 'snapshot-dumpxml', options: { snapshotname }, into: `./${snapshotname}.xml` }),
  );
}

/** virsh(1), snapshot-create with --redefine, parents first. */
export function virshImport(
  target: VirshTarget,
  snapshots: readonly { readonly name: string; readonly current: boolean; readonly diskOnly: boolean }[],
): string[] {
  return snapshots.map(({ name, current, diskOnly }) =>
    virshLine(target, {
      command: 'snapshot-create',
      options: { xmlfile: `./${name}.xml`, redefine: true, current, 'disk-only': diskOnly },
    }),
  );
}
