import { isDigits } from '../../shared/libvirt/names.ts';
import { nameByPattern, safetyName } from '../../shared/safety-names.ts';

/** Why a pattern can't be the name of a snapshot, as a sentence; null when it can. The rules are those of `Settings`. */
export function patternProblem(pattern: string, words: readonly string[] = patternWords): string | null {
  if (pattern.trim() === '') return 'A name is needed.';
  if (pattern.startsWith('.')) return 'libvirt accepts no name that starts with a full stop.';
  if (pattern.includes('/')) return 'libvirt accepts no name with a slash.';
  if (pattern.length > 120) return 'This is too long: at most 120 characters.';
  const unknown = [...pattern.matchAll(/\{(\w*)\}/g)].find(([, word]) => !words.includes(word ?? ''));
  if (unknown) return `${unknown[0]} is not a placeholder.`;
  return isDigits(pattern.replaceAll(/[^\w]+/g, ''))
    ? 'QEMU may take a number for the ID of another snapshot in the image. Put a letter in front of it.'
    : null;
}

export const patternWords: readonly string[] = ['date', 'time', 'snapshot'];
export const newPatternWords: readonly string[] = ['date', 'time', 'domain'];

/** What a new snapshot of “web-01” would be called now. */
export function newNamePreview(pattern: string, now: number): string {
  return nameByPattern(pattern, { domain: 'web-01' }, now, new Set()) ?? '';
}

/** What a safety snapshot would be called if it were taken now, before a revert to “clean”. */
export function patternPreview(pattern: string, now: number): string {
  return safetyName(pattern, 'clean', now, new Set());
}
