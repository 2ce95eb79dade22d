import { formatVersion } from '../format.ts';
import { can, crashesOnInternalRevert } from '../libvirt/versions.ts';
import { chainKinds, safetyRules } from '../safety.ts';
import type { CreateDraft, CreateFacts } from '../schema.ts';
import { isIncluded } from './files.ts';
import { hasMemory, isExternal } from './modes.ts';

export interface ChoiceCase {
  readonly facts: CreateFacts;
  readonly draft: CreateDraft;
}
export interface ChoiceRule {
  readonly code: string;
  /** The choice that it speaks about. */
  readonly about: 'mode' | 'quiesce' | 'live' | 'disks';
  /** What libvirt answers; null where it would do it, and harm would come of it. */
  readonly libvirt: string | null;
  when(c: ChoiceCase): boolean;
  text(c: ChoiceCase): string;
}

const isQemu = ({ facts }: ChoiceCase) => facts.driver === 'QEMU';
const kindOf = ({ draft }: ChoiceCase) => (isExternal(draft.mode) ? 'external' : 'internal');
const other = (c: ChoiceCase) => (kindOf(c) === 'external' ? 'internal' : 'external');
/** A snapshot that comes with a freeze of the file systems, if the guest is on. */
const quiesces = ({ draft, facts }: ChoiceCase) => draft.quiesce && facts.active && draft.mode === 'disks-external';

/** What holds for every snapshot of a kind, whoever takes it: the rules of safety snapshots, with libvirt’s answers. */
const common: readonly ChoiceRule[] = (
  [
    ['DRIVER', null, () => true],
    ['BLOCK_JOB', 'BLOCK_COPY_ACTIVE', () => true],
    ['SUSPENDED', 'OPERATION_UNSUPPORTED', ({ draft }) => hasMemory(draft.mode)],
    ['NO_DISK', 'CONFIG_UNSUPPORTED', () => true],
    ['NOT_QCOW2', 'CONFIG_UNSUPPORTED', () => true],
    ['UEFI', 'OPERATION_UNSUPPORTED', () => true],
    ['HOST_DEVICES', 'OPERATION_INVALID', ({ draft }) => hasMemory(draft.mode)],
  ] as const satisfies readonly (readonly [string, string | null, (c: ChoiceCase) => boolean])[]
).map(([code, libvirt, matters]) => {
  const rule = safetyRules.find((each) => each.code === code);
  if (!rule) throw new Error(`There is no rule ${code}.`);
  const same = (c: ChoiceCase) => ({ facts: c.facts, kind: kindOf(c) }) as const;
  return {
    code,
    about: 'mode',
    libvirt,
    when: (c) => matters(c) && rule.when(same(c)),
    text: (c) => rule.text(same(c)),
  };
});

/** Why a snapshot cannot be taken as chosen. */
export const choiceRules: readonly ChoiceRule[] = [
  ...common,
  {
    // virDomainSnapshotAlignDisks
    code: 'NO_MEMORY',
    about: 'mode',
    libvirt: 'XML_ERROR',
    when: ({ facts, draft }) => !facts.active && hasMemory(draft.mode),
    text: () => 'The guest is off, so there is no memory to keep.',
  },
  {
    // qemuSnapshotPrepare: “internal snapshot of a running VM must include the memory state”
    code: 'MEMORY_NEEDED',
    about: 'mode',
    libvirt: 'OPERATION_UNSUPPORTED',
    when: (c) => isQemu(c) && c.facts.active && c.draft.mode === 'disks-internal',
    text: () => 'While the guest is on, libvirt keeps its memory with every internal snapshot.',
  },
  {
    // Deleting, and reverting across, mixed chains has destroyed images (libvirt issue 734, virt-manager 800 and 811).
    code: 'MIXED_CHAIN',
    about: 'mode',
    libvirt: null,
    when: (c) => isQemu(c) && chainKinds(c.facts).has(other(c)) && !chainKinds(c.facts).has(kindOf(c)),
    text: (c) =>
      `The domain’s snapshots are ${other(c)}. With ${kindOf(c)} ones on top, libvirt can no longer delete or revert them all.`,
  },
  {
    // qemuSnapshotPrepare: “nothing selected for snapshot”
    code: 'NOTHING_SELECTED',
    about: 'disks',
    libvirt: 'CONFIG_UNSUPPORTED',
    when: ({ facts, draft }) =>
      draft.mode === 'disks-external' &&
      facts.disks.some(({ writable }) => writable) &&
      facts.disks.every(({ writable, target }) => !writable || !isIncluded(draft, target)),
    text: () => 'No disk is included, so there would be nothing to keep.',
  },
  {
    // virDomainSnapshotAlignDisks: “disk … must use snapshot mode 'internal'”
    code: 'ALL_DISKS',
    about: 'disks',
    libvirt: 'CONFIG_UNSUPPORTED',
    when: ({ draft }) => !isExternal(draft.mode) && draft.disks.some(({ include }) => !include),
    text: () => 'An internal snapshot includes every disk that can be written to.',
  },
  {
    // qemuSnapshotCreateXML
    code: 'LIVE_NOT_HERE',
    about: 'live',
    libvirt: 'OPERATION_UNSUPPORTED',
    when: ({ draft }) => draft.live && draft.mode === 'memory-internal',
    text: () => 'The guest always stands still while an internal snapshot is taken.',
  },
  {
    // virDomainSnapshotCreateXML: “flag 'quiesce' requires flag 'disk-only'”
    code: 'QUIESCE_WITH_MEMORY',
    about: 'quiesce',
    libvirt: 'INVALID_ARG',
    when: ({ draft, facts }) => draft.quiesce && facts.active && hasMemory(draft.mode),
    text: () => 'With the memory, what the guest has not written yet is kept too: there is nothing to freeze.',
  },
  {
    code: 'QUIESCE_OFF',
    about: 'quiesce',
    libvirt: null,
    when: ({ draft, facts }) => draft.quiesce && !facts.active,
    text: () => 'The guest is off and writes nothing.',
  },
  {
    // qemuDomainAgentAvailable: “domain is not running”
    code: 'QUIESCE_PAUSED',
    about: 'quiesce',
    libvirt: 'OPERATION_INVALID',
    when: (c) => quiesces(c) && c.facts.state !== 'running' && c.facts.state !== 'blocked',
    text: () => 'The guest is not running, so its agent cannot freeze anything.',
  },
  {
    // qemuDomainAgentAvailable: “QEMU guest agent is not configured”
    code: 'AGENT_MISSING',
    about: 'quiesce',
    libvirt: 'ARGUMENT_UNSUPPORTED',
    when: (c) => quiesces(c) && c.facts.agent === 'none',
    text: () => 'The domain has no channel to a guest agent.',
  },
  {
    code: 'AGENT_AWAY',
    about: 'quiesce',
    libvirt: 'AGENT_UNRESPONSIVE',
    when: (c) => quiesces(c) && c.facts.agent === 'disconnected',
    text: () => 'No guest agent answers: qemu-guest-agent does not run in the guest.',
  },
];

/** What should be known before, though libvirt does it. */
export const choiceWarnings: readonly ChoiceRule[] = [
  {
    code: 'MIXED_ALREADY',
    about: 'mode',
    libvirt: null,
    when: (c) => isQemu(c) && chainKinds(c.facts).size > 1,
    text: () =>
      'The domain has internal and external snapshots already. One more of either kind might not be possible to go back to.',
  },
  {
    // qemuSnapshotRevertValidate: CONFIG_UNSUPPORTED (67) before 9.9.0
    code: 'NO_WAY_BACK',
    about: 'mode',
    libvirt: null,
    when: (c) => isQemu(c) && isExternal(c.draft.mode) && !can(c.facts.libvirtVersion, 'revertsExternal'),
    text: ({ facts }) =>
      `libvirt ${formatVersion(facts.libvirtVersion)} takes external snapshots but cannot revert to them; 9.9 or newer can.`,
  },
  {
    // NEWS 9.10.0: reverting to an internal snapshot crashed QEMU in 9.9.0
    code: 'BROKEN_INTERNAL',
    about: 'mode',
    libvirt: null,
    when: (c) => isQemu(c) && !isExternal(c.draft.mode) && crashesOnInternalRevert(c.facts.libvirtVersion),
    text: () => 'libvirt 9.9 crashes QEMU when it goes back to an internal snapshot.',
  },
  {
    // qemuSnapshotRevertExternalPrepare: OPERATION_UNSUPPORTED (84)
    code: 'NOT_FILES',
    about: 'mode',
    libvirt: null,
    when: (c) =>
      isQemu(c) && isExternal(c.draft.mode) && c.facts.disks.some((disk) => disk.writable && disk.type !== 'file'),
    text: () => 'libvirt can revert to an external snapshot only where all disks are files, and here they are not.',
  },
  {
    // QEMU: “Can't migrate the vm that was paused due to previous migration” (9.0, 11.3, 12.8)
    code: 'PAUSED_TWICE',
    about: 'mode',
    libvirt: 'INTERNAL_ERROR',
    when: ({ facts, draft }) => {
      const current = facts.snapshots.find(({ name }) => name === facts.current);
      const again = current?.memory === 'external' && current.state === 'paused';
      return draft.mode === 'memory-external' && facts.state === 'paused' && again;
    },
    text: ({ facts }) =>
      `If the guest has not run since “${facts.current}” was taken, QEMU refuses to write its memory again. Resume it for a moment first.`,
  },
  {
    code: 'MANAGED_SAVE_NOT_KEPT',
    about: 'mode',
    libvirt: null,
    when: ({ facts }) => facts.managedSave,
    text: () => 'The managed save image is not part of it: going back brings the disks, not that memory.',
  },
  {
    code: 'NOT_QUIESCED',
    about: 'quiesce',
    libvirt: null,
    when: ({ facts, draft }) =>
      facts.active && facts.state !== 'paused' && draft.mode === 'disks-external' && !draft.quiesce,
    text: () => 'Without the guest agent’s help, the disks are kept as they are in a power cut.',
  },
];
