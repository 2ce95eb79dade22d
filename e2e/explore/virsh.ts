import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import type { Lab } from '../lab/lab.ts';

/** What one command of virsh printed. */
export interface Answer {
  readonly out: string;
  /** Empty for one that succeeded. */
  readonly error: string;
}

const patienceMs = 90_000;

/**
 * Runs several commands in one virsh, each given as its words. One that fails does not keep the others from running.
 * @throws DaemonGone when the daemon does not answer
 */
export async function virshEach(lab: Lab, commands: readonly (readonly string[])[]): Promise<Answer[]> {
  const mark = `=${randomUUID()}=`;
  const lines = commands.map((words) => `${words.map(quoted).join(' ')}; echo ${mark}; echo --err ${mark}`);
  const argv = ['--connect', lab.uri, lines.join('; ')];
  const { out, err, code } = await new Promise<{ out: string; err: string; code: unknown }>((resolve) => {
    const env = { ...process.env, LC_ALL: 'C.UTF-8', LANGUAGE: 'C' };
    execFile('virsh', argv, { env, timeout: patienceMs, maxBuffer: 64 << 20 }, (error, out, err) =>
      resolve({ out, err, code: error?.code ?? (error ? 'killed' : 0) }),
    );
  });
  const outs = out.split(`${mark}\n`);
  const errs = err.split(`error: ${mark}\n`); // so does “echo --err” begin its line
  const gone = errs.find(isGone);
  if (gone !== undefined) throw new DaemonGone(gone.trim());
  if (outs.length !== commands.length + 1) throw new Error(err.trim() || `virsh ended with ${code}`);
  return commands.map((_, n) => ({ out: (outs[n] ?? '').trim(), error: (errs[n] ?? '').trim() }));
}

/** libvirtd does not answer, or hung up. */
export class DaemonGone extends Error {
  override readonly name = 'DaemonGone';
}

/** Whether a message of virsh says that libvirtd went away. */
export function isGone(text: string): boolean {
  return /End of file while reading data|failed to connect to the hypervisor|[Ff]ailed to connect socket|client socket is closed/.test(
    text,
  );
}

/** As virsh reads words out of a line: a backslash in double quotes takes the next character as it is. */
function quoted(word: string): string {
  return `"${word.replace(/["\\]/g, '\\$&')}"`;
}
