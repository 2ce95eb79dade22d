/** Why a disk does not do what it is asked for, by the system's codes. */
const reasons: Readonly<Record<string, string>> = {
  ENOSPC: 'the disk is full',
  EDQUOT: 'your quota on this disk is used up',
  EROFS: 'the disk is read-only',
  EACCES: 'you have no permission',
  EPERM: 'you have no permission',
  EIO: 'the disk reports an error',
  EISDIR: 'it is a folder',
  EFTYPE: 'it is not a file',
  EFBIG: 'it is too large',
  ENOTDIR: 'a file is where its folder should be',
  /** What a recursive `mkdir` of Node says also of a read-only disk. */
  ENOENT: 'its folder is missing and cannot be created',
};

/** Why a file could not be used, to stand after a colon; what has no words here is told in the system's own. */
export function reasonOf(error: unknown): string {
  return reasons[codeOf(error)] ?? (error instanceof Error ? error.message : String(error));
}

/** The system's code of an error, such as `ENOENT`; empty where there is none. */
export function codeOf(error: unknown): string {
  const { code } = Object(error) as { code?: unknown };
  return typeof code === 'string' ? code : '';
}
