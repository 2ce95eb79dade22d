import { Tabs } from '@base-ui/react/tabs';
import { X } from 'lucide-react';
import { memo, useMemo } from 'react';
import { formatAge, formatBytes, formatCount, formatMoment, holdsLabel, stateLabel } from '../../shared/format.ts';
import type { Domain, Snapshot, SnapshotDetail } from '../../shared/schema.ts';
import type { SnapshotRow, SnapshotTree } from '../../shared/snapshot-tree.ts';
import { ChangesBox } from '../compare/changes-box.tsx';
import { SnapshotJournal } from '../journal/snapshot-journal.tsx';
import { selectRow, toggleInspector } from '../store/actions.ts';
import { Button } from '../ui/button.tsx';
import { useApp } from '../ui/context.tsx';
import { CopyButton } from '../ui/copy-button.tsx';
import { useNow } from '../ui/hooks.ts';
import { ProblemView } from '../ui/problem-view.tsx';
import { useDetail } from './use-detail.ts';
import { xmlTokens } from './xml-tokens.ts';

const manyChildren = 8;

/** Everything about the selected snapshot. */
export function Inspector({ domain, tree, row }: { domain: Domain; tree: SnapshotTree; row: SnapshotRow }) {
  const { store } = useApp();
  const { snapshot } = row;
  const result = useDetail(domain, snapshot);
  const detail = result.status === 'ready' ? result.detail : null;
  return (
    <>
      <div className="inspector-head">
        <h2>
          <bdi>{snapshot.name}</bdi>
        </h2>
        <Button look="icon" aria-label="Close details" onClick={() => toggleInspector(store)}>
          <X size={14} aria-hidden="true" />
        </Button>
      </div>
      {snapshot.description ? (
        <p className="description">
          <bdi>{snapshot.description}</bdi>
        </p>
      ) : (
        <p className="description none">No description</p>
      )}
      <Tabs.Root defaultValue="facts" className="tabs">
        <Tabs.List className="tab-list" aria-label="Details of the snapshot">
          <Tabs.Tab value="facts">Facts</Tabs.Tab>
          <Tabs.Tab value="xml">XML</Tabs.Tab>
          <Tabs.Tab value="history">History</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="facts" className="tab-panel">
          <Facts domain={domain} tree={tree} row={row} detail={detail} />
        </Tabs.Panel>
        <Tabs.Panel value="xml" className="tab-panel xml-panel">
          {detail ? <Xml xml={detail.xml} /> : null}
          {result.status === 'loading' ? <p className="dim">Asking libvirt…</p> : null}
        </Tabs.Panel>
        <Tabs.Panel value="history" className="tab-panel">
          <SnapshotJournal domain={domain} name={snapshot.name} />
        </Tabs.Panel>
        {result.status === 'failed' ? <ProblemView problem={result.problem} /> : null}
      </Tabs.Root>
    </>
  );
}

function Facts({
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
      <dl className="facts">
        <Fact label="Taken">
          {formatMoment(snapshot.createdAt, now)}, {formatAge(snapshot.createdAt, now)}
        </Fact>
        <Fact label="Guest was">{stateLabel(snapshot.state)}</Fact>
        <Fact label="Holds">{holdsInFull(snapshot, detail)}</Fact>
        <Fact label="Kind">{kinds[snapshot.kind]}</Fact>
        {detail?.vcpus ? <Fact label="Processors">{formatCount(detail.vcpus, 'vCPU')}</Fact> : null}
        <Fact label="Parent">
          {row.parentKey !== null ? (
            <RowLink tree={tree} rowKey={row.parentKey} />
          ) : snapshot.parent === null ? (
            'none'
          ) : (
            <>
              <bdi>{snapshot.parent}</bdi>, which libvirt doesn’t list
            </>
          )}
        </Fact>
        <Fact label="Children">
          {children.length === 0 ? 'none' : children.map((key) => <RowLink key={key} tree={tree} rowKey={key} />)}
          {row.childKeys.length > children.length ? ` and ${row.childKeys.length - children.length} more` : ''}
        </Fact>
      </dl>
      <ChangesBox domain={domain} snapshot={snapshot} />
      {snapshot.disks.length > 0 ? <Disks snapshot={snapshot} /> : null}
    </>
  );
}

const kinds: Record<Snapshot['kind'], string> = {
  internal: 'internal: kept inside the disk images',
  external: 'external: overlay files hold what came later',
  mixed: 'mixed: some disks internal, some external',
  none: 'no disk is part of it',
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
    <button type="button" className="link" onClick={() => selectRow(store, rowKey)}>
      <bdi>{row.snapshot.name}</bdi>
    </button>
  );
}

function Disks({ snapshot }: { snapshot: Snapshot }) {
  return (
    <section className="disks" aria-label="Disks">
      <h3>Disks</h3>
      <ul>
        {snapshot.disks.map((disk) => (
          <li key={disk.target}>
            <b>{disk.target}</b>
            <span className="dim">{disk.kind === 'none' ? 'not part of it' : disk.kind}</span>
            {disk.file ? (
              <span className="disk-file">
                <span className="mono" title={disk.file}>
                  {disk.file}
                </span>
                <CopyButton text={disk.file} what={`file of ${disk.target}`} label={null} />
              </span>
            ) : null}
          </li>
        ))}
      </ul>
    </section>
  );
}

const Xml = memo(function Xml({ xml }: { xml: string }) {
  const tokens = useMemo(() => xmlTokens(xml), [xml]);
  return (
    <>
      <CopyButton text={xml} what="XML" />
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
      <section className="xml" tabIndex={0} aria-label="XML of the snapshot">
        <pre>
          {tokens.map(({ kind, text }, at) =>
            kind === 'plain' ? (
              text
            ) : (
              // biome-ignore lint/suspicious/noArrayIndexKey: a token has no identity beyond its place
              <span key={at} className={`xml-${kind}`}>
                {text}
              </span>
            ),
          )}
        </pre>
      </section>
    </>
  );
});
