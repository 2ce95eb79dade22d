import type { Lab } from '../lab/lab.ts';
import { App, type Plan } from './app.ts';
import { Book, type Sight } from './book.ts';
import { Freshener, flush, waitForBoot, waitForReset } from './freshen.ts';
import { type Case, type Finding, judge, judgeUnseen, judgeWriting } from './judge.ts';
import { carryOutOther, noteRevert } from './others.ts';
import { clearStage, type DomainSpec, type Stage, setStage } from './stage.ts';
import { type AppStep, type OtherStep, type Step, stepText } from './steps.ts';
import { rawSteps, tryRefused } from './try-refused.ts';
import { DaemonGone } from './virsh.ts';
import { type Disk, isBooted, isBootedMemory, look, type World } from './world.ts';

/** Everything that has to be known to do a sequence again. */
export interface Script {
  readonly domain: DomainSpec;
  readonly steps: readonly Step[];
  /** The last step is refused by the app, and done with virsh all the same. */
  readonly tries?: boolean;
}

/** Something that the app refused. */
export interface Refusal {
  /** The number of steps before it. */
  readonly at: number;
  readonly step: AppStep;
  readonly codes: readonly string[];
  readonly text: string;
}

export interface Report {
  readonly script: Script;
  readonly findings: readonly (Finding & { readonly at: number })[];
  readonly refusals: readonly Refusal[];
  /** Of each step of the app: what it was, the verdict on it, and how it ended. */
  readonly endings: readonly string[];
  /** The lab is of no use any more: libvirtd died, or does not let go of the domain. */
  readonly crashed: boolean;
  /** Of a script that tries what is refused: why it was, and the harm that came of it. */
  readonly tried: { readonly codes: readonly string[]; readonly harm: string | null } | null;
}

/** Gives the next step; null ends the sequence. */
export type Source = (world: World, number: number) => Step | null;

/** After these the domain is still what the oracle takes it for. */
const goesOn: ReadonlySet<Finding['kind']> = new Set(['difference', 'state', 'unseen', 'doubted', 'app error']);

/** Carries out one sequence in a lab, on a domain of its own. @param number unique in the lab */
export async function runSequence(
  lab: Lab,
  number: number,
  domain: DomainSpec,
  source: Source,
  tries = false,
): Promise<Report> {
  const stage = await setStage(lab, domain, number);
  const run = new Sequence(stage);
  const report = await run.run(source, tries).catch(async (error: unknown) => {
    if (!run.crashed) await clearStage(stage);
    throw error;
  });
  return report.crashed ? report : { ...report, crashed: !(await clearStage(stage)) };
}

/** A script’s steps, one after the other. */
export function sourceOf({ steps }: Pick<Script, 'steps'>): Source {
  return (_world, number) => steps[number] ?? null;
}

class Sequence {
  crashed = false;
  #tried: Report['tried'] = null;
  /** The guest was reset, and its BIOS has not run yet. */
  #resets = false;
  /** Of the last step of the app, with the images that the domain wrote to before. */
  #plan: Plan | null = null;
  #wroteTo = '';
  /** Snapshots with losses that a plan was asked for. */
  readonly #asked = new Set<string>();
  readonly #steps: Step[] = [];
  readonly #findings: (Finding & { readonly at: number })[] = [];
  readonly #refusals: Refusal[] = [];
  readonly #endings: string[] = [];
  readonly #book: Book;
  readonly #freshener: Freshener;

  constructor(private readonly stage: Stage) {
    this.#book = new Book(stage);
    this.#freshener = new Freshener(stage);
  }

  async run(source: Source, tries: boolean): Promise<Report> {
    const app = await App.open(this.stage.lab, this.stage.uuid);
    try {
      await this.#steer(app, source, tries);
    } catch (error) {
      if (!(error instanceof DaemonGone) || this.#steps.length === 0) throw error;
      this.#gone(error, tries);
    } finally {
      await app.close();
    }
    const script = { domain: this.stage.spec, steps: this.#steps, ...(tries ? { tries } : {}) };
    return {
      script,
      findings: this.#findings,
      refusals: this.#refusals,
      endings: this.#endings,
      crashed: this.crashed,
      tried: this.#tried,
    };
  }

  async #steer(app: App, source: Source, tries: boolean): Promise<void> {
    let world = await waitForBoot(this.stage, await look(this.stage));
    this.#book.follow(world, null);
    while (world.exists && !this.#findings.some(({ kind }) => !goesOn.has(kind))) {
      const left = this.#book.sight(world);
      world = await this.#freshener.freshen(world);
      const sight = this.#book.sight(world);
      const last = this.#steps.at(-1);
      const isMoved = last?.by === 'app' && (!movesNothing.has(last.do) || imagesOf(world) !== this.#wroteTo);
      if (isMoved && !last.between && this.#plan)
        this.#add(judgeWriting({ step: last, plan: this.#plan, before: left, after: sight, book: this.#book }));
      if (!tries) await this.#unseen(app, sight);
      if (this.#findings.some(({ kind }) => !goesOn.has(kind))) return;
      const step = source(world, this.#steps.length);
      if (step === null) break;
      this.#steps.push(portable(step, this.stage, world));
      const isLast = tries && source(world, this.#steps.length) === null;
      const now = concrete(step, world);
      world = now.by === 'app' ? await this.#app(app, now, sight, isLast) : await this.#other(app, now, sight);
    }
    if (world.exists && !tries) await this.#health(app);
  }

  /** What a snapshot does not hold any more, whoever’s doing that was, is no safe revert. */
  async #unseen(app: App, { held, world }: Sight): Promise<void> {
    for (const [name, readings] of held) {
      const lost = this.#book.lostOf(name, readings);
      if (lost.length === 0 || this.#asked.has(name)) continue;
      this.#asked.add(name);
      const step = { by: 'app', do: 'revert', to: name, start: 'as-saved', safety: false, dropSave: false } as const;
      this.#add(judgeUnseen(name, lost, await app.plan(step), world, this.#steps.at(-1)));
    }
  }

  async #other(app: App, step: OtherStep, sight: Sight): Promise<World> {
    await carryOutOther(this.stage, step);
    if (step.by === 'virsh' && step.args[0] === 'snapshot-revert') noteRevert(this.stage);
    const world = await this.#settled(sight);
    if (step.by === 'daemon' && world.exists) await app.connected();
    this.#book.follow(world, sight, { taken: takenBy(step) });
    this.#book.noteAttached(sight, world);
    return world;
  }

  async #app(app: App, step: AppStep & { between?: OtherStep }, read: Sight, tries: boolean): Promise<World> {
    const plan = await app.plan(step);
    this.#plan = plan;
    this.#wroteTo = imagesOf(read.world);
    if (plan.blockers.length > 0) {
      const codes = codesOf(plan);
      const text = plan.blockers.map(({ text }) => text).join(' ');
      if (tries) return this.#try(step, plan, read);
      if (!step.between && canTry(plan, read, this.#book) && rawSteps(step, read.world))
        this.#refusals.push({ at: this.#steps.length - 1, step, codes, text });
    }
    let before = read;
    if (step.between) before = this.#book.sight(await this.#other(app, step.between, read));
    const ended = await plan.run();
    if (step.do === 'revert' || step.do === 'undo') noteRevert(this.stage);
    if (step.do === 'power' && step.action === 'reset' && ended.result === 'done') this.#resets = true;
    const world = await this.#settled(before);
    const renamed = step.do === 'rename' && ended.result !== 'refused' ? { of: step.of, to: step.to } : undefined;
    this.#book.follow(world, before, { renamed, taken: step.do === 'create' ? step.name : ended.safety });
    this.#endings.push(`${step.do}: ${plan.verdict}, ${ended.result}`);
    const c = { step, plan, ended, before, book: this.#book, disturbed: step.between !== undefined };
    let found = judge({ ...c, after: this.#book.sight(world) });
    if (found.length > 0 && world.active) {
      await flush(this.stage, world);
      found = judge({ ...c, after: this.#book.sight(world) } satisfies Case);
    }
    this.#add(found);
    return world;
  }

  async #try(step: AppStep, refused: Plan, before: Sight): Promise<World> {
    const codes = codesOf(refused);
    // Until it is known otherwise: libvirtd may die of it.
    this.#tried = { codes, harm: 'libvirtd died' };
    const freshen = (world: World) => this.#freshener.freshen(world);
    const harm = await tryRefused({ stage: this.stage, book: this.#book, step, refused, before, freshen });
    this.#tried = { codes, harm };
    const text = refused.blockers.map(({ text }) => text).join(' ');
    const signature = `${step.do} ${codes.join(' ')}`;
    if (harm === null) this.#add([{ kind: 'false refusal', signature, text: `${codes.join(' ')}: ${text}` }]);
    return look(this.stage);
  }

  /** The world once a guest that was started, or reverted, can be told by its memory. */
  async #settled({ world: before }: Sight): Promise<World> {
    const names = [...before.snapshots.keys()];
    const world = await look(this.stage, names);
    if (!world.active) this.#resets = false;
    if (world.state !== 'running') return world;
    if (this.#resets) {
      this.#resets = false;
      await waitForReset(this.stage);
      return look(this.stage, names);
    }
    // One that was paused before its BIOS had run, and goes on, has yet to boot.
    const isSettled = before.state === 'running' || isBootedMemory(world.memory);
    if (before.active && before.memory === world.memory && isSettled) return world;
    return isBootedMemory(world.memory) && (await isBooted(this.stage)) ? world : waitForBoot(this.stage, world);
  }

  /** The health tab must always have something to say. */
  async #health(app: App): Promise<void> {
    try {
      await app.health();
    } catch (error) {
      const text =
        error instanceof Error ? `${error.message} ${JSON.stringify((error as { data?: unknown }).data)}` : `${error}`;
      this.#add([{ kind: 'app error', signature: 'health', text: `health: ${text}` }]);
    }
  }

  #gone(error: DaemonGone, tries: boolean): void {
    this.crashed = true;
    const step = this.#steps.at(-1);
    if (!tries && step?.by === 'app' && !step.between)
      this.#add([{ kind: 'crash', signature: step.do, text: `libvirtd died: ${stepText(step)}: ${error.message}` }]);
  }

  #add(findings: readonly Finding[]): void {
    this.#findings.push(...findings.map((finding) => ({ ...finding, at: this.#steps.length - 1 })));
  }
}

/** A step without what is another one each time: the lab’s folder, and files that libvirt names by the second. */
function portable(step: Step, { dir }: Stage, { disks, snapshots }: World): Step {
  const timed = (path: string | null) => path !== null && /\.\d{9,}$/.test(path);
  const names: (readonly [string, string])[] = [
    ...disks.map(({ target, path }) => [path, `{disk ${target}}`] as const),
    ...[...snapshots.values()].flatMap(({ name, stored }) =>
      stored.map(({ target, path }) => [path, `{layer ${target} ${name}}`] as const),
    ),
  ].flatMap(([path, name]) => (path !== null && timed(path) ? [[path, name] as const] : []));
  return withTexts(step, (text) => {
    const known = names.find(([path]) => path === text);
    return known ? known[1] : text.replaceAll(dir, '{dir}');
  });
}

/** The same with the files that are meant now. */
function concrete(step: Step, { disks, snapshots }: World): Step {
  const pathOf = (target: string, all: readonly Disk[] = []) => all.find((disk) => disk.target === target)?.path;
  return withTexts(step, (text) => {
    const [, target = '', name] = /^\{(?:disk|layer) (\w+)(?: (.*))?\}$/s.exec(text) ?? [];
    return pathOf(target, name === undefined ? disks : snapshots.get(name)?.stored) ?? text;
  });
}

function withTexts(step: Step, change: (text: string) => string): Step {
  const changed = (value: unknown): unknown => {
    if (typeof value === 'string') return change(value);
    if (Array.isArray(value)) return value.map(changed);
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, changed(each)]));
  };
  return changed(step) as Step;
}

function imagesOf({ disks }: World): string {
  return disks.map(({ path }) => path).join('\n');
}

/** The name of the snapshot that virsh was told to take. */
function takenBy(step: OtherStep): string | undefined {
  if (step.by !== 'virsh' || step.args[0] !== 'snapshot-create-as') return undefined;
  return step.args.find((arg) => arg.startsWith('--name='))?.slice('--name='.length);
}

function codesOf({ blockers }: Plan): string[] {
  return [...new Set(blockers.map(({ code }) => code))];
}

/**
 * What is never done, whether or not it would do harm this time: a number can become the ID of another snapshot later;
 * where kinds are mixed it depends on everything that is done later what libvirt still deletes and reverts to; and which of
 * two of one name is libvirt’s own nobody can tell.
 */
const principles: ReadonlySet<string> = new Set(['TAG_ID', 'MIXED_CHAIN', 'TWO_TAGS']);

/** Where the window has nothing to press. */
const nothingBelow = 'NOTHING_TO_DELETE';

/** Steps after which a domain writes where it wrote already, and holds what it held. */
const movesNothing: ReadonlySet<AppStep['do']> = new Set(['power', 'describe', 'rename', 'export', 'make-current']);

/** What does harm only where one content differs from the other. */
const byContent: ReadonlySet<string> = new Set(['OVERWRITTEN', 'ID_IS_A_NAME', 'NAME_IN_IMAGE']);

/** What is said for the sake of other snapshots: of no use to those that have lost what they hold, as after an import. */
const forOthers: ReadonlySet<string> = new Set(['WRONG_OVERLAY', 'SHARED_IMAGE', 'STRANDED', 'UNLINKS_NEEDED']);

/**
 * Where the window has nothing to press, there is nothing to try. Nothing new is written to the disks of a guest that is
 * paused, or saved: one content is like the other there.
 */
function canTry({ blockers }: Plan, { world: { state, active, managedSave }, held }: Sight, book: Book): boolean {
  const hasLost = [...held].some(([name, readings]) => book.lostOf(name, readings).length > 0);
  if (hasLost && blockers.every(({ code }) => forOthers.has(code))) return false;
  if (blockers.some(({ code }) => code === nothingBelow || principles.has(code))) return false;
  const isStill = state === 'paused' || (!active && managedSave);
  return !(isStill && blockers.every(({ code }) => byContent.has(code)));
}
