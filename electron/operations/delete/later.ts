import type { Conclusion, Conclusions, Unanswered } from '../engine/settle-later.ts';
import { remember } from './step.ts';

export const deleteConclusions: Pick<Conclusions, 'delete' | 'delete-safety'> = {
  delete: deleted,
  'delete-safety': deleted,
};

/** One that is still there may have been written to: what was marked before it was asked for stays marked. */
async function deleted({ asked, snapshot, services, session }: Unanswered): Promise<Conclusion> {
  const { snapshot: name, domain } = asked;
  if (await snapshot()) return { isDone: false, sentences: [`The snapshot “${name}” is still there.`] };
  return {
    isDone: true,
    sentences: [`The snapshot “${name}” is gone.`],
    remember: () => remember(services, session, domain.uuid, { gone: [name] }),
  };
}
