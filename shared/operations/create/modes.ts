import { createFlag } from '../../libvirt/flags.ts';
import type { CreateDraft, CreateFacts, CreateMode, SnapshotState } from '../../schema.ts';

/** One way to take a snapshot: what libvirt is asked for, and what it does then. */
export interface CreateRow {
  readonly mode: CreateMode;
  readonly guest: 'off' | 'on';
  readonly live: boolean;
  readonly quiesce: boolean;
  /** The guest is off afterwards. */
  readonly halt: boolean;
  readonly flags: number;
  /** Of the snapshot, as libvirt lists it afterwards. */
  readonly memory: 'none' | 'internal' | 'external';
  readonly disks: 'internal' | 'external';
  /** `guest`: the state that the guest is in. */
  readonly state: SnapshotState | 'guest';
  /** How long the guest stands still: not at all, a moment, or until all memory is written. */
  readonly standstill: 'no' | 'moment' | 'memory';
  /** libvirt tells how far it is, and can abort it. */
  readonly abortable: boolean;
}

const { diskOnly, quiesce, atomic, live, halt } = createFlag;

/**
 * The truth table. Seen on libvirt 9.0, 11.3 and 12.8:
 *
 * guest  includes        where     choice   flags                       <memory>            state          stands still  abort
 * off    disks           internal           ATOMIC                      –                   shutoff        –             no
 * off    disks           external           ATOMIC DISK_ONLY            –                   shutoff        –             no
 * on     disks + memory  internal           ATOMIC                      – (internal)        the guest’s    memory        no
 * on     disks + memory  external  paused   ATOMIC                      external, file=…    the guest’s    memory        yes
 * on     disks + memory  external  live     ATOMIC LIVE                 external, file=…    the guest’s    a moment      yes
 * on     disks           external           ATOMIC DISK_ONLY            –                   disk-snapshot  a moment      no
 * on     disks           external  quiesce  ATOMIC DISK_ONLY QUIESCE    –                   disk-snapshot  a moment      no
 * off    disks + memory                     none: there is no memory (XML_ERROR)
 * on     disks           internal           none: internal ones keep the memory (OPERATION_UNSUPPORTED)
 *
 * DISK_ONLY of a guest that is off too: without it 9.0 wants internal disks, and newer ones take it for granted.
 * A job of internal memory, or of disks alone, is neither told of nor aborted: both calls wait until it has ended.
 * HALT goes with every row of a guest that is on, and stops it once all is kept.
 */
export const createRows: readonly CreateRow[] = [
  row('disks-internal', 'off', {}, atomic, 'none', 'shutoff', 'no'),
  row('disks-external', 'off', {}, atomic | diskOnly, 'none', 'shutoff', 'no'),
  row('memory-internal', 'on', {}, atomic, 'internal', 'guest', 'memory'),
  row('memory-external', 'on', {}, atomic, 'external', 'guest', 'memory'),
  row('memory-external', 'on', { live: true }, atomic | live, 'external', 'guest', 'moment'),
  row('disks-external', 'on', {}, atomic | diskOnly, 'none', 'disk-snapshot', 'moment'),
  row('disks-external', 'on', { quiesce: true }, atomic | diskOnly | quiesce, 'none', 'disk-snapshot', 'moment'),
];

/** The row of a draft; undefined where libvirt has no such snapshot. */
export function rowOf({ active }: Pick<CreateFacts, 'active'>, draft: CreateDraft): CreateRow | undefined {
  const row = createRows.find(
    (each) =>
      each.mode === draft.mode &&
      each.guest === (active ? 'on' : 'off') &&
      each.live === (draft.live && liveMatters(draft.mode)) &&
      each.quiesce === (draft.quiesce && active && quiesceMatters(draft.mode)),
  );
  return row && draft.halt && active ? { ...row, halt: true, flags: row.flags | halt } : row;
}

/** Where it can be chosen whether the guest goes on. */
export function liveMatters(mode: CreateMode): boolean {
  return createRows.some((each) => each.mode === mode && each.live);
}

/** Where the file systems can be frozen: not with memory, which holds what they have not written yet. */
export function quiesceMatters(mode: CreateMode): boolean {
  return createRows.some((each) => each.mode === mode && each.quiesce);
}

export function isExternal(mode: CreateMode): boolean {
  return mode.endsWith('-external');
}

export function hasMemory(mode: CreateMode): boolean {
  return mode.startsWith('memory-');
}

function row(
  mode: CreateMode,
  guest: CreateRow['guest'],
  choice: Partial<Pick<CreateRow, 'live' | 'quiesce'>>,
  flags: number,
  memory: CreateRow['memory'],
  state: CreateRow['state'],
  standstill: CreateRow['standstill'],
): CreateRow {
  const disks = isExternal(mode) ? 'external' : 'internal';
  const abortable = memory === 'external';
  return {
    mode,
    guest,
    live: false,
    quiesce: false,
    halt: false,
    ...choice,
    flags,
    memory,
    disks,
    state,
    standstill,
    abortable,
  };
}
