import { hasMemory, isExternal } from './modes.ts';
import { canKeep } from './request.ts';
import { type CreateCase, type CreateRule, kept } from './rule.ts';

/** A snapshot that comes with a freeze of the file systems, if the guest is on. */
const quiesces = ({ draft, facts }: CreateCase) => draft.quiesce && facts.active && draft.mode === 'disks-external';

/** What does not go together in what was chosen. */
export const choiceRules: readonly CreateRule[] = [
  {
    code: 'NOTHING_SELECTED',
    about: 'disks',
    answer: 'CONFIG_UNSUPPORTED',
    source: 'qemuSnapshotPrepare: “nothing selected for snapshot”',
    when: (c) => c.draft.mode === 'disks-external' && c.facts.disks.some(canKeep) && kept(c).length === 0,
    text: () => 'No disk is included, so there is nothing to snapshot.',
  },
  {
    code: 'ALL_DISKS',
    about: 'disks',
    answer: 'CONFIG_UNSUPPORTED',
    source: 'virDomainSnapshotAlignDisks: “must use snapshot mode …”',
    when: ({ draft }) => !isExternal(draft.mode) && draft.disks.some(({ include }) => !include),
    text: () => 'An internal snapshot includes every disk that can be written to.',
  },
  {
    code: 'LIVE_NOT_HERE',
    about: 'live',
    answer: 'OPERATION_UNSUPPORTED',
    source: 'qemuSnapshotCreateXMLValidateDef',
    when: ({ draft }) => draft.live && draft.mode === 'memory-internal',
    text: () => 'The guest is always paused while an internal snapshot is taken.',
  },
  {
    code: 'QUIESCE_WITH_MEMORY',
    about: 'quiesce',
    answer: 'INVALID_ARG',
    source: 'virDomainSnapshotCreateXML: QUIESCE goes with DISK_ONLY',
    when: ({ draft, facts }) => draft.quiesce && facts.active && hasMemory(draft.mode),
    text: () => 'Memory includes what the guest has not written yet, so there is nothing to freeze.',
  },
  {
    code: 'QUIESCE_OFF',
    about: 'quiesce',
    answer: null,
    source: 'qemuSnapshotCreateInactiveExternal: the flag is not looked at',
    when: ({ draft, facts }) => draft.quiesce && !facts.active,
    text: () => 'The guest is off and does not write.',
  },
  {
    code: 'QUIESCE_PAUSED',
    about: 'quiesce',
    answer: 'OPERATION_INVALID',
    source: 'qemuDomainAgentAvailable: “domain is not running”',
    when: (c) => quiesces(c) && c.facts.state !== 'running' && c.facts.state !== 'blocked',
    text: () => 'The guest is not running, so its agent cannot freeze anything.',
  },
  {
    code: 'AGENT_MISSING',
    about: 'quiesce',
    answer: 'ARGUMENT_UNSUPPORTED',
    source: 'qemuDomainAgentAvailable: “QEMU guest agent is not configured”',
    when: (c) => quiesces(c) && c.facts.agent === 'none',
    text: () => 'The domain has no channel to a guest agent.',
  },
  {
    code: 'AGENT_AWAY',
    about: 'quiesce',
    answer: 'AGENT_UNRESPONSIVE',
    source: 'qemuDomainAgentAvailable',
    when: (c) => quiesces(c) && c.facts.agent === 'disconnected',
    text: () => 'No guest agent answers: qemu-guest-agent does not run in the guest.',
  },
  {
    code: 'HALT_TRANSIENT',
    about: 'halt',
    answer: 'OPERATION_INVALID',
    source: 'qemuSnapshotCreateXML: “cannot halt after transient domain snapshot”',
    when: ({ draft, facts }) => draft.halt && !facts.persistent,
    text: () => 'The domain is transient: once it is off, libvirt forgets it and its snapshots.',
  },
  {
    code: 'HALT_OFF',
    about: 'halt',
    answer: null,
    source: 'qemuSnapshotCreate: the flag is not looked at',
    when: ({ draft, facts }) => draft.halt && facts.persistent && !facts.active,
    text: () => 'The guest is off already.',
  },
];
