import { deleteFlag } from '../../libvirt/flags.ts';
import { virshLine } from '../../libvirt/virsh.ts';
import type { VirshTarget } from '../../schema.ts';
import type { DeleteStep } from './steps.ts';

/** virsh(1), snapshot-delete: a line a step. */
export function virshDelete(target: VirshTarget, steps: readonly Pick<DeleteStep, 'name' | 'flags'>[]): string[] {
  return steps.map(({ name, flags }) =>
    virshLine(target, {
      command: 'snapshot-delete',
      options: { snapshotname: name, metadata: (flags & deleteFlag.metadataOnly) !== 0 },
    }),
  );
}
