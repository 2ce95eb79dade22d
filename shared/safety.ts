import { usualOverlay } from './chain.ts';
import { assessCreate, type CreateAssessment } from './operations/create/assess.ts';
import { emptyDraft } from './operations/create/draft.ts';
import { assessRevert, isExternal, writtenBack } from './operations/revert/risk.ts';
import { safetyName } from './safety-names.ts';
import type {
  CreateDraft,
  CreateFacts,
  RevertFacts,
  SafetyOffer,
  SnapshotState,
  Statement,
  StoredDisk,
  VirshTarget,
} from './schema.ts';

/** A revert, and the snapshot of the present that could be taken before it. */
interface Case {
  readonly revert: RevertFacts;
  readonly create: CreateFacts;
  readonly draft: CreateDraft;
}
interface Rule {
  readonly code: string;
  readonly source: string;
  when(c: Case): boolean;
  text(c: Case): string;
}

const none = { names: [], count: 0 };
const named = (words: readonly string[]) => words.join(', ');
const isInternal = ({ revert }: Case) => !isExternal(revert);

/** Why a safety snapshot would not be a way back from this revert, though it could be taken. */
export const safetyRules: readonly Rule[] = [
  {
    code: 'DRIVER',
    source: 'tried with QEMU and the test driver only',
    when: ({ create }) => create.driver !== 'QEMU' && create.driver !== 'TEST',
    text: ({ create }) => `Safety snapshots are only tested with QEMU; this is libvirt’s ${create.driver} driver.`,
  },
  {
    code: 'WRITES_ELSEWHERE',
    source: 'qemuSnapshotInternalRevertInactive: the images of then are written to, whatever the domain has now',
    when: (c) => isInternal(c) && writtenElsewhere(c).length > 0,
    text: (c) =>
      `The revert also writes to ${named(writtenElsewhere(c))}, which the domain does not write to now: a safety snapshot cannot include that.`,
  },
  {
    code: 'LIES_ON_IT',
    source: 'observed on 9.0–12.8: an internal revert writes to an image that today’s images lie on',
    when: (c) => isInternal(c) && liesOnWritten(c).length > 0,
    text: (c) =>
      `The image that ${named(liesOnWritten(c))} ${liesOnWritten(c).length === 1 ? 'uses' : 'use'} now is based on an image that the revert writes to, so a safety snapshot would be lost with the revert.`,
  },
];

const safetyNotes: readonly Rule[] = [
  {
    code: 'PAUSES_GUEST',
    source: 'libvirt stops the CPUs while memory is written',
    when: ({ create }) => create.driver === 'QEMU' && create.active,
    text: () => 'The guest is paused while its memory is written.',
  },
  {
    code: 'MANAGED_SAVE_NOT_KEPT',
    source: 'a managed save image is no part of a snapshot',
    when: ({ create }) => create.managedSave,
    text: () => 'The managed save image is not part of it: Undo brings back the disks, not that memory.',
  },
];

/** What would be asked of libvirt: a snapshot of the target’s kind, with memory while the guest is on. */
export function safetyDraft(revert: RevertFacts, create: CreateFacts, name: string, description = ''): CreateDraft {
  const kind = create.driver === 'QEMU' && isExternal(revert) ? 'external' : 'internal';
  return { ...emptyDraft, name, description, mode: `${create.active ? 'memory' : 'disks'}-${kind}` };
}

/**
 * Whether a safety snapshot can be taken here and would be a way back: it can be taken, holds every disk that the revert
 * changes, is not lost with the revert, and reverting to it is itself foreseen to work.
 * @param pattern of the name, as in the settings. @param now milliseconds since 1970.
 */
export function safetyOffer(
  revert: RevertFacts,
  create: CreateFacts,
  pattern: string,
  now: number,
  virsh: VirshTarget = { uri: null, domain: create.name },
): SafetyOffer {
  const taken = new Set(create.snapshots.map((snapshot) => snapshot.name));
  const name = safetyName(pattern, revert.snapshot.name, now, taken);
  const c: Case = { revert, create, draft: safetyDraft(revert, create, name) };
  const matching = (rules: readonly Rule[]): Statement[] =>
    rules.filter((rule) => rule.when(c)).map((rule) => ({ code: rule.code, text: rule.text(c) }));
  const taking = assessCreate(create, c.draft, virsh);
  const own = matching(safetyRules);
  const hindrances = [...taking.blockers.map(({ code, text }) => ({ code, text })), ...taking.wayBack, ...own];
  const reasons = hindrances.length > 0 ? hindrances : noWayBack(c, taking);
  const available = reasons.length === 0;
  return {
    available,
    kind: available ? (c.draft.mode.endsWith('external') ? 'external' : 'internal') : null,
    memory: available && create.active,
    name,
    reasons,
    notes: available ? matching(safetyNotes) : [],
    doubts: available ? [...mayFail(taking.warnings), ...taking.unknown] : [],
    virsh: available ? taking.virsh : null,
  };
}

/** Of what is said of taking a snapshot: what may keep it from being taken, without being certain. */
const mayFail = (said: readonly Statement[]) => said.filter(({ code }) => code === 'PAUSED_TWICE');

/** Images that the revert writes to and that no disk of today writes to. */
function writtenElsewhere({ revert }: Case): string[] {
  const active = new Set(revert.domain.disks.map(({ file }) => file));
  return [
    ...new Set(writtenBack(revert).flatMap(({ image }) => (image && !active.has(image.path) ? [image.path] : []))),
  ];
}

/** Disks of today whose image lies on one that the revert writes to. */
function liesOnWritten({ revert, create }: Case): string[] {
  const written = new Set(writtenBack(revert).flatMap(({ image }) => image?.path ?? []));
  return create.disks.flatMap(({ target, below }) => (below.some(({ path }) => written.has(path)) ? [target] : []));
}

/** Why an undo would not work, as far as it can be foreseen; none where it would. */
function noWayBack(c: Case, taking: CreateAssessment): Statement[] {
  if (c.create.driver !== 'QEMU') return [];
  const choice = {
    startState: 'as-saved',
    safetySnapshot: false,
    removeManagedSave: false,
    resetNvram: false,
  } as const;
  const { blockers } = assessRevert(undoFacts(c, taking), choice);
  return blockers.map(({ code, text }) => ({ code, text: `It could not be used for Undo: ${text}` }));
}

/** The facts of an undo, as they will be once this snapshot was taken and the domain reverted. */
export function undoFacts({ revert, create, draft }: Case, taking: CreateAssessment): RevertFacts {
  const external = draft.mode.endsWith('external');
  const kinds = new Map(taking.disks.map(({ target, location }) => [target, location]));
  const kindOf = (target: string): StoredDisk['kind'] => {
    const location = kinds.get(target) ?? 'no';
    return location === 'no' ? 'none' : location;
  };
  const state: SnapshotState = create.active ? create.state : 'shutoff';
  const then = new Map(revert.stored.disks.map((disk) => [disk.target, disk]));
  const disks = create.disks.map((disk): StoredDisk => {
    const { exists, depth, gone, next: _, ...plain } = disk;
    const path = disk.image?.path;
    const back = then.get(disk.target);
    return {
      ...plain,
      kind: kindOf(disk.target),
      missing: [...(exists === false && path ? [path] : []), ...gone],
      unseen: path && (exists === null || depth === null) ? [path] : [],
      attached: back !== undefined,
      now: back?.image?.path ?? null,
      related: true,
      isWhole: depth !== null,
      isUnderNow: false,
      hasBitmaps: revert.stored.disks.find(({ image }) => image?.path === path)?.hasBitmaps ?? null,
    };
  });
  const reverted = revert.stored.disks.flatMap(({ target, image, readonly }) =>
    external && image && !readonly
      ? [
          {
            target,
            file: usualOverlay(image.path, '0'),
            bytes: null,
            inUse: true,
            under: null,
            neededBy: [],
            mayNeed: [],
          },
        ]
      : [],
  );
  return {
    ...revert,
    domain: { ...revert.domain, managedSave: false, blockJobs: [], job: false },
    snapshot: {
      name: draft.name,
      description: draft.description,
      parent: revert.current,
      createdAt: 0,
      state,
      memory: create.active ? (external ? 'external' : 'internal') : 'none',
      kind: external ? 'external' : 'internal',
      disks: create.disks.map(({ target }) => ({ target, kind: kindOf(target) })),
    },
    hasConfig: true,
    stored: {
      ...revert.stored,
      disks,
      files: [],
      notFiles: create.disks.filter(({ type }) => type !== 'file').map(({ target }) => target),
      next: { missing: [], unseen: [] },
      memoryFile: null,
    },
    overlays: reverted,
    history: { leftBehind: none, destroyed: none, unsure: none, now: 'stays', spoiled: [] },
    current: revert.snapshot.name,
    data: { state: 'there', why: [] },
    configChanges: [],
    riskReported: null,
  };
}
