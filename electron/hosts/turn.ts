import type { Places } from '../places.ts';

/** A place among those that take turns, which is taken and given back once each. */
export class Turn {
  #has = false;

  /** @param places without any it is always one's turn */
  constructor(private readonly places: Places | undefined) {}

  /** @throws the signal's reason */
  async begin(signal: AbortSignal): Promise<void> {
    await this.places?.enter(signal);
    this.#has = true;
  }

  end(): void {
    if (this.#has) this.places?.leave();
    this.#has = false;
  }
}
