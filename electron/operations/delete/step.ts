import type { StepEffect } from '../../../shared/operations/delete/assess.ts';
import type { DeleteStep } from '../../../shared/operations/delete/steps.ts';
import type { AnyType } from '../../../shared/operations/operation.ts';
import type { HostSession } from '../../hosts/host-session.ts';
import { deleteSnapshot, readSnapshot, snapshotXml } from '../../libvirt/snapshots.ts';
import type { Answer, Asking } from '../engine/ask.ts';
import type { Work } from '../engine/driver.ts';
import type { Services } from '../engine/services.ts';

interface About extends Pick<Asking, 'kind' | 'currentBefore'>, StepEffect {
  /** The first line of what is written down before. */
  readonly words: string;
}

/**
 * Asks libvirt to delete one snapshot; its XML is kept. That its image may come to be written to is remembered before,
 * so that it is known also after a crash, and taken back where libvirt refuses.
 * @throws LibvirtError, ConnectionError of reading the XML, and what writing the mark throws: nothing was asked.
 */
export async function deleteStep(
  { session, services, uuid, ask }: { uuid: string } & Pick<Work<AnyType>, 'session' | 'services' | 'ask'>,
  { name, flags }: DeleteStep,
  { kind, currentBefore, words, merges, unlinks }: About,
): Promise<Answer<void>> {
  const { host, reads, writes } = session;
  const keepXml = await snapshotXml(reads, uuid, name);
  const marks = merges.length > 0 && !services.marks.isInterrupted(host, uuid, name);
  if (marks) {
    const { createdAt } = await readSnapshot(keepXml);
    await services.marks.interrupt(host, uuid, name, createdAt);
  }
  const plan = [
    words,
    ...merges.map(({ target, from, into }) => `${target}: ${from} is merged into ${into}`),
    ...unlinks.map((file) => `libvirt deletes ${file}`),
  ];
  const answer = await ask({ kind, snapshot: name, flags, plan, currentBefore, keepXml }, () =>
    deleteSnapshot(writes, uuid, name, flags),
  );
  if (marks && answer.result === 'refused') await remember(services, session, uuid, { untouched: [name] });
  return answer;
}

/**
 * What is remembered of snapshots follows what became of them. What can't be written down is logged.
 * @param gone all that is remembered of them goes too. @param untouched nothing was merged after all.
 */
export async function remember(
  { marks, thumbnails, log }: Pick<Services, 'marks' | 'thumbnails' | 'log'>,
  { host }: HostSession,
  uuid: string,
  { gone = [], untouched = [] }: { gone?: readonly string[]; untouched?: readonly string[] },
): Promise<void> {
  try {
    await marks.forget(host, uuid, gone);
    for (const name of untouched) await marks.forgetInterrupted(host, uuid, name);
    await thumbnails.forget(host, uuid, gone);
  } catch (error) {
    log(`what is remembered of snapshots could not be written: ${error}`);
  }
}
