import { createHash } from 'node:crypto';
import { Random } from '../explore/random.ts';
import type { Input, Result, Target } from './target.ts';

export interface Finding {
  readonly target: string;
  /** Of the input: what its draw was begun with. */
  readonly seed: number;
  readonly input: Input;
  readonly error: string;
}
export interface Ran {
  readonly target: Target;
  readonly inputs: number;
  readonly units: number;
  readonly refused: number;
  /** Milliseconds that the longest took, and what it was begun with. */
  readonly longest: { readonly ms: number; readonly seed: number };
  readonly findings: readonly Finding[];
}

/** What reads without giving others a turn may take so long, milliseconds. */
const LONGEST_MS = 50;
/** One that took longer is read so often again: a busy machine is no finding. */
const AGAIN = 5;
/** So many kinds of findings of one target are enough. */
const ENOUGH = 5;

/**
 * Draws inputs from one seed after the other and reads them.
 * @param until no more are begun when it says so
 * @param isTimed whether one that takes long is a finding
 */
export async function run(
  target: Target,
  first: number,
  until: (units: number) => boolean,
  isTimed = true,
): Promise<Ran> {
  const most = isTimed ? (target.longest ?? LONGEST_MS) : Number.POSITIVE_INFINITY;
  const findings = new Map<string, Finding>();
  const find = (seed: number, input: Input, error: string) => {
    if (!findings.has(kindOf(error))) findings.set(kindOf(error), { target: target.name, seed, input, error });
  };
  let [inputs, units, refused] = [0, 0, 0];
  let longest = { ms: 0, seed: first };
  for (let seed = first; !until(units) && findings.size < ENOUGH; seed++) {
    const input = target.draw(new Random(seed));
    try {
      const { ms, ...result } = await alone(() => timed(target, input));
      units += result.units;
      refused += result.refused;
      if (ms > longest.ms) longest = { ms: ms > most ? await least(target, input) : ms, seed };
      if (longest.seed === seed && longest.ms > most) find(seed, input, `it takes ${Math.round(longest.ms)} ms`);
    } catch (error) {
      find(seed, input, error instanceof Error ? `${error.stack}` : String(error));
    }
    inputs++;
  }
  return { target, inputs, units, refused, longest, findings: [...findings.values()] };
}

/** The shortest of some tries, milliseconds. */
async function least(target: Target, input: Input): Promise<number> {
  let ms = Number.POSITIVE_INFINITY;
  for (let n = 0; n < AGAIN; n++) ms = Math.min(ms, (await timed(target, input)).ms);
  return ms;
}

async function timed(target: Target, input: Input): Promise<Required<Result>> {
  const before = performance.now();
  const result = await target.read(input);
  return { ms: performance.now() - before, ...result };
}

/** @throws also what nobody waited for, and where `Object.prototype` has got something */
async function alone<T>(act: () => T | Promise<T>): Promise<T> {
  const stray: unknown[] = [];
  const note = (error: unknown) => stray.push(error);
  process.on('unhandledRejection', note);
  try {
    const result = await act();
    for (const name in {}) throw new Error(`Object.prototype has “${name}”`);
    if (stray.length > 0) throw stray[0];
    return result;
  } finally {
    process.off('unhandledRejection', note);
  }
}

/** A shorter input that ends the same way: parts are left out as long as that can be. */
export async function shortened(target: Target, { input, error }: Finding, tries = 2_000): Promise<Input> {
  const kind = kindOf(error);
  const fails = async (each: Input) => {
    try {
      await alone(() => target.read(each));
      return false;
    } catch (other) {
      return kindOf(other instanceof Error ? `${other.stack}` : String(other)) === kind;
    }
  };
  let [now, left] = [input, tries];
  for (let size = Math.ceil(now.length / 2); size >= 1 && left > 0; size = Math.floor(size / 2))
    for (let at = 0; at < now.length && left-- > 0; ) {
      const shorter = without(now, at, size);
      if (await fails(shorter)) now = shorter;
      else at += size;
    }
  return now;
}

function without(input: Input, at: number, size: number): Input {
  if (typeof input === 'string') return input.slice(0, at) + input.slice(at + size);
  return Buffer.concat([input.subarray(0, at), input.subarray(at + size)]);
}

/** Message and place of an error, without what differs from one input to the next. */
function kindOf(error: string): string {
  return error.split('\n').slice(0, 2).join(' ').replace(/\d+/g, '#').slice(0, 160);
}

/** A finding as it lies in `found/`. */
export function asFile({ target, input, error }: Finding): { name: string; text: string } {
  const isText = typeof input === 'string';
  const encoded = isText ? { text: input } : { base64: input.toString('base64') };
  const text = `${JSON.stringify({ target, about: error.split('\n')[0], ...encoded }, null, 2)}\n`;
  return { name: `${target}-${createHash('sha256').update(input).digest('hex').slice(0, 8)}.json`, text };
}
