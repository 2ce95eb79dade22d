/** A value of plain objects, arrays and texts with other texts, those that name members too. What does not change stays the same. */
export function mapTexts<T>(value: T, change: (text: string) => string): T {
  return mapped(value, change) as T;
}

function mapped(value: unknown, change: (text: string) => string): unknown {
  if (typeof value === 'string') return change(value);
  if (Array.isArray(value)) return mappedItems(value, change);
  if (!isPlain(value)) return value;
  let isSame = true;
  const after: [string, unknown][] = [];
  for (const [name, each] of Object.entries(value)) {
    const entry: [string, unknown] = [change(name), mapped(each, change)];
    if (entry[0] !== name || entry[1] !== each) isSame = false;
    after.push(entry);
  }
  return isSame ? value : Object.fromEntries(after);
}

function mappedItems(items: readonly unknown[], change: (text: string) => string): readonly unknown[] {
  let changed: unknown[] | null = null;
  for (const [at, item] of items.entries()) {
    const after = mapped(item, change);
    if (after !== item) changed ??= [...items];
    if (changed) changed[at] = after;
  }
  return changed ?? items;
}

function isPlain(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false;
  const prototype = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
