import type { AnyType } from '../../../shared/operations/operation.ts';
import type { Found } from '../../../shared/schema.ts';
import type { Work } from './driver.ts';

export const lost = 'Snapkeel did not get libvirt’s answer, and checked the result itself.';

/**
 * Writes down, with every request of an operation, how things were found in the end. One without an answer stays open
 * where libvirt could not be asked: it is found out when the host is back.
 * @param lines sentences on what is not as planned
 */
export async function settle(
  { asked, proven, services: { journal } }: Pick<Work<AnyType>, 'asked' | 'proven' | 'services'>,
  found: Found | null | undefined,
  lines: readonly string[],
): Promise<void> {
  for (const [index, { requestId, result }] of asked.entries()) {
    if (requestId === null) continue;
    const said = index === asked.length - 1 ? lines : [];
    if (result !== 'unknown') await journal.found(requestId, found ?? null, said);
    else if (found) {
      const sentences = [...new Set([lost, ...said])];
      await journal.resolved(requestId, proven.has(requestId) ? 'done' : 'unknown', found, sentences);
    } else journal.abandon(requestId);
  }
}
