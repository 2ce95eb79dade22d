import { startChild } from '../child.ts';
import type { Measurement } from '../measurement.ts';
import { type Simulated, startSimulated } from '../simulated/simulated.ts';

const DOMAINS = 20;
const SNAPSHOTS = 5_000;
const MOST_MB = 40;
/** What looking at all of it once more may add where nothing is held on to: a compiler at work, and the like. */
const MOST_AGAIN_MB = 5;

interface Held {
  readonly snapshots: number;
  readonly heap: number;
  readonly resident: number;
}

/** What is held on to of 100,000 snapshots that somebody has looked at, in a process that does nothing else. */
export async function* measureMemory(): AsyncGenerator<Measurement> {
  const simulated = await startSimulated({ hosts: 1, domains: DOMAINS, snapshots: SNAPSHOTS });
  try {
    const [start, once, again] = await look(simulated);
    const seen = `${once.snapshots.toLocaleString('en')} snapshots`;
    const row = (name: string, megabytes: number, target?: number): Measurement => ({
      ...{ name, unit: 'MB', values: [megabytes] },
      ...(target !== undefined && { target }),
    });
    yield row('memory at the start: heap', start.heap);
    yield row('memory at the start: resident', start.resident);
    yield row(`memory of ${seen} seen: heap over the start`, once.heap - start.heap, MOST_MB);
    yield row(`memory of ${seen} seen: resident over the start`, once.resident - start.resident, MOST_MB);
    yield row('memory of the same seen again: heap added', again.heap - once.heap, MOST_AGAIN_MB);
    yield row('memory of the same seen again: resident added', again.resident - once.resident);
  } finally {
    await simulated.stop();
  }
}

async function look({ uris: [uri = ''], folder }: Simulated): Promise<[Held, Held, Held]> {
  const subject = startChild('./memory-subject.ts', [uri, folder], ['--expose-gc']);
  try {
    const lines = [await subject.line(), await subject.line(), await subject.line()];
    const [start, once, again] = lines.map((line) => JSON.parse(line) as Held) as [Held, Held, Held];
    for (const { snapshots } of [once, again])
      if (snapshots !== DOMAINS * SNAPSHOTS) throw new Error(`${snapshots} snapshots were seen`);
    return [start, once, again];
  } finally {
    subject.stop();
  }
}
