import { isDigits } from './libvirt/names.ts';
import { own } from './own.ts';

/**
 * `before-revert-2026-11-23-12-14-05`, in this machine's time zone, and with a number behind it if that is taken.
 * Only letters, digits, dots, dashes and underscores: since 10.9 libvirt makes the name part of a QEMU job's ID
 * (`internal-snapshot-save-…`), and QEMU accepts nothing else there (id_wellformed; seen on 11.3 and 12.8). No dot in
 * front (virDomainSnapshotDefParse: XML_DETAIL).
 */
export function safetyName(pattern: string, target: string, now: number, taken: ReadonlySet<string>): string {
  return (
    nameByPattern(pattern, { snapshot: target }, now, taken) ?? nameByPattern('before-revert', {}, now, taken) ?? ''
  );
}

/**
 * A pattern filled in as above, with more words than the date; null when nothing is left of it. A name of digits alone,
 * which QEMU takes for an ID, gets letters in front.
 */
export function nameByPattern(
  pattern: string,
  more: Readonly<Record<string, string>>,
  now: number,
  taken: ReadonlySet<string>,
): string | null {
  const date = new Date(now);
  const two = (n: number) => `${n}`.padStart(2, '0');
  const words: Readonly<Record<string, string>> = {
    date: `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`,
    time: [date.getHours(), date.getMinutes(), date.getSeconds()].map(two).join('-'),
    ...more,
  };
  const name = pattern
    .replace(/\{(\w+)\}/g, (whole, word: string) => own(words, word) ?? whole)
    .trim()
    .replaceAll(/[^\w.-]+/g, '-')
    .replace(/^[.-]+/, '');
  if (name === '') return null;
  if (isDigits(name)) return nameByPattern(`snapshot-${name}`, {}, now, taken);
  for (let n = 1; ; n++) {
    const candidate = n === 1 ? name : `${name}-${n}`;
    if (!taken.has(candidate)) return candidate;
  }
}

/** What a safety snapshot says of itself, for whoever finds it in another program. */
export function safetyDescription(target: string, requestId: string): string {
  return `Taken by Snapkeel before reverting to “${target}”. [snapkeel-safety ${requestId}]`;
}

/** What the revert went to that a safety snapshot was taken before; empty where its description does not say. */
export function revertedToIn(description: string): string {
  return /^Taken by Snapkeel before reverting to “(.*)”\. \[/s.exec(description)?.[1] ?? '';
}

/** The request that a description names, if Snapkeel wrote it. */
export function safetyRequestOf(description: string): string | null {
  return /\[snapkeel-safety ([\w-]+)\]$/.exec(description)?.[1] ?? null;
}
