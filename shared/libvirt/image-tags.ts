import { groupedBy } from '../grouped-by.ts';
import type { ImageTag } from '../schema/image-tag.ts';

export type { ImageTag };

/**
 * What reverts an image: `qemu-img` (`snapshot -a`), for snapshots without memory; QEMU itself (`-loadvm`, or its job
 * `snapshot-load` where libvirt has that), for snapshots with memory.
 */
export type RevertedBy = 'qemu-img' | 'qemu';

/**
 * How QEMU looks up what libvirt calls by a name, as measured with markers in the images on libvirt 7.0 (QEMU 5.2),
 * 9.0 (7.2), 11.3 (10.0) and 12.8 (11.1). An asterisk is a tag with memory; where versions are named, the others do what
 * stands before them. What fails leaves the guest off (7.0: paused, if it ran).
 *
 * | tags (ID=name) | libvirt is asked to | snapshot without memory         | snapshot with memory                            |
 * | -------------- | ------------------- | ------------------------------- | ----------------------------------------------- |
 * | 1=2*, 2=1*     | revert to 2         | data of ID 2                    | data and memory of ID 2                         |
 * | 1=2*, 2=1      | revert to 2         | data of ID 2                    | data of ID 2, and then it fails                 |
 * | 1=a*, 2=b*     | revert to 2         | data of ID 2                    | fails                                           |
 * | 1=s*, 2=s*     | revert to s         | data of ID 1                    | data and memory of ID 1                         |
 * | 1=s*, 2=s      | revert to s         | data of ID 1                    | data and memory of ID 1; 11.3, 12.8: fails      |
 * | 1=s, 2=s*      | revert to s         | data of ID 1                    | fails                                           |
 * | 1=2*, 2=2*     | revert to 2         | data of ID 2                    | data and memory of ID 2                         |
 * | 1=2*, 2=2      | revert to 2         | data of ID 2                    | data of ID 2, then it fails; 11.3, 12.8: fails  |
 * | 1=s            | take s anew         | 1=s, 2=s                        | ID 1 is replaced; 11.3, 12.8: refused (9)       |
 *
 * | tags (ID=name) | libvirt is asked to | guest off, or on                |
 * | -------------- | ------------------- | ------------------------------- |
 * | 1=2, 2=1       | delete 2            | ID 1 goes                       |
 * | 1=a, 2=b       | delete 2            | nothing goes, libvirt says done |
 * | 1=s, 2=s       | delete s            | ID 1 goes                       |
 *
 * A revert goes by the ID first, then by the name, of several the first in the table (find_snapshot_by_id_or_name in
 * QEMU's block/qcow2-snapshot.c). QEMU, unlike qemu-img, wants the name in every image before that
 * (bdrv_all_has_snapshot), and memory in the first that has it. Deletion goes by the name alone (bdrv_snapshot_find).
 */
const wantsName: Readonly<Record<RevertedBy, boolean>> = { 'qemu-img': false, qemu: true };

/**
 * What a name stands for in an image. `found`: its own snapshot. `other`: a snapshot of another name, whose ID the name
 * is. `twice`: the name stands there more than once, and `tag` is the one that is meant. `missing`: nothing; it fails.
 */
export type Resolution<T = ImageTag> =
  | { readonly kind: 'found'; readonly tag: T }
  | { readonly kind: 'other'; readonly tag: T }
  | { readonly kind: 'twice'; readonly tag: T }
  | { readonly kind: 'missing' };

interface Index<T> {
  readonly byId: ReadonlyMap<string, T>;
  readonly byName: ReadonlyMap<string, readonly T[]>;
}
/** Of each table once: it is looked into for each of its snapshots. */
const indexes = new WeakMap<readonly unknown[], Index<unknown>>();

function indexOf<T extends Partial<Pick<ImageTag, 'id'>> & Pick<ImageTag, 'name'>>(tags: readonly T[]): Index<T> {
  const known = indexes.get(tags) as Index<T> | undefined;
  if (known) return known;
  const byId = new Map<string, T>();
  for (const tag of tags) if (tag.id !== undefined && !byId.has(tag.id)) byId.set(tag.id, tag);
  const index = { byId, byName: groupedBy(tags, ({ name }) => name) };
  indexes.set(tags, index);
  return index;
}

/** The tags of a name, in the order of the image's table, which does not change any more. */
export function tagsNamed<T extends Pick<ImageTag, 'name'>>(tags: readonly T[], name: string): readonly T[] {
  return indexOf(tags).byName.get(name) ?? [];
}

/** Which snapshot of an image a revert to `name` brings back. The tags are in the order of the image's table. */
export function resolveTag<T extends Pick<ImageTag, 'id' | 'name'>>(
  tags: readonly T[],
  name: string,
  by: RevertedBy = 'qemu-img',
): Resolution<T> {
  const named = tagsNamed(tags, name);
  if (wantsName[by] && named.length === 0) return { kind: 'missing' };
  const tag = indexOf(tags).byId.get(name) ?? named[0];
  if (!tag) return { kind: 'missing' };
  if (tag.name !== name) return { kind: 'other', tag };
  return { kind: named.length > 1 ? 'twice' : 'found', tag };
}

/** Which snapshot of an image is deleted with `name`; never another one's. Nothing is deleted where it is missing. */
export function deletes(tags: readonly ImageTag[], name: string): Exclude<Resolution, { kind: 'other' }> {
  const [tag, another] = tagsNamed(tags, name);
  if (!tag) return { kind: 'missing' };
  return { kind: another ? 'twice' : 'found', tag };
}

/**
 * How a revert to a snapshot with memory ends, as far as the images tell. `loads`: QEMU finds memory; whose it is says
 * `resolveTag`. `fails`: with the disks as they are. `replaces-disks`: it fails once the disks are already those of the
 * snapshot that `resolveTag` says.
 */
export type MemoryLoad = 'loads' | 'fails' | 'replaces-disks';

/**
 * Whether QEMU finds the memory of a snapshot where it and libvirt look for it.
 * @param images the tags of each image of the snapshot, in the order of the domain's disks
 * @param byJobs whether libvirt reverts with the job `snapshot-load` (seen on 11.3 and 12.8, not on 9.0). It then picks
 * the image itself, by the *last* tag of the name in each, of which exactly one must have memory
 * (qemuSnapshotInternalRevertGetDevices); else QEMU takes the first image
 */
export function loadsMemory(
  images: readonly (readonly Pick<ImageTag, 'id' | 'name' | 'vmStateBytes'>[])[],
  name: string,
  byJobs: boolean,
): MemoryLoad {
  const named = images.map((tags) => tagsNamed(tags, name));
  if (named.some((tags) => tags.length === 0)) return 'fails';
  const withMemory = images.flatMap((_, index) => (hasMemory(named[index]?.at(-1)) ? [index] : []));
  const [index, another] = byJobs ? withMemory : [0];
  if (index === undefined || another !== undefined || !hasMemory(named[index]?.[0])) return 'fails';
  const meant = resolveTag(images[index] ?? [], name, 'qemu');
  return meant.kind !== 'missing' && hasMemory(meant.tag) ? 'loads' : 'replaces-disks';
}

function hasMemory(tag: Pick<ImageTag, 'vmStateBytes'> | undefined): boolean {
  return tag !== undefined && tag.vmStateBytes > 0;
}

/** The ID that QEMU gives to the next snapshot of an image (find_new_snapshot_id). A name that is the same means it then. */
export function nextTagId(tags: readonly Pick<ImageTag, 'id'>[]): string {
  const numbers = tags.map(({ id }) => BigInt(/^\d+/.exec(id)?.[0] ?? 0)); // strtoul
  return String(numbers.reduce((most, each) => (each > most ? each : most), 0n) + 1n);
}
