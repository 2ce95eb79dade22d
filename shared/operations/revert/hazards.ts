import { version } from '../../libvirt/versions.ts';
import type { OverlayFact, RevertFacts } from '../../schema.ts';
import { commas, isExternal, listed, named, quoted, type Rule, tagHazard, texts } from './rule.ts';

export interface HazardRule extends Rule {
  /** `crash`: the daemon dies. `harm`: it says yes, and something that is not part of the revert is destroyed. */
  effect: 'crash' | 'harm';
}

/** The data of the snapshot is not what was taken: a revert would bring back something else. */
const damages = [
  {
    code: 'MIXTURE',
    reasons: ['merge-broken-off'],
    source:
      'qemuSnapshotSetInvalid; observed on 9.0–12.8: a broken off block commit leaves later data in the lower image, and libvirt accepts the revert',
  },
  {
    code: 'OVERWRITTEN',
    reasons: ['written-to', 'written-since'],
    source:
      'observed on 7.0–12.8: an internal revert writes to an image that external snapshots lie on, and libvirt says nothing',
  },
  {
    code: 'OTHER_TAG',
    reasons: ['id-is-another'],
    source: 'QEMU bdrv_snapshot_find: an ID is looked up before a name; observed on 7.0–12.8',
  },
  {
    code: 'TWO_TAGS',
    reasons: ['tag-twice'],
    source: 'QEMU bdrv_snapshot_find: the first of two tags wins; observed on 7.0–12.8',
  },
] as const;
/** Findings about the data (shared/health/data.ts) that are hazards. */
export const damageCodes: ReadonlySet<string> = new Set(damages.flatMap(({ reasons }) => reasons));

const damageRules = damages.map(({ code, reasons, source }): HazardRule => {
  const known: ReadonlySet<string> = new Set(reasons);
  const found = ({ data }: RevertFacts) => data.why.filter((each) => known.has(each.code));
  return {
    code,
    driver: 'QEMU',
    effect: 'harm',
    source,
    when: ({ facts }) => found(facts).length > 0,
    text: ({ facts }) => [...new Set(found(facts).map(({ text }) => text))].join(' '),
  };
});

/** Reverts that libvirt does not refuse though it should. Snapkeel does not ask for them. */
export const hazardRules: readonly HazardRule[] = [
  ...damageRules,
  {
    code: 'TAG_MISREAD',
    driver: 'QEMU',
    effect: 'harm',
    source: 'tagRules (shared/libvirt/names.ts); observed on 7.0: done, says libvirt, and nothing was reverted',
    when: ({ facts }) => tagHazard(facts, 'nothing') !== undefined,
    text: ({ facts }) => tagHazard(facts, 'nothing')?.text ?? '',
  },
  {
    code: 'COMMA_IN_NAME',
    driver: 'QEMU',
    since: version.revertsExternal,
    effect: 'harm',
    source:
      'qemuSnapshotCreateQcow2Files: qemu-img makes the overlay under a name with one comma for two, and libvirt says that it is done',
    when: ({ facts }) => commas(facts, 'misnamed').length > 0,
    text: ({ facts }) => texts(commas(facts, 'misnamed')),
  },
  {
    code: 'EXTERNAL_WITHOUT_CURRENT',
    driver: 'QEMU',
    since: version.revertsExternal,
    effect: 'crash',
    source: 'qemuSnapshotRevertExternalFinish: NULL dereference; observed on 11.3',
    when: ({ facts }) => isExternal(facts) && facts.current === null,
    text: () =>
      'The domain has no current snapshot. Reverting to an external one would crash the libvirt daemon, so Snapkeel does not do it.',
  },
  {
    code: 'TEST_WITHOUT_CONFIGURATION',
    driver: 'TEST',
    until: version.alwaysRestarts,
    effect: 'crash',
    source: 'testDomainRevertToSnapshot: NULL dereference by force; observed on 7.0',
    when: ({ facts }) => !facts.hasConfig,
    text: () =>
      'The snapshot does not hold the domain’s configuration. Forcing this revert would crash the libvirt daemon, so Snapkeel does not do it.',
  },
  {
    code: 'WRONG_OVERLAY',
    driver: 'QEMU',
    since: version.revertsExternal,
    effect: 'harm',
    source: 'qemuSnapshotRevertExternalFinish: unlinks the current snapshot’s overlays without asking who uses them',
    when: ({ facts }) => isExternal(facts) && wrongOverlays(facts).length > 0,
    text: ({ facts }) => {
      const needed = [...new Set(wrongOverlays(facts).flatMap(({ neededBy }) => neededBy))];
      return `${facts.current === null ? 'The current snapshot' : `The current snapshot ${quoted(facts.current)}`} does not match the disks: libvirt would delete ${named(wrongOverlays(facts).map(({ file }) => file))}, which ${listed(needed)} ${needed.length === 1 ? 'needs' : 'need'}.`;
    },
  },
  {
    code: 'RESET_NVRAM_INTERNAL',
    driver: 'QEMU',
    since: version.resetsNvram,
    effect: 'harm',
    source: 'observed on 11.3: the guest could not be started afterwards',
    when: ({ facts, flags }) => flags.resetNvram && !isExternal(facts) && facts.stored.nvram !== null,
    text: () =>
      'Resetting the firmware’s variables together with an internal snapshot can leave the guest unable to start, so Snapkeel does not do it.',
  },
];

/** Overlays that libvirt would delete though others need them. */
function wrongOverlays({ overlays }: RevertFacts): OverlayFact[] {
  return overlays.filter(({ neededBy }) => neededBy.length > 0);
}
