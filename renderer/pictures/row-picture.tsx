import type { Domain, Snapshot } from '../../shared/schema.ts';
import { domainKey } from '../store/store.ts';
import pictures from './pictures.module.css';
import { useKept, useSnapshotPicture } from './use-pictures.ts';

/** What the screen looked like, small, in the row of a snapshot that has a picture. */
export function RowPicture({ domain, snapshot }: { domain: Domain; snapshot: Snapshot }) {
  return useKept(domainKey(domain), snapshot) ? <Small domain={domain} snapshot={snapshot} /> : null;
}

function Small({ domain, snapshot }: { domain: Domain; snapshot: Snapshot }) {
  const picture = useSnapshotPicture(domain, snapshot);
  return (
    <picture className={pictures.rowPicture}>
      {picture ? <img src={picture.dataUrl} alt={`Console of “${snapshot.name}”`} draggable={false} /> : null}
    </picture>
  );
}
