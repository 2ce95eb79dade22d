import { stateLabel } from '../../../shared/format.ts';
import { revertedToIn, safetyRequestOf } from '../../../shared/safety-names.ts';
import type { Conclusion, Conclusions, Unanswered } from '../engine/settle-later.ts';

export const revertConclusions: Pick<Conclusions, 'revert' | 'undo' | 'safety-snapshot' | 'remove-managed-save'> = {
  revert: reverted,
  undo: reverted,
  'safety-snapshot': async ({ asked, snapshot, session, services }) => {
    const { snapshot: name, requestId, domain } = asked;
    const there = await snapshot();
    if (!there) return { isDone: false, sentences: [`There is no snapshot “${name}”.`] };
    const { createdAt, description } = there;
    if (safetyRequestOf(description) !== requestId)
      return { isDone: false, sentences: [`There is a snapshot “${name}”, but a different one.`] };
    const mark = { uuid: domain.uuid, name, createdAt, requestId, revertedTo: revertedToIn(description) };
    return {
      isDone: true,
      sentences: [`The snapshot “${name}” is there.`],
      remember: () => services.marks.addSafety(session.host, mark),
    };
  },
  'remove-managed-save': ({ domain }) =>
    domain.managedSave
      ? { isDone: false, sentences: ['There is a managed save image.'] }
      : { isDone: true, sentences: ['There is no managed save image.'] },
};

/** Somebody else may have reverted too, so where the domain is proves nothing about this request. */
function reverted({ asked: { snapshot, currentBefore }, found }: Unanswered): Conclusion {
  const state = `The domain is ${stateLabel(found.state)}`;
  const current = found.current === null ? 'none' : `“${found.current}”`;
  const sentence =
    found.current !== snapshot
      ? `${state} and its current snapshot is ${current}, not “${snapshot}”.`
      : `${state} and its current snapshot is ${current}, ${currentBefore === snapshot ? 'as it was before' : 'which it was not before'}.`;
  return { isDone: false, sentences: [sentence] };
}
