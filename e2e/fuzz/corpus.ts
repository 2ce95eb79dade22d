import { readdirSync, readFileSync } from 'node:fs';
import type { Input } from './target.ts';

/** An input that was found to break something, with what it broke. */
export interface Kept {
  readonly file: string;
  readonly target: string;
  readonly about: string;
  readonly input: Input;
}

const folder = new URL('./found/', import.meta.url);

/** What lies in `found/`. */
export function corpus(): Kept[] {
  return readdirSync(folder)
    .sort()
    .map((file) => keptIn(new URL(file, folder), file));
}

export function keptIn(path: URL | string, file = `${path}`): Kept {
  const { target, about, text, base64 } = JSON.parse(readFileSync(path, 'utf8'));
  return { file, target, about, input: text ?? Buffer.from(base64, 'base64') };
}
