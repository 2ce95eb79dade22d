import { Tabs } from '@base-ui/react/tabs';
import { X } from 'lucide-react';
import type { Domain } from '../../shared/schema.ts';
import type { SnapshotRow, SnapshotTree } from '../../shared/snapshot-tree.ts';
import { SnapshotJournal } from '../journal/snapshot-journal.tsx';
import { toggleInspector } from '../store/actions.ts';
import { domainKey } from '../store/store.ts';
import { Button } from '../ui/button.tsx';
import { useApp } from '../ui/context.tsx';
import parts from '../ui/parts.module.css';
import { ProblemView } from '../ui/problem-view.tsx';
import tabs from '../ui/tabs.module.css';
import { passingMs, useAsked, useLinked } from '../ui/use-asked.ts';
import { Disks } from './inspector/disks.tsx';
import { Overview } from './inspector/overview.tsx';
import { SnapshotPicture } from './inspector/snapshot-picture.tsx';
import { XmlView } from './inspector/xml-view.tsx';
import styles from './inspector.module.css';

/** Everything about the selected snapshot. */
export function Inspector({ domain, tree, row }: { domain: Domain; tree: SnapshotTree; row: SnapshotRow }) {
  const { client, store } = useApp();
  const { snapshot } = row;
  const { hostId, uuid } = domain;
  const { name, createdAt } = snapshot;
  const result = useAsked({
    subject: JSON.stringify([domainKey(domain), name, createdAt]),
    when: useLinked(),
    settleMs: passingMs,
    ask: (signal) => client.snapshots.detail({ hostId, uuid, name }, { signal }),
  });
  const detail = result.status === 'ready' ? result.value : null;
  return (
    <>
      <SnapshotPicture domain={domain} name={snapshot.name} />
      <div className={styles.head}>
        <h2>
          <bdi>{snapshot.name}</bdi>
        </h2>
        <Button look="bare" className={styles.close} aria-label="Close details" onClick={() => toggleInspector(store)}>
          <X size={14} aria-hidden="true" />
        </Button>
      </div>
      {snapshot.description ? (
        <p className={styles.description}>
          <bdi>{snapshot.description}</bdi>
        </p>
      ) : (
        <p className={`${styles.description} ${styles.none}`}>No description</p>
      )}
      <Tabs.Root defaultValue="facts" className={styles.tabs}>
        <Tabs.List className={tabs.list} aria-label="Details of the snapshot">
          <Tabs.Tab value="facts">Overview</Tabs.Tab>
          <Tabs.Tab value="disks">Disks</Tabs.Tab>
          <Tabs.Tab value="xml">XML</Tabs.Tab>
          <Tabs.Tab value="activity">Activity</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="facts" className={styles.panel}>
          <Overview domain={domain} tree={tree} row={row} detail={detail} />
        </Tabs.Panel>
        <Tabs.Panel value="disks" className={styles.panel}>
          <Disks domain={domain} name={snapshot.name} />
        </Tabs.Panel>
        <Tabs.Panel value="xml" className={`${styles.panel} ${styles.xmlPanel}`}>
          {detail ? (
            <XmlView key={snapshot.name} xml={detail.xml} fileName={`${domain.name}-${snapshot.name}.xml`} />
          ) : null}
          {result.status === 'loading' ? <p className={parts.dim}>Asking libvirt…</p> : null}
        </Tabs.Panel>
        <Tabs.Panel value="activity" className={styles.panel}>
          <SnapshotJournal domain={domain} name={snapshot.name} />
        </Tabs.Panel>
        {result.status === 'failed' ? <ProblemView problem={result.problem} /> : null}
      </Tabs.Root>
    </>
  );
}
