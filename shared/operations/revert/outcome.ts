import { can } from '../../libvirt/versions.ts';
import type { DomainState, RevertFacts } from '../../schema.ts';
import { abiChanges, asksToRun, type Case, isActive, isLive } from './rule.ts';

/** A state, and why libvirt is in it, in virsh's words; null where that cannot be told. */
export interface Outcome {
  state: DomainState;
  reason: string | null;
}

interface Row {
  when(c: Case): boolean;
  outcome: (c: Case) => Outcome;
}
const always = (state: DomainState, reason: string | null) => (): Outcome => ({ state, reason });
const memory = ({ facts }: Case) => isLive(facts.snapshot);

/*
 * What a revert leaves behind (qemuSnapshotRevertActive, qemuSnapshotRevertInactive, testDomainRevertToSnapshot; seen
 * on 7.0–12.8). The first row that fits counts.
 *
 *   snapshot          as saved   running    paused
 *   running           running    running    paused
 *   paused            paused     running    paused
 *   shut off, crashed shut off   running *  paused *
 *   disk-snapshot     shut off   running *  paused *      * a cold boot: there is no memory to resume
 */
const rows: readonly Row[] = [
  { when: ({ facts }) => facts.snapshot.state === 'unknown', outcome: always('unknown', null) },
  {
    when: (c) => memory(c) && (c.flags.paused || (c.facts.snapshot.state === 'paused' && !c.flags.running)),
    outcome: always('paused', 'from snapshot'),
  },
  // The old test driver pauses an active domain and forgets to resume it.
  {
    when: (c) => memory(c) && forgetsToResume(c.facts) && c.facts.domain.state === 'running',
    outcome: always('paused', 'from snapshot'),
  },
  {
    when: (c) => memory(c) && forgetsToResume(c.facts),
    outcome: ({ facts }) => ({ state: facts.domain.state, reason: facts.domain.reason }),
  },
  { when: memory, outcome: always('running', 'from snapshot') },
  // The test driver emits STARTED and leaves the domain shut off.
  { when: (c) => asksToRun(c) && c.facts.driver !== 'TEST' && c.flags.paused, outcome: always('paused', 'user') },
  { when: (c) => asksToRun(c) && c.facts.driver !== 'TEST', outcome: always('running', 'booted') },
  { when: ({ facts }) => isActive(facts), outcome: always('shutoff', 'from snapshot') },
  // A domain that was off already keeps its reason.
  { when: () => true, outcome: ({ facts }) => ({ state: 'shutoff', reason: facts.domain.reason }) },
];

function forgetsToResume(facts: RevertFacts): boolean {
  const old = facts.driver === 'TEST' && !can(facts.libvirtVersion, 'alwaysRestarts');
  return old && isActive(facts) && abiChanges(facts).length === 0;
}

export function outcomeOf(c: Case): Outcome {
  const row = rows.find((each) => each.when(c));
  return row ? row.outcome(c) : { state: 'unknown', reason: null };
}
