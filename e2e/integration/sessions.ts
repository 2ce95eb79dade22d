import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { HostStatus } from '../../shared/schema.ts';
import type { Lab } from '../lab/lab.ts';
import type { Command, Report, SessionOptions } from './session-process.ts';

type StatusOf<S extends HostStatus['status']> = Extract<HostStatus, { status: S }>;

/** A session of the app that runs as a process of a lab, found there in the lab's /run. */
export class OtherSession {
  readonly #child: ChildProcess;
  readonly #reports: Report[] = [];
  readonly #errors: string[] = [];
  #wake: (() => void)[] = [];
  #ended = false;

  /** Starts the process; `connect` is then the first thing to send. It ends with `stop`, or with this process. */
  constructor(lab: Lab, options: SessionOptions) {
    const program = fileURLToPath(new URL('./session-process.ts', import.meta.url));
    const argv = [...lab.alongside(), process.execPath, '--import', 'tsx', program, JSON.stringify(options)];
    const [command = '', ...args] = argv;
    this.#child = spawn(command, args, { stdio: 'pipe', env: { ...process.env, HOME: lab.dir } });
    const reports = createInterface(this.#child.stdout as NodeJS.ReadableStream);
    reports.on('line', (line) => this.#note(() => this.#reports.push(JSON.parse(line) as Report)));
    this.#child.stdin?.on('error', () => {});
    this.#child.stderr?.on('data', (data) => this.#errors.push(`${data}`));
    this.#child.on('close', () =>
      this.#note(() => {
        this.#ended = true;
      }),
    );
  }

  /** Sends a command; what comes of it is reported. */
  send(command: Command): void {
    this.#child.stdin?.write(`${command}\n`);
  }

  /** How often polkit has asked. */
  get asked(): number {
    return this.#reports.filter((report) => 'asked' in report).length;
  }

  /** Resolves when polkit has asked that often. */
  async untilAsked(times: number): Promise<void> {
    await this.#until(() => (this.asked >= times ? true : undefined));
  }

  /** Resolves when the session has this status last of all. */
  async untilStatus<S extends HostStatus['status']>(status: S): Promise<StatusOf<S>> {
    return await this.#until(() => {
      const last = this.#reports.findLast((report) => 'status' in report);
      return last?.status.status === status ? (last.status as StatusOf<S>) : undefined;
    });
  }

  /** Resolves when so many streams to libvirt are open. */
  async untilStreams(count: number): Promise<void> {
    await this.#until(() => {
      const last = this.#reports.findLast((report) => 'streams' in report);
      return last?.streams === count ? true : undefined;
    });
  }

  /** Ends the process. */
  async stop(): Promise<void> {
    this.#child.stdin?.end();
    while (!this.#ended) await this.#next();
  }

  async #until<T>(find: () => T | undefined): Promise<T> {
    for (;;) {
      const found = find();
      if (found !== undefined) return found;
      if (this.#ended) throw new Error(`the session’s process ended:\n${this.#errors.join('')}`);
      await this.#next();
    }
  }

  #next(): Promise<void> {
    return new Promise((resolve) => this.#wake.push(resolve));
  }

  #note(change: () => void): void {
    change();
    for (const wake of this.#wake.splice(0)) wake();
  }
}
