import { useState } from 'react';
import type { Answer } from '../../../shared/schema.ts';
import { tellCallFailed } from '../../store/effects.ts';
import { useApp } from '../../ui/context.tsx';
import { noteAnswer } from './typing.ts';

/** Sends one answer, or null for no; again only where it did not arrive. */
export function useAnswer(id: string): { answered: boolean; answer: (given: Answer | null) => void } {
  const app = useApp();
  const [answered, setAnswered] = useState(false);
  const answer = (given: Answer | null) => {
    if (answered) return;
    setAnswered(true);
    noteAnswer();
    app.client.questions.answer({ id, answer: given }).catch((error) => {
      setAnswered(false);
      tellCallFailed(app, error);
    });
  };
  return { answered, answer };
}
