import type { Generation } from '../lab/generations.ts';
import { type Lab, startLab } from '../lab/lab.ts';
import { fromSeed } from './draw.ts';
import type { Finding } from './judge.ts';
import { type Refusal, type Report, runSequence, type Script, sourceOf } from './sequence.ts';
import { shrink } from './shrink.ts';
import type { Step } from './steps.ts';
import { leaveVirsh } from './virsh.ts';

export interface Found extends Finding {
  readonly seed: number;
  /** The shortest way there that was found. */
  readonly script: Script;
  times: number;
}

export interface Summary {
  readonly version: string;
  sequences: number;
  steps: number;
  readonly found: Map<string, Found>;
  /** By kind of step, verdict and ending: how often. */
  readonly endings: Map<string, number>;
  /** By code: how often something refused was tried, and how often it did harm. */
  readonly tried: Map<string, { times: number; harms: number; harm: string }>;
  /** Sequences that could not be carried out. */
  readonly broken: { readonly seed: number; readonly error: string }[];
  readonly ms: number;
}

export interface ExploreOptions {
  readonly generation: Generation;
  readonly seeds: Iterator<number>;
  /** Milliseconds since 1970; no sequence begins after it. */
  readonly until: number;
  /** How many sequences at a time, each worker with a lab of its own. */
  readonly workers: number;
  readonly shrinks: boolean;
  /** Whether what is refused is done all the same, on another domain. */
  readonly tries: boolean;
  readonly onLine: (line: string) => void;
  /** Told of each kind of finding once, when it has been made as short as can be. */
  readonly onFound: (found: Found) => void;
}

/** Refusals of one code that are tried: no more of them once so many did harm. */
const triesPerCode = 4;

/** Carries out sequences until the seeds or the time is over. */
export async function explore(options: ExploreOptions): Promise<Summary> {
  const started = Date.now();
  const summary: Writable<Summary> = {
    version: '',
    sequences: 0,
    steps: 0,
    found: new Map(),
    endings: new Map(),
    tried: new Map(),
    broken: [],
    ms: 0,
  };
  const workers = Array.from({ length: options.workers }, () => new Worker(options, summary));
  await Promise.all(workers.map((worker) => worker.work()));
  return { ...summary, ms: Date.now() - started };
}

/** Carries out scripts one after the other, each on a domain of its own; a lab whose libvirtd dies is replaced. */
export async function* replay(generation: Generation, scripts: Iterable<Script>): AsyncGenerator<Report> {
  let lab: Lab | undefined;
  let number = 0;
  try {
    for (const script of scripts) {
      lab ??= await startLab({ generation });
      number += 1;
      const report = await runSequence(lab, number, script.domain, sourceOf(script), script.tries);
      if (report.crashed) {
        await leave(lab);
        lab = undefined;
      }
      yield report;
    }
  } finally {
    await leave(lab);
  }
}

async function leave(lab: Lab | undefined): Promise<void> {
  if (!lab) return;
  leaveVirsh(lab);
  await lab.stop();
}

type Writable<T> = { -readonly [key in keyof T]: T[key] };

class Worker {
  #lab: Lab | undefined;
  #number = 0;

  constructor(
    private readonly options: ExploreOptions,
    private readonly summary: Writable<Summary>,
  ) {}

  async work(): Promise<void> {
    const { seeds, until } = this.options;
    try {
      for (let next = seeds.next(); !next.done && Date.now() < until; next = seeds.next()) await this.#one(next.value);
    } finally {
      await this.#stop();
    }
  }

  async #one(seed: number): Promise<void> {
    const { summary, options } = this;
    const { domain, drawer, length } = fromSeed(seed);
    try {
      const report = await this.#run(domain, (world, n) => (n < length ? drawer.draw(world) : null));
      summary.sequences += 1;
      summary.steps += report.script.steps.length;
      for (const ending of report.endings) summary.endings.set(ending, (summary.endings.get(ending) ?? 0) + 1);
      for (const finding of report.findings) await this.#found(seed, finding, report.script);
      if (options.tries) for (const refusal of report.refusals) await this.#try(seed, refusal, report.script);
    } catch (error) {
      summary.broken.push({ seed, error: error instanceof Error ? (error.stack ?? error.message) : `${error}` });
      options.onLine(`seed ${seed} could not be carried out: ${error}`);
      await this.#stop();
    }
  }

  async #found(seed: number, finding: Finding & { at: number }, script: Script): Promise<void> {
    const { found } = this.summary;
    const key = keyOf(finding);
    const known = found.get(key);
    if (known) {
      known.times += 1;
      return;
    }
    const upTo = { ...script, steps: script.steps.slice(0, finding.at + 1) };
    const entry: Found = { ...finding, seed, script: upTo, times: 1 };
    found.set(key, entry);
    if (!this.options.shrinks) return this.options.onFound(entry);
    const shows = async (smaller: Script) => {
      const report = await this.#run(smaller.domain, sourceOf(smaller), smaller.tries).catch(() => null);
      return report?.findings.some((each) => keyOf(each) === key) ?? false;
    };
    const short = { ...entry, script: await shrink(upTo, shows), times: found.get(key)?.times ?? 1 };
    found.set(key, short);
    this.options.onFound(short);
  }

  /** Does what was refused, on a domain that was brought there by the same steps. */
  async #try(seed: number, { at, step, codes }: Refusal, script: Script): Promise<void> {
    const { tried } = this.summary;
    const key = `${step.do} ${codes.join(' ')}`;
    const before = tried.get(key) ?? { times: 0, harms: 0, harm: '' };
    const isKnown = this.summary.found.has(`false refusal ${key}`);
    if (before.times >= triesPerCode || (isKnown && before.times > 1)) return;
    tried.set(key, { ...before, times: before.times + 1 });
    const steps: Step[] = [...script.steps.slice(0, at), step];
    const report = await this.#run(script.domain, sourceOf({ steps }), true);
    const now = tried.get(key) ?? before;
    if (report.tried?.codes.join(' ') !== codes.join(' ')) tried.set(key, { ...now, times: now.times - 1 });
    else if (report.tried.harm !== null) tried.set(key, { ...now, harms: now.harms + 1, harm: report.tried.harm });
    const finding = report.findings.find(({ kind }) => kind === 'false refusal');
    if (finding) await this.#found(seed, finding, report.script);
  }

  async #run(domain: Script['domain'], source: Parameters<typeof runSequence>[3], tries = false): Promise<Report> {
    this.#lab ??= await startLab({ generation: this.options.generation });
    this.summary.version = this.#lab.version;
    this.#number += 1;
    const report = await runSequence(this.#lab, this.#number, domain, source, tries);
    if (report.crashed) await this.#stop();
    return report;
  }

  async #stop(): Promise<void> {
    const lab = this.#lab;
    this.#lab = undefined;
    await leave(lab);
  }
}

function keyOf({ kind, signature }: Finding): string {
  return `${kind} ${signature}`;
}
