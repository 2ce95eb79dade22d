import { virshLine } from '../../libvirt/virsh.ts';
import type { RevertPlan, StartState } from '../../schema.ts';

/** What a revert does besides bringing a snapshot back. */
export interface RevertLine {
  readonly startState: StartState;
  readonly force: boolean;
  /** Before it: a safety snapshot is taken, the managed save image is removed. */
  readonly safetySnapshot?: boolean;
  readonly removeManagedSave?: boolean;
  readonly resetNvram?: boolean;
}

/** The line that does the same with virsh (virsh(1), snapshot-revert, snapshot-create-as, managedsave-remove). */
export function virshRevert(
  { virsh, target, facts, safety }: Pick<RevertPlan, 'virsh' | 'target' | 'facts' | 'safety'>,
  { startState, force, safetySnapshot = false, removeManagedSave = false, resetNvram = false }: RevertLine,
): string {
  const current = target.kind === 'current';
  return [
    ...(safetySnapshot && safety.virsh !== null ? [safety.virsh] : []),
    ...(removeManagedSave ? [virshLine(virsh, { command: 'managedsave-remove' })] : []),
    virshLine(virsh, {
      command: 'snapshot-revert',
      options: {
        snapshotname: current ? null : facts.snapshot.name,
        current,
        running: startState === 'running',
        paused: startState === 'paused',
        force,
        'reset-nvram': resetNvram,
      },
    }),
  ].join(' && ');
}
