import type { ReactNode } from 'react';
import { useAfter } from './hooks.ts';
import parts from './parts.module.css';
import styles from './planning.module.css';

const skeletonAfterMs = 150;

/** Until libvirt has answered; what comes at once shows no skeleton. `changes`: why it is asked again. */
export function Planning({ changes }: { changes?: ReactNode }) {
  const late = useAfter(skeletonAfterMs);
  return (
    <>
      {changes}
      <div className={styles.planning} data-late={late || undefined} role="status">
        <span>{late ? 'Asking libvirt…' : ''}</span>
        <i className={parts.bone} />
        <i className={parts.bone} />
        <i className={parts.bone} />
      </div>
    </>
  );
}
