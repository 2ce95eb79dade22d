import { createHash } from 'node:crypto';
import type { ImageFigures } from './image.ts';

/** More images than these are not remembered. */
const MOST = 200;

/**
 * Figures of images that nobody writes to, by what they were read from. A guest that was started and stopped again leaves
 * header and snapshot table as they were: when the file was last written to counts, too.
 */
export class KeptFigures {
  readonly #kept = new Map<string, ImageFigures>();

  find(key: string): ImageFigures | undefined {
    return this.#kept.get(key);
  }

  keep(key: string, figures: ImageFigures): void {
    this.#kept.set(key, figures);
    for (const oldest of this.#kept.keys()) {
      if (this.#kept.size <= MOST) return;
      this.#kept.delete(oldest);
    }
  }
}

/** A fingerprint of what figures depend on. */
export function printOf(asked: readonly (string | number | null)[], bytes: readonly Buffer[]): string {
  const hash = createHash('sha256').update(JSON.stringify(asked));
  for (const each of bytes) hash.update(each);
  return hash.digest('base64');
}
