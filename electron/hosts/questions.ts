import { randomUUID } from 'node:crypto';
import type { Question } from '../../shared/schema.ts';
import type { Hub } from './hub.ts';

/** Questions that wait for the person at the window. */
export class Questions {
  #open = new Map<string, { question: Question; answer(yes: boolean): void }>();

  constructor(private readonly hub: Hub) {}

  list(): Question[] {
    return [...this.#open.values()].map((each) => each.question);
  }

  /** Waits for the answer; an aborted signal counts as no. */
  ask(question: Omit<Question, 'id'>, signal: AbortSignal): Promise<boolean> {
    const id = randomUUID();
    return new Promise((resolve) => {
      const answer = (yes: boolean) => {
        if (!this.#open.delete(id)) return;
        this.hub.publish({ type: 'question-closed', id });
        resolve(yes);
      };
      const asked = { ...question, id };
      this.#open.set(id, { question: asked, answer });
      this.hub.publish({ type: 'question', question: asked });
      if (signal.aborted) answer(false);
      else signal.addEventListener('abort', () => answer(false), { once: true });
    });
  }

  /** An answer to a question that is no longer open is ignored. */
  answer(id: string, yes: boolean): void {
    this.#open.get(id)?.answer(yes);
  }
}
