import { type Measurement, type Verdict, verdictOf } from './measurement.ts';
import { quantile } from './statistics.ts';

/** The measurements of a section. */
export interface Measured {
  readonly title: string;
  readonly measurements: readonly Measurement[];
}

/** A line of the report on the way. */
export function lineOf(measurement: Measurement): string {
  const { name, unit, note } = measurement;
  const { measured, met } = verdictOf(measurement);
  const wanted = wantedOf(measurement);
  const verdict = met === null ? '' : `  ${met ? 'met' : 'MISSED'}, wanted ${wanted}`;
  const value = measured === null ? 'not measured' : `${numberText(measured)} ${unit}`;
  return `${name.padEnd(62)} ${value.padStart(14)}  ${spreadOf(measurement).padEnd(22)}${verdict}${note ? `  (${note})` : ''}`;
}

/** The last line: what is counted on by whoever runs it. */
export function summaryOf(verdicts: readonly Verdict[]): string {
  const judged = verdicts.filter(({ met }) => met !== null);
  return `bench: ${judged.filter(({ met }) => met).length} of ${judged.length} targets met`;
}

/** Tables for people, one a section. */
export function markdownOf(sections: readonly Measured[], machine: string): string {
  const tables = sections
    .filter(({ measurements }) => measurements.length > 0)
    .map(({ title, measurements }) =>
      [
        `### ${title}\n`,
        '| what | measured | from … to | target | met |',
        '| --- | ---: | ---: | ---: | --- |',
        ...measurements.map(rowOf),
      ].join('\n'),
    );
  const summary = summaryOf(sections.flatMap(({ measurements }) => measurements.map(verdictOf)));
  return `${machine}\n\n${summary.replace('bench: ', '')}.\n\n${tables.join('\n\n')}\n`;
}

const MARKS = { begin: '<!-- measured -->', end: '<!-- /measured -->' } as const;

/** A document with these tables between its marks; where it has none, the tables alone. */
export function withTables(document: string, tables: string): string {
  const [from, to] = [document.indexOf(MARKS.begin), document.indexOf(MARKS.end)];
  if (from < 0 || to < from) return tables;
  return `${document.slice(0, from + MARKS.begin.length)}\n\n${tables}\n${document.slice(to)}`;
}

function rowOf(measurement: Measurement): string {
  const { name, unit, note } = measurement;
  const { measured, met } = verdictOf(measurement);
  const value = measured === null ? 'not measured' : `${numberText(measured)} ${unit}`;
  const cells = [
    note ? `${name} (${note})` : name,
    value,
    spreadOf(measurement),
    wantedOf(measurement),
    met === null ? '' : met ? 'yes' : '**no**',
  ];
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
}

/** From the least to the greatest; of many values from the lower quartile to the upper one. Nothing where there is but one. */
function spreadOf({ values }: Measurement): string {
  if (values.length < 2) return '';
  const many = values.length >= MANY;
  const [from, to] = many
    ? [quantile(values, 0.25), quantile(values, 0.75)]
    : [quantile(values, 0), quantile(values, 1)];
  return `${numberText(from)} … ${numberText(to)}${many ? ' (half of all)' : ''}`;
}

const MANY = 12;

function wantedOf({ target, atLeast, unit }: Measurement): string {
  if (target !== undefined) return `≤ ${numberText(target)} ${unit}`;
  return atLeast === undefined ? '' : `≥ ${numberText(atLeast)} ${unit}`;
}

/** Three digits that count, as many as anybody reads. */
function numberText(value: number): string {
  const digits = Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2;
  return value.toLocaleString('en', { maximumFractionDigits: digits });
}
