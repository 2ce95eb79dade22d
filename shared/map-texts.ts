/** A value of plain objects, arrays and texts with other texts, those that name members too. What does not change stays the same. */
export function mapTexts<T>(value: T, change: (text: string) => string): T {
  return mapped(value, change) as T;
}

function mapped(value: unknown, change: (text: string) => string): unknown {
  if (typeof value === 'string') return change(value);
  if (Array.isArray(value)) {
    const items = value.map((each) => mapped(each, change));
    return items.some((each, index) => each !== value[index]) ? items : value;
  }
  if (!isPlain(value)) return value;
  const before = Object.entries(value);
  const after = before.map(([name, each]): [string, unknown] => [change(name), mapped(each, change)]);
  const isSame = after.every(([name, each], index) => name === before[index]?.[0] && each === before[index]?.[1]);
  return isSame ? value : Object.fromEntries(after);
}

function isPlain(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false;
  const prototype = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
