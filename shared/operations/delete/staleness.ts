import { stateLabel } from '../../format.ts';
import type { DeleteFacts, DeleteMode } from '../../schema.ts';
import { assessDelete } from './assess.ts';

const quoted = (name: string | null) => (name === null ? 'none' : `“${name}”`);

/** Sentences on what is no longer as it was when the plan was read, as far as this deletion goes; none when all is. */
export function deleteStaleness(
  read: DeleteFacts,
  now: DeleteFacts,
  names: readonly string[],
  mode: DeleteMode,
): string[] {
  const [then, today] = [assessDelete(read, names, mode), assessDelete(now, names, mode)];
  const there = new Set(now.snapshots.map(({ name }) => name));
  const missing = names.filter((name) => !there.has(name));
  const list = (items: readonly unknown[]) => JSON.stringify(items);
  const goes = new Set(then.goes);
  const more = today.goes.filter((name) => !goes.has(name));
  return [
    ...missing.map((name) => `The snapshot ${quoted(name)} no longer exists.`),
    ...(more.length > 0 ? [`${more.map(quoted).join(', ')} would now be deleted too.`] : []),
    ...(read.domain.state === now.domain.state
      ? []
      : [`The domain is ${stateLabel(now.domain.state)} now; it was ${stateLabel(read.domain.state)}.`]),
    ...(read.current === now.current
      ? []
      : [`The current snapshot is ${quoted(now.current)} now; it was ${quoted(read.current)}.`]),
    ...(list(then.merges) === list(today.merges) && list(then.unlinks) === list(today.unlinks)
      ? []
      : ['Other images would now be merged or deleted.']),
    ...[...today.warnings, ...today.unknowns]
      .filter(({ text }) => ![...then.warnings, ...then.unknowns].some((each) => each.text === text))
      .map(({ text }) => `This is new: ${text}`),
    ...(list(then.moves) === list(today.moves) ? [] : ['Other snapshots would now move in the tree.']),
  ];
}
