import { lstat, rename } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import type { z } from 'zod';
import { type ProblemCode, problemOf } from '../../shared/errors.ts';
import type { Problem } from '../../shared/schema.ts';
import { ProblemError } from '../hosts/problems.ts';
import { readRegular } from '../regular-file.ts';
import { codeOf, reasonOf } from './reason.ts';
import { replaceFile } from './replace-file.ts';

/** More than 40,000 marks take. */
const MOST_BYTES = 8 * 1024 * 1024;
/** There is no such file, nor could there be one. */
const absent: ReadonlySet<string> = new Set(['ENOENT', 'ENOTDIR']);

/** Told what is wrong with something, and null when it is so no longer. `about` is the path of a file. */
export type Tell = (about: string, problem: Problem | null) => void;

export interface JsonFileOptions<T> {
  readonly path: string;
  /** Reads older versions too, as what they are now. */
  readonly schema: z.ZodType<T>;
  /** What the file tells as its version, by default 1; one that tells a higher one was written by a newer Snapkeel. */
  readonly version?: number;
  /** What an absent file reads as. */
  readonly empty: T;
  /** What a person misses where the file cannot be read, as in “Snapkeel goes on without …”. */
  readonly holds: string;
  readonly log: (line: string) => void;
  readonly tell?: Tell | undefined;
}

/**
 * A small JSON file in the data directory, replaced in one step at each change. What is in memory is what is on the disk.
 *
 * A file that is no JSON or not of its schema is damaged: it is set aside as `….unreadable`, `….unreadable-2` and so on,
 * and told of. One that cannot be read, or that a newer Snapkeel has written, is left alone: it reads as empty, and
 * changes of it are refused.
 */
export class JsonFile<T> {
  #value: T;
  #changing: Promise<unknown> = Promise.resolve();

  private constructor(private readonly options: JsonFileOptions<T>) {
    this.#value = options.empty;
  }

  /** Reads the file. @throws nothing: what is wrong with it is told. */
  static async open<T>(options: JsonFileOptions<T>): Promise<JsonFile<T>> {
    const file = new JsonFile(options);
    try {
      file.#value = await file.#read();
    } catch (error) {
      if (!(error instanceof ProblemError)) throw error;
    }
    return file;
  }

  /** As it was last read or written. */
  get value(): T {
    return this.#value;
  }

  /**
   * Changes what is in the file now, which another process may have written since it was read; a change that changes
   * nothing of what is known writes nothing. Changes are made one after the other.
   * @param next is called more than once, and only makes the new value of the old one.
   * @returns the value when it is on the disk, and from then on in memory.
   * @throws ProblemError KEPT_NOT_WRITTEN, KEPT_NOT_READ, KEPT_NEWER; then nothing has changed
   */
  change(next: (value: T) => T): Promise<T> {
    const changing = this.#changing.catch(() => {}).then(() => this.#change(next));
    this.#changing = changing;
    return changing;
  }

  async #change(next: (value: T) => T): Promise<T> {
    if (isDeepStrictEqual(next(this.#value), this.#value)) return this.#value;
    const { path } = this.options;
    let value = this.#value;
    try {
      await replaceFile(path, async () => {
        const fresh = await this.#read();
        value = next(fresh);
        return isDeepStrictEqual(value, fresh) ? null : shortEnough(JSON.stringify(value, null, 2));
      });
    } catch (error) {
      if (error instanceof ProblemError) throw error;
      const details = { file: basename(path), folder: dirname(path), reason: reasonOf(error) };
      throw Object.assign(new ProblemError('KEPT_NOT_WRITTEN', details, String(error)), { cause: error });
    }
    this.#value = value;
    return value;
  }

  /** What is in the file; where there is none, what was in it last. @throws ProblemError where it is to be left alone */
  async #read(): Promise<T> {
    const { path, schema, version = 1 } = this.options;
    let text: string;
    try {
      text = (await readRegular(path, MOST_BYTES)).toString('utf8');
    } catch (error) {
      if (absent.has(codeOf(error))) return this.#value;
      throw this.#leftAlone('KEPT_NOT_READ', reasonOf(error), error);
    }
    const found = parsed(text);
    if (versionOf(found) > version) throw this.#leftAlone('KEPT_NEWER', 'it is newer', `version ${versionOf(found)}`);
    const { success, data, error } = schema.safeParse(found);
    if (!success) {
      await this.#setAside(error);
      return this.#value;
    }
    this.options.tell?.(path, null);
    return data;
  }

  async #setAside(why: unknown): Promise<void> {
    const { path, holds, log, tell } = this.options;
    try {
      const aside = await freeName(`${path}.unreadable`);
      await rename(path, aside);
      log(`${path} could not be read and was kept as ${aside}: ${why}`);
      tell?.(path, problemOf('KEPT_DAMAGED', { file: basename(path), holds, aside }, String(why)));
    } catch (error) {
      throw this.#leftAlone('KEPT_NOT_READ', 'it is damaged, and cannot be set aside', `${why} ${error}`);
    }
  }

  #leftAlone(code: ProblemCode, reason: string, why: unknown): ProblemError {
    const { path, holds, log, tell } = this.options;
    const error = new ProblemError(code, { file: basename(path), path, holds, reason }, String(why));
    log(`${path} is left alone: ${why}`);
    tell?.(path, error.problem);
    return error;
  }
}

/** The same text. @throws Error where it could not be read again */
function shortEnough(text: string): string {
  if (Buffer.byteLength(text) > MOST_BYTES) throw new Error('it would be longer than 8 MiB');
  return text;
}

/** undefined for what is no JSON. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function versionOf(found: unknown): number {
  const { version } = Object(found) as { version?: unknown };
  return typeof version === 'number' ? version : 0;
}

/** The name, or the first of `<name>-2`, `<name>-3` … that nothing has. */
async function freeName(name: string): Promise<string> {
  for (let n = 1; ; n++) {
    const tried = n === 1 ? name : `${name}-${n}`;
    try {
      await lstat(tried);
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return tried;
      throw error;
    }
  }
}
