import type { ProblemCode } from './errors.ts';
import type { JournalEntry } from './schema.ts';

/** What libvirt was asked to do when it answered with an error; without one it was a revert, or only asked something. */
export type Requested = 'take' | 'delete' | 'redefine' | 'power';

/** Of the requests whose codes mean something else than for a revert. */
export const requested: Readonly<Partial<Record<JournalEntry['kind'], Requested>>> = {
  create: 'take',
  'safety-snapshot': 'take',
  delete: 'delete',
  'delete-safety': 'delete',
  redefine: 'redefine',
  power: 'power',
};

interface Meaning {
  /** Of every code that has none of its own here. */
  readonly effect: string;
  readonly codes: Readonly<
    Partial<Record<ProblemCode, { readonly what?: string; readonly effect?: string; readonly next?: string }>>
  >;
}

const reason = 'See libvirt’s reason below.';
const space = 'See libvirt’s reason below; often the host’s storage is full. Check that the domain still runs.';
const metadataSpace = 'See libvirt’s reason below; often the storage of the host’s own system is full.';
const log = 'See libvirt’s reason below and its log on the host. Check that the domain still runs.';

function unknownWhile(doing: string, done: string) {
  return {
    what: `The connection to “{host}” was lost while libvirt was ${doing}.`,
    effect: `It is not known yet whether ${done}.`,
    next: 'Snapkeel asks libvirt as soon as it is reachable again, and records the result in Activity.',
  };
}

/** What libvirt's codes mean when a snapshot was to be taken or deleted: the codes are those of a revert. */
export const requestProblems: Readonly<Record<Requested, Meaning>> = {
  take: {
    effect: 'No snapshot was taken.',
    codes: {
      OUTCOME_UNKNOWN: unknownWhile('taking the snapshot', 'it was taken'),
      OPERATION_INVALID: {
        what: 'libvirt cannot take a snapshot in the domain’s current state.',
        next: 'A block job must end first, and memory can only be saved while the guest runs. See libvirt’s reason below.',
      },
      OPERATION_UNSUPPORTED: {
        what: 'libvirt cannot take such a snapshot of this domain.',
        next: 'Firmware, host devices or a suspended guest may be the reason. See libvirt’s reason below.',
      },
      CONFIG_UNSUPPORTED: {
        what: 'libvirt cannot take this kind of snapshot of these disks.',
        next: 'Internal snapshots need qcow2 images. For an external one, a file may exist already. See libvirt’s reason below.',
      },
      OPERATION_FAILED: { what: 'libvirt started to take the snapshot and failed.', next: space },
      INTERNAL_ERROR: { what: 'libvirt reported an internal error while it took the snapshot.', next: log },
      SYSTEM_ERROR: { what: 'A file of the snapshot could not be written.', next: space },
      OPERATION_ABORTED: { what: 'Taking the snapshot was aborted.', next: 'Take it again if you still need it.' },
      OPERATION_TIMEOUT: { next: 'Wait until that job has ended, then try again.' },
      AGENT_UNRESPONSIVE: { next: 'Start the guest agent, or take the snapshot without quiescing.' },
      XML_DETAIL: { what: 'libvirt does not accept the snapshot’s name or description.', next: reason },
    },
  },
  delete: {
    effect: 'The snapshot is still there.',
    codes: {
      OUTCOME_UNKNOWN: unknownWhile('deleting the snapshot', 'it was deleted'),
      NO_DOMAIN_SNAPSHOT: {
        what: 'The snapshot no longer exists.',
        effect: 'It is gone.',
        next: 'There is nothing left to do.',
      },
      OPERATION_INVALID: {
        what: 'libvirt cannot delete a snapshot in the domain’s current state.',
        next: 'See libvirt’s reason below. An earlier deletion that was interrupted has to be repeated first.',
      },
      OPERATION_UNSUPPORTED: {
        what: 'libvirt cannot delete this snapshot.',
        next: 'See libvirt’s reason below. It may be based on an internal one, a block job may be running, or a disk may use another image now.',
      },
      CONFIG_UNSUPPORTED: {
        what: 'libvirt cannot delete this snapshot at its place in the tree.',
        next: 'Delete its children first. Before 9.0, libvirt cannot delete external snapshots.',
      },
      OPERATION_FAILED: {
        what: 'libvirt started to delete the snapshot and failed.',
        effect: 'It is not known how much of it is left.',
        next: 'Check the domain’s disks before you start it.',
      },
      INTERNAL_ERROR: {
        what: 'QEMU did not do what libvirt asked to delete the snapshot.',
        next: 'See libvirt’s reason below. An image may be read-only on the host, or the guest may be paused since its memory was written.',
      },
      SYSTEM_ERROR: { what: 'A file of the snapshot could not be used.', next: log },
      OPERATION_ABORTED: { what: 'Deleting the snapshot was aborted.', next: reason },
      OPERATION_TIMEOUT: { next: 'Wait until that job has ended, then try again.' },
    },
  },
  redefine: {
    effect: 'No disk and no memory was touched. Only metadata was going to change.',
    codes: {
      OUTCOME_UNKNOWN: unknownWhile('changing metadata', 'it was changed'),
      NO_DOMAIN_SNAPSHOT: { what: 'The snapshot no longer exists.', next: 'Check which snapshots there are now.' },
      INVALID_ARG: {
        what: 'libvirt does not accept this metadata for this domain.',
        next: 'It may belong to another domain, name a missing parent, or be of another kind than the snapshot with this name. See libvirt’s reason below.',
      },
      XML_ERROR: { what: 'The metadata lacks something that libvirt needs.', next: reason },
      XML_DETAIL: { what: 'libvirt cannot read the metadata, or does not accept the name in it.', next: reason },
      CONFIG_UNSUPPORTED: { what: 'The disks in the metadata do not match its configuration.', next: reason },
      INTERNAL_ERROR: {
        what: 'libvirt could not write the metadata, or it lacks something that libvirt needs.',
        next: metadataSpace,
      },
      OPERATION_INVALID: { what: 'libvirt cannot change snapshots in the domain’s current state.', next: reason },
      OPERATION_FAILED: { what: 'libvirt started to change the metadata and failed.', next: metadataSpace },
      SYSTEM_ERROR: { what: 'libvirt could not write the metadata.', next: metadataSpace },
      OPERATION_TIMEOUT: { next: 'Wait until that job has ended, then try again.' },
    },
  },
  power: {
    effect: 'The domain is as it was.',
    codes: {
      OUTCOME_UNKNOWN: unknownWhile('changing the domain’s state', 'it was done'),
      OPERATION_INVALID: {
        what: 'libvirt cannot do this in the domain’s current state.',
        next: 'Check its state. See libvirt’s reason below.',
      },
      OPERATION_UNSUPPORTED: { what: 'libvirt cannot do this with the domain.', next: reason },
      CONFIG_UNSUPPORTED: { what: 'libvirt cannot run the domain with this configuration.', next: reason },
      OPERATION_FAILED: {
        what: 'libvirt tried, and the hypervisor failed.',
        effect: 'The current state is shown below.',
        next: reason,
      },
      INTERNAL_ERROR: {
        what: 'The hypervisor reported an error.',
        effect: 'The current state is shown below.',
        next: 'See libvirt’s reason below and its log on the host.',
      },
      SYSTEM_ERROR: {
        what: 'A file that the domain needs could not be used.',
        effect: 'The current state is shown below. No disk was changed.',
        next: 'See libvirt’s reason below; an image may be gone. The Health tab looks for it.',
      },
      OPERATION_ABORTED: { what: 'It was aborted.', next: reason },
      OPERATION_TIMEOUT: { next: 'Wait until that job has ended, then try again.' },
    },
  },
};
