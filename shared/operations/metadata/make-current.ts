import { holds, type Rule } from '../../rule.ts';
import type { Snapshot, SnapshotList, Statement } from '../../schema.ts';
import { type Redefined, redefinitionProblem } from './redefinition.ts';

export interface MakeCurrentCase extends SnapshotList, Redefined {
  readonly snapshot: Snapshot;
}

/**
 * When libvirt must not be told that another snapshot is the current one (REDEFINE with CURRENT). libvirt believes it,
 * and at the next revert from an external tree deletes the overlays of that snapshot instead of those that the disks
 * write to (qemuSnapshotRevertExternalFinish). Among internal ones it only decides whose child the next snapshot is.
 */
export const makeCurrentRules: readonly Rule<MakeCurrentCase>[] = [
  {
    code: 'already-current',
    source: 'without reverting anything',
    when: ({ snapshot, current }) => snapshot.name === current,
    text: ({ snapshot }) => `“${snapshot.name}” is already the current snapshot.`,
  },
  {
    code: 'external-tree',
    source: 'qemuSnapshotRevertExternalFinish: the current snapshot’s overlays are unlinked',
    when: ({ snapshots }) => snapshots.some(isExternal),
    text: ({ snapshots }) =>
      `This domain has external snapshots (${named(snapshots.filter(isExternal))}). libvirt assumes that the disks are based on the current snapshot. If that were wrong, the next revert would delete overlays that contain your data.`,
  },
  {
    code: 'unknown-kind',
    source: 'what is not known may be external',
    when: ({ snapshots }) => snapshots.some(isUnknown),
    text: ({ snapshots }) =>
      `libvirt describes ${named(snapshots.filter(isUnknown))} in a way that Snapkeel does not know, so it is unknown whether this is safe.`,
  },
  {
    code: 'not-redefinable',
    source: 'redefinitionProblem',
    when: (c) => redefinitionProblem(c) !== null,
    text: (c) => redefinitionProblem(c)?.text ?? '',
  },
];

/** Why a snapshot can't be made the current one by hand; null when it can. */
export function makeCurrentRefusal(asked: MakeCurrentCase): Statement | null {
  const rule = makeCurrentRules.find((each) => holds(each, asked));
  return rule ? { code: rule.code, text: rule.text(asked) } : null;
}

/** Whether overlays or a memory file are part of a snapshot (virDomainSnapshotIsExternal). */
export function isExternal({ kind, memory }: Pick<Snapshot, 'kind' | 'memory'>): boolean {
  return kind === 'external' || kind === 'mixed' || memory === 'external';
}

/** Whether memory or a disk is kept in a way that nobody knows: overlays may be part of it. */
export function isUnknown({ memory, disks }: Pick<Snapshot, 'memory' | 'disks'>): boolean {
  return memory === 'unknown' || disks.some((disk) => disk.kind === 'unknown');
}

function named(snapshots: readonly Snapshot[]): string {
  const shown = snapshots.slice(0, 3).map(({ name }) => `“${name}”`);
  const more = snapshots.length - shown.length;
  return `${shown.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}
