import { X } from 'lucide-react';
import { stateLabel } from '../../../shared/format.ts';
import type { Domain } from '../../../shared/schema.ts';
import type { HereRow } from '../../../shared/snapshot-tree.ts';
import { toggleInspector } from '../../store/actions.ts';
import blocks from '../../ui/blocks.module.css';
import { Button } from '../../ui/button.tsx';
import { useApp } from '../../ui/context.tsx';
import styles from '../inspector.module.css';
import { Disks } from './disks.tsx';
import { TotalFact } from './size-facts.tsx';
import { SnapshotPicture } from './snapshot-picture.tsx';

/** The domain as it is now: what is in no snapshot, and the images that it writes to. */
export function HereInspector({ domain, row }: { domain: Domain; row: HereRow }) {
  const { store } = useApp();
  return (
    <>
      <SnapshotPicture domain={domain} name={null} />
      <div className={styles.head}>
        <h2>You are here</h2>
        <Button look="bare" className={styles.close} aria-label="Close details" onClick={() => toggleInspector(store)}>
          <X size={14} aria-hidden="true" />
        </Button>
      </div>
      <p className={styles.description}>
        This is the domain as it is now, {stateLabel(domain.state)}
        {row.base ? (
          <>
            {' '}
            and based on “<bdi>{row.base.name}</bdi>”
          </>
        ) : null}
        . This state is in no snapshot: a revert destroys it.
      </p>
      <dl className={`${blocks.facts} ${styles.hereFacts}`}>
        <TotalFact domain={domain} />
      </dl>
      <div className={styles.hereDisks}>
        <Disks domain={domain} name={null} />
      </div>
    </>
  );
}
