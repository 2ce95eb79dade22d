import { deleteFlag } from '../libvirt/flags.ts';
import type { Versions } from '../libvirt/versions.ts';
import type { DeleteFacts, DeleteSnapshot } from '../schema.ts';
import { isExternal, type Present } from './present.ts';
import type { DeleteStep } from './steps.ts';

/** One call of a deletion, and how things are when its turn comes. */
export interface DeleteCase {
  readonly facts: DeleteFacts;
  readonly present: Present;
  readonly step: DeleteStep;
  readonly snapshot: DeleteSnapshot;
}

/**
 * Why a call is not made. `refused`: libvirt would say no, with this error. `crash`: the daemon would die. `harm`: it
 * says yes and destroys what was not meant. `ours`: the person said so.
 */
export interface DeleteRule extends Versions {
  readonly code: string;
  readonly driver?: 'QEMU' | 'TEST';
  readonly effect: 'refused' | 'crash' | 'harm' | 'ours';
  /** What libvirt answers with, where it refuses. */
  readonly error?:
    | 'CONFIG_UNSUPPORTED'
    | 'OPERATION_UNSUPPORTED'
    | 'OPERATION_FAILED'
    | 'INVALID_ARG'
    | 'INTERNAL_ERROR';
  readonly source: string;
  when(c: DeleteCase): boolean;
  text(c: DeleteCase): string;
}

export const quoted = (names: readonly string[]) => names.map((name) => `“${name}”`).join(', ');
export const withData = ({ step }: DeleteCase) => (step.flags & deleteFlag.metadataOnly) === 0;
export const external = (c: DeleteCase) => withData(c) && isExternal(c.snapshot);
export const children = ({ present, snapshot }: DeleteCase) => present.childrenOf(snapshot.name);
export const isLeaf = (c: DeleteCase) => children(c).length === 0;
export const onChain = ({ present, snapshot }: DeleteCase) => present.isOnActiveChain(snapshot.name);
export const parentOf = ({ present, snapshot }: DeleteCase) => {
  const parent = present.parentOf(snapshot.name);
  return parent === null ? undefined : present.get(parent);
};
/** Where the internal snapshots are kept that go with their data. */
export const insideOf = (c: DeleteCase) =>
  withData(c) ? c.step.goes.flatMap((name) => c.present.pointsOf(name).filter(({ kind }) => kind === 'internal')) : [];
export const tagsInMerged = (c: DeleteCase) =>
  c.present.mergesOf(c.snapshot.name).flatMap(({ target, from }) => c.present.insideOf(target, from, c.snapshot.name));

/** Its image took in another by an earlier call. */
export const tookMerge = ({ present, snapshot }: DeleteCase) =>
  present.pointsOf(snapshot.name).some(({ path }) => present.wasMerged(path));
/** Images that would be written to or unlinked, and belong to others too. */
export const sharedImages = (c: DeleteCase) => {
  const { present, snapshot } = c;
  const unlinked = isLeaf(c) && !onChain(c) ? present.pointsOf(snapshot.name) : [];
  return [
    ...present.mergesOf(snapshot.name),
    ...unlinked.map(({ target, path }) => ({ target, from: '', into: path, active: false })),
  ].filter((merge) => present.isShared(merge, snapshot.name));
};

/** The overlay that it made lies on another image than the one that it names. */
export const liesElsewhere = ({ present, snapshot }: DeleteCase) =>
  present.pointsOf(snapshot.name).some(({ target, path }) => {
    const own = snapshot.stored.disks.find((disk) => disk.target === target)?.file ?? null;
    const under = own === null ? null : present.under(target, own);
    return under !== null && under !== path;
  });

/** Its image is not an overlay that its parent made. */
export const missesParent = (c: DeleteCase) => {
  const parent = parentOf(c);
  if (parent === undefined || !isExternal(parent)) return false;
  const made = [...parent.stored.disks.map(({ file }) => file), ...parent.stored.reverted.map(({ file }) => file)];
  return c.present.pointsOf(c.snapshot.name).some(({ path }) => !made.includes(path) && !c.present.wasMerged(path));
};
