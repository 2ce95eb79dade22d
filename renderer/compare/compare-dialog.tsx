import { useMemo, useState } from 'react';
import type { ConfigComparison, ConfigOther } from '../../shared/schema.ts';
import { hostById } from '../store/selectors.ts';
import { type Dialog, domainKey } from '../store/store.ts';
import { useAppState } from '../ui/context.tsx';
import dialogs from '../ui/dialog.module.css';
import { useAfter } from '../ui/hooks.ts';
import parts from '../ui/parts.module.css';
import { PlainDialog } from '../ui/plain-dialog.tsx';
import { ProblemView } from '../ui/problem-view.tsx';
import { useListed } from '../ui/use-asked.ts';
import { ChangeTable } from './change-table.tsx';
import styles from './compare.module.css';
import { SideBySide } from './side-by-side.tsx';
import { Sides } from './sides.tsx';
import { useComparison } from './use-comparison.ts';

const waitingAfterMs = 150;

/** A snapshot's configuration beside the domain's or another snapshot's: the changes in words, and the XML. */
export function CompareDialog({ dialog }: { dialog: Extract<Dialog, { kind: 'compare' }> }) {
  const { hostId, uuid, domainName, snapshotName } = dialog;
  const [wanted, setWanted] = useState<ConfigOther>(dialog.other === undefined ? 'live' : { snapshot: dialog.other });
  const others = useOthers(dialog);
  const domain = useAppState((state) => state.domains.get(domainKey({ hostId, uuid })));
  const hostName = useAppState((state) => hostById(state, hostId)?.name ?? '');
  const result = useComparison({ hostId, uuid, name: snapshotName }, wanted);
  const [last, setLast] = useState<ConfigComparison | null>(null);
  if (result.status === 'ready' && result.value !== last) setLast(result.value);
  const comparison = result.status === 'ready' ? result.value : last;
  const late = useAfter(waitingAfterMs, comparison === null);
  return (
    <PlainDialog
      width={1180}
      className={styles.compare}
      title={
        <>
          Compare “<bdi>{snapshotName}</bdi>” with{' '}
          {typeof wanted === 'string' ? (
            <bdi>{domainName}</bdi>
          ) : (
            <>
              “<bdi>{wanted.snapshot}</bdi>”
            </>
          )}
        </>
      }
    >
      <div className={styles.top}>
        <span className={parts.dim}>
          on <bdi>{hostName}</bdi>
        </span>
        {comparison ? (
          <Sides comparison={comparison} domain={domain} wanted={wanted} others={others} onChange={setWanted} />
        ) : null}
      </div>
      {result.status === 'failed' ? (
        <div className={dialogs.body} role="alert">
          <ProblemView problem={result.problem} />
        </div>
      ) : comparison ? (
        <Body comparison={comparison} domainName={domainName} snapshotName={snapshotName} />
      ) : (
        <p className={`${dialogs.body} ${parts.dim}`} role="status">
          {late ? 'Asking libvirt…' : ''}
        </p>
      )}
    </PlainDialog>
  );
}

interface BodyProps {
  comparison: ConfigComparison;
  domainName: string;
  snapshotName: string;
}

function Body({ comparison, domainName, snapshotName }: BodyProps) {
  const { with: side, lines } = comparison;
  if (side === null)
    return (
      <p className={dialogs.body}>
        libvirt stores no configuration with one of the two, so there is nothing to compare.
      </p>
    );
  const right =
    typeof side === 'object'
      ? side.snapshot
      : side === 'live'
        ? `${domainName} as it runs now`
        : `${domainName} at its next start`;
  return (
    <>
      <ChangeTable comparison={comparison} left={snapshotName} />
      <SideBySide key={right} lines={lines} left={snapshotName} right={right} />
    </>
  );
}

/** The other snapshots of the domain, the newest first, as far as its history is open. */
function useOthers({ hostId, uuid, snapshotName }: Extract<Dialog, { kind: 'compare' }>): string[] {
  const list = useListed(domainKey({ hostId, uuid }));
  return useMemo(() => {
    const newest = [...(list?.snapshots ?? [])].sort((a, b) => b.createdAt - a.createdAt);
    return newest.map(({ name }) => name).filter((name) => name !== snapshotName);
  }, [list, snapshotName]);
}
