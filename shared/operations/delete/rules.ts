import { formatVersion } from '../../format.ts';
import { version } from '../../libvirt/versions.ts';
import { type DeleteRule, external, withData } from './case.ts';
import { harms } from './harm-rules.ts';
import { refusals } from './refusal-rules.ts';

const first: readonly DeleteRule[] = [
  {
    code: 'PINNED',
    effect: 'ours',
    source: 'the person pinned it',
    when: ({ snapshot }) => snapshot.pinned,
    text: ({ snapshot }) => `“${snapshot.name}” is pinned. Unpin it first to delete it.`,
  },
  {
    code: 'TEST_METADATA_ONLY',
    driver: 'TEST',
    effect: 'refused',
    error: 'INVALID_ARG',
    source: 'testDomainSnapshotDelete: unsupported flag',
    when: (c) => !withData(c),
    text: () => 'libvirt’s test driver cannot delete only the metadata.',
  },
  {
    code: 'BUSY',
    driver: 'QEMU',
    effect: 'refused',
    error: 'OPERATION_TIMEOUT',
    source: 'virDomainObjBeginAsyncJob; observed beside a backup on 9.0: 68 after 30 seconds, metadata alone too',
    when: ({ facts }) => facts.domain.active && facts.domain.busy === true,
    text: ({ facts }) =>
      `libvirt runs a job on “${facts.domain.name}”, such as a backup, and deletes nothing until it has ended.`,
  },
  {
    code: 'EXTERNAL_UNSUPPORTED',
    driver: 'QEMU',
    until: version.deletesExternal,
    effect: 'refused',
    error: 'CONFIG_UNSUPPORTED',
    source: 'qemuDomainSnapshotDelete before 9.0.0',
    when: external,
    text: ({ facts, snapshot }) =>
      `libvirt ${formatVersion(facts.libvirtVersion)} cannot delete external snapshots such as “${snapshot.name}”. It needs 9.0 or newer, or use “Metadata only”.`,
  },
];

/**
 * In the order of libvirt; the first that holds is told. What libvirt refuses by itself comes before what it would do
 * and should not.
 */
export const deleteRules: readonly DeleteRule[] = [...first, ...refusals, ...harms];
