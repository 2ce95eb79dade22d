import type { Generation } from '../lab/generations.ts';
import { startLab } from '../lab/lab.ts';
import { qemuCases } from './cases.ts';

import type { MatrixCase, Result } from './kinds.ts';
import { disagreements } from './report.ts';
import { scenes } from './scenes/index.ts';
import { Stage } from './stage.ts';
import { runOnTestDriver, testDriverCases } from './test-driver.ts';

/** Guests of one lab on which cases are tried at the same time. */
const LANES = 2;

export interface Track {
  /** `9.0.0` */
  readonly version: string;
  readonly driver: 'QEMU' | 'test';
  readonly results: readonly Result[];
  readonly ms: number;
}

/** Runs the cases of one generation, those of QEMU and of the test driver, in a lab of its own. */
export async function runGeneration(
  generation: Generation,
  wanted: (each: MatrixCase) => boolean = () => true,
  onProgress: (line: string) => void = () => {},
): Promise<Track[]> {
  const lab = await startLab({ generation, onProgress });
  const stage = new Stage(lab);
  try {
    const test = await timed(testDriverCases().filter(wanted), (each) => runOnTestDriver(lab, each));
    onProgress(`libvirt ${lab.version}: ${test.results.length} cases on the test driver`);
    const version = Number.parseFloat(lab.version);
    const applies = ({ since = 0, until = Number.POSITIVE_INFINITY }: MatrixCase) =>
      since <= version && version < until;
    const cases = qemuCases.filter((each) => wanted(each) && applies(each));
    const names = Object.keys(scenes).filter((name) => cases.some(({ guest }) => guest === name));
    const started = Date.now();
    const results: Result[] = [];
    const play = async (name: string) => {
      const own = cases.filter(({ guest }) => guest === name);
      const made = stage.make(name);
      const { results: ours } = await timed(own, async (each) => made.then(() => stage.run(each)));
      results.push(...ours);
      await stage.leave(name);
      for (const text of disagreements([{ version: lab.version, driver: 'QEMU', results: ours }])) onProgress(text);
      onProgress(`libvirt ${lab.version}: ${results.length} of ${cases.length} cases on QEMU`);
    };
    // While the daemon restarts, nothing else can be tried.
    for (const name of names) if (scenes[name]?.restarts) await play(name);
    const waiting = names.filter((name) => !scenes[name]?.restarts);
    const lane = async () => {
      for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) await play(next);
    };
    await Promise.all(Array.from({ length: LANES }, lane));
    return [
      { version: lab.version, driver: 'QEMU', results, ms: Date.now() - started },
      { version: lab.version, driver: 'test', ...test },
    ];
  } finally {
    await stage.close();
    await lab.stop();
  }
}

/** A case that cannot be carried out is a disagreement. */
async function timed(cases: readonly MatrixCase[], run: (each: MatrixCase) => Promise<Result>) {
  const started = Date.now();
  const results: Result[] = [];
  for (const each of cases) {
    const began = Date.now();
    const broken = (error: unknown): Result => ({
      case: each,
      facts: null,
      predicted: null,
      real: null,
      disagreements: [`it could not be tried: ${error instanceof Error ? error.message : error}`],
      rules: [],
      ms: Date.now() - began,
    });
    results.push(await run(each).catch(broken));
  }
  return { results, ms: Date.now() - started };
}
