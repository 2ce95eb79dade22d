import { basename } from 'node:path';
import type { Ended, Plan } from './app.ts';
import { type Book, chainOf, type Reading, type Sight } from './book.ts';
import { markOf } from './marks.ts';
import type { AppStep, Step } from './steps.ts';
import { isBootedMemory, isWritable, type World } from './world.ts';

export const kinds = {
  crash: 'libvirtd died',
  lost: 'a snapshot lost what it holds, and nothing was said of it',
  'wrong data': 'a revert brought other data than the snapshot was taken of, and nothing was said of it',
  overwritten: 'what the domain or a detached disk held is gone, and nothing was said of it',
  vanished: 'libvirt does not list a snapshot any more, and nothing was said of it',
  'no data': 'a new snapshot does not hold what it was taken of',
  unseen: 'what a snapshot held is gone, and the plan of a revert to it calls it safe',
  guest: 'the guest was stopped or lost its memory, and nothing was said of it',
  state: 'the state afterwards is not the one foretold',
  error: 'it was to succeed, and did not',
  doubted: 'it was called risky, and did not succeed; nobody was misled',
  'not refused': 'it was to be refused, and was not',
  difference: 'the app itself says that not everything is as planned',
  'false refusal': 'it was refused, and libvirt does it without harm',
  'app error': 'the app could not do its part',
} as const;

/** Kinds that are worth knowing, and no fault: the app did not say otherwise. */
export const harmless: ReadonlySet<keyof typeof kinds> = new Set(['doubted']);

/** Something that the app said, or did not say, and that libvirt contradicts. */
export interface Finding {
  readonly kind: keyof typeof kinds;
  /** Two findings with the same kind and signature are taken for the same fault. */
  readonly signature: string;
  readonly text: string;
}

/** One step of the app with everything around it. */
export interface Case {
  readonly step: AppStep;
  readonly plan: Plan;
  readonly ended: Ended;
  readonly before: Sight;
  readonly after: Sight;
  readonly book: Book;
  /** Somebody else did something after the plan was made. */
  readonly disturbed: boolean;
}

/** What is not as the app said. Nothing of the app's own rules is looked at: only its words and libvirt's doings. */
export function judge(c: Case): Finding[] {
  return [
    ...ending(c),
    ...guest(c),
    ...snapshots(c),
    ...(c.ended.result === 'done' ? [...created(c), ...reverted(c)] : []),
    ...disks(c),
  ];
}

/** A snapshot whose data changed though nothing was asked for: since the app’s last step the guest writes into it. */
export function judgeWriting({ step, plan, before, after, book }: Omit<Case, 'ended' | 'disturbed'>): Finding[] {
  return newlyLost(before, after, book)
    .filter(({ name, what }) => !isTold(plan, [name, ...imagesBelow(before, name, what)]))
    .map(({ name, what, text }) => ({
      kind: 'lost',
      signature: `written to after ${step.do}`,
      text: `“${name}”, ${what}: the guest writes into what the snapshot holds (${text}), since “${step.do}”`,
    }));
}

/** A revert that is called safe, to a snapshot that does not hold what it was taken of. */
export function judgeUnseen(
  name: string,
  lost: readonly { readonly what: string; readonly expected: Reading; readonly found: Reading }[],
  { verdict }: Plan,
  { snapshots }: World,
  last: Step | undefined,
): Finding[] {
  const [first] = lost;
  if (verdict !== 'safe' || !first) return [];
  const { what, expected, found } = first;
  const snap = snapshots.get(name);
  const how = what === 'memory' ? `memory ${snap?.memory}` : snap?.disks.get(what);
  const since = last?.by === 'app' ? last.do : last?.by === 'virsh' ? last.args[0] : (last?.by ?? 'nothing');
  return [
    {
      kind: 'unseen',
      signature: `${how} ${found === 'gone' ? 'gone' : 'changed'} since ${since}`,
      text: `“${name}”, ${what} (${how}): ${reading(expected)} expected, ${reading(found)} found; a revert to it is called safe`,
    },
  ];
}

/** Snapshots that are listed before and after and hold less now. */
export function newlyLost(before: Sight, after: Sight, book: Book) {
  return [...after.held].flatMap(([name, held]) => {
    const earlier = before.held.get(name);
    if (!earlier) return [];
    const already = new Set(book.lostOf(name, earlier).map(({ what }) => what));
    return book
      .lostOf(name, held)
      .filter(({ what }) => !already.has(what))
      .map(({ what, expected, found }) => ({
        name,
        what,
        text: `${reading(expected)} expected, ${reading(found)} found`,
      }));
  });
}

function ending({ step, plan, ended, disturbed }: Case): Finding[] {
  const { result, text, differences } = ended;
  const blocked = plan.blockers.length > 0;
  if (blocked) {
    if (result === 'refused' || result === 'stale' || disturbed) return [];
    const codes = plan.blockers.map(({ code }) => code).join(' ');
    return [{ kind: 'not refused', signature: `${step.do} ${codes}`, text: `${codes}, and yet: ${result} ${text}` }];
  }
  if (result === 'done') {
    return differences.length === 0 || disturbed
      ? []
      : [{ kind: 'difference', signature: `${step.do} ${words(differences[0] ?? '')}`, text: differences.join(' ') }];
  }
  if (disturbed && (result === 'stale' || result === 'refused')) return [];
  // What the app itself refuses on the way is no risk that anybody could have been told of.
  const isLibvirts = /libvirt error \d+/.test(text);
  const isDoubted = plan.verdict === 'risky' || (plan.verdict === 'needsForce' && plan.said.some(tellsDoubt));
  return [
    {
      kind: isDoubted && isLibvirts ? 'doubted' : 'error',
      signature: `${step.do} ${result} ${words(text)}`,
      text: `${plan.verdict}, and then: ${result}: ${text} ${differences.join(' ')}`,
    },
  ];
}

function guest({ step, plan, ended, before, after }: Case): Finding[] {
  const [was, is] = [before.world, after.world];
  const stopped = plan.verdict === 'risky' ? 'doubted' : 'guest';
  const found = (kind: Finding['kind'], text: string): Finding[] => [
    {
      kind,
      signature: `${step.do} ${was.state} to ${is.state}`,
      text: `${text} (${was.state} before, ${is.state || 'gone'} now)`,
    },
  ];
  if (step.do === 'power') return [];
  if (step.do === 'revert' || step.do === 'undo') {
    if (ended.result === 'done' && plan.state !== null && plan.state !== is.state)
      return found('state', `${plan.state} was foretold`);
    return ended.result !== 'done' && was.active && !is.active ? found(stopped, 'the guest was stopped') : [];
  }
  if (was.active && !is.active) return found(stopped, 'the guest was stopped');
  if (was.active && was.memory !== is.memory) return found('guest', 'the guest’s memory is another one');
  if (was.state !== is.state) return found('state', 'the state is another one');
  return [];
}

function snapshots({ step, plan, ended, before, after, book }: Case): Finding[] {
  const goes = new Set([...plan.goes, ...ended.tidied]);
  // A transient domain’s snapshots go with it.
  const missing = [...(after.world.exists ? before.world.snapshots.keys() : [])].filter(
    (name) => !after.world.snapshots.has(name) && !goes.has(name),
  );
  const lost = newlyLost(before, after, book).filter(
    ({ name, what }) => !isTold(plan, [name, ...filesOf(before, name, what)]),
  );
  return [
    ...missing.map(
      (name): Finding => ({ kind: 'vanished', signature: step.do, text: `“${name}” is not listed any more` }),
    ),
    ...lost.map(
      ({ name, what, text }): Finding => ({
        kind: 'lost',
        signature: `${step.do} ${kindOf(before, name, what)}`,
        text: `“${name}”, ${what}: ${text}; the verdict was ${plan.verdict}`,
      }),
    ),
  ];
}

function created({ step, plan, ended, before, after, book }: Case): Finding[] {
  const name = step.do === 'create' ? step.name : ended.safety;
  if (name === null || before.world.snapshots.has(name)) return [];
  const snap = after.world.snapshots.get(name);
  if (!snap)
    return step.do === 'create' ? [{ kind: 'no data', signature: 'not listed', text: `“${name}” is not listed` }] : [];
  const isSaid = (what: string) => step.do === 'create' && plan.said.some(({ text }) => text.includes(what));
  const lacking = book.lostOf(name, after.held.get(name) ?? new Map()).filter(({ what }) => !isSaid(what));
  const findings = lacking.map(
    ({ what, expected, found }): Finding => ({
      kind: 'no data',
      signature: `${step.do} ${snap.disks.get(what) ?? 'memory'}`,
      text: `“${name}”, ${what}: ${reading(expected)} expected, ${reading(found)} found`,
    }),
  );
  if (step.do !== 'create') return findings;
  const wanted = step.mode.endsWith('external') ? 'external' : 'internal';
  const memory = step.mode.startsWith('memory') ? wanted : 'no';
  const others = before.world.disks
    .filter(isWritable)
    .map(
      ({ target }) => [target, step.without.includes(target) ? 'no' : wanted, snap.disks.get(target) ?? 'no'] as const,
    )
    .filter(([, asked, came]) => asked !== came)
    .map(([target, asked, came]) => `${target} is ${came} instead of ${asked}`);
  if (snap.memory !== memory) others.push(`the memory is ${snap.memory} instead of ${memory}`);
  if (others.length > 0)
    findings.push({
      kind: 'no data',
      signature: `create ${others.join(' ').replaceAll(/\w\d?d[a-z]/g, 'a disk')}`,
      text: `“${name}”: ${others.join(', ')}`,
    });
  return findings;
}

function reverted({ step, plan, before, after, book }: Case): Finding[] {
  const name = plan.target;
  if ((step.do !== 'revert' && step.do !== 'undo') || name === null) return [];
  const snap = before.world.snapshots.get(name) ?? after.world.snapshots.get(name);
  const entry = book.entry(name);
  if (!snap || !entry) return [];
  const restored = snap.memory !== 'no';
  const findings: Finding[] = [];
  const wrong = (kind: Finding['kind'], target: string, how: string, expected: Reading, found: Reading) => {
    const path = after.world.disks.find((disk) => disk.target === target)?.path ?? '';
    if (isTold(plan, [target, basename(path)])) return;
    findings.push({
      kind,
      signature: `${step.do} ${how}`,
      text: `“${name}”, ${target} (${how}): ${reading(expected)} expected, ${reading(found)} found; the verdict was ${plan.verdict}`,
    });
  };
  for (const { target, device, readonly } of after.world.disks) {
    const found = after.active.get(target);
    if (found === undefined) continue;
    const how = snap.disks.get(target) ?? 'not named';
    const then = entry.marks.get(target);
    const now = before.active.get(target);
    const keeps = how === 'internal' || how === 'external';
    if (device === 'cdrom' || readonly) continue;
    if (keeps && then !== undefined && then !== found) wrong('wrong data', target, how, then, found);
    if (keeps || then === undefined) continue;
    if (step.do === 'undo' && then !== found) wrong('wrong data', target, `${how}, undone`, then, found);
    else if (restored && then !== found) wrong('wrong data', target, `${how}, under the memory of then`, then, found);
    else if (!restored && now !== undefined && now !== found) wrong('overwritten', target, how, now, found);
  }
  // A guest that was paused while it booted goes on booting.
  const settled = after.world.state === 'paused' || isBootedMemory(entry.memory);
  const isOther = entry.memory !== null && after.world.memory !== entry.memory;
  if (restored && settled && after.world.active && isOther && !isTold(plan, ['memory']))
    findings.push({
      kind: 'wrong data',
      signature: `${step.do} memory ${snap.memory}`,
      text: `“${name}”: the memory is another one: ${entry.memory} expected, ${after.world.memory} found`,
    });
  if (step.do === 'undo')
    for (const [path, then] of entry.loose) {
      const found = after.loose.get(path);
      // A file that went was told when it went, as with an older safety snapshot.
      if (found !== undefined && found !== 'gone' && found !== then && !isTold(plan, [basename(path)]))
        findings.push({
          kind: 'wrong data',
          signature: 'undo of a detached disk',
          text: `${path}: ${reading(then)} before the revert that was undone, ${reading(found)} now`,
        });
    }
  return findings;
}

/** Nothing but a revert changes what disks hold; and none changes a disk that the domain does not have. */
function disks({ step, plan, ended, before, after }: Case): Finding[] {
  const findings: Finding[] = [];
  const reverts = (step.do === 'revert' || step.do === 'undo') && ended.result === 'done';
  const layers = new Set(
    [...before.world.snapshots.values()].flatMap(({ disks, stored }) =>
      stored.flatMap(({ target, path }) => (disks.get(target) === 'external' && path !== null ? [path] : [])),
    ),
  );
  if (!reverts)
    for (const [target, was] of before.active) {
      const file = before.world.disks.find((disk) => disk.target === target)?.path ?? '';
      // When a guest is switched off, the disks of its next start come in place of those it had.
      const is = (step.do === 'power' ? undefined : after.active.get(target)) ?? readingAt(after, file);
      if (is === was) continue;
      if (isTold(plan, [target, basename(file)])) continue;
      findings.push({
        kind: 'overwritten',
        signature: `${step.do} ${ended.result}`,
        text: `${target}: ${reading(was)} before, ${reading(is)} now`,
      });
    }
  for (const [path, was] of before.loose) {
    const active = after.world.disks.find((disk) => disk.path === path)?.target;
    const is = readingAt(after, path);
    // What it lies on may change: nobody knows of an image that nothing lists.
    const own = (value: Reading) => (value === 'gone' ? value : markOf(value));
    if (
      is === undefined ||
      own(is) === own(was) ||
      layers.has(path) ||
      isTold(plan, [basename(path), ...(active ? [active] : [])])
    )
      continue;
    findings.push({
      kind: 'overwritten',
      signature: `${step.do} of what no disk uses`,
      text: `${path}: ${reading(was)} before, ${reading(is)} now; the verdict was ${plan.verdict}`,
    });
  }
  return findings;
}

/** Force is asked for in place of a verdict: what is not known stands beside it. */
function tellsDoubt({ text }: Plan['said'][number]): boolean {
  return /\bunknown\b|not known|could not be read/.test(text);
}

/** Whether the person was told: a verdict that is no yes, or a sentence that names it. */
function isTold({ verdict, said }: Plan, names: readonly string[]): boolean {
  if (verdict === 'risky' || verdict === 'willFail') return true;
  const wanted = names.filter((name) => name !== '');
  return said.some(({ text }) => wanted.some((name) => text.includes(name)));
}

/** What an image holds that a disk uses, or none; undefined for one that lies below another. */
function readingAt({ world, active, loose }: Sight, path: string): Reading | undefined {
  const target = world.disks.find((disk) => disk.path === path)?.target;
  return (target === undefined ? undefined : active.get(target)) ?? loose.get(path);
}

function pathsOf({ world }: Sight, name: string, target: string): string[] {
  const stored = world.snapshots.get(name)?.stored ?? [];
  return stored.flatMap((disk) => (disk.target === target && disk.path ? [disk.path] : []));
}

/** The names of the files that hold a disk of a snapshot. */
function filesOf(sight: Sight, name: string, target: string): string[] {
  return pathsOf(sight, name, target).map((path) => basename(path));
}

/** The same, and of what they lie on: who writes there writes into the snapshot too. */
function imagesBelow(sight: Sight, name: string, target: string): string[] {
  return pathsOf(sight, name, target).flatMap((path) => chainOf(path).map((each) => basename(each)));
}

function kindOf({ world }: Sight, name: string, what: string): string {
  const snap = world.snapshots.get(name);
  return what === 'memory' ? `memory ${snap?.memory}` : (snap?.disks.get(what) ?? '');
}

function reading(value: Reading | undefined): string {
  if (value === 'gone' || value === undefined) return 'nothing';
  const mark = markOf(value);
  return value === mark ? `mark ${mark}` : `mark ${mark} (${((value - mark) / 65_536).toString(16)})`;
}

/** A message without what differs from case to case. */
function words(text: string): string {
  return text
    .replaceAll(/“[^”]*”|'[^']*'|"[^"]*"/g, '…')
    .replaceAll(/\/\S+/g, 'PATH')
    .replaceAll(/\d+/g, 'N')
    .slice(0, 120);
}
