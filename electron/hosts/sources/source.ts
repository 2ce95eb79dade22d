import type { HostSource } from '../../../shared/schema.ts';

/** Where sources are looked for. */
export interface Surroundings {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The person's home directory. */
  readonly home: string;
  /** Of the whole machine: another folder than /etc in tests. */
  readonly etc?: string;
}

/** A host as a source has it, not judged yet. */
export interface NamedUri {
  readonly name: string | null;
  readonly uri: string;
  readonly note?: string;
}

/** What one source has told. */
export interface Told {
  readonly kind: HostSource['kind'];
  readonly file: string | null;
  readonly hosts: readonly NamedUri[];
  readonly problem: string | null;
}

/** The most bytes that are read of a file or a program. */
export const MOST_BYTES = 1024 * 1024;

/** Why a file cannot be read, as a sentence; null where it is not there. */
export function unreadable(error: unknown): string | null {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === 'ENOENT' || code === 'ENOTDIR') return null;
  return `It could not be read (${REASONS[code ?? ''] ?? code ?? message}).`;
}

const REASONS: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EISDIR: 'it is a folder',
  EFTYPE: 'it is not a regular file',
  EFBIG: 'it is too large',
};
