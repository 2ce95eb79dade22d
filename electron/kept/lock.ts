import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { problemOf } from '../../shared/errors.ts';
import { formatDateTime } from '../../shared/format.ts';
import type { Problem } from '../../shared/schema.ts';
import { ProblemError } from '../hosts/problems.ts';
import { JsonFile } from './json-file.ts';
import { processStart } from './process-start.ts';
import { reasonOf } from './reason.ts';

const Holder = z.object({
  id: z.string(),
  shell: z.enum(['desktop', 'browser']),
  /** The computer, since a folder may lie on the network: a process ID says nothing of another one's. */
  host: z.string(),
  pid: z.number(),
  /** As `processStart`. */
  started: z.string(),
  /** Milliseconds since 1970. */
  since: z.number(),
  /** Where its page is, with the token. */
  url: z.string().nullable(),
});
/** Who uses a data directory. */
export type Holder = z.infer<typeof Holder>;
export type Shell = Holder['shell'];

const inWords: Readonly<Record<Shell, string>> = { desktop: 'in a window of its own', browser: 'in a browser' };

/** Another process uses the data directory. */
export class FolderInUse extends Error {
  override name = 'FolderInUse';

  constructor(
    folder: string,
    readonly holder: Holder,
  ) {
    const { shell, pid, since } = holder;
    super(
      `The data directory ${folder} is in use: Snapkeel runs ${inWords[shell]}, process ${pid}, since ${formatDateTime(since)}. Use that one, or quit it, or choose another directory with --data-dir.`,
    );
  }
}

export interface Lock {
  /** What a person should know: the folder cannot be written to, or another computer may use it too. */
  readonly problem: Problem | null;
  /** Tells whoever comes later where the page is. */
  reachableAt(url: string): Promise<void>;
  release(): Promise<void>;
}

/**
 * Takes a data directory for this process, by its name in `running.json`. Who has died holds nothing: a process that does
 * not run, or runs since another time. Where the folder cannot be written to nothing is locked, and nothing can be lost.
 * @throws FolderInUse
 */
export async function lockFolder(folder: string, shell: Shell, log: (line: string) => void): Promise<Lock> {
  const { pid } = process;
  const id = randomUUID();
  const mine = { id, shell, host: hostname(), pid, started: processStart(pid) ?? '', since: Date.now(), url: null };
  const file = await JsonFile.open<Holder | null>({
    path: join(folder, 'running.json'),
    schema: Holder.nullable(),
    empty: null,
    holds: 'knowing whether another Snapkeel runs',
    log,
  });
  const change = (next: (own: Holder) => Holder | null) =>
    file
      .change((now) => (now?.id === id ? next(now) : now))
      .then(() => {})
      .catch((error: unknown) => log(`${folder}: ${error}`));
  const held = (problem: Problem | null): Lock => ({
    problem,
    reachableAt: (url) => change((own) => ({ ...own, url })),
    release: () => change(() => null),
  });
  let before: Holder | null = null;
  try {
    await file.change((now) => {
      before = now;
      return now && runsHere(now) ? now : mine;
    });
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    return held(unlocked(folder, error));
  }
  const { value } = file;
  if (value && value.id !== id) throw new FolderInUse(folder, value);
  return held(elsewhere(before));
}

/** Whether it holds what it says; of another computer nobody can tell. */
function runsHere({ host, pid, started }: Holder): boolean {
  const now = host === hostname() ? processStart(pid) : null;
  return now !== null && (now === started || now === '' || started === '');
}

function elsewhere(before: Holder | null): Problem | null {
  return before && before.host !== hostname() ? problemOf('FOLDER_SHARED', { host: before.host }) : null;
}

function unlocked(folder: string, { problem, cause }: ProblemError): Problem {
  if (problem.code !== 'KEPT_NOT_WRITTEN') return problem;
  return problemOf('FOLDER_UNWRITABLE', { folder, reason: reasonOf(cause) }, problem.detail);
}
