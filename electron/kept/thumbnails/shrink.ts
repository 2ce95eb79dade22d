import { Worker } from 'node:worker_threads';

export interface Question {
  readonly id: number;
  readonly picture: Uint8Array;
}
export type Answer = { readonly id: number } & ({ readonly png: Uint8Array } | { readonly error: string });

interface Waiting {
  resolve(png: Buffer): void;
  reject(error: Error): void;
}

let worker: Worker | undefined;
let asked = 0;
const waiting = new Map<number, Waiting>();

/**
 * A picture as hypervisors make them, made small, as a PNG. Done on another thread, one after the other.
 * @throws Error for what is no picture or too large
 */
export function shrink(picture: Buffer): Promise<Buffer> {
  const id = ++asked;
  const answer = new Promise<Buffer>((resolve, reject) => {
    waiting.set(id, { resolve, reject });
    worker ??= start();
    worker.postMessage({ id, picture } satisfies Question);
  });
  return answer.finally(() => waiting.delete(id));
}

function start(): Worker {
  // Built, it is an entry of its own beside the program's.
  const name = import.meta.url.endsWith('.ts') ? './shrink-worker.mjs' : '../shrink-worker.js';
  const started = new Worker(new URL(name, import.meta.url));
  const end = (error: Error) => {
    if (worker === started) worker = undefined;
    for (const each of waiting.values()) each.reject(error);
  };
  started.on('message', (answer: Answer) => {
    if ('png' in answer) waiting.get(answer.id)?.resolve(Buffer.from(answer.png));
    else waiting.get(answer.id)?.reject(new Error(answer.error));
  });
  started.on('error', end);
  started.on('exit', (code) => end(new Error(`the thread for pictures ended, code ${code}`)));
  started.unref(); // it keeps nothing from ending
  return started;
}
