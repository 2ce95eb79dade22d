import { useState } from 'react';
import type { ConfigComparison, ConfigSide } from '../../shared/schema.ts';
import { PlainDialog } from '../dialogs/plain-dialog.tsx';
import { hostById } from '../store/selectors.ts';
import type { Dialog } from '../store/store.ts';
import { useAppState } from '../ui/context.tsx';
import { useAfter } from '../ui/hooks.ts';
import { ProblemView } from '../ui/problem-view.tsx';
import { Segments } from '../ui/segments.tsx';
import { ChangeTable } from './change-table.tsx';
import { SideBySide } from './side-by-side.tsx';
import { useComparison } from './use-comparison.ts';

const waitingAfterMs = 150;

const sideLabels: Record<ConfigSide, string> = { live: 'Now running', inactive: 'Next start' };

/** A snapshot's configuration beside the domain's: the changes in words, and the XML. It changes nothing. */
export function CompareDialog({ dialog }: { dialog: Extract<Dialog, { kind: 'compare' }> }) {
  const { hostId, uuid, domainName, snapshotName } = dialog;
  const [wanted, setWanted] = useState<ConfigSide>('live');
  const hostName = useAppState((state) => hostById(state, hostId)?.name ?? '');
  const result = useComparison({ hostId, uuid, name: snapshotName }, wanted);
  const [last, setLast] = useState<ConfigComparison | null>(null);
  if (result.status === 'ready' && result.comparison !== last) setLast(result.comparison);
  const comparison = result.status === 'ready' ? result.comparison : last;
  const late = useAfter(waitingAfterMs, comparison === null);
  return (
    <PlainDialog
      className="compare"
      title={
        <>
          Compare “<bdi>{snapshotName}</bdi>” with <bdi>{domainName}</bdi>
        </>
      }
    >
      <div className="compare-top">
        <span className="dim">
          on <bdi>{hostName}</bdi>
        </span>
        {comparison ? <Sides comparison={comparison} wanted={wanted} onChange={setWanted} /> : null}
      </div>
      {result.status === 'failed' ? (
        <div className="dialog-body" role="alert">
          <ProblemView problem={result.problem} />
        </div>
      ) : comparison ? (
        <Body comparison={comparison} domainName={domainName} snapshotName={snapshotName} />
      ) : (
        <p className="dialog-body dim" role="status">
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
      <p className="dialog-body">
        libvirt keeps no configuration with this snapshot, so there is nothing to compare with.
      </p>
    );
  const right = side === 'live' ? `${domainName} as it runs now` : `${domainName} at its next start`;
  return (
    <>
      <ChangeTable comparison={comparison} />
      <SideBySide key={side} lines={lines} left={snapshotName} right={right} />
    </>
  );
}

interface SidesProps {
  comparison: ConfigComparison;
  wanted: ConfigSide;
  onChange: (side: ConfigSide) => void;
}

/** The choice between the two configurations, where the domain has two. */
function Sides({ comparison, wanted, onChange }: SidesProps) {
  const { with: shown, counts } = comparison;
  if (shown === null) return null;
  const sides = (['live', 'inactive'] as const).filter((side) => counts[side] !== null);
  if (sides.length < 2) return <span className="dim">{shown === 'live' ? 'running, not defined' : 'not running'}</span>;
  return (
    <Segments
      legend="Compare with"
      name="compare-side"
      value={wanted}
      options={sides.map((side) => ({ value: side, label: `${sideLabels[side]} · ${counts[side]}` }))}
      onChange={onChange}
    />
  );
}
