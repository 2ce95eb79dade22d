import { stateLabel } from '../../../shared/format.ts';
import type { Conclusions } from '../engine/settle-later.ts';

export const powerConclusions: Pick<Conclusions, 'power'> = {
  power: ({ found }) => ({ isDone: false, sentences: [`The domain is ${stateLabel(found.state)}.`] }),
};
