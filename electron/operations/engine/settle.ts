import type { Found } from '../../../shared/schema.ts';
import type { Journal } from '../../hosts/journal/journal.ts';
import type { Answer } from './ask.ts';

export const lost = 'Snapkeel did not see libvirt’s answer, and looked at what there is afterwards.';

/**
 * Writes down, with every request of an operation, how things were found in the end. One without an answer stays open
 * where libvirt could not be asked: it is found out when the host is back.
 * @param lines sentences on what is not as planned
 * @param proven the last one, whose answer was lost, was carried out
 */
export async function settle(
  asked: readonly Answer<unknown>[],
  found: Found | null | undefined,
  lines: readonly string[],
  journal: Journal,
  proven = false,
): Promise<void> {
  for (const [index, { requestId, result }] of asked.entries()) {
    if (requestId === null) continue;
    const said = index === asked.length - 1 ? lines : [];
    if (result !== 'unknown') await journal.found(requestId, found ?? null, said);
    else if (found) {
      const sentences = [...new Set([lost, ...said])];
      await journal.resolved(requestId, proven ? 'done' : 'unknown', found, sentences);
    } else journal.abandon(requestId);
  }
}
