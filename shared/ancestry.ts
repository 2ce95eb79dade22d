import { groupedBy } from './grouped-by.ts';

/**
 * Tells whether a snapshot is above another one, however far: in constant time, after one walk over all of them, for which
 * there is no recursion. Those on a circle, and below one, are above nothing and below nothing.
 * @param parents by name; a parent that is not listed is none
 */
export function ancestry(parents: ReadonlyMap<string, string | null>): (above: string, below: string) => boolean {
  const children = groupedBy(parents.keys(), (name) => {
    const parent = parents.get(name) ?? null;
    return parent !== null && parents.has(parent) ? parent : null;
  });
  /** By name: when the walk came to it, and when it had been to all below it. */
  const entered = new Map<string, number>();
  const left = new Map<string, number>();
  const pending = [...(children.get(null) ?? [])];
  for (let moment = 0, name = pending.at(-1); name !== undefined; moment++, name = pending.at(-1)) {
    if (entered.has(name)) {
      left.set(name, moment);
      pending.pop();
      continue;
    }
    entered.set(name, moment);
    for (const child of children.get(name) ?? []) pending.push(child);
  }
  return (above, below) => {
    const [from, to, at] = [entered.get(above), left.get(above), entered.get(below)];
    return from !== undefined && to !== undefined && at !== undefined && from < at && at < to;
  };
}
