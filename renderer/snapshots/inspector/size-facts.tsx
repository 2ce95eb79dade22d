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
import { openDialog } from '../../store/actions.ts';
import { hostById } from '../../store/selectors.ts';
import { freed, measureId, ownSize } from '../../store/sizes.ts';
import type { KnownSizes } from '../../store/store.ts';
import { useApp, useAppState } from '../../ui/context.tsx';
import { useNow } from '../../ui/hooks.ts';
import parts from '../../ui/parts.module.css';
import { useFree } from '../../ui/use-asked.ts';
import styles from '../inspector.module.css';

/** What a snapshot takes up, what deleting it frees and a revert to it changes; when that was measured, or the way to it. */
export function SizeFacts({ domain, snapshot }: { domain: Domain; snapshot: Snapshot }) {
  const sizes = useSizes(domain);
  if (!sizes) return null;
  const measured = sizes.measured.get(measureId([snapshot.name]));
  const own = ownSize([snapshot], sizes.list);
  const frees = freed([snapshot], sizes);
  return (
    <>
      <div>
        <dt>Size</dt>
        <dd>
          {ownWords(snapshot, sizes)}
          <FreesLine frees={frees} />
          {own && !own.known && (!frees || frees.known) ? <div className={parts.dim}>{whyUnknown[own.why]}</div> : null}
          {[own, frees].some(isUnlisted) ? <RefreshPools domain={domain} /> : null}
          <Measured domain={domain} snapshot={snapshot} sizes={sizes} measured={measured} />
        </dd>
      </div>
      {measured?.changed && !isSaid(measured.changed, frees) ? (
        <div>
          <dt>Since then</dt>
          <dd>{capital(changedWords(measured.changed))}</dd>
        </div>
      ) : null}
    </>
  );
}

/** A reason that stands there already. */
function isSaid(size: Size, before: Size | null): boolean {
  return !size.known && before !== null && !before.known && size.why === before.why;
}

function isUnlisted(size: Size | null): boolean {
  return size !== null && !size.known && size.why === 'newer-than-pool';
}

/** The way to have it listed, which asks first; a host that is read-only has none. */
function RefreshPools({ domain: { hostId, uuid, name } }: { domain: Domain }) {
  const { store } = useApp();
  const readOnly = useAppState((state) => hostById(state, hostId)?.readOnly);
  if (readOnly) return null;
  return (
    <button
      type="button"
      className={parts.link}
      onClick={() => openDialog(store, { kind: 'refresh-pools', hostId, uuid, domainName: name })}
    >
      Refresh pool…
    </button>
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
      {measured || isFree ? null : <div className={parts.dim}>{whyUnknown.busy}</div>}
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
