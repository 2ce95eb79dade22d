import { capital, formatMoment } from '../../../shared/format.ts';
import type { Domain, Size, Snapshot, SnapshotSizes } from '../../../shared/schema.ts';
import {
  changedWords,
  freesWords,
  sizeWords,
  totalWords,
  whatTotalIs,
  whyUnknown,
} from '../../../shared/sizes-words.ts';
import { measure, useSizes } from '../../sizes/use-sizes.ts';
import { freed, measureId, ownSize } from '../../store/sizes.ts';
import type { KnownSizes } from '../../store/store.ts';
import { useApp } from '../../ui/context.tsx';
import { useNow } from '../../ui/hooks.ts';
import parts from '../../ui/parts.module.css';
import { useFree } from '../../ui/use-asked.ts';
import styles from '../inspector.module.css';

/** What a snapshot takes up, what deleting it frees and a revert to it changes; when that was measured, or the way to it. */
export function SizeFacts({ domain, snapshot }: { domain: Domain; snapshot: Snapshot }) {
  const sizes = useSizes(domain);
  if (!sizes) return null;
  const measured = sizes.measured.get(measureId([snapshot.name]));
  return (
    <>
      <div>
        <dt>Size</dt>
        <dd>
          {ownWords(snapshot, sizes)}
          <FreesLine frees={freed([snapshot], sizes)} />
          <Measured domain={domain} snapshot={snapshot} sizes={sizes} measured={measured} />
        </dd>
      </div>
      {measured?.changed ? (
        <div>
          <dt>Since then</dt>
          <dd>{capital(changedWords(measured.changed))}</dd>
        </div>
      ) : null}
    </>
  );
}

/** What all snapshots of a domain take up, as far as it is known. */
export function TotalFact({ domain }: { domain: Domain }) {
  const list = useSizes(domain)?.list;
  const now = useNow();
  if (!list || list.isBusy || list.snapshots.length === 0) return null;
  return (
    <div>
      <dt>Snapshots</dt>
      <dd>
        <span title={whatTotalIs}>{capital(totalWords(list.total))}</span>
        <div className={parts.dim}>Measured {formatMoment(list.measuredAt, now)}</div>
      </dd>
    </div>
  );
}

function FreesLine({ frees }: { frees: Size | null }) {
  if (!frees) return null;
  const words = freesWords(frees);
  if (words) return <div>Deleting it {words}</div>;
  return frees.known ? null : <div className={parts.dim}>{whyUnknown[frees.why]}</div>;
}

interface MeasuredProps {
  domain: Domain;
  snapshot: Snapshot;
  sizes: KnownSizes;
  measured: SnapshotSizes | undefined;
}

function Measured({ domain, snapshot, sizes, measured }: MeasuredProps) {
  const { store } = useApp();
  const now = useNow();
  const isFree = useFree(sizes.key);
  const id = measureId([snapshot.name]);
  if (sizes.measuring === id)
    return (
      <div className={parts.dim} role="status">
        Measuring…
      </div>
    );
  const offer = measured ? 'Measure again' : 'Measure';
  return (
    <>
      {sizes.failed?.id === id ? <div role="alert">{sizes.failed.what}</div> : null}
      <div className={`${parts.dim} ${styles.measured}`}>
        {measured ? <span>Measured {formatMoment(measured.measuredAt, now)}</span> : null}
        <button
          type="button"
          className={`${parts.link}`}
          disabled={!isFree}
          title={`Reads the metadata of ${domain.name}’s images: up to some MiB of each. Nothing is changed`}
          onClick={() => measure(store, [snapshot.name])}
        >
          {offer}
        </button>
      </div>
    </>
  );
}

function ownWords(snapshot: Snapshot, { list }: KnownSizes): string {
  const own = ownSize([snapshot], list);
  if (own === null) return 'no files of its own';
  if (!own.known) return sizeWords(own);
  const inFiles = list.snapshots.some(({ name, files }) => name === snapshot.name && files !== null);
  return `${sizeWords(own)} ${inFiles ? 'in files of its own' : 'of memory, inside the disk image'}`;
}
