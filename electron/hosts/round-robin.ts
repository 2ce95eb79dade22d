/** Whose turn it is: those that are due soon in the order in which that was said, then whoever had none for longest. */
export class RoundRobin {
  #due = new Set<string>();
  #others = new Set<string>();

  has(key: string): boolean {
    return this.#due.has(key) || this.#others.has(key);
  }

  /** Its turn is as soon as may be. */
  soon(key: string): void {
    this.#others.delete(key);
    this.#due.add(key);
  }

  /** It needs no turn for as long as others wait. */
  later(key: string): void {
    this.drop(key);
    this.#others.add(key);
  }

  drop(key: string): void {
    this.#due.delete(key);
    this.#others.delete(key);
  }

  clear(): void {
    this.#due.clear();
    this.#others.clear();
  }

  /** Those whose turn it is, each once; they have had it now. */
  take(most: number): string[] {
    const due = this.takeDue(most);
    const left = most - due.length;
    // Those taken stand at the end now: whoever is not one of them is before them.
    const others = first(this.#others, Math.min(left, this.#others.size - due.length));
    for (const key of others) this.later(key);
    return [...due, ...others];
  }

  /** The same of those that are due alone. */
  takeDue(most: number): string[] {
    const due = first(this.#due, most);
    for (const key of due) this.later(key);
    return due;
  }
}

function first(keys: Iterable<string>, most: number): string[] {
  const found: string[] = [];
  for (const key of keys) {
    if (found.length >= most) break;
    found.push(key);
  }
  return found;
}
