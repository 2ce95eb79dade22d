import type { ReactNode } from 'react';
import { useAfter } from './hooks.ts';

const skeletonAfterMs = 150;

/** Until libvirt has answered; what comes at once shows no skeleton. `changes`: why it is asked again. */
export function Planning({ changes }: { changes?: ReactNode }) {
  const late = useAfter(skeletonAfterMs);
  return (
    <>
      {changes}
      <div className={late ? 'planning shown' : 'planning'} role="status">
        <span>{late ? 'Asking libvirt…' : ''}</span>
        <i />
        <i />
        <i />
      </div>
    </>
  );
}
