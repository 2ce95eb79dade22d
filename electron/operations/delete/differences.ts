import { pointsOf } from '../../../shared/chain.ts';
import type { StoredDisks } from '../../../shared/libvirt/disks.ts';
import { deleteFlag } from '../../../shared/libvirt/flags.ts';
import { tagsNamed } from '../../../shared/libvirt/image-tags.ts';
import type { DeleteFacts } from '../../../shared/schema.ts';
import type { DeleteWork } from './driver.ts';
import type { DeleteSeen } from './look.ts';

type Checked = Pick<DeleteWork, 'facts' | 'assessment'>;
type SeenAfter = { readonly facts: DeleteFacts } & Pick<DeleteSeen, 'left'>;

const quoted = (name: string | null) => (name === null ? 'none' : `“${name}”`);

/** Sentences where the tree, the current snapshot or the images are not as the assessment promised. */
export function differencesAfter({ facts, assessment }: Checked, { facts: now, left }: SeenAfter): string[] {
  const seen = new Map(now.snapshots.map((snapshot) => [snapshot.name, snapshot]));
  const moved = new Map(assessment.moves.map(({ name, to }) => [name, to]));
  const goes = new Set(assessment.goes);
  const stays = assessment.goes.filter((name) => seen.has(name));
  const astray = facts.snapshots
    .filter(({ name }) => !goes.has(name))
    .flatMap(({ name, parent }) => {
      const found = seen.get(name);
      if (!found) return [`“${name}” is gone; it should be kept.`];
      const expected = moved.has(name) ? (moved.get(name) ?? null) : parent;
      if (found.parent === expected) return [];
      const where = found.parent === null ? 'at the top' : `under “${found.parent}”`;
      return [
        `“${name}” is ${where} now; it was expected ${expected === null ? 'at the top' : `under “${expected}”`}.`,
      ];
    });
  return [
    ...(stays.length > 0 ? [`${stays.map(quoted).join(', ')} ${stays.length === 1 ? 'is' : 'are'} still there.`] : []),
    ...astray,
    ...(now.current === assessment.current
      ? []
      : [`The current snapshot is ${quoted(now.current)}; ${quoted(assessment.current)} was expected.`]),
    ...disksAfter(assessment.after, now),
    ...imagesAfter(assessment.after, now, facts),
    ...left.map((path) => `${path} is still there; it should be deleted.`),
    ...(assessment.steps.some(({ flags }) => flags & deleteFlag.metadataOnly) ? [] : tagsAfter(facts, now, goes)),
  ];
}

/** libvirt's records of a deletion that was broken off, where there was none before: sentences. */
export function stillMarked(before: DeleteFacts, now: DeleteFacts): string[] {
  const marked = ({ snapshots }: DeleteFacts) =>
    snapshots.flatMap(({ name, stored }) => (stored.disks.some((disk) => disk.deleteInProgress) ? [name] : []));
  const known = new Set(marked(before));
  return marked(now)
    .filter((name) => !known.has(name))
    .map(
      (name) =>
        `libvirt recorded at “${name}” that a deletion was interrupted. Repeat it before you delete “${name}” or revert to the snapshot that was being deleted.`,
    );
}

type After = Checked['assessment']['after'];

function disksAfter({ active }: After, { domain }: DeleteFacts): string[] {
  const writes = new Map(domain.disks.map(({ target, image }) => [target, image?.path]));
  return [...active].flatMap(([target, expected]) => {
    const now = writes.get(target);
    return now === undefined || now === expected ? [] : [`Disk ${target} writes to ${now}; ${expected} was expected.`];
  });
}

function imagesAfter({ points }: After, { snapshots, images }: DeleteFacts, before: DeleteFacts): string[] {
  const storedBefore = new Map(before.snapshots.map(({ name, stored }) => [name, stored]));
  const named = new Map(
    snapshots.flatMap(({ name, stored }) => pointsOf(stored).map(({ target, path }) => [`${target} ${name}`, path])),
  );
  const lost = new Set<string>();
  return points.flatMap(({ name, target, path }) => {
    const now = named.get(`${target} ${name}`);
    if (now !== undefined && now !== path)
      return [`“${name}” uses ${now} as its disk ${target}; ${path} was expected.`];
    if (images[path]?.exists !== false || lost.has(path) || !wasThere(before, storedBefore.get(name), path)) return [];
    lost.add(path);
    return [`${path}, which “${name}” needs, is missing.`];
  });
}

/** Unless it is known that the image was gone before, or did not hold that internal snapshot. */
function wasThere({ images }: DeleteFacts, stored: StoredDisks | undefined, path: string): boolean {
  const isInternal = stored && pointsOf(stored).some((point) => point.path === path && point.kind === 'internal');
  const { exists, tags } = images[path] ?? { exists: null, tags: null };
  return exists !== false && !(isInternal && tags && tagsNamed(tags, stored.name).length === 0);
}

/** Of internal snapshots, where the table of their image could be read: data that is still inside. */
function tagsAfter(before: DeleteFacts, now: DeleteFacts, goes: ReadonlySet<string>): string[] {
  return before.snapshots
    .filter(({ name }) => goes.has(name))
    .flatMap(({ name, stored }) =>
      pointsOf(stored).flatMap(({ kind, path }) => {
        const count = ({ images }: DeleteFacts) => {
          const tags = images[path]?.tags;
          return tags ? tagsNamed(tags, name).length : undefined;
        };
        const [was, is] = [count(before), count(now)];
        const isLeft = kind === 'internal' && was !== undefined && is !== undefined && is > 0 && is >= was;
        return isLeft ? [`The data of “${name}” is still inside ${path}.`] : [];
      }),
    );
}
