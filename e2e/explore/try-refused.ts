import type { Ended, Plan } from './app.ts';
import { type Book, readingOf, type Sight, tableOf } from './book.ts';
import { type Finding, judge } from './judge.ts';
import { carryOutOther, noteRevert } from './others.ts';
import type { Stage } from './stage.ts';
import type { AppStep, OtherStep } from './steps.ts';
import { isWritable, look, type World } from './world.ts';

/** How virsh does what the app refused; null for what is not tried. Deletions go leaves first, one by one. */
export function rawSteps(step: AppStep, world: World): OtherStep[] | null {
  const virsh = (...args: readonly string[]): OtherStep => ({ by: 'virsh', args });
  switch (step.do) {
    case 'create':
      return [virsh('snapshot-create-as', '{dom}', `--name=${step.name}`, ...createOptions(step, world))];
    case 'revert':
      return [
        ...(step.dropSave && world.managedSave ? [virsh('managedsave-remove', '{dom}')] : []),
        virsh(
          'snapshot-revert',
          '{dom}',
          `--snapshotname=${step.to}`,
          ...(step.start === 'as-saved' ? [] : [`--${step.start}`]),
          '--force',
        ),
      ];
    case 'delete':
      return deleted(step, world).map((name) =>
        virsh(
          'snapshot-delete',
          '{dom}',
          `--snapshotname=${name}`,
          ...(step.mode === 'metadata-only' ? ['--metadata'] : []),
        ),
      );
    default:
      return null;
  }
}

export interface Trial {
  readonly stage: Stage;
  readonly book: Book;
  readonly step: AppStep;
  readonly refused: Plan;
  readonly before: Sight;
  /** Gives every disk a new mark. */
  freshen(world: World): Promise<World>;
}

/** Does what was refused. Answers with the harm that came of it; null when there was none. @throws DaemonGone */
export async function tryRefused(trial: Trial): Promise<string | null> {
  const { step, before, stage, book } = trial;
  const raw = rawSteps(step, before.world) ?? [];
  const goes = step.do === 'delete' && step.mode !== 'metadata-only' ? deleted(step, before.world) : [];
  const beside = step.do === 'create' ? tagsInUse(before.world) : [];
  const isLuck = step.do === 'delete' && deleted(step, before.world).some((name) => isMadeStill(name, trial));
  const namesake = step.do === 'revert' ? tagsOf([step.to], trial).find(isTakenForAnother) : undefined;
  let complaint = '';
  let stays: TagInImage | undefined;
  for (const [index, each] of raw.entries()) {
    complaint ||= await carryOutOther(stage, each);
    // Before the next deletion can take the whole image along.
    stays ??= tagsOf(goes.slice(index, index + 1), trial).find(isStillThere);
  }
  const world = await look(stage);
  book.follow(world, before);
  const after = book.sight(world);
  const harm = harmOf(trial, complaint, before, after);
  if (harm !== null) return harm;
  if (namesake)
    return `“${namesake.name}” is the ID of another one in ${namesake.path}, which holds the same by chance`;
  if (stays) return `what “${stays.name}” holds stays inside ${stays.path}`;
  const lost = beside.find(({ path, id, held }) => readingOf(path, id) !== held);
  if (lost) return `what “${lost.name}” held inside ${lost.path} is gone, whoever may have listed it`;
  // Of 9.0: a snapshot of the memory may have been taken in between, and forgotten. Then the same fails halfway.
  if (isLuck) return 'it goes into an image that was made since the guest stands still, which nothing tells';
  return (await starts(stage, world)) ?? (step.do === 'create' ? await livesOn(trial, step.name) : null);
}

interface TagInImage {
  readonly name: string;
  readonly path: string;
  readonly id: string;
}

/** Where snapshots are kept inside of images. */
function tagsOf(names: readonly string[], { book, before }: Trial): TagInImage[] {
  return names.flatMap((name) =>
    [...(book.entry(name)?.ids ?? [])].flatMap(([target, id]) => {
      const path = before.world.snapshots.get(name)?.stored.find((disk) => disk.target === target)?.path;
      return path ? [{ name, path, id }] : [];
    }),
  );
}

/** What is kept inside of the images that the domain writes to, listed or not. */
function tagsInUse({ disks }: World) {
  return disks.flatMap(({ path }) =>
    tableOf(path).map(({ id, name }) => ({ name, path, id, held: readingOf(path, id) })),
  );
}

function isMadeStill(name: string, { book, before }: Trial): boolean {
  const snap = before.world.snapshots.get(name);
  return before.world.state === 'paused' && snap !== undefined && book.isMadeStill(snap);
}

function isStillThere({ name, path, id }: TagInImage): boolean {
  return tableOf(path).some((each) => each.id === id && each.name === name);
}

/** QEMU looks an ID up before a name. */
function isTakenForAnother({ name, path, id }: TagInImage): boolean {
  return id !== name && tableOf(path).some((each) => each.id === name);
}

function harmOf({ step, book }: Trial, complaint: string, before: Sight, after: Sight): string | null {
  if (complaint !== '') return complaint;
  const goes = step.do === 'delete' ? deleted(step, before.world) : [];
  const bare = { blockers: [], verdict: 'safe', said: [], state: null } as const;
  const target = step.do === 'revert' ? step.to : null;
  const plan: Plan = { ...bare, goes, target, run: () => Promise.reject(new Error('it was tried already')) };
  const ended: Ended = { result: 'done', text: '', differences: [], safety: null, tidied: [] };
  const findings = judge({ step, plan, ended, before, after, book, disturbed: false });
  return describe(findings);
}

/** A domain that is off must still be able to start. */
async function starts(stage: Stage, { active, persistent, exists }: World): Promise<string | null> {
  if (!exists || active || !persistent) return null;
  const complaint = await carryOutOther(stage, { by: 'virsh', args: ['start', '{dom}'] });
  if (complaint !== '') return `it does not start any more: ${complaint}`;
  await carryOutOther(stage, { by: 'virsh', args: ['destroy', '{dom}'] });
  return null;
}

/** Names of snapshots that are taken after one that was refused, to see whether it outlives them. */
const later = ['later-a', 'later-b', 'later-c'];

/**
 * A snapshot that nobody can go back to, or get rid of, is none; nor is one that brings something else once there are
 * more, or that its parent can't be deleted for. It is taken once more for that.
 */
async function livesOn(trial: Trial, name: string): Promise<string | null> {
  const { stage, book } = trial;
  const virsh = (...args: readonly string[]) =>
    carryOutOther(stage, { by: 'virsh', args: [args[0] ?? '', '{dom}', ...args.slice(1)] });
  const goBack = () => next(trial, revertTo(name));
  const first = await goBack();
  if (first !== null) return `a revert to it: ${first}`;
  const { snapshots } = await look(stage);
  const snap = snapshots.get(name);
  if (snap && [...snap.disks.values()].includes('internal')) {
    for (const each of later) {
      await trial.freshen(await look(stage));
      await virsh('snapshot-create-as', `--name=${each}`);
    }
    book.follow(await look(stage), null);
    const again = await goBack();
    if (again !== null) return `a revert to it when there are more: ${again}`;
    const beside = await besideOthers(trial, name);
    if (beside !== null) return beside;
    await goBack();
  }
  const leave = async () => {
    const left = await virsh('snapshot-delete', `--snapshotname=${name}`);
    return left === '' ? null : `it can’t be deleted: ${left}`;
  };
  const stays = await leave();
  if (stays !== null) return stays;
  book.follow(await look(stage), null);
  const again = book.sight(await trial.freshen(await look(stage)));
  for (const each of rawSteps(trial.step, again.world) ?? []) await carryOutOther(stage, each);
  book.follow(await look(stage), again);
  return (await withoutParent(trial, name)) ?? (await besideOthers(trial, name)) ?? leave();
}

/** What becomes of everything when one more thing is done with virsh. */
async function next(trial: Trial, step: AppStep): Promise<string | null> {
  const { stage, book } = trial;
  const before = book.sight(await look(stage));
  const complaint = await carryOutOther(stage, rawSteps(step, before.world)?.at(-1) as OtherStep);
  if (step.do === 'revert') noteRevert(stage);
  const world = await look(stage);
  book.follow(world, before);
  return harmOf({ ...trial, step }, complaint, before, book.sight(world));
}

const revertTo = (to: string): AppStep => ({
  by: 'app',
  do: 'revert',
  to,
  start: 'as-saved',
  safety: false,
  dropSave: false,
});

/** What becomes of it when the domain goes back to those that are kept inside of an image, one after the other. */
async function besideOthers(trial: Trial, name: string): Promise<string | null> {
  const { snapshots } = await trial.freshen(await look(trial.stage));
  const others = [...snapshots.values()].filter(
    (snap) => ![name, ...later].includes(snap.name) && [...snap.disks.values()].includes('internal'),
  );
  for (const other of others) {
    const harm = await next(trial, revertTo(other.name));
    if (harm !== null) return `when the domain goes back to “${other.name}”: ${harm}`;
  }
  return null;
}

/** What becomes of it when its parent is deleted. */
async function withoutParent(trial: Trial, name: string): Promise<string | null> {
  const { snapshots } = await look(trial.stage);
  const parent = snapshots.get(name)?.parent ?? null;
  const harm = parent === null ? null : await next(trial, { by: 'app', do: 'delete', names: [parent], mode: 'this' });
  return harm === null ? null : `when its parent is deleted: ${harm}`;
}

function describe(findings: readonly Finding[]): string | null {
  const harms = findings.filter(({ kind }) => kind !== 'state' && kind !== 'difference');
  return harms.length === 0 ? null : harms.map(({ kind, text }) => `${kind}: ${text}`).join('; ');
}

function createOptions({ mode, live, without, name }: Extract<AppStep, { do: 'create' }>, { disks, active }: World) {
  const kind = mode.endsWith('external') ? 'external' : 'internal';
  const specs = disks
    .filter((disk) => isWritable(disk))
    .flatMap(({ target }) => ['--diskspec', `${target},snapshot=${without.includes(target) ? 'no' : kind}`]);
  const file = `{dir}/${name.replaceAll('/', '').replaceAll(',', ',,')}.raw.mem`;
  const memory = mode === 'memory-external' ? ['--memspec', `file=${file},snapshot=external`] : [];
  return [
    ...(kind === 'internal' && active ? [] : specs),
    ...memory,
    ...(mode === 'disks-external' ? ['--disk-only'] : []),
    ...(live && mode === 'memory-external' ? ['--live'] : []),
  ];
}

/** What a deletion takes away, leaves first; where only what lies below goes, each that is named stays. */
function deleted({ names, mode }: Extract<AppStep, { do: 'delete' }>, { snapshots }: World): string[] {
  const children = (of: string) =>
    [...snapshots.values()].filter(({ parent }) => parent === of).map(({ name }) => name);
  const below = (of: string): string[] => children(of).flatMap((name) => [...below(name), name]);
  const depth = (name: string): number => {
    const parent = snapshots.get(name)?.parent ?? null;
    return parent === null ? 0 : 1 + depth(parent);
  };
  const descends = mode === 'with-children' || mode === 'children-only';
  const all = new Set([...names, ...(descends ? names.flatMap(below) : [])]);
  if (mode === 'children-only') for (const name of names) all.delete(name);
  return [...all].sort((a, b) => depth(b) - depth(a));
}
