import { freesWords, notReported, whyUnknown } from '../../../shared/sizes-words.ts';
import { useMeasured } from '../../sizes/use-sizes.ts';

interface FreesProps {
  id: string;
  of: { readonly hostId: string; readonly uuid: string };
  /** Null: it is not measured. */
  names: readonly string[] | null;
}

/** What deleting some snapshots together frees, as soon as it is known. */
export function Frees({ id, of, names }: FreesProps) {
  const asked = useMeasured(of, names);
  if (names === null || names.length === 0) return <small id={id} />;
  if (asked.status === 'loading') return <small id={id}>measuring…</small>;
  if (asked.status === 'failed')
    return (
      <small id={id} title={asked.problem.what}>
        {notReported}
      </small>
    );
  const { frees } = asked.value;
  return (
    <small id={id} title={frees.known ? undefined : whyUnknown[frees.why]}>
      {freesWords(frees) ?? notReported}
    </small>
  );
}
