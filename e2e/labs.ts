import { type Generation, type Lab, startLab } from './lab/lab.ts';

/** The private libvirts of a worker: each is started when a test first asks for it, and serves all that follow. */
export class Labs {
  readonly #labs = new Map<Generation, Promise<Lab>>();

  /** @throws Error where it cannot be started; see `needsLab` and `needsGenerations` */
  get(generation: Generation = 'host'): Promise<Lab> {
    const known = this.#labs.get(generation);
    if (known) return known;
    const lab = startLab({ generation, onProgress: (line) => console.log(line) });
    this.#labs.set(generation, lab);
    return lab;
  }

  /** Takes away what a test left, so that none meets another's guests. */
  async clear(): Promise<void> {
    for (const [generation, lab] of this.#labs)
      await lab
        .then((each) => each.clear())
        .catch(async () => {
          this.#labs.delete(generation);
          await lab.then((each) => each.stop()).catch(() => {});
        });
  }

  async stop(): Promise<void> {
    await Promise.all([...this.#labs.values()].map((lab) => lab.then((each) => each.stop()).catch(() => {})));
  }
}
