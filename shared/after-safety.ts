import { usualOverlay } from './chain.ts';
import type { RevertFacts, SafetyOffer, Snapshot } from './schema.ts';

/** Names that the facts list at most. */
const LISTED = 10;

/**
 * The facts that preparing a revert leads to: those of before, and exactly what a safety snapshot and the removal of a
 * managed save image change in them. Whatever else has changed shows up against these.
 * @param safety the snapshot that was taken, or null.
 */
export function expectedAfter(before: RevertFacts, safety: Snapshot | null, managedSaveRemoved: boolean): RevertFacts {
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
      disks: before.domain.disks.map((disk) => {
        const file = overlay.get(disk.target);
        return file === undefined ? disk : { ...disk, file, format: 'qcow2' };
      }),
    },
    overlays: [...overlay].map(([target, file]) => ({
      target,
      file,
      bytes: null,
      inUse: true,
      under: null,
      neededBy: [],
      mayNeed: [],
    })),
    history: withSafety(before.history, safety.name, safety.kind === 'internal'),
    stored: {
      ...before.stored,
      disks: before.stored.disks.map((disk) => {
        const now = disk.now === null ? undefined : overlay.get(disk.target);
        return now === undefined
          ? disk
          : { ...disk, now, isUnderNow: disk.isUnderNow || disk.now === disk.image?.path };
      }),
    },
  };
}

/**
 * The facts after a safety snapshot, with what was known before it of the same images: taking one drops libvirt’s own
 * record of where the overlays of the last revert lie (`<revertDisks>`; seen on 11.3).
 */
export function withKnownBefore(now: RevertFacts, expected: RevertFacts): RevertFacts {
  const disks = now.stored.disks.map((disk) => {
    const known = expected.stored.disks.find(({ target }) => target === disk.target);
    const isSame = known !== undefined && known.image?.path === disk.image?.path && known.now === disk.now;
    if (!isSame) return disk;
    return { ...disk, related: disk.related ?? known.related, isUnderNow: disk.isUnderNow || known.isUnderNow };
  });
  const history = {
    ...now.history,
    destroyed: inOrder(now.history.destroyed, expected.history.destroyed),
    unsure: inOrder(now.history.unsure, expected.history.unsure),
    now: expected.history.now, // the safety snapshot is taken
  };
  return { ...now, history, stored: { ...now.stored, disks } };
}

type Names = RevertFacts['history']['destroyed'];

/** The same names in the order of others, where they are the same. */
function inOrder(names: Names, others: Names): Names {
  return JSON.stringify(names.names.toSorted()) === JSON.stringify(others.names.toSorted()) &&
    names.count === others.count
    ? others
    : names;
}

/** The same beforehand, of a snapshot that is only offered: libvirt names its overlays after the images. */
export function expectedAfterSafety(before: RevertFacts, { name, kind }: SafetyOffer): RevertFacts {
  const overlays =
    kind === 'external'
      ? before.domain.disks.flatMap(({ target, file, readonly }) =>
          file === null || readonly
            ? []
            : [
                {
                  target,
                  file: usualOverlay(file, name),
                  bytes: null,
                  inUse: true,
                  under: null,
                  neededBy: [],
                  mayNeed: [],
                },
              ],
        )
      : [];
  return { ...before, current: name, overlays, history: withSafety(before.history, name, kind === 'internal') };
}

function withSafety(history: RevertFacts['history'], name: string, isInternal: boolean): RevertFacts['history'] {
  // The overlays of an external one are what the revert deletes then, and nothing lies on them.
  const spoiled = isInternal ? history.spoiled : [];
  const after = { ...history, leftBehind: withName(history.leftBehind, name), spoiled };
  return isInternal && after.now !== 'stays' ? { ...after, [after.now]: withName(after[after.now], name) } : after;
}

function withName({ names, count }: Names, name: string): Names {
  return { names: [name, ...names].slice(0, LISTED), count: count + 1 };
}
