import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** A program of the bench in a process of its own. It ends with this process, if not before. */
export interface Child {
  readonly process: ChildProcess;
  /** The next line that it prints. @throws Error where it ends instead */
  line(): Promise<string>;
  /** Ends it. */
  stop(): void;
}

/**
 * Starts a TypeScript file of this folder.
 * @param nodeOptions of Node.js, as `--expose-gc`
 */
export function startChild(file: string, args: readonly string[], nodeOptions: readonly string[] = []): Child {
  const path = fileURLToPath(new URL(file, import.meta.url));
  const child = spawn(process.execPath, [...nodeOptions, '--import', 'tsx', path, ...args], {
    // The channel is what tells it that this process has ended.
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  });
  const lines = createInterface({ input: child.stdout as NodeJS.ReadableStream })[Symbol.asyncIterator]();
  return {
    process: child,
    async line() {
      const { value, done } = await lines.next();
      if (done) throw new Error(`${file} has ended`);
      return value;
    },
    stop: () => void child.kill('SIGKILL'),
  };
}
