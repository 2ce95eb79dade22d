/** As many as may be, each until it closes by itself or is the oldest of too many. */
export class Oldest<T extends NodeJS.EventEmitter> {
  readonly #all = new Set<T>();

  constructor(
    private readonly most: number,
    private readonly end: (one: T) => void,
  ) {}

  add(one: T): void {
    this.#all.add(one);
    one.once('close', () => this.#all.delete(one));
    const [oldest] = this.#all;
    if (oldest && this.#all.size > this.most) {
      this.#all.delete(oldest);
      this.end(oldest);
    }
  }

  delete(one: T): void {
    this.#all.delete(one);
  }
}
