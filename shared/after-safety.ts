import type { RevertFacts, Snapshot } from './schema.ts';

/** Names that the facts list at most. */
const LISTED = 10;

/**
 * The facts that preparing a revert leads to: those of before, and exactly what a safety snapshot and the removal of a
 * managed save image change in them. Whatever else has changed shows up against these.
 * @param safety the snapshot that was taken, or null. @param after as gathered, for what only libvirt knows.
 */
export function expectedAfter(
  before: RevertFacts,
  after: RevertFacts,
  safety: Snapshot | null,
  managedSaveRemoved: boolean,
): RevertFacts {
  const domain = { ...before.domain, managedSave: before.domain.managedSave && !managedSaveRemoved };
  if (!safety) return { ...before, domain };
  const overlay = new Map(
    safety.disks.flatMap(({ target, kind, file }) => (kind === 'external' && file ? [[target, file] as const] : [])),
  );
  return {
    ...before,
    current: safety.name,
    domain: {
      ...domain,
      disks: before.domain.disks.map((disk) => ({ ...disk, file: overlay.get(disk.target) ?? disk.file })),
    },
    overlays: [...overlay].map(([target, file]) => ({ target, file, bytes: null, inUse: true })),
    history: {
      leftBehind: {
        names: [safety.name, ...before.history.leftBehind.names].slice(0, LISTED),
        count: before.history.leftBehind.count + 1,
      },
      externalDescendants: withOneMore(
        before.history.externalDescendants,
        after.history.externalDescendants,
        safety.name,
      ),
    },
  };
}

/** The list of after, if all that may be new in it is one name; else the list of before. */
function withOneMore(before: readonly string[], after: readonly string[], name: string): string[] {
  return [...(after.every((each) => each === name || before.includes(each)) ? after : before)];
}
