import type { DomainConfig, SnapshotModel, TagModel } from './model.ts';

/** The tags after an internal snapshot was taken: one in each of its images, the memory in the first of them. */
export function withTags(
  tags: readonly TagModel[],
  { name, createdAt, disks, memory }: SnapshotModel,
  config: DomainConfig,
): readonly TagModel[] {
  const paths = internalPaths(disks, config);
  const made = paths.map((path, index): TagModel => {
    const ids = tags.filter((each) => each.path === path).map(({ id }) => id);
    const memoryBytes = memory === 'internal' && index === 0 ? config.memoryKiB * 256 : 0;
    return { path, id: Math.max(0, ...ids) + 1, name, createdAt, memoryBytes };
  });
  return [...tags, ...made];
}

/** The tags after an internal snapshot's data was deleted. */
export function withoutTags(
  tags: readonly TagModel[],
  { name, disks, config }: SnapshotModel,
  now: DomainConfig,
): readonly TagModel[] {
  const paths = new Set(internalPaths(disks, config ?? now));
  return tags.filter((each) => each.name !== name || !paths.has(each.path));
}

function internalPaths(made: SnapshotModel['disks'], { disks }: DomainConfig): string[] {
  const internal = new Set(made.flatMap(({ target, kind }) => (kind === 'internal' ? [target] : [])));
  return disks.flatMap(({ target, path }) => (internal.has(target) && path !== null ? [path] : []));
}
