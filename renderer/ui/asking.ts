import type { Problem } from '../../shared/schema.ts';
import { problemOf } from '../store/api.ts';

/** What is known of something that the backend is asked. `last`: the answer that there was before it failed. */
export type Asked<T> =
  | { readonly status: 'loading' }
  | { readonly status: 'ready'; readonly value: T }
  | { readonly status: 'failed'; readonly problem: Problem; readonly last: T | null };

export interface Question<T> {
  /** What it is about: with another subject nothing is known at first. Null: nothing is asked, and nothing is known. */
  readonly subject: string | null;
  /** While false nothing is asked; what is known stays. */
  readonly when?: boolean;
  /** Whatever changes here asks again; what is known stays until the answer. */
  readonly versions?: readonly unknown[];
  /** Raised to ask at once. */
  readonly again?: number;
  /** Of several changes within this time only the last is asked about. */
  readonly settleMs?: number;
  /** How often it is asked again while the window is shown. */
  readonly everyMs?: number;
  /** Answers are plain data: one that says the same as the last is not told. */
  readonly ask: (signal: AbortSignal) => Promise<T>;
}

interface Known<T> {
  readonly subject: string | null;
  readonly answer: Asked<T>;
}

const loading = { status: 'loading' } as const;
const nothing = { subject: null, answer: loading };

/** Asks a question for as long as somebody wants the answer, and keeps the last one. */
export class Asking<T> {
  readonly #isShown: () => boolean;
  readonly #listeners = new Set<() => void>();
  #known: Known<T> = nothing;
  #question: Question<T> | null = null;
  #again = 0;
  #drop = () => {};

  constructor(isShown = () => document.visibilityState === 'visible') {
    this.#isShown = isShown;
  }

  /** Takes the question as it is now; asks if it is another one. */
  put(question: Question<T>): void {
    const last = this.#question;
    this.#question = question;
    if (last && isSame(last, question)) return;
    this.#drop();
    const { subject, when = true } = question;
    if (subject === null) this.#tell(nothing);
    else if (when) this.#drop = this.#begin(subject, question);
  }

  /** Nobody wants the answer any more. */
  stop(): void {
    this.#drop();
    this.#question = null;
  }

  readonly watch = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  };

  /** What is known of a subject: the same object while nothing else is. */
  about(subject: string | null): Asked<T> {
    return this.#known.subject === subject ? this.#known.answer : loading;
  }

  #begin(subject: string, { ask, again = 0, settleMs = 0, everyMs }: Question<T>): () => void {
    const wait = again === this.#again ? settleMs : 0;
    this.#again = again;
    const stop = new AbortController();
    const tell = (answer: Asked<T>) => stop.signal.aborted || this.#tell({ subject, answer });
    const askNow = () =>
      ask(stop.signal).then(
        (value) => tell({ status: 'ready', value }),
        (error) => tell({ status: 'failed', problem: problemOf(error), last: lastOf(this.about(subject)) }),
      );
    const first = wait > 0 ? setTimeout(askNow, wait) : void askNow();
    const interval = everyMs === undefined ? undefined : setInterval(() => this.#isShown() && askNow(), everyMs);
    return () => {
      clearTimeout(first);
      clearInterval(interval);
      stop.abort();
    };
  }

  #tell(known: Known<T>): void {
    if (JSON.stringify(known) === JSON.stringify(this.#known)) return;
    this.#known = known;
    for (const listener of this.#listeners) listener();
  }
}

function isSame<T>(last: Question<T>, now: Question<T>): boolean {
  const [before, after] = [last, now].map(({ subject, when = true, again = 0, versions = [] }) => [
    subject,
    when,
    again,
    ...versions,
  ]);
  return before?.length === after?.length && before?.every((each, at) => Object.is(each, after?.[at])) === true;
}

/** The last answer that was given, whether or not asking again has failed since. */
export function lastOf<T>(asked: Asked<T>): T | null {
  if (asked.status === 'loading') return null;
  return asked.status === 'ready' ? asked.value : asked.last;
}
