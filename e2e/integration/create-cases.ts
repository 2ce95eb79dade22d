import { expect } from 'vitest';
import { version } from '../../shared/libvirt/versions.ts';
import type { CreateDraft } from '../../shared/schema.ts';
import type { Guest, Lab } from '../lab/lab.ts';
import type { CreateGuestName } from './create-guests.ts';

export type CreateState = 'off' | 'on' | 'paused';
export interface CreateCase {
  readonly guest: CreateGuestName;
  readonly state: CreateState;
  readonly mode: CreateDraft['mode'];
  readonly change?: Partial<CreateDraft>;
  /** In the test's name. */
  readonly what: string;
  /** Codes of the rules that refuse it; none: it is taken. */
  readonly refused?: readonly string[];
  /** Codes of what is warned of or not known. */
  readonly warned?: readonly string[];
  /** Parts of the plan's sentences. */
  readonly notes?: readonly string[];
  /** Versions of libvirt that have such a guest, or answer so. */
  readonly since?: number;
  readonly until?: number;
  /** Tried each time, not only in the whole run. */
  readonly telling?: boolean;
  /** Its devices take root to make. */
  readonly needsRoot?: boolean;
  readonly afterwards?: (guest: Guest, lab: Lab) => Promise<void>;
}

type More = Omit<CreateCase, 'guest' | 'state' | 'mode' | 'what'>;
const modesOf = {
  off: ['disks-internal', 'disks-external'],
  on: ['memory-internal', 'memory-external', 'disks-external'],
} as const;
const one = (
  guest: CreateGuestName,
  state: CreateState,
  mode: CreateDraft['mode'],
  more: More & { what?: string } = {},
): CreateCase => ({
  what: more.refused ? `refused: ${more.refused.join(', ')}` : 'taken',
  ...more,
  guest,
  state,
  mode,
});
/** In every mode that a guest in that state can have. */
const every = (guest: CreateGuestName, state: 'off' | 'on', more: More = {}): CreateCase[] =>
  modesOf[state].map((mode) => one(guest, state, mode, more));
const both = (guest: CreateGuestName, more: More = {}): CreateCase[] => [
  ...every(guest, 'off', more),
  ...every(guest, 'on', more),
];
const without = (...targets: string[]) => ({
  disks: targets.map((target) => ({ target, include: false, file: '' })),
});
const telling = { telling: true };
const halt = { halt: true };
/** What a guest with a checkpoint, and backups, need. */
const withBackups = { since: 9_000_000 };
const manual = { since: 8_002_000 };
const uefi9 = { until: version.internalOfUefi };
const uefi11 = { since: version.revertsNvram };
const off = async (guest: Guest) => expect(await guest.state()).toBe('shut off');

/** Guests of every kind, and what may be taken of them: the facts of libvirt’s sources, each with its neighbours. */
export const createCases: readonly CreateCase[] = [
  ...both('plain'),
  one('plain', 'paused', 'memory-internal'),
  one('plain', 'paused', 'memory-external'),
  one('plain', 'paused', 'disks-external'),
  one('plain', 'on', 'memory-internal', { change: halt, what: 'and left off', afterwards: off, ...telling }),
  one('plain', 'on', 'memory-external', { change: halt, what: 'and left off', afterwards: off }),
  one('plain', 'on', 'memory-external', {
    change: { ...halt, live: true },
    what: 'live, and left off',
    afterwards: off,
  }),
  one('plain', 'on', 'disks-external', {
    change: halt,
    what: 'and left off',
    warned: ['HALT_LOSES_MEMORY'],
    afterwards: off,
    ...telling,
  }),
  one('plain', 'paused', 'memory-internal', { change: halt, what: 'and left off', afterwards: off }),
  one('transient-domain', 'on', 'memory-internal', { change: halt, refused: ['HALT_TRANSIENT'], ...telling }),
  one('transient-domain', 'on', 'disks-external', { change: halt, refused: ['HALT_TRANSIENT'] }),
  ...every('transient-domain', 'on'),

  ...both('two'),
  one('two', 'on', 'memory-external', {
    change: without('hdb'),
    warned: ['LEFT_OUT_MEMORY'],
    what: 'with one left out',
  }),
  one('two', 'on', 'memory-external', {
    change: without('hda', 'hdb'),
    warned: ['LEFT_OUT_MEMORY'],
    what: 'of memory alone',
  }),
  one('two', 'off', 'disks-external', { change: without('hdb'), warned: ['LEFT_OUT'], what: 'with one left out' }),
  one('two', 'on', 'disks-external', { change: without('hdb'), warned: ['LEFT_OUT'], what: 'with one left out' }),

  one('diskless', 'off', 'disks-internal', { refused: ['NO_DISK'] }),
  one('diskless', 'off', 'disks-external', { refused: ['NO_DISK'] }),
  one('raw', 'off', 'disks-internal', { refused: ['NOT_QCOW2'] }),
  one('raw', 'on', 'memory-internal', { refused: ['NOT_QCOW2'] }),
  one('raw', 'off', 'disks-external'),
  one('raw', 'on', 'memory-external'),

  one('attribute-external', 'off', 'disks-internal', telling),
  one('attribute-external', 'on', 'memory-internal', telling),
  one('attribute-external', 'on', 'disks-external'),
  ...both('attribute-internal'),
  one('attribute-no', 'off', 'disks-internal', { warned: ['MARKED'], ...telling }),
  one('attribute-no', 'on', 'memory-internal', { warned: ['MARKED'] }),
  one('attribute-no', 'on', 'disks-external', { refused: ['NOTHING_SELECTED'] }),
  one('attribute-no-two', 'on', 'disks-external', { warned: ['LEFT_OUT'] }),
  one('attribute-no-two', 'off', 'disks-external', { warned: ['LEFT_OUT'] }),
  one('attribute-no-two', 'off', 'disks-internal', { warned: ['MARKED'] }),
  one('attribute-manual', 'off', 'disks-internal', { warned: ['MARKED'], ...manual }),
  one('attribute-manual', 'on', 'memory-internal', { warned: ['MARKED'], ...manual }),
  one('attribute-manual', 'off', 'disks-external', { refused: ['NOTHING_SELECTED'], ...manual }),

  ...both('read-only'),
  ...every('read-only-raw', 'on'),
  one('read-only-raw', 'off', 'disks-external'),
  one('read-only-raw', 'off', 'disks-internal', { since: version.followsDisks }),
  one('read-only-raw', 'off', 'disks-internal', { until: version.followsDisks, refused: ['NOT_QCOW2_BESIDE'] }),
  ...(['read-only-internal', 'read-only-external'] as const).flatMap((kind) => [
    ...every(kind, 'off'),
    one(kind, 'on', 'memory-internal', { since: version.namesJobs, refused: ['READ_ONLY_MARKED'] }),
    one(kind, 'on', 'memory-internal', { until: version.namesJobs }),
    one(kind, 'on', 'disks-external'),
  ]),
  one('read-only-raw-external', 'off', 'disks-internal', { refused: ['NOT_QCOW2'] }),
  one('read-only-raw-external', 'on', 'memory-internal', { refused: ['NOT_QCOW2'] }),
  one('read-only-raw-external', 'on', 'disks-external'),

  one('floppy-raw', 'off', 'disks-internal', { refused: ['NOT_QCOW2'], ...telling }),
  one('floppy-raw', 'on', 'memory-internal', { refused: ['NOT_QCOW2'] }),
  one('floppy-raw', 'off', 'disks-external', { notes: ['New file for fda: '], ...telling }),
  one('floppy-raw', 'on', 'disks-external', { notes: ['New file for fda: '] }),
  one('floppy-raw', 'on', 'memory-external', { notes: ['New file for fda: '] }),
  one('floppy-qcow2', 'off', 'disks-internal', { warned: ['DRIVE_NOT_KEPT'] }),
  one('floppy-qcow2', 'on', 'memory-internal'),
  one('floppy-qcow2', 'on', 'disks-external'),
  ...both('floppy-read-only'),
  ...both('floppy-empty'),
  one('floppy-empty', 'off', 'disks-internal', { ...telling, what: 'taken, the empty drive unnamed' }),
  ...both('cdrom-empty'),
  ...both('cdrom'),
  one('cdrom-external', 'off', 'disks-internal', { refused: ['NOT_QCOW2'] }),
  one('cdrom-external', 'off', 'disks-external'),
  one('cdrom-external', 'on', 'disks-external'),
  one('cdrom-block', 'off', 'disks-internal'),
  one('cdrom-block', 'off', 'disks-external', { since: version.revertsExternal, warned: ['NOT_FILES'] }),

  one('volume', 'off', 'disks-internal', telling),
  ...every('volume', 'off'),
  one('volume', 'on', 'memory-internal'),
  ...(['memory-external', 'disks-external'] as const).flatMap((mode) => [
    one('volume', 'on', mode, { since: version.followsDisks }),
    one('volume', 'on', mode, { until: version.followsDisks, refused: ['VOLUME_LEFT_BEHIND'] }),
  ]),
  ...every('volume-and-file', 'off'),
  one('volume-and-file', 'on', 'memory-internal'),
  one('volume-and-file', 'on', 'disks-external', { since: version.followsDisks }),
  one('network', 'off', 'disks-internal', { refused: ['NOT_LOCAL'] }),
  one('network', 'off', 'disks-external', { refused: ['NOT_LOCAL'] }),
  one('network-qcow2', 'off', 'disks-internal', { refused: ['NOT_LOCAL'] }),
  one('network-qcow2', 'off', 'disks-external', { change: without('hdb'), what: 'without it', warned: ['LEFT_OUT'] }),
  one('block-qcow2', 'off', 'disks-internal', { warned: ['BLOCK_DEVICE'] }),
  one('block-qcow2', 'off', 'disks-external'),
  one('nvme', 'off', 'disks-internal', { refused: ['NOT_LOCAL'] }),
  one('nvme', 'off', 'disks-external', { refused: ['NOT_LOCAL'] }),
  one('vhostuser', 'off', 'disks-internal', { refused: ['VHOSTUSER'], since: 7_002_000 }),
  one('vhostuser', 'off', 'disks-external', { warned: ['LEFT_OUT'], since: 7_002_000 }),
  one('lun', 'off', 'disks-external', { refused: ['PASSED_THROUGH_OFF'] }),
  one('shareable-raw', 'off', 'disks-external', { refused: ['SHAREABLE'] }),
  one('shareable-raw', 'on', 'disks-external', { refused: ['SHAREABLE'], ...telling }),
  one('shareable-raw', 'on', 'memory-external', { refused: ['SHAREABLE'] }),
  one('shareable-raw', 'on', 'disks-external', { change: without('hdb'), what: 'without it', warned: ['LEFT_OUT'] }),
  one('transient', 'off', 'disks-internal'),
  one('transient', 'off', 'disks-external'),
  one('transient', 'on', 'memory-internal', { refused: ['TRANSIENT_MEMORY'], ...telling }),
  one('transient', 'on', 'memory-external', { refused: ['TRANSIENT_DISK'] }),
  one('transient', 'on', 'memory-external', { change: without('vdb'), refused: ['TRANSIENT_MEMORY'] }),
  one('transient', 'on', 'disks-external', { refused: ['TRANSIENT_DISK'] }),
  one('transient', 'on', 'disks-external', { change: without('vdb'), what: 'without it', warned: ['LEFT_OUT'] }),

  one('uefi-raw', 'off', 'disks-internal', { ...uefi9, refused: ['UEFI'] }),
  one('uefi-raw', 'on', 'memory-internal', { ...uefi9, refused: ['UEFI'] }),
  one('uefi-raw', 'off', 'disks-internal', { ...uefi11, warned: ['NVRAM_NOT_KEPT'], ...telling }),
  one('uefi-raw', 'on', 'memory-internal', { ...uefi11, refused: ['UEFI_RAW'] }),
  one('uefi-raw', 'on', 'disks-external', { warned: ['NVRAM_NOT_KEPT'] }),
  one('uefi-qcow2', 'off', 'disks-internal', uefi11),
  one('uefi-qcow2', 'on', 'memory-internal', { ...uefi11, ...telling }),
  one('uefi-qcow2', 'off', 'disks-internal', { since: 8_010_000, until: version.internalOfUefi, refused: ['UEFI'] }),

  one('checkpoint', 'on', 'memory-internal', { ...withBackups, warned: ['CHECKPOINTS'] }),
  one('checkpoint', 'on', 'memory-external', withBackups),
  one('checkpoint', 'on', 'disks-external', withBackups),
  one('checkpoint-off', 'off', 'disks-external', { ...withBackups, refused: ['CHECKPOINT_EXTERNAL'], ...telling }),
  one('checkpoint-off', 'off', 'disks-internal', {
    since: 9_000_000,
    until: version.savesVirtiofs,
    refused: ['CHECKPOINT_INTERNAL'],
    ...telling,
  }),
  one('checkpoint-off', 'off', 'disks-internal', {
    since: version.seenInternalBesideCheckpoints,
    warned: ['CHECKPOINTS'],
    ...telling,
  }),
  one('backup', 'on', 'disks-external', { ...withBackups, refused: ['JOB'] }),
  one('backup', 'on', 'memory-internal', { ...withBackups, refused: ['JOB'] }),
  one('block-copy', 'on', 'disks-external', { refused: ['BLOCK_JOB'] }),
  one('block-copy', 'on', 'memory-internal', { refused: ['BLOCK_JOB'] }),
  one('block-copy', 'on', 'memory-external', { change: without('hdb'), refused: ['BLOCK_JOB_MEMORY'] }),
  one('block-copy', 'on', 'disks-external', { change: without('hdb'), what: 'without it', warned: ['LEFT_OUT'] }),

  one('manual', 'on', 'memory-external', { ...manual, refused: ['STOOD_STILL'] }),
  one('manual', 'on', 'memory-internal', { ...manual, refused: ['STOOD_STILL_INTERNAL', 'MIXED_CHAIN'] }),
  one('manual', 'on', 'disks-external', manual),
  one('image-gone', 'off', 'disks-internal', { refused: ['IMAGE_MISSING'], ...telling }),
  one('image-gone', 'off', 'disks-external', { refused: ['IMAGE_MISSING'] }),
  one('image-gone', 'on', 'disks-external', { refused: ['IMAGE_DELETED'] }),
  one('base-gone', 'off', 'disks-internal', { refused: ['IMAGE_MISSING', 'MIXED_CHAIN'] }),
  one('base-gone', 'off', 'disks-external', { refused: ['IMAGE_MISSING'] }),
  one('tag-left', 'off', 'disks-internal', { refused: ['NAME_IN_IMAGE'] }),
  one('tag-left', 'off', 'disks-internal', { change: { name: 'other' }, what: 'under another name' }),
  one('number-in-image', 'off', 'disks-internal', { refused: ['ID_IS_A_NAME'], ...telling }),
  one('number-in-image', 'on', 'memory-internal', { refused: ['ID_IS_A_NAME'] }),
  one('number-by-hand', 'off', 'disks-internal', { warned: ['ID_IS_A_TAG'] }),
  one('next-differs', 'on', 'disks-external', { warned: ['NEXT_START'] }),
  one('next-differs', 'on', 'memory-internal', { warned: ['NEXT_START'] }),
  one('comma-folder', 'off', 'disks-external', { refused: ['FILE_COMMA_FOLDER'] }),
  one('comma-folder', 'on', 'disks-external', { since: version.revertsExternal, warned: ['COMMA'] }),
  one('comma-folder', 'on', 'memory-internal'),

  one('shmem', 'on', 'memory-internal', { refused: ['MEMORY_DEVICE'], ...telling }),
  one('shmem', 'on', 'memory-external', { refused: ['MEMORY_DEVICE'] }),
  one('shmem', 'on', 'disks-external'),
  one('shmem-default', 'on', 'memory-internal', { refused: ['MEMORY_DEVICE'] }),
  one('shmem-master', 'on', 'memory-internal'),
  one('shmem-master', 'on', 'memory-external'),
  one('usb-device', 'on', 'memory-internal', { needsRoot: true }),
  one('usb-device', 'on', 'memory-external', { needsRoot: true }),
  one('virtiofs', 'on', 'memory-internal', { until: version.savesVirtiofs, refused: ['MEMORY_DEVICE'] }),
  one('virtiofs', 'on', 'memory-external', { until: version.savesVirtiofs, refused: ['MEMORY_DEVICE'] }),
  one('virtiofs', 'on', 'disks-external', { until: version.savesVirtiofs }),
  one('9p', 'on', 'memory-internal', { warned: ['MEMORY_DEVICE'] }),
  one('9p', 'on', 'disks-external'),
  one('sound-usb', 'on', 'memory-internal', { refused: ['MEMORY_DEVICE'], since: version.asksQemu }),
  one('sound-usb', 'on', 'memory-internal', { refused: ['MEMORY_DEVICE'], until: version.asksQemu }),
  one('crypto', 'on', 'memory-internal', { refused: ['MEMORY_DEVICE'], since: 9_001_000 }),
  one('crypto', 'on', 'disks-external', { since: 9_001_000 }),
  one('commandline', 'on', 'memory-internal', { warned: ['MEMORY_DEVICE'] }),

  one('suspended', 'on', 'memory-internal', { refused: ['SUSPENDED'] }),
  one('suspended', 'on', 'memory-external', { refused: ['SUSPENDED'] }),
  one('suspended', 'on', 'disks-external', { refused: ['SUSPENDED'], ...telling }),
  one('panicked', 'on', 'memory-internal', { warned: ['NOT_RESUMED'] }),
  one('panicked', 'on', 'memory-external', { warned: ['NOT_RESUMED'] }),
  one('panicked', 'on', 'disks-external', { warned: ['NOT_QUIESCED'], ...telling }),
  one('panicked', 'on', 'disks-internal', { refused: ['MEMORY_NEEDED'] }),
];
