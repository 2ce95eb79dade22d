import { randomUUID } from 'node:crypto';
import type { Answer, Question } from '../../shared/schema.ts';
import type { Hub } from './hub.ts';

/** How long a question stands before it is given up: longer than any server waits. Milliseconds. */
const PATIENCE_MS = 5 * 60_000;

type Unasked<Q> = Q extends Question ? Omit<Q, 'id' | 'until'> : never;

/** Questions that wait for the person at a window. */
export class Questions {
  #open = new Map<string, { question: Question; answer(given: Answer | null): void }>();

  constructor(
    private readonly hub: Hub,
    private readonly patienceMs = PATIENCE_MS,
  ) {}

  list(): Question[] {
    return [...this.#open.values()].map((each) => each.question);
  }

  /** Waits for the answer of whoever is first; null for a no, after too long, and once the signal is aborted. */
  ask(question: Unasked<Question>, signal: AbortSignal): Promise<Answer | null> {
    const id = randomUUID();
    return new Promise((resolve) => {
      const answer = (given: Answer | null) => {
        if (!this.#open.delete(id)) return;
        clearTimeout(timer);
        signal.removeEventListener('abort', refuse);
        this.hub.publish({ type: 'question-closed', id });
        resolve(given);
      };
      const refuse = () => answer(null);
      const timer = setTimeout(refuse, this.patienceMs).unref();
      const asked = { ...question, id, until: Date.now() + this.patienceMs };
      this.#open.set(id, { question: asked, answer });
      this.hub.publish({ type: 'question', question: asked });
      if (signal.aborted) refuse();
      else signal.addEventListener('abort', refuse, { once: true });
    });
  }

  /** An answer to a question that is no longer open is ignored. */
  answer(id: string, given: Answer | null): void {
    this.#open.get(id)?.answer(given);
  }
}
