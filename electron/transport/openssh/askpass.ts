import { constants } from 'node:fs';
import { open, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';

/** What ssh asks: `text` wants a line, `confirm` a yes, `none` nothing: it tells of something that the person does elsewhere. */
export interface Ask {
  readonly kind: 'text' | 'confirm' | 'none';
  readonly text: string;
  /** Which ssh asks: each machine on the way has one of its own. */
  readonly asker: string;
}

/** Answers; null refuses. The signal is aborted when ssh no longer waits. */
export type Answers = (ask: Ask, signal: AbortSignal) => Promise<string | null>;

const LOOK_MS = 100;
const MOST_TEXT = 64 * 1024;

/**
 * ssh runs it with its question (SSH_ASKPASS, ssh(1)): the question goes into a file, and the answer comes through a pipe,
 * so that no secret is on a disk. The first line of an answer is how to end.
 */
export const ASKPASS = `#!/bin/sh
umask 077
at="\${0%/*}/$$"
mkfifo "$at.answer" || exit 1
printf '%s\\n%s\\n%s' "\${SSH_ASKPASS_PROMPT:-text}" "$PPID" "$1" > "$at.new" || exit 1
mv "$at.new" "$at.question" || exit 1
{ IFS= read -r verdict && cat; } < "$at.answer"
exit "\${verdict:-1}"
`;

/** Answers the questions of ssh processes, through a private folder. */
export class Askpass {
  readonly #open = new Map<string, AbortController>();
  readonly #looking: NodeJS.Timeout;

  /** @param folder of this user alone, in which `ASKPASS` is at `path` */
  constructor(
    private readonly folder: string,
    private readonly path: string,
    private readonly answers: Answers,
  ) {
    this.#looking = setInterval(() => void this.#look().catch(() => {}), LOOK_MS);
  }

  /** What an ssh process needs to ask here, and nowhere else. */
  get env(): Record<string, string> {
    // Before OpenSSH 8.4 there is no REQUIRE: it asks here only where it thinks that there is a display.
    return {
      SSH_ASKPASS: this.path,
      SSH_ASKPASS_REQUIRE: 'force',
      DISPLAY: process.env.DISPLAY || ':0',
    };
  }

  /** No question is answered any more. */
  close(): void {
    clearInterval(this.#looking);
    for (const asking of this.#open.values()) asking.abort();
  }

  async #look(): Promise<void> {
    for (const [name, asking] of this.#open) if (!isAlive(name)) asking.abort();
    const names = (await readdir(this.folder)).flatMap((file) => /^(\d+)\.question$/.exec(file)?.[1] ?? []);
    for (const name of names) if (!this.#open.has(name)) void this.#take(name).catch(() => {});
  }

  async #take(name: string): Promise<void> {
    const asking = new AbortController();
    this.#open.set(name, asking);
    const at = join(this.folder, name);
    try {
      const [kind = '', asker = '', ...lines] = (await readFile(`${at}.question`, 'utf8'))
        .slice(0, MOST_TEXT)
        .split('\n');
      const known = kind === 'confirm' || kind === 'none' ? kind : 'text';
      const ask: Ask = { kind: known, text: lines.join('\n'), asker };
      const answer = await this.answers(ask, asking.signal);
      if (!asking.signal.aborted) await send(`${at}.answer`, answer === null ? '1\n' : `0\n${answer}\n`);
    } finally {
      await rm(`${at}.question`, { force: true });
      await rm(`${at}.answer`, { force: true });
      this.#open.delete(name);
    }
  }
}

/** Whoever asks opens the pipe a moment after the question is there. */
async function send(pipe: string, text: string): Promise<void> {
  for (let attempt = 0; ; attempt++) {
    try {
      const writer = await open(pipe, constants.O_WRONLY | constants.O_NONBLOCK);
      await writer.writeFile(text).finally(() => writer.close());
      return;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENXIO' || attempt > 50) throw error;
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    }
  }
}

function isAlive(pid: string): boolean {
  try {
    process.kill(Number(pid), 0);
    return true;
  } catch {
    return false;
  }
}
