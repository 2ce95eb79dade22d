import { formatClock } from '../../../shared/format.ts';
import type { DeleteMode, SnapshotSizes } from '../../../shared/schema.ts';
import { freesInShort, notReported, whyUnknown } from '../../../shared/sizes-words.ts';
import { useMeasured } from '../../sizes/use-sizes.ts';
import type { Asked } from '../../ui/asking.ts';
import styles from './delete.module.css';

/** What each way to delete frees; null: it is not measured. */
export type EachFrees = Readonly<Record<DeleteMode, Asked<SnapshotSizes> | null>>;

/**
 * Measures what each way frees, as long as it is shown.
 * @param going what each deletes, of the ways that are possible
 */
export function useEachFrees(
  of: { readonly hostId: string; readonly uuid: string },
  going: ReadonlyMap<DeleteMode, readonly string[]>,
): EachFrees {
  const one = useMeasured(of, going.get('this') ?? null);
  const branch = useMeasured(of, going.get('with-children') ?? null);
  const below = useMeasured(of, going.get('children-only') ?? null);
  const asked = (mode: DeleteMode, answer: Asked<SnapshotSizes>) => (going.get(mode)?.length ? answer : null);
  return {
    this: asked('this', one),
    'with-children': asked('with-children', branch),
    'children-only': asked('children-only', below),
    'metadata-only': null,
  };
}

/** What deleting some snapshots together frees, as soon as it is known. */
export function Frees({ id, asked }: { id: string; asked: Asked<SnapshotSizes> | null }) {
  if (asked === null) return <small id={id} />;
  if (asked.status === 'loading') return <small id={id}>measuring…</small>;
  const why = asked.status === 'failed' ? asked.problem.what : whyOf(asked.value);
  return (
    <small id={id} title={why}>
      {asked.status === 'failed' ? notReported : freesInShort(asked.value.frees)}
    </small>
  );
}

/** When that was measured: of several, since when all of it may be otherwise. Its line is there before, so that nothing moves. */
export function WhenMeasured({ each }: { each: EachFrees }) {
  if (Object.values(each).every((asked) => asked === null)) return null;
  const times = Object.values(each).flatMap((asked) =>
    asked?.status === 'ready' && asked.value.frees.known ? [asked.value.measuredAt] : [],
  );
  const words = times.length === 0 ? '\u00a0' : `measured ${formatClock(Math.min(...times))}`;
  return <small className={styles.measured}>{words}</small>;
}

function whyOf({ frees }: SnapshotSizes): string | undefined {
  return frees.known ? undefined : whyUnknown[frees.why];
}
