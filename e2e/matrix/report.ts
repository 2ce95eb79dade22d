import { describeCase, type Result } from './kinds.ts';
import type { Track } from './run.ts';

const verdicts = ['safe', 'risky', 'needsForce', 'willFail'] as const;
const columns = ['libvirt', 'driver', 'cases', 'agreed', ...verdicts, 'not run', 'codes', 'seconds'] as const;

/** One line a generation and driver; `not run`: blocked, because the revert would crash the daemon. */
export function table(tracks: readonly Track[]): string {
  const rows = tracks.map(({ version, driver, results, ms }) => {
    const count = (test: (each: Result) => boolean) => `${results.filter(test).length}`;
    const codes = new Set(results.map(({ real }) => real?.answer).filter((code) => code != null));
    return [
      version,
      driver,
      `${results.length}`,
      count(agreed),
      ...verdicts.map((verdict) => count(({ predicted }) => predicted?.verdict === verdict)),
      count(({ predicted, real }) => predicted !== null && real === null),
      [...codes].sort((a, b) => a - b).join(' '),
      (ms / 1000).toFixed(0),
    ];
  });
  const widths = columns.map((title, index) => Math.max(title.length, ...rows.map((row) => row[index]?.length ?? 0)));
  return [columns, ...rows]
    .map((row) => row.map((cell, index) => cell.padEnd(widths[index] ?? 0)).join('  '))
    .join('\n');
}

/** How often each rule spoke, so that one that never does is seen. */
export function ruleCounts(tracks: readonly Track[]): string {
  const counts = new Map<string, number>();
  for (const { results } of tracks)
    for (const { rules } of results) for (const rule of rules) counts.set(rule, (counts.get(rule) ?? 0) + 1);
  return [...counts].map(([rule, count]) => `${rule} ${count}`).join(', ');
}

export function disagreements(tracks: readonly Omit<Track, 'ms'>[]): string[] {
  return tracks.flatMap(({ version, driver, results }) =>
    results
      .filter((each) => !agreed(each))
      .map((each) =>
        [
          `libvirt ${version}, ${driver}: ${describeCase(each.case)}`,
          ...each.disagreements.map((line) => `  ${line}`),
          ...(each.rules.length > 0 ? [`  rules: ${each.rules.join(', ')}`] : []),
          ...(each.real?.words ? [`  libvirt said: ${each.real.words}`] : []),
        ].join('\n'),
      ),
  );
}

export function agreed(each: Result): boolean {
  return each.disagreements.length === 0;
}
