import { formatVersion } from '../format.ts';
import { version } from '../libvirt/versions.ts';
import { type DeleteCase, type DeleteRule, external, quoted, withData } from './case.ts';
import { isActive, isExternal } from './present.ts';

/** What is true and worth knowing, without keeping anybody from it. */
export const deleteWarnings: readonly Omit<DeleteRule, 'effect' | 'error'>[] = [
  {
    code: 'WAY_BACK',
    source: 'the safety snapshot of the last revert',
    when: ({ facts, step }) => facts.snapshots.some(({ name, undoes }) => undoes && step.goes.includes(name)),
    text: ({ facts, step }) =>
      `${quoted(facts.snapshots.filter(({ name, undoes }) => undoes && step.goes.includes(name)).map(({ name }) => name))} is the way back from the last revert: that cannot be undone afterwards.`,
  },
  {
    code: 'STARTED_MEANWHILE',
    driver: 'QEMU',
    since: version.deletesExternal,
    source: 'qemuSnapshotDelete: an inactive domain is started paused, and stopped afterwards',
    when: (c) => external(c) && !isActive(c.facts) && c.present.mergesOf(c.snapshot.name).length > 0,
    text: ({ facts }) =>
      `To merge, libvirt starts “${facts.domain.name}” paused and stops it afterwards. The guest does not run meanwhile.`,
  },
  {
    code: 'NOT_CANCELLABLE_WITHOUT_HARM',
    driver: 'QEMU',
    since: version.deletesExternal,
    source: 'observed on 9.0–12.8: a block commit writes into the lower image as it goes',
    when: (c) => external(c) && c.present.mergesOf(c.snapshot.name).length > 0,
    text: ({ snapshot }) =>
      `It can be cancelled while it merges, and the guest loses nothing by that; but “${snapshot.name}” is then damaged, and can only be deleted again.`,
  },
  {
    code: 'MEMORY_FILE_STAYS',
    driver: 'QEMU',
    since: version.deletesExternal,
    until: version.deletesMemoryFile,
    source: 'NEWS 9.1.0',
    when: (c) => external(c) && c.snapshot.memoryFile !== null,
    text: ({ facts, snapshot }) =>
      `libvirt ${formatVersion(facts.libvirtVersion)} leaves the memory of “${snapshot.name}” in ${snapshot.memoryFile}. Remove that file by hand.`,
  },
  {
    code: 'CHILDREN_MISLED',
    driver: 'QEMU',
    until: version.branches,
    source: 'observed once on 9.0: the metadata of what lay on it named another image afterwards',
    when: (c) => !withData(c) && isExternal(c.snapshot) && c.present.childrenOf(c.snapshot.name).length > 0,
    text: ({ facts, snapshot, present }) =>
      `libvirt ${formatVersion(facts.libvirtVersion)} may note a wrong image for ${quoted(present.childrenOf(snapshot.name))}, which ${present.childrenOf(snapshot.name).length === 1 ? 'lies' : 'lie'} on “${snapshot.name}”. Going back there may then bring other data.`,
  },
  {
    code: 'DATA_STAYS',
    source: 'VIR_DOMAIN_SNAPSHOT_DELETE_METADATA_ONLY',
    when: (c) => !withData(c) && c.snapshot.kind !== 'none',
    text: (c) => dataStays(c),
  },
];

function dataStays({ snapshot, present }: DeleteCase): string {
  const paths = [...new Set(present.pointsOf(snapshot.name).map(({ path }) => path))];
  if (!isExternal(snapshot))
    return `The data of “${snapshot.name}” stays inside ${paths.join(', ')} and takes up room there; only “qemu-img snapshot -d” removes it then.`;
  const files = [
    ...snapshot.stored.disks.flatMap(({ file }) => file ?? []),
    ...(snapshot.memoryFile ? [snapshot.memoryFile] : []),
  ];
  return `${files.join(', ')} ${files.length === 1 ? 'stays' : 'stay'} where ${files.length === 1 ? 'it is' : 'they are'} and ${files.length === 1 ? 'belongs' : 'belong'} to no snapshot: libvirt will not merge across that, so the neighbours of “${snapshot.name}” may not be deletable any more.`;
}
