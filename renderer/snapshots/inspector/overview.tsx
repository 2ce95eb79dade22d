import {
  formatAge,
  formatBytes,
  formatCount,
  formatMoment,
  holdsLabel,
  isMoment,
  stateLabel,
} from '../../../shared/format.ts';
import type { Domain, Snapshot, SnapshotDetail } from '../../../shared/schema.ts';
import type { SnapshotRow, SnapshotTree } from '../../../shared/snapshot-tree.ts';
import { ChangesBox } from '../../compare/changes-box.tsx';
import { selectRow } from '../../store/actions.ts';
import blocks from '../../ui/blocks.module.css';
import { useApp } from '../../ui/context.tsx';
import { useNow } from '../../ui/hooks.ts';
import parts from '../../ui/parts.module.css';
import styles from '../inspector.module.css';
import { SizeFacts } from './size-facts.tsx';

const manyChildren = 8;

/** What the list and the stored configuration tell of a snapshot. */
export function Overview({
  domain,
  tree,
  row,
  detail,
}: {
  domain: Domain;
  tree: SnapshotTree;
  row: SnapshotRow;
  detail: SnapshotDetail | null;
}) {
  const now = useNow();
  const { snapshot } = row;
  const children = row.childKeys.slice(0, manyChildren);
  return (
    <>
      <dl className={blocks.facts}>
        <Fact label="Taken">
          {isMoment(snapshot.createdAt)
            ? `${formatMoment(snapshot.createdAt, now)}, ${formatAge(snapshot.createdAt, now)}`
            : 'at an unknown time: libvirt reports no valid time'}
        </Fact>
        <Fact label="Guest was">{stateLabel(snapshot.state)}</Fact>
        <Fact label="Holds">{holdsInFull(snapshot, detail)}</Fact>
        <Fact label="Kind">{kinds[snapshot.kind]}</Fact>
        <SizeFacts domain={domain} snapshot={snapshot} />
        {detail?.vcpus ? <Fact label="Processors">{formatCount(detail.vcpus, 'vCPU')}</Fact> : null}
        <Fact label="Parent">
          {row.parentKey !== null ? (
            <RowLink tree={tree} rowKey={row.parentKey} />
          ) : snapshot.parent === null ? (
            'none'
          ) : (
            <>
              <bdi>{snapshot.parent}</bdi>, which libvirt does not list
            </>
          )}
        </Fact>
        <Fact label="Children">
          {children.length === 0 ? 'none' : children.map((key) => <RowLink key={key} tree={tree} rowKey={key} />)}
          {row.childKeys.length > children.length ? ` and ${row.childKeys.length - children.length} more` : ''}
        </Fact>
      </dl>
      <ChangesBox domain={domain} snapshot={snapshot} />
    </>
  );
}

const kinds: Record<Snapshot['kind'], string> = {
  internal: 'internal (inside the disk images)',
  external: 'external (overlay files)',
  mixed: 'mixed (some disks internal, some external)',
  none: 'no disk is included',
};

function holdsInFull(snapshot: Snapshot, detail: SnapshotDetail | null): string {
  const held = snapshot.disks.filter(({ kind }) => kind !== 'none').map(({ target }) => target);
  const disks = held.length > 0 ? [`${held.length === 1 ? 'disk' : 'disks'} ${held.join(', ')}`] : [];
  if (snapshot.memory === 'none') return disks[0] ?? holdsLabel(snapshot);
  if (snapshot.memory === 'unknown') return [...disks, 'memory unknown'].join(', ');
  const size = detail?.memoryBytes ? `memory ${formatBytes(detail.memoryBytes)}` : 'memory';
  return [size, ...disks].join(', ');
}

function Fact({ label, children }: { label: string; children: React.ReactNode }) {
  return (
    <div>
      <dt>{label}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function RowLink({ tree, rowKey }: { tree: SnapshotTree; rowKey: string }) {
  const { store } = useApp();
  const row = tree.byKey.get(rowKey);
  if (row?.kind !== 'snapshot') return null;
  return (
    <button type="button" className={`${parts.link} ${styles.relative}`} onClick={() => selectRow(store, rowKey)}>
      <bdi>{row.snapshot.name}</bdi>
    </button>
  );
}
