import { virshMakeCurrent } from '../../../shared/operations/metadata/virsh.ts';
import type { MakeCurrentPlan } from '../../../shared/schema.ts';
import { hostById } from '../../store/selectors.ts';
import type { Dialog } from '../../store/store.ts';
import boxes from '../../ui/box.module.css';
import { useAppState } from '../../ui/context.tsx';
import parts from '../../ui/parts.module.css';
import { OperationDialog } from '../operation-dialog.tsx';
import { useOperation } from '../use-operation.ts';
import styles from './metadata.module.css';

/** Tells libvirt that another snapshot is the current one, and says what that does not do. */
export function MakeCurrentDialog({ dialog }: { dialog: Extract<Dialog, { kind: 'edit-snapshot' | 'make-current' }> }) {
  const { hostId, uuid, domainName, snapshotName } = dialog;
  const hostName = useAppState((state) => hostById(state, hostId)?.name ?? '');
  const control = useOperation('make-current', { hostId, uuid, domainName, aim: { name: snapshotName } }, () => ({}));
  return (
    <OperationDialog
      title={
        <>
          Make “<bdi>{snapshotName}</bdi>” the current snapshot?
        </>
      }
      about={
        <>
          Snapshot of <bdi>{domainName}</bdi> on <bdi>{hostName}</bdi>
        </>
      }
      width={600}
      control={control}
      review={({ plan }) => <Review plan={plan} />}
      virsh={({ plan }) => virshMakeCurrent(plan.virsh, snapshotName)}
      action="Make current"
      isBlocked={({ plan }) => plan.facts.refusal !== null}
    />
  );
}

function Review({ plan: { facts, domainName } }: { plan: MakeCurrentPlan }) {
  const { snapshot, current, refusal } = facts;
  if (refusal)
    return (
      <section className={boxes.box} data-look="impossible">
        <h3>Snapkeel does not do this</h3>
        <p>{refusal.text}</p>
      </section>
    );
  return (
    <>
      <p>
        <bdi>{domainName}</bdi> does not change: its disks, memory and configuration are not touched. Only its place in
        libvirt’s tree changes.
      </p>
      <dl className={styles.factsList}>
        <dt>Current now</dt>
        <dd>{current === null ? 'none' : <bdi>{current}</bdi>}</dd>
        <dt>Afterwards</dt>
        <dd>
          <bdi>{snapshot.name}</bdi>
        </dd>
        <dt>Next snapshot</dt>
        <dd>
          becomes a child of “<bdi>{snapshot.name}</bdi>”, although it contains what is on the disks now
        </dd>
      </dl>
      <p className={parts.dim}>To bring the disks back to that snapshot, revert to it instead.</p>
    </>
  );
}
