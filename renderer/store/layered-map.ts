/** So many changes are kept beside a map before it is copied; copying these is what a change costs. */
const mostBeside = 128;

/**
 * A map that never changes: `with` makes another one, which shares with it what stays. A change costs about the same
 * however much there is.
 */
export class LayeredMap<K, V> implements ReadonlyMap<K, V> {
  readonly size: number;
  readonly #base: ReadonlyMap<K, V>;
  /** Goes before the base; undefined: it is gone. */
  readonly #beside: ReadonlyMap<K, V | undefined>;

  private constructor(base: ReadonlyMap<K, V>, beside: ReadonlyMap<K, V | undefined>, size: number) {
    this.#base = base;
    this.#beside = beside;
    this.size = size;
  }

  /** The map itself, or one with what it holds: the other one must not change any more. */
  static of<K, V>(map: ReadonlyMap<K, V>): LayeredMap<K, V> {
    return map instanceof LayeredMap ? map : new LayeredMap(map, new Map(), map.size);
  }

  /** The map after some changes; undefined takes a key out. */
  with(changes: ReadonlyMap<K, V | undefined>): LayeredMap<K, V> {
    if (changes.size === 0) return this;
    if (this.#beside.size + changes.size > mostBeside) return LayeredMap.of(this.#copied(changes));
    const beside = new Map(this.#beside);
    let { size } = this;
    for (const [key, value] of changes) {
      size += (value === undefined ? 0 : 1) - (this.has(key) ? 1 : 0);
      beside.set(key, value);
    }
    return new LayeredMap(this.#base, beside, size);
  }

  get(key: K): V | undefined {
    const own = this.#beside.get(key);
    return own !== undefined || this.#beside.has(key) ? own : this.#base.get(key);
  }

  has(key: K): boolean {
    return this.get(key) !== undefined;
  }

  /** What has changed keeps its place. */
  *entries(): MapIterator<[K, V]> {
    for (const entry of this.#base) {
      const [key] = entry;
      if (!this.#beside.has(key)) yield entry;
      else {
        const own = this.#beside.get(key);
        if (own !== undefined) yield [key, own];
      }
    }
    for (const [key, own] of this.#beside) if (own !== undefined && !this.#base.has(key)) yield [key, own];
  }

  *keys(): MapIterator<K> {
    for (const [key] of this.entries()) yield key;
  }

  *values(): MapIterator<V> {
    for (const [, value] of this.entries()) yield value;
  }

  [Symbol.iterator](): MapIterator<[K, V]> {
    return this.entries();
  }

  forEach(tell: (value: V, key: K, map: ReadonlyMap<K, V>) => void): void {
    for (const [key, value] of this.entries()) tell(value, key, this);
  }

  #copied(changes: ReadonlyMap<K, V | undefined>): Map<K, V> {
    const copy = new Map(this.#base);
    for (const layer of [this.#beside, changes])
      for (const [key, value] of layer) {
        if (value === undefined) copy.delete(key);
        else copy.set(key, value);
      }
    return copy;
  }
}
