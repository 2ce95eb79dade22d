import { useState } from 'react';
import { formatCount } from '../../shared/format.ts';
import { virshLine } from '../../shared/libvirt/virsh.ts';
import type { Problem, StalePool } from '../../shared/schema.ts';
import { closeDialog } from '../store/actions.ts';
import { problemOf } from '../store/api.ts';
import { hostById } from '../store/selectors.ts';
import { type Dialog, domainKey } from '../store/store.ts';
import { Button } from '../ui/button.tsx';
import { useApp, useAppState } from '../ui/context.tsx';
import { DecisionDialog, DecisionHead } from '../ui/decision-dialog.tsx';
import parts from '../ui/parts.module.css';
import { ProblemView } from '../ui/problem-view.tsx';
import { useAsked, useFree } from '../ui/use-asked.ts';
import { VirshLine } from '../ui/virsh-line.tsx';
import { sizesAgain } from './use-sizes.ts';

/** Asks before libvirt scans storage pools again, so that sizes of images that they have not listed can be told. */
export function RefreshPoolsDialog({ dialog }: { dialog: Extract<Dialog, { kind: 'refresh-pools' }> }) {
  const { hostId, uuid, domainName } = dialog;
  const { client, store } = useApp();
  const host = useAppState((state) => hostById(state, hostId));
  const key = domainKey(dialog);
  const isFree = useFree(key);
  const [isRunning, setIsRunning] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const asked = useAsked({
    subject: key,
    when: isFree && !isRunning,
    ask: (signal) => client.sizes.stalePools({ hostId, uuid }, { signal }),
  });
  const close = () => closeDialog(store);
  const pools = asked.status === 'ready' ? asked.value : [];
  const refresh = async () => {
    setIsRunning(true);
    setProblem(null);
    try {
      await client.sizes.refreshPools({ hostId, uuid, pools: pools.map(({ name, folder }) => ({ name, folder })) });
      sizesAgain(store, key);
      close();
    } catch (error) {
      setProblem(problemOf(error));
      setIsRunning(false);
    }
  };
  return (
    <DecisionDialog
      head={
        <DecisionHead title={pools.length > 1 ? 'Refresh storage pools?' : 'Refresh the storage pool?'}>
          for the snapshots of <bdi>{domainName}</bdi> on <bdi>{host?.name}</bdi>
        </DecisionHead>
      }
      width={480}
      home="history"
      step={`${asked.status} ${isRunning}`}
      safeLabel={pools.length > 0 ? 'Cancel' : 'Close'}
      onClose={close}
      actions={
        pools.length > 0 ? (
          <Button look="primary" disabled={isRunning || !isFree} onClick={refresh}>
            Refresh
          </Button>
        ) : null
      }
    >
      {problem ? <ProblemView problem={problem} /> : null}
      {asked.status === 'loading' ? <p role="status">Looking for the images in their pools…</p> : null}
      {asked.status === 'failed' ? <ProblemView problem={asked.problem} /> : null}
      {asked.status === 'ready' && pools.length === 0 ? <p>All images are listed by their storage pools.</p> : null}
      {pools.map((pool) => (
        <Pool key={pool.folder} pool={pool} />
      ))}
      {pools.length > 0 ? (
        <>
          <p>
            libvirt scans the folder again. Files that were made or removed since the last scan appear in or disappear
            from the list of volumes, for everyone who uses this host. No file is changed, and no guest is interrupted.
          </p>
          <VirshLine
            text={pools
              .map(({ name }) =>
                virshLine(
                  { uri: host?.kind === 'simulated' ? null : (host?.uri ?? null) },
                  { command: 'pool-refresh', options: { pool: name } },
                ),
              )
              .join('\n')}
          />
        </>
      ) : null}
      {isRunning ? <p role="status">libvirt scans the folder…</p> : null}
    </DecisionDialog>
  );
}

function Pool({ pool: { name, folder, images } }: { pool: StalePool }) {
  return (
    <p>
      <b>
        <bdi>{name}</bdi>
      </b>{' '}
      has not listed {formatCount(images.length, 'image')} in <span className={parts.mono}>{folder}</span> yet.
    </p>
  );
}
