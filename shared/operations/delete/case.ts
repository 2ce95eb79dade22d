import type { StrayOverlay } from '../../libvirt/disks.ts';
import { deleteFlag } from '../../libvirt/flags.ts';
import { tagsNamed } from '../../libvirt/image-tags.ts';
import { type TagEffect, tagHazards } from '../../libvirt/names.ts';
import { can } from '../../libvirt/versions.ts';
import type { Rule } from '../../rule.ts';
import type { DeleteFacts, DeleteSnapshot } from '../../schema.ts';
import { type Prepared, prepare } from './prepare.ts';
import { isExternal, type Merge, type Present } from './present.ts';
import type { DeleteStep } from './steps.ts';

/** One call of a deletion, and how things are when its turn comes. */
export interface DeleteCase {
  readonly facts: DeleteFacts;
  readonly present: Present;
  readonly step: DeleteStep;
  readonly snapshot: DeleteSnapshot;
  /** What libvirt finds when it prepares it; empty where nothing outside of the images is concerned. */
  readonly prepared: Prepared;
}

/**
 * Why a call is not made. `refused`: libvirt would say no, with this error. `crash`: the daemon would die. `harm`: it
 * says yes and destroys what was not meant, or leaves things half done. `ours`: the person said so.
 */
export interface DeleteRule extends Rule<DeleteCase> {
  readonly effect: 'refused' | 'crash' | 'harm' | 'ours';
  /** What libvirt answers with, where it refuses. */
  readonly error?:
    | 'CONFIG_UNSUPPORTED'
    | 'OPERATION_UNSUPPORTED'
    | 'OPERATION_FAILED'
    | 'OPERATION_INVALID'
    | 'OPERATION_TIMEOUT'
    | 'INVALID_ARG'
    | 'INTERNAL_ERROR'
    | 'SYSTEM_ERROR';
}

const nothing: Prepared = { refusal: null, merges: [], unlinks: [] };

export function caseOf(facts: DeleteFacts, present: Present, step: DeleteStep, snapshot: DeleteSnapshot): DeleteCase {
  const touches = (step.flags & deleteFlag.metadataOnly) === 0 && isExternal(snapshot) && facts.driver === 'QEMU';
  return { facts, present, step, snapshot, prepared: touches ? prepare(facts, present, snapshot) : nothing };
}

export const quoted = (names: readonly string[]) => names.map((name) => `“${name}”`).join(', ');
export const shortly = (path: string) => `“${path.slice(path.lastIndexOf('/') + 1)}”`;
export const withData = ({ step }: DeleteCase) => (step.flags & deleteFlag.metadataOnly) === 0;
export const external = (c: DeleteCase) => withData(c) && isExternal(c.snapshot);
export const internal = (c: DeleteCase) => withData(c) && !isExternal(c.snapshot);
/** Children keep their data, and libvirt notes a wrong image for them (seen on 9.0; right on 11.3 and 12.8). */
export const misnames = (c: DeleteCase) =>
  c.facts.driver === 'QEMU' &&
  !withData(c) &&
  isExternal(c.snapshot) &&
  !can(c.facts.libvirtVersion, 'branches') &&
  can(c.facts.libvirtVersion, 'deletesExternal') &&
  c.present.misnamed(c.snapshot.name).size > 0;
/** No disk is part of it, nor the memory: libvirt keeps nothing but its list. */
const hasNoPart = ({ present, snapshot }: DeleteCase) => {
  const disks = present.disksOf(snapshot.name);
  return (
    disks.length > 0 && snapshot.memory === 'none' && disks.every(({ kind }) => kind === 'none' || kind === 'manual')
  );
};
/** The tables of all its images were read, and none holds it: QEMU is asked for nothing then. */
const isInNoImage = ({ present, snapshot, facts }: DeleteCase) => {
  const points = present.pointsOf(snapshot.name);
  const tables = points.map(({ path }) => facts.images[path]?.tags ?? null);
  return points.length > 0 && tables.every((tags) => tags !== null && tagsNamed(tags, snapshot.name).length === 0);
};
export const insideOf = (c: DeleteCase) => internal(c) && !hasNoPart(c) && !isInNoImage(c);
/** What its name does to the deletion of an internal snapshot. */
export const nameHazard = (c: DeleteCase, effect: TagEffect) =>
  insideOf(c)
    ? tagHazards(c.snapshot.name, 'delete', {
        driver: c.facts.driver,
        libvirtVersion: c.facts.libvirtVersion,
        active: c.facts.domain.active,
        memory: c.snapshot.memory === 'unknown' ? null : c.snapshot.memory !== 'none',
      }).find((hazard) => hazard.effect === effect)
    : undefined;
export const children = ({ present, snapshot }: DeleteCase) => present.childrenOf(snapshot.name);
export const isLeaf = (c: DeleteCase) => children(c).length === 0;
export const onChain = ({ present, snapshot }: DeleteCase) => present.isOnActiveChain(snapshot.name);
export const merges = ({ prepared }: DeleteCase) => prepared.merges;
export const unlinks = ({ prepared }: DeleteCase) => prepared.unlinks;
/** Images that are not there any more afterwards. */
export const goingImages = (c: DeleteCase): string[] => [
  ...merges(c).map(({ from }) => from),
  ...unlinks(c).map(({ path }) => path),
];

/** Internal snapshots that libvirt lists inside images that would be merged away, and that may still be there. */
export const tagsInMerged = (c: DeleteCase) =>
  merges(c).flatMap(({ target, from }) => {
    const tags = c.facts.images[from]?.tags ?? null;
    const listed = [...(c.present.stack(target)?.inside(from) ?? [])];
    return listed.filter((name) => tags === null || tagsNamed(tags, name).length > 0);
  });

/**
 * Merges of what a guest wrote into an image that others need as it is: they lie on it by another way than through what
 * is merged.
 */
export const sharedMerges = (c: DeleteCase): Merge[] =>
  merges(c).filter(({ target, from, into }) => {
    const stack = c.present.stack(target);
    return stack && !stack.isOnlyRead(from) && stack.isNeededBeside(into, from, c.snapshot.name);
  });

/**
 * Images that lie on one that is merged away, and that libvirt does not lay on the other one: neither in the active
 * chain nor the image of a snapshot below (qemuSnapshotGetDisksWithBackingStore).
 */
export function strandedBy(c: DeleteCase): string[] {
  const below = c.present.below(c.snapshot.name).filter((name) => !c.present.isOnActiveChain(name));
  return merges(c).flatMap(({ target, from }) => {
    const stack = c.present.stack(target);
    if (!stack) return [];
    const chain = new Set(c.present.chainOf(target));
    const rebased = new Set(below.map((name) => c.present.storedImage(name, target)));
    return [...stack.over(from)].filter(
      (over) => !chain.has(over) && !rebased.has(over) && stack.isNeeded(over, c.snapshot.name),
    );
  });
}

/** Files that would be unlinked though others need them. */
export const neededUnlinks = (c: DeleteCase): string[] =>
  unlinks(c).flatMap(({ target, path }) =>
    c.present.stack(target)?.isNeededBeside(path, null, c.snapshot.name) ? [path] : [],
  );

/** Files that nothing of the domain needs, and that lie on an image that goes or is written to. */
export const spoiled = (c: DeleteCase): StrayOverlay[] => {
  const left = [
    ...unlinks(c).map(({ target, path }) => ({ target, on: path, through: '' })),
    ...merges(c).flatMap(({ target, from, into }) => [
      { target, on: from, through: '' },
      { target, on: into, through: from },
    ]),
  ].flatMap(({ target, on, through }) => {
    const stack = c.present.stack(target);
    const isLeft = (over: string) =>
      over !== through && c.facts.images[over]?.exists === true && !stack?.isNeeded(over, c.snapshot.name);
    return [...(stack?.over(on) ?? [])].filter(isLeft).map((path) => ({ path, on, usedBy: [] }));
  });
  const images = new Set([...goingImages(c), ...merges(c).map(({ into }) => into), ...left.map(({ path }) => path)]);
  const strays = c.facts.strays.filter(({ path, on }) => images.has(on) && images.add(path));
  return [...left, ...strays];
};

/** The images of a merge, and of what libvirt opens for it. */
export const imagesInMerge = (c: DeleteCase): string[] => [
  ...new Set(
    merges(c).flatMap(({ target, from, into }) => [
      from,
      into,
      ...c.present.chainOf(target).filter((path) => path !== null),
    ]),
  ),
];
