import type { DomainConfig, SnapshotModel, TagModel } from './model.ts';

/** The tags after an internal snapshot was taken: one in each of its images, the memory in the first of them. */
export function withTags(
  tags: readonly TagModel[],
  { name, createdAt, disks, memory }: SnapshotModel,
  config: DomainConfig,
): readonly TagModel[] {
  const table = new TagTable(tags);
  table.take({ name, createdAt, disks, memory }, config);
  return table.tags;
}

/** The tags of images while snapshots are taken, one after the other. */
export class TagTable {
  readonly #tags: TagModel[] = [];
  /** By image the highest that there is. */
  readonly #ids = new Map<string, number>();

  constructor(tags: readonly TagModel[] = []) {
    for (const tag of tags) this.#add(tag);
  }

  get tags(): readonly TagModel[] {
    return [...this.#tags];
  }

  take(
    { name, createdAt, disks, memory }: Pick<SnapshotModel, 'name' | 'createdAt' | 'disks' | 'memory'>,
    config: DomainConfig,
  ): void {
    for (const [index, path] of internalPaths(disks, config).entries()) {
      const memoryBytes = memory === 'internal' && index === 0 ? config.memoryKiB * 256 : 0;
      this.#add({ path, id: (this.#ids.get(path) ?? 0) + 1, name, createdAt, memoryBytes });
    }
  }

  #add(tag: TagModel): void {
    this.#tags.push(tag);
    this.#ids.set(tag.path, Math.max(tag.id, this.#ids.get(tag.path) ?? 0));
  }
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
