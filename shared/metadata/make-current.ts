import type { Snapshot, SnapshotList, Statement } from '../schema.ts';

interface Case extends SnapshotList {
  readonly snapshot: Snapshot;
}
interface MakeCurrentRule {
  readonly code: string;
  readonly when: (c: Case) => boolean;
  readonly text: (c: Case) => string;
}

/**
 * When libvirt must not be told that another snapshot is the current one (REDEFINE with CURRENT). libvirt believes it,
 * and at the next revert from an external tree deletes the overlays of that snapshot instead of those that the disks
 * write to (qemuSnapshotRevertExternalFinish). Among internal ones it only decides whose child the next snapshot is.
 */
export const makeCurrentRules: readonly MakeCurrentRule[] = [
  {
    code: 'already-current',
    when: ({ snapshot, current }) => snapshot.name === current,
    text: ({ snapshot }) => `“${snapshot.name}” is the current snapshot already.`,
  },
  {
    code: 'external-tree',
    when: ({ snapshots }) => snapshots.some(isExternal),
    text: ({ snapshots }) =>
      `This domain has external snapshots (${named(snapshots.filter(isExternal))}). libvirt takes the current snapshot for the place where the disks are: if that were not true, the next revert would delete overlays that hold your data.`,
  },
  {
    code: 'unknown-kind',
    when: ({ snapshots }) => snapshots.some(isUnknown),
    text: ({ snapshots }) =>
      `libvirt describes ${named(snapshots.filter(isUnknown))} in a way that Snapkeel does not know, so it cannot say whether this is safe.`,
  },
];

/** Why a snapshot can't be made the current one by hand; null when it can. */
export function makeCurrentRefusal(snapshot: Snapshot, list: SnapshotList): Statement | null {
  const asked = { ...list, snapshot };
  const rule = makeCurrentRules.find(({ when }) => when(asked));
  return rule ? { code: rule.code, text: rule.text(asked) } : null;
}

/** Whether overlays or a memory file are part of a snapshot (virDomainSnapshotIsExternal). */
export function isExternal({ kind, memory }: Pick<Snapshot, 'kind' | 'memory'>): boolean {
  return kind === 'external' || kind === 'mixed' || memory === 'external';
}

function isUnknown({ memory, disks }: Snapshot): boolean {
  return memory === 'unknown' || disks.some((disk) => disk.kind === 'unknown');
}

function named(snapshots: readonly Snapshot[]): string {
  const shown = snapshots.slice(0, 3).map(({ name }) => `“${name}”`);
  const more = snapshots.length - shown.length;
  return `${shown.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}
