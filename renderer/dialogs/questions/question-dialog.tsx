import type { Question } from '../../../shared/schema.ts';
import { HostKeyQuestion } from './host-key-question.tsx';
import { SecretQuestion } from './secret-question.tsx';

/** What only the person at the window can say, while a host is connected to. */
export function QuestionDialog({ question }: { question: Question }) {
  return question.kind === 'host-key' ? (
    <HostKeyQuestion question={question} />
  ) : (
    <SecretQuestion question={question} />
  );
}
