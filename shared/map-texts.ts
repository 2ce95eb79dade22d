/** A value of plain objects, arrays and texts with other texts, those that name members too. What does not change stays the same. */
export function mapTexts<T>(value: T, change: (text: string) => string): T {
  return mapped(value, change) as T;
}

function mapped(value: unknown, change: (text: string) => string): unknown {
  if (typeof value === 'string') return change(value);
  if (Array.isArray(value)) return mappedItems(value, change);
  return isPlain(value) ? mappedMembers(value, change) : value;
}

function mappedMembers(value: Readonly<Record<string, unknown>>, change: (text: string) => string): object {
  let changed: [string, unknown][] | null = null;
  const names = Object.keys(value);
  for (const [at, name] of names.entries()) {
    const before = value[name];
    const [newName, after] = [change(name), mapped(before, change)];
    if (newName !== name || after !== before) changed ??= names.slice(0, at).map((each) => [each, value[each]]);
    changed?.push([newName, after]);
  }
  return changed ? Object.fromEntries(changed) : value;
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

function isPlain(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null) return false;
  const prototype = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
