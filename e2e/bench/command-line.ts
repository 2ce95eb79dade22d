import { parseArgs } from 'node:util';

/** What `npm run bench` was asked for. */
export interface CommandLine {
  /** Names of sections; none means those that are run when nothing is asked for. */
  readonly sections: readonly string[];
  /** Where the verdicts are written, as JSON. */
  readonly json: string | undefined;
  /** Where the tables are written, as Markdown: into a document that has a place for them, or by themselves. */
  readonly markdown: string | undefined;
  /** How long hosts change at `scale`, seconds. */
  readonly churnSeconds: number | undefined;
}

/** @throws Error in words that can be shown */
export function parseCommandLine(args: readonly string[]): CommandLine {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { json: { type: 'string' }, markdown: { type: 'string' }, churn: { type: 'string' } },
  });
  const churnSeconds = values.churn === undefined ? undefined : Number(values.churn);
  if (churnSeconds !== undefined && !(churnSeconds > 0))
    throw new Error('--churn wants a number of seconds greater than 0');
  return { sections: positionals, json: values.json, markdown: values.markdown, churnSeconds };
}
