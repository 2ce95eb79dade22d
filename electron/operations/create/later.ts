import { createFlag } from '../../../shared/libvirt/flags.ts';
import type { Conclusions } from '../engine/settle-later.ts';
import { thaw } from '../engine/thaw.ts';

export const createConclusions: Pick<Conclusions, 'create'> = {
  async create({ asked, session, snapshot, wasSeen }) {
    const { snapshot: name, flags, domain } = asked;
    // The guest may have been frozen for it, and nobody was there to see it thawed.
    const isFrozen = (flags & createFlag.quiesce) !== 0 && !wasSeen;
    const thawed = isFrozen ? [(await thaw(session, domain.uuid)).sentence] : [];
    const there = (await snapshot()) ? `There is a snapshot “${name}”.` : `There is no snapshot “${name}”.`;
    return { isDone: false, sentences: [there, ...thawed] };
  },
};
