import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import type { Lab } from '../lab/lab.ts';

/** What one command of virsh printed. */
export interface Answer {
  readonly out: string;
  /** Empty for one that succeeded. */
  readonly error: string;
}

const patienceMs = 90_000;
const env = { ...process.env, LC_ALL: 'C.UTF-8', LANGUAGE: 'C' };
// biome-ignore lint/suspicious/noControlCharactersInRegex: what a line that virsh reads cannot have
const control = /[\0-\x1f\x7f]/;

/** By lab: a virsh that goes on reading commands, since to start one costs more than what it is asked. */
const shells = new WeakMap<Lab, Shell>();

/**
 * Runs several commands in one virsh, each given as its words. One that fails does not keep the others from running.
 * @throws DaemonGone when the daemon does not answer
 */
export async function virshEach(lab: Lab, commands: readonly (readonly string[])[]): Promise<Answer[]> {
  const mark = `=${randomUUID()}=`;
  const line = commands.map((words) => `${words.map(quoted).join(' ')}; echo ${mark}; echo --err ${mark}`).join('; ');
  const { out, err } = control.test(line) ? await runOnce(lab, line) : await shellOf(lab).run(line);
  const outs = out.split(`${mark}\n`);
  const errs = err.split(`error: ${mark}\n`); // so does “echo --err” begin its line
  const gone = errs.find(isGone);
  if (gone !== undefined) {
    leaveVirsh(lab);
    throw new DaemonGone(gone.trim());
  }
  if (outs.length !== commands.length + 1) throw new Error(err.trim() || 'virsh did not answer');
  return commands.map((_, n) => ({ out: (outs[n] ?? '').trim(), error: (errs[n] ?? '').trim() }));
}

/** Ends the virsh of a lab: its daemon is another one now, or will not be asked any more. */
export function leaveVirsh(lab: Lab): void {
  shells.get(lab)?.end();
  shells.delete(lab);
}

/** libvirtd does not answer, or hung up. */
export class DaemonGone extends Error {
  override readonly name = 'DaemonGone';
}

/** Whether a message of virsh says that libvirtd went away. */
export function isGone(text: string): boolean {
  return /End of file while reading data|failed to connect to the hypervisor|[Ff]ailed to connect socket|client socket is closed|Disconnected from/.test(
    text,
  );
}

interface Printed {
  readonly out: string;
  readonly err: string;
}

function runOnce(lab: Lab, line: string): Promise<Printed> {
  return new Promise((resolve) => {
    const options = { env, timeout: patienceMs, maxBuffer: 64 << 20 };
    execFile('virsh', ['--connect', lab.uri, line], options, (_, out, err) => resolve({ out, err }));
  });
}

function shellOf(lab: Lab): Shell {
  const known = shells.get(lab);
  if (known?.isOpen) return known;
  const shell = new Shell(lab.uri);
  shells.set(lab, shell);
  return shell;
}

/** A virsh that reads lines and prints after each what it has to say. It echoes them first, with its prompt. */
class Shell {
  isOpen = true;
  readonly #child: ChildProcess;
  #out = '';
  #err = '';
  #onPrinted = () => {};
  #last: Promise<unknown> = Promise.resolve();

  constructor(uri: string) {
    this.#child = spawn('virsh', ['--connect', uri], { env, stdio: 'pipe' });
    const { stdout, stderr, stdin } = this.#child;
    stdout?.setEncoding('utf8').on('data', (text: string) => {
      this.#out += text;
      this.#onPrinted();
    });
    stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#err += text;
      this.#onPrinted();
    });
    stdin?.on('error', () => {}); // it has ended, which is told below
    this.#child.on('close', () => {
      this.isOpen = false;
      this.#onPrinted();
    });
  }

  /** One line at a time. */
  run(line: string): Promise<Printed> {
    const next = this.#last.then(() => this.#run(line));
    this.#last = next;
    return next;
  }

  end(): void {
    this.isOpen = false;
    this.#child.stdin?.end();
    this.#child.kill();
  }

  async #run(line: string): Promise<Printed> {
    const [start, end] = [`=${randomUUID()}=`, `=${randomUUID()}=`];
    this.#out = '';
    this.#err = '';
    const patience = setTimeout(() => this.end(), patienceMs);
    const ended = new Promise<void>((resolve) => {
      this.#onPrinted = () => {
        const isWhole = this.#out.includes(`\n${end}\n`) && this.#err.includes(`error: ${end}\n`);
        if (isWhole || !this.isOpen) resolve();
      };
    });
    this.#child.stdin?.write(`echo ${start}; ${line}\necho ${end}; echo --err ${end}\n`);
    this.#onPrinted();
    await ended;
    clearTimeout(patience);
    const [, printed = ''] = this.#out.split(`\n${start}\n`);
    const [err = ''] = this.#err.split(`error: ${end}\n`);
    return { out: printed, err };
  }
}

/** As virsh reads words out of a line: a backslash in double quotes takes the next character as it is. */
function quoted(word: string): string {
  return `"${word.replace(/["\\]/g, '\\$&')}"`;
}
