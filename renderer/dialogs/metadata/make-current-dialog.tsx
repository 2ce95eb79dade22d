import { virshMakeCurrent } from '../../../shared/metadata/virsh.ts';
import type { MakeCurrentPlan } from '../../../shared/schema.ts';
import { hostById } from '../../store/selectors.ts';
import type { Dialog } from '../../store/store.ts';
import { useApp, useAppState } from '../../ui/context.tsx';
import { VirshLine } from '../../ui/virsh-line.tsx';
import { DeedDialog } from '../deed/deed-dialog.tsx';
import { useDeed } from '../deed/use-deed.ts';

/** Tells libvirt that another snapshot is the current one, and says what that does not do. */
export function MakeCurrentDialog({ dialog }: { dialog: Extract<Dialog, { kind: 'edit-snapshot' | 'make-current' }> }) {
  const { hostId, uuid, domainName, snapshotName } = dialog;
  const { client } = useApp();
  const hostName = useAppState((state) => hostById(state, hostId)?.name ?? '');
  const control = useDeed(() => client.metadata.planMakeCurrent({ hostId, uuid, name: snapshotName }));
  return (
    <DeedDialog
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
      className="make-current"
      control={control}
      review={(plan) => <Review plan={plan} />}
      action="Make current"
      blocked={({ refusal }) => (refusal ? 'This is not possible here' : null)}
      onAction={() =>
        control.start({ kind: 'make-current', hostId, uuid, domainName, subject: `“${snapshotName}”` }, ({ planId }) =>
          client.metadata.makeCurrent({ planId }),
        )
      }
    />
  );
}

function Review({ plan: { snapshot, current, refusal, virsh, domainName } }: { plan: MakeCurrentPlan }) {
  if (refusal)
    return (
      <section className="box impossible">
        <h3>Snapkeel does not do this</h3>
        <p>{refusal.text}</p>
      </section>
    );
  return (
    <>
      <p>
        <bdi>{domainName}</bdi> stays exactly as it is: its disks, its memory and its configuration are not touched.
        Only what libvirt takes for its place in the tree changes.
      </p>
      <dl className="facts-list">
        <dt>Current now</dt>
        <dd>{current === null ? 'none' : <bdi>{current}</bdi>}</dd>
        <dt>Afterwards</dt>
        <dd>
          <bdi>{snapshot.name}</bdi>
        </dd>
        <dt>Next snapshot</dt>
        <dd>
          becomes a child of “<bdi>{snapshot.name}</bdi>”, though it holds what the disks have now
        </dd>
      </dl>
      <p className="dim">To bring the disks back to that snapshot, revert to it instead.</p>
      <VirshLine text={virshMakeCurrent(virsh, snapshot.name)} />
    </>
  );
}
