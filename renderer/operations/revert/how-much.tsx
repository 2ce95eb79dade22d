import { withoutAmount } from '../../../shared/operations/revert/losses.ts';
import type { RevertPlan } from '../../../shared/schema.ts';
import { changedWords, measuredWords } from '../../../shared/sizes-words.ts';
import { useMeasured } from '../../sizes/use-sizes.ts';
import parts from '../../ui/parts.module.css';

/** What was written to the disks, with how much of them differs as soon as that was measured. */
export function HowMuch({ text, plan }: { text: string; plan: RevertPlan }) {
  const bare = withoutAmount(text);
  const { hostId, facts } = plan;
  const asked = useMeasured({ hostId, uuid: facts.domain.uuid }, bare === null ? null : [facts.snapshot.name]);
  if (bare === null || asked.status === 'failed') return text;
  if (asked.status === 'loading')
    return (
      <>
        {bare} <span className={parts.dim}>(measuring how much…)</span>
      </>
    );
  const { changed, measuredAt } = asked.value;
  if (!changed) return text;
  if (!changed.known) return `${bare} (how much is not known: ${lowered(changedWords(changed))})`;
  return (
    <>
      {bare}: {changedWords(changed)} <span className={parts.dim}>{measuredWords(measuredAt)}</span>
    </>
  );
}

function lowered(words: string): string {
  return words.charAt(0).toLowerCase() + words.slice(1);
}
