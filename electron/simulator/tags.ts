import type { DomainConfig, DomainModel, SnapshotModel, TagModel } from './model.ts';
import { clustersWritten, INSTALLED_FOR, type Step, writtenOver } from './written.ts';

/** What the disk in an image was before, and since when it was written to, seconds since 1970. */
interface Before {
  readonly since: number;
  readonly steps: readonly Step[];
}
type Taken = Pick<SnapshotModel, 'name' | 'createdAt' | 'disks' | 'memory'>;

/** The tags after an internal snapshot was taken: one in each of its images, the memory in the first of them. */
export function withTags(
  { tags, written }: Pick<DomainModel, 'tags' | 'written'>,
  { name, createdAt, disks, memory }: SnapshotModel,
  config: DomainConfig,
): readonly TagModel[] {
  const table = new TagTable(tags);
  table.take({ name, createdAt, disks, memory }, config, (path) => written.find((each) => each.path === path));
  return table.tags;
}

/** The tags of images while snapshots are taken, one after the other. */
export class TagTable {
  readonly #tags: TagModel[] = [];
  /** By image the highest that there is. */
  readonly #ids = new Map<string, number>();
  readonly #steps = new Map<string, Before>();

  constructor(tags: readonly TagModel[] = []) {
    for (const tag of tags) this.#add(tag);
  }

  get tags(): readonly TagModel[] {
    return [...this.#tags];
  }

  /** @param before what the guest has written to since */
  take({ name, createdAt, disks, memory }: Taken, config: DomainConfig, before: (path: string) => Before | undefined) {
    for (const [index, path] of internalPaths(disks, config).entries()) {
      const memoryBytes = memory === 'internal' && index === 0 ? config.memoryKiB * 256 : 0;
      const { since, steps } = before(path) ?? { since: createdAt - INSTALLED_FOR, steps: [] };
      const clusters = clustersWritten(path, createdAt - since);
      const by = `${createdAt} ${name}`;
      const id = (this.#ids.get(path) ?? 0) + 1;
      this.#add({ path, id, name, createdAt, memoryBytes, steps: writtenOver(steps, by, clusters) });
    }
  }

  /** What goes on from a snapshot in an image. */
  after(name: string | null, path: string): Before | undefined {
    return this.#steps.get(`${path} ${name}`);
  }

  #add(tag: TagModel): void {
    this.#tags.push(tag);
    this.#ids.set(tag.path, Math.max(tag.id, this.#ids.get(tag.path) ?? 0));
    this.#steps.set(`${tag.path} ${tag.name}`, { since: tag.createdAt, steps: tag.steps });
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
