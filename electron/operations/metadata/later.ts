import type { Conclusions } from '../engine/settle-later.ts';

const half = 'If this was one of several steps, the others may be missing. Compare the tree with the plan.';

export const metadataConclusions: Pick<Conclusions, 'redefine'> = {
  redefine: async ({ asked: { snapshot: name }, snapshot }) => ({
    isDone: false,
    sentences: [(await snapshot()) ? `The snapshot “${name}” is there.` : `There is no snapshot “${name}”.`, half],
  }),
};
