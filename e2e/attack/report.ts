import { type Attack, LONGEST_WAIT, MOST_MEMORY } from './attack.ts';
import type { Figures } from './measure.ts';

export interface Row {
  readonly attack: Attack;
  readonly verdict: string;
  readonly figures: Figures | null;
  /** What was not as it should be; null: all was. */
  readonly problem: string | null;
}

/** Does an attack, and once more where it held but the window waited too long: a busy machine is no fault of ours. */
export async function tried(attack: Attack): Promise<Row> {
  const row = await once(attack);
  const waited = row.problem !== null && row.figures !== null && row.figures.worst > LONGEST_WAIT;
  return waited ? once(attack) : row;
}

async function once(attack: Attack): Promise<Row> {
  try {
    const { verdict, backend, end } = await attack.run();
    const figures = backend.figures();
    await end();
    return { attack, verdict, figures, problem: problemIn(figures) };
  } catch (error) {
    return { attack, verdict: '', figures: null, problem: error instanceof Error ? error.message : String(error) };
  }
}

function problemIn({ memory, worst }: Figures): string | null {
  if (memory > MOST_MEMORY) return `${memory} MB of memory, at most ${MOST_MEMORY}`;
  return worst > LONGEST_WAIT ? `the window waited ${worst} ms, at most ${LONGEST_WAIT}` : null;
}

/** A table as in docs/security.md. */
export function reportText(rows: readonly Row[]): string {
  return [
    '| attack | what it does | memory, MB | longest wait, ms | what comes of it |',
    '| --- | --- | ---: | ---: | --- |',
    ...rows.map(({ attack, figures, verdict }) =>
      [attack.name, attack.does, figures?.memory ?? '?', figures?.worst ?? '?', verdict]
        .join(' | ')
        .replace(/.*/, '| $& |'),
    ),
  ].join('\n');
}
