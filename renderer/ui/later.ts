/** How long code is waited for, milliseconds: it comes from this computer. */
const LONGEST_MS = 15_000;

/** Code of the window did not come: whoever serves it has gone, or has other files by now. */
export class NotLoaded extends Error {
  override readonly name = 'NotLoaded';

  constructor(
    cause: unknown,
    /** Lets it be fetched once more when it is needed next. */
    readonly forget: () => void,
  ) {
    super(cause instanceof Error ? cause.message : String(cause), { cause });
  }
}

/** Code that the first paint does without. */
export class Later<Code> {
  /** Null until it has come. */
  here: Code | null = null;
  #coming: Promise<Code> | null = null;

  constructor(
    private readonly load: () => Promise<Code>,
    private readonly longestMs = LONGEST_MS,
  ) {}

  /** The code, as one promise until a failure is forgotten. @throws NotLoaded */
  come(): Promise<Code> {
    this.#coming ??= within(this.longestMs, this.load()).then(
      (code) => {
        this.here = code;
        return code;
      },
      (error: unknown) => {
        throw new NotLoaded(error, () => {
          this.#coming = null;
        });
      },
    );
    return this.#coming;
  }

  /** Fetches it before it is needed. What fails is told when it is needed, after another attempt. */
  async ahead(): Promise<void> {
    await this.come().catch((error: NotLoaded) => error.forget());
  }
}

function within<T>(ms: number, promise: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`No answer in ${ms / 1000} seconds`)), ms);
    promise.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}

/** Calls back once the window has nothing else to do; Safari has no word for that. */
export function whenIdle(callback: () => void): void {
  if (typeof requestIdleCallback === 'function') requestIdleCallback(callback, { timeout: 1_000 });
  else setTimeout(callback, 300);
}
