import { version } from '../libvirt/versions.ts';
import { isExternal, quoted, type Rule } from './rule.ts';

export interface HazardRule extends Rule {
  /** `crash`: the daemon dies. `harm`: it says yes, and something that is not part of the revert is destroyed. */
  effect: 'crash' | 'harm';
}

/** Reverts that libvirt does not refuse though it should. Snapkeel does not ask for them. */
export const hazardRules: readonly HazardRule[] = [
  {
    code: 'INTERRUPTED_DELETE',
    driver: 'QEMU',
    effect: 'harm',
    source:
      'observed on 9.0–12.8: a broken off block commit leaves later data in the lower image, and libvirt accepts the revert',
    when: ({ facts }) => facts.interruptedDelete,
    text: ({ facts }) =>
      `Deleting ${quoted(facts.snapshot.name)} was broken off while its image was written to: it holds a mixture of then and later now. Delete it again; it cannot be gone back to.`,
  },
  {
    code: 'EXTERNAL_WITHOUT_CURRENT',
    driver: 'QEMU',
    since: version.revertsExternal,
    effect: 'crash',
    source: 'qemuSnapshotRevertExternalFinish: NULL dereference; observed on 11.3',
    when: ({ facts }) => isExternal(facts) && facts.current === null,
    text: () =>
      'The domain has no current snapshot. Reverting to an external one would crash the libvirt daemon, so Snapkeel does not ask for it.',
  },
  {
    code: 'TEST_WITHOUT_CONFIGURATION',
    driver: 'TEST',
    until: version.alwaysRestarts,
    effect: 'crash',
    source: 'testDomainRevertToSnapshot: NULL dereference by force; observed on 7.0',
    when: ({ facts }) => !facts.hasConfig,
    text: () =>
      'The snapshot does not hold the domain’s configuration. Forcing this revert would crash the libvirt daemon, so Snapkeel does not ask for it.',
  },
  {
    code: 'WRONG_OVERLAY',
    driver: 'QEMU',
    since: version.revertsExternal,
    effect: 'harm',
    source: 'qemuSnapshotRevertExternalFinish: unlinks the current snapshot’s overlays without asking who uses them',
    when: ({ facts }) => isExternal(facts) && facts.overlays.some((overlay) => overlay.inUse === false),
    text: ({ facts }) =>
      `${facts.current === null ? 'The current snapshot' : `The current snapshot ${quoted(facts.current)}`} is not where the disks are: libvirt would delete ${facts.overlays
        .filter((overlay) => overlay.inUse === false)
        .map((overlay) => overlay.file)
        .join(', ')}, which other states of this domain may lie on.`,
  },
  {
    code: 'RESET_NVRAM_INTERNAL',
    driver: 'QEMU',
    since: version.resetsNvram,
    effect: 'harm',
    source: 'observed on 11.3: the guest could not be started afterwards',
    when: ({ facts, flags }) => flags.resetNvram && !isExternal(facts) && facts.stored.nvram !== null,
    text: () =>
      'Resetting the firmware’s variables together with an internal snapshot can leave the guest unable to start, so Snapkeel does not ask for it.',
  },
];
