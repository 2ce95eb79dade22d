import { deleteFlag } from '../libvirt/flags.ts';
import { virshLine } from '../libvirt/virsh.ts';
import type { VirshTarget } from '../schema.ts';
import type { DeleteStep } from './steps.ts';

/** virsh(1), snapshot-delete: a line a step. */
export function virshDelete(target: VirshTarget, steps: readonly Pick<DeleteStep, 'name' | 'flags'>[]): string[] {
  return steps.map(({ name, flags }) => {
    const has = (flag: number) => (flags & flag) !== 0;
    return virshLine(target, {
      command: 'snapshot-delete',
      options: {
        snapshotname: name,
        children: has(deleteFlag.children),
        'children-only': has(deleteFlag.childrenOnly),
        metadata: has(deleteFlag.metadataOnly),
      },
    });
  });
}
