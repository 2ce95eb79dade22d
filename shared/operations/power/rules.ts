import { formatCount, formatMoment, stateLabel } from '../../format.ts';
import { virshLine } from '../../libvirt/virsh.ts';
import type { DomainState, PowerFacts, Statement, VirshTarget } from '../../schema.ts';
import type { PowerAction } from '../words.ts';

interface Rule {
  readonly label: string;
  /** The states in which libvirt does it (qemu driver, seen on 9.0, 11.3 and 12.8; elsewhere it answers 55). */
  readonly states: readonly DomainState[];
  /** Why not in a state, where its name alone does not say it. */
  readonly whyNot?: Readonly<Partial<Record<DomainState, string>>>;
  /** The state that shows that it was done; null where none can. */
  readonly leadsTo: readonly DomainState[] | null;
  /** What is in the guest's memory is gone. */
  readonly losesMemory?: true;
  /** The domain is off afterwards. */
  readonly endsOff?: true;
}

const on: readonly DomainState[] = ['running', 'blocked'];
const active: readonly DomainState[] = [...on, 'paused', 'shutdown', 'crashed', 'pmsuspended'];
const asleep = 'The guest is suspended. Wake it in its console, or with “virsh dompmwakeup”.';
const offAlready = 'It is shut off.';
const runsAlready = 'It is already running.';

/**
 * | action   | off | running | paused | shutting down | crashed | suspended |
 * |----------|-----|---------|--------|---------------|---------|-----------|
 * | start    | yes |         |        |               |         |           |
 * | resume   |     |         | yes    |               |         |           |
 * | suspend  |     | yes     |        |               |         |           |
 * | shutdown |     | yes     |        | yes           |         |           |
 * | reset    |     | yes     | yes    | yes           | yes     | yes       |
 * | destroy  |     | yes     | yes    | yes           | yes     | yes       |
 */
const rules: Readonly<Record<PowerAction, Rule>> = {
  start: { label: 'Start', states: ['shutoff'], whyNot: { running: runsAlready, blocked: runsAlready }, leadsTo: on },
  resume: {
    label: 'Resume',
    states: ['paused'],
    whyNot: { running: runsAlready, blocked: runsAlready, shutoff: `${offAlready} Start it.`, pmsuspended: asleep },
    leadsTo: on,
  },
  suspend: {
    label: 'Pause',
    states: on,
    whyNot: { paused: 'It is already paused.', shutoff: offAlready, pmsuspended: asleep },
    leadsTo: ['paused'],
  },
  shutdown: {
    label: 'Shut down',
    states: [...on, 'shutdown'],
    whyNot: {
      paused: 'A paused guest cannot react to a shutdown request. Resume it first.',
      shutoff: 'It is already shut off.',
      pmsuspended: asleep,
    },
    leadsTo: ['shutoff'],
    endsOff: true,
  },
  reset: { label: 'Reset', states: active, whyNot: { shutoff: offAlready }, leadsTo: null, losesMemory: true },
  destroy: {
    label: 'Force off',
    states: active,
    whyNot: { shutoff: 'It is already shut off.' },
    leadsTo: ['shutoff'],
    losesMemory: true,
    endsOff: true,
  },
};

/** `Force off`: what a button says. */
export function powerLabel(action: PowerAction): string {
  return rules[action].label;
}

/** The same for text that was written down, which may be of another version. */
export function powerWords(subject: string): string {
  return (rules as Readonly<Record<string, Rule>>)[subject]?.label ?? 'Change the domain’s state';
}

/** Why an action cannot be done in a state, as a sentence; null when it can. */
export function powerRefusal(action: PowerAction, state: DomainState): string | null {
  const { states, whyNot } = rules[action];
  return states.includes(state) ? null : (whyNot?.[state] ?? `It is ${stateLabel(state)}.`);
}

/**
 * Why a domain cannot be started, as a sentence; null when it can: qemuProcessStart opens every image that its definition
 * names, or that of the saved memory. @param discardSave from its disks, whatever was saved
 */
export function startHindrance(
  {
    missing,
    unlike,
    managedSave,
    savedMissing,
  }: Pick<PowerFacts, 'missing' | 'unlike' | 'managedSave' | 'savedMissing'>,
  discardSave: boolean,
): string | null {
  if (managedSave && !discardSave) return savedMissing.length > 0 ? savedGone(savedMissing).text : null;
  const [is, it] = (missing.length || unlike.length) === 1 ? ['is', 'it'] : ['are', 'them'];
  if (missing.length > 0)
    return `${missing.join(', ')} ${is} missing on the host, and the domain cannot start without ${it}.`;
  return unlike.length > 0
    ? `${unlike.join(', ')} ${is} not in the format that the configuration says, and QEMU would not open ${it}.`
    : null;
}

const savedGone = (files: readonly string[]): Statement => ({
  code: 'SAVED_GONE',
  text: `The saved memory needs ${files.join(', ')}, which ${files.length === 1 ? 'is' : 'are'} missing on the host. It cannot be restored; you can only discard it and boot from the disks.`,
});

/** Whether the domain is off afterwards. */
export function endsOff(action: PowerAction): boolean {
  return rules[action].endsOff === true;
}

/** Whether the person has to confirm first. `facts` may be those that a window knows. */
export function powerNeedsConfirming(
  action: PowerAction,
  facts: Pick<PowerFacts, 'persistent' | 'managedSave'>,
): boolean {
  const { losesMemory = false } = rules[action];
  return losesMemory || (endsOff(action) && !facts.persistent) || (action === 'start' && facts.managedSave);
}

/** What an action loses, or may lose: sentences. None where nothing has to be confirmed. */
export function powerLosses(action: PowerAction, facts: PowerFacts, now: number): Statement[] {
  const { losesMemory = false } = rules[action];
  return [
    ...(losesMemory ? [memory] : []),
    ...(action === 'reset' && facts.state === 'paused' ? [staysPaused] : []),
    ...(endsOff(action) && !facts.persistent ? [transient(facts)] : []),
    ...(endsOff(action) ? notKept(facts) : []),
    ...(action === 'start' && facts.managedSave
      ? [managedSave(facts, now), ...otherImages(facts), ...lostWithImages(facts)]
      : []),
  ];
}

const memory: Statement = {
  code: 'MEMORY',
  text: 'Everything in memory is lost, including data that is not written to disk yet. The file systems are left as after a power failure.',
};
const staysPaused: Statement = {
  code: 'STAYS_PAUSED',
  text: 'It stays paused, and boots when it is resumed.',
};

/** qemuDomainRemoveInactive drops the metadata of snapshots with the domain. */
function transient({ snapshotCount }: PowerFacts): Statement {
  const also = snapshotCount > 0 ? `, and the metadata of its ${formatCount(snapshotCount, 'snapshot')}` : '';
  return {
    code: 'TRANSIENT',
    text: `The domain is transient: once it is off, libvirt forgets it, its configuration${also}. Its disks are kept.`,
  };
}

/**
 * The next start goes by the stored configuration, whatever the guest runs with (virDomainObjRemoveTransientDef); the
 * overlay of a `<transient/>` disk is deleted (qemuProcessStop). Observed on 9.0–12.8.
 */
function notKept({ leftBehind, dropped }: PowerFacts): Statement[] {
  return [
    ...leftBehind.map(({ target, now, next }) => ({
      code: 'NEXT_ELSEWHERE',
      text:
        next === null
          ? `The guest writes to ${now} as ${target}, a disk that the domain will not have at its next start.`
          : `The guest writes to ${now} as ${target}; the next start uses ${next} instead, without anything written since.`,
    })),
    ...dropped.map((target) => ({
      code: 'DROPPED',
      text: `Disk ${target} is transient: libvirt deletes everything that the guest wrote to it since it started.`,
    })),
  ];
}

/** libvirt restores a managed save whatever happened to the disks since: a revert does not remove it. */
function managedSave({ reverted }: PowerFacts, now: number): Statement {
  const since = reverted ? ` It was reverted to “${reverted.to}” ${formatMoment(reverted.at, now)}.` : '';
  return {
    code: 'MANAGED_SAVE',
    text: `Memory that was saved earlier is restored, with the disks as they are now.${since} If a disk has changed since then, for example by a revert, the guest does not notice and damages its file systems.`,
  };
}

/** qemuDomainObjRestore goes by the configuration that was saved; observed on 9.0–12.8. */
function otherImages({ savedElsewhere }: PowerFacts): Statement[] {
  if (savedElsewhere === null)
    return [{ code: 'SAVED_UNREAD', text: 'It is not known which images the saved memory uses.' }];
  return savedElsewhere.map(({ target, saved, now, written }) => {
    const left = now === null ? ', which the domain does not have now' : ` instead of ${now}`;
    const damaged = written ? ` This damages snapshots that are based on ${saved}.` : '';
    return {
      code: 'SAVED_ELSEWHERE',
      text:
        saved === null
          ? `The saved memory continues without ${now} in ${target}, which was added since.`
          : `The saved memory continues with ${saved} as ${target}${left}.${damaged}`,
    };
  });
}

const lostWithImages = ({ savedMissing }: PowerFacts) => (savedMissing.length > 0 ? [savedGone(savedMissing)] : []);

/** Sentences about what is no longer as the person read it. */
export function powerChanges(read: PowerFacts, now: PowerFacts): string[] {
  return [
    ...(read.state === now.state
      ? []
      : [`The domain is ${stateLabel(now.state)} now; it was ${stateLabel(read.state)}.`]),
    ...(read.state === now.state && read.id !== now.id ? ['The domain was started again in the meantime.'] : []),
    ...(read.managedSave === now.managedSave
      ? []
      : [`The domain has ${now.managedSave ? 'a' : 'no'} managed save image now.`]),
    ...(JSON.stringify(read.savedElsewhere) === JSON.stringify(now.savedElsewhere)
      ? []
      : ['The saved memory and the domain’s disks no longer match in the same way.']),
    ...(JSON.stringify([read.leftBehind, read.dropped]) === JSON.stringify([now.leftBehind, now.dropped])
      ? []
      : ['The guest now writes to other images, or the next start will use others.']),
    ...(read.persistent === now.persistent
      ? []
      : [`The domain is ${now.persistent ? 'persistent' : 'transient'} now.`]),
  ];
}

/** Whether a state shows that an action was done; null where no state can. */
export function powerReached(action: PowerAction, state: DomainState): boolean | null {
  return rules[action].leadsTo?.includes(state) ?? null;
}

/** The line that does the same with virsh (virsh(1)). @param discardSave of `start`: from the disks, whatever was saved. */
export function virshPower(target: VirshTarget, action: PowerAction, discardSave = false): string {
  return virshLine(target, { command: action, options: { 'force-boot': discardSave } });
}
