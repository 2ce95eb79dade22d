import { formatVersion } from './format.ts';
import { can, crashesOnInternalRevert } from './libvirt/versions.ts';
import type { DomainState, SafetyOffer, Snapshot, Statement } from './schema.ts';

/** A disk as far as taking a snapshot of it goes. */
export interface SafetyDisk {
  readonly target: string;
  /** `file`, `block`, `network`, … as in `<disk type=…>`. */
  readonly type: string;
  /** `qcow2`, `raw`, … as in `<driver type=…>`. */
  readonly format: string;
  /** A disk that libvirt takes along: with an image, and not read-only. */
  readonly writable: boolean;
  readonly file: string | null;
}

/** What decides whether, and how, a safety snapshot can be taken. */
export interface SafetyFacts {
  readonly driver: string;
  readonly libvirtVersion: number;
  readonly state: DomainState;
  readonly active: boolean;
  readonly managedSave: boolean;
  /** `none`: no NVRAM. Otherwise the format of its image. */
  readonly nvram: 'none' | 'qcow2' | 'other';
  readonly disks: readonly SafetyDisk[];
  /** Devices of the host that memory cannot be saved with, in words. */
  readonly hostDevices: readonly string[];
  /** Targets of disks with a block job. */
  readonly blockJobs: readonly string[];
  readonly snapshots: readonly Pick<Snapshot, 'name' | 'kind' | 'memory'>[];
}

type Kind = 'internal' | 'external';
interface Case {
  facts: SafetyFacts;
  kind: Kind;
}
interface Rule {
  code: string;
  when(c: Case): boolean;
  text(c: Case): string;
}

const isQemu = ({ driver }: SafetyFacts) => driver === 'QEMU';
const writable = ({ disks }: SafetyFacts) => disks.filter((disk) => disk.writable);
const targets = (disks: readonly SafetyDisk[]) => disks.map((disk) => disk.target).join(', ');
const notQcow2 = (facts: SafetyFacts) => writable(facts).filter((disk) => disk.format !== 'qcow2');
const notFiles = (facts: SafetyFacts) => writable(facts).filter((disk) => disk.type !== 'file' || disk.file === null);

/** Why a safety snapshot cannot be taken, or could not be gone back to. */
export const safetyRules: readonly Rule[] = [
  {
    code: 'DRIVER',
    when: ({ facts }) => !isQemu(facts) && facts.driver !== 'TEST',
    text: ({ facts }) => `Safety snapshots are only known to work with QEMU; this is libvirt’s ${facts.driver} driver.`,
  },
  {
    // Deleting, and reverting across, mixed chains has destroyed images (libvirt issue 734, virt-manager 800 and 811).
    code: 'MIXED_CHAIN',
    when: ({ facts }) => isQemu(facts) && chainKinds(facts).size > 1,
    text: () =>
      'The domain has internal and external snapshots. One more of either kind might not be possible to go back to.',
  },
  {
    // qemuSnapshotCreateXML: BLOCK_COPY_ACTIVE (83), seen on 9.0
    code: 'BLOCK_JOB',
    when: ({ facts }) => facts.blockJobs.length > 0,
    text: ({ facts }) =>
      `A block job is running on ${facts.blockJobs.join(', ')}; libvirt takes no snapshot meanwhile.`,
  },
  {
    // qemuSnapshotCreateXML: OPERATION_UNSUPPORTED (84)
    code: 'SUSPENDED',
    when: ({ facts }) => isQemu(facts) && facts.state === 'pmsuspended',
    text: () => 'The guest is suspended by power management; QEMU takes no snapshot with memory of it.',
  },
  {
    // qemuSnapshotPrepare: CONFIG_UNSUPPORTED (67), nothing to save
    code: 'NO_DISK',
    when: ({ facts }) => isQemu(facts) && writable(facts).length === 0,
    text: () => 'The domain has no writable disk that a snapshot could keep.',
  },
  {
    // qemuSnapshotPrepareDiskInternal: CONFIG_UNSUPPORTED (67)
    code: 'NOT_QCOW2',
    when: ({ facts, kind }) => isQemu(facts) && kind === 'internal' && notQcow2(facts).length > 0,
    text: ({ facts }) =>
      `An internal snapshot needs every writable disk to be qcow2, and ${targets(notQcow2(facts))} ${notQcow2(facts).length === 1 ? 'is' : 'are'} not.`,
  },
  {
    // qemuSnapshotPrepare; created since 10.9 and reverted since 10.10 (NEWS), only with qcow2 NVRAM
    code: 'UEFI',
    when: ({ facts, kind }) =>
      isQemu(facts) &&
      kind === 'internal' &&
      facts.nvram !== 'none' &&
      (facts.nvram !== 'qcow2' || !can(facts.libvirtVersion, 'revertsNvram')),
    text: ({ facts }) =>
      facts.nvram === 'qcow2'
        ? `The guest boots with UEFI, and libvirt ${formatVersion(facts.libvirtVersion)} cannot go back to internal snapshots of that. It needs 10.10 or newer.`
        : 'The guest boots with UEFI and its NVRAM is not qcow2, so libvirt takes no internal snapshot of it.',
  },
  {
    // NEWS 9.10.0: reverting to an internal snapshot crashed QEMU in 9.9.0
    code: 'BROKEN_INTERNAL',
    when: ({ facts, kind }) => isQemu(facts) && kind === 'internal' && crashesOnInternalRevert(facts.libvirtVersion),
    text: () => 'libvirt 9.9 crashes QEMU when it goes back to an internal snapshot, so this one would be of no use.',
  },
  {
    // qemuSnapshotRevertValidate: CONFIG_UNSUPPORTED (67) before 9.9.0
    code: 'EXTERNAL_UNSUPPORTED',
    when: ({ facts, kind }) => isQemu(facts) && kind === 'external' && !can(facts.libvirtVersion, 'revertsExternal'),
    text: ({ facts }) =>
      `The domain’s snapshots are external, and libvirt ${formatVersion(facts.libvirtVersion)} cannot go back to those. It needs 9.9 or newer.`,
  },
  {
    // qemuSnapshotRevertExternalPrepare: OPERATION_UNSUPPORTED (84) for what is not a file
    code: 'NOT_FILES',
    when: ({ facts, kind }) => isQemu(facts) && kind === 'external' && notFiles(facts).length > 0,
    text: ({ facts }) =>
      `libvirt can go back to an external snapshot only where disks are files, and ${targets(notFiles(facts))} ${notFiles(facts).length === 1 ? 'is' : 'are'} not.`,
  },
  {
    // qemuMigrationSrcIsAllowed, which snapshots with memory go through: OPERATION_INVALID (55)
    code: 'HOST_DEVICES',
    when: ({ facts }) => isQemu(facts) && facts.active && facts.hostDevices.length > 0,
    text: ({ facts }) => `The memory of a guest with ${facts.hostDevices.join(', ')} cannot be saved.`,
  },
];

const safetyNotes: readonly Rule[] = [
  {
    code: 'PAUSES_GUEST',
    when: ({ facts }) => isQemu(facts) && facts.active,
    text: () => 'The guest stands still while its memory is written.',
  },
  {
    code: 'MANAGED_SAVE_NOT_KEPT',
    when: ({ facts }) => facts.managedSave,
    text: () => 'The managed save image is not part of it: an undo brings the disks back, not that memory.',
  },
];

/**
 * Whether a safety snapshot can be taken here, and of which kind: that of the snapshots there are, else internal.
 * @param pattern of the name, as in the settings. @param now milliseconds since 1970.
 */
export function safetyOffer(facts: SafetyFacts, pattern: string, target: string, now: number): SafetyOffer {
  const c: Case = { facts, kind: isQemu(facts) && chainKinds(facts).has('external') ? 'external' : 'internal' };
  const matching = (rules: readonly Rule[]): Statement[] =>
    rules.filter((rule) => rule.when(c)).map(({ code, text }) => ({ code, text: text(c) }));
  const reasons = matching(safetyRules);
  const available = reasons.length === 0;
  const taken = new Set(facts.snapshots.map((snapshot) => snapshot.name));
  return {
    available,
    kind: available ? c.kind : null,
    memory: available && facts.active,
    name: safetyName(pattern, target, now, taken),
    reasons,
    notes: available ? matching(safetyNotes) : [],
  };
}

/** The kinds that hold data in a domain's snapshots. */
export function chainKinds({ snapshots }: Pick<SafetyFacts, 'snapshots'>): Set<Kind> {
  const kinds = new Set<Kind>();
  for (const { kind, memory } of snapshots) {
    if (kind === 'internal' || kind === 'mixed' || memory === 'internal') kinds.add('internal');
    if (kind === 'external' || kind === 'mixed' || memory === 'external') kinds.add('external');
  }
  return kinds;
}

/**
 * `before-revert-2026-11-23-12-14-05`, in this machine's time zone, and with a number behind it if that is taken.
 * Only letters, digits, dots, dashes and underscores: since 10.9 libvirt makes the name part of a QEMU job's ID
 * (`internal-snapshot-save-…`), and QEMU accepts nothing else there (id_wellformed; seen on 11.3 and 12.8). No dot in
 * front (virDomainSnapshotDefParse: XML_DETAIL).
 */
export function safetyName(pattern: string, target: string, now: number, taken: ReadonlySet<string>): string {
  return (
    nameByPattern(pattern, { snapshot: target }, now, taken) ?? nameByPattern('before-revert', {}, now, taken) ?? ''
  );
}

/** A pattern filled in as above, with more words than the date; null when nothing is left of it. */
export function nameByPattern(
  pattern: string,
  more: Readonly<Record<string, string>>,
  now: number,
  taken: ReadonlySet<string>,
): string | null {
  const date = new Date(now);
  const two = (n: number) => `${n}`.padStart(2, '0');
  const words: Readonly<Record<string, string>> = {
    date: `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`,
    time: [date.getHours(), date.getMinutes(), date.getSeconds()].map(two).join('-'),
    ...more,
  };
  const name = pattern
    .replace(/\{(\w+)\}/g, (whole, word: string) => words[word] ?? whole)
    .trim()
    .replaceAll(/[^\w.-]+/g, '-')
    .replace(/^[.-]+/, '');
  if (name === '') return null;
  for (let n = 1; ; n++) {
    const candidate = n === 1 ? name : `${name}-${n}`;
    if (!taken.has(candidate)) return candidate;
  }
}

/** What a safety snapshot says of itself, for whoever finds it in another program. */
export function safetyDescription(target: string, requestId: string): string {
  return `Taken by Snapkeel before reverting to “${target}”. [snapkeel-safety ${requestId}]`;
}

/** The request that a description names, if Snapkeel wrote it. */
export function safetyRequestOf(description: string): string | null {
  return /\[snapkeel-safety ([\w-]+)\]$/.exec(description)?.[1] ?? null;
}
