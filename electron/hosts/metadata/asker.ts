import { forgetSnapshot, redefineFlags, redefineSnapshot } from '../../libvirt/redefine.ts';
import { snapshotXml } from '../../libvirt/snapshots.ts';
import { type Answer, askLibvirt } from '../deeds/ask.ts';
import type { DeedHandle } from '../deeds/run-deed.ts';
import type { Ground } from '../ground.ts';
import type { HostSession } from '../host-session.ts';

/** What every request of one operation has in common. */
export interface Errand {
  readonly session: HostSession;
  readonly domain: { readonly uuid: string; readonly name: string };
  readonly operation: Pick<DeedHandle, 'id' | 'phase'>;
  readonly ground: Pick<Ground, 'journal' | 'log'>;
  /** The current snapshot when the operation began. */
  readonly currentBefore: string | null;
}
export interface Redefinition {
  readonly name: string;
  /** Secrets included: it goes to libvirt and nowhere else. */
  readonly xml: string;
  readonly state: string;
  /** Whether it becomes the current snapshot, which it is not yet. Without it the current one stays. */
  readonly moveCurrent: boolean;
  /** What this is for, a short sentence for the journal. */
  readonly line: string;
}
export type Answered = Answer<void>;

/** Asks libvirt for the steps of one change of metadata, each written down before and after. */
export class MetadataAsker {
  /** Requests whose answer never came. */
  readonly unanswered: string[] = [];
  /** Every request that libvirt was asked, in order. */
  readonly asked: string[] = [];
  /** The answer to the last step; null when nothing was asked. */
  last: Answered | null = null;

  constructor(readonly errand: Errand) {}

  /** Keeps the XML that is replaced, without secrets, if there is any. */
  redefine({ name, xml, state, moveCurrent, line }: Redefinition): Promise<Answered> {
    const { session, domain } = this.errand;
    const flags = redefineFlags(state, moveCurrent);
    return this.#ask(name, flags, line, () => redefineSnapshot(session.writes, domain.uuid, xml, flags));
  }

  forget(name: string, line: string): Promise<Answered> {
    const { session, domain } = this.errand;
    return this.#ask(name, 2, line, () => forgetSnapshot(session.writes, domain.uuid, name));
  }

  async #ask(snapshot: string, flags: number, line: string, act: () => Promise<void>): Promise<Answered> {
    const { session, domain, operation, ground, currentBefore } = this.errand;
    const old = await snapshotXml(session.reads, domain.uuid, snapshot).catch(() => null); // there may be none yet
    const answer = await askLibvirt(
      {
        operationId: operation.id,
        kind: 'redefine',
        host: session.host,
        domain,
        snapshot,
        flags,
        plan: [line],
        currentBefore,
      },
      act,
      ground,
      async (requestId) => {
        if (old !== null) await ground.journal.keepXml(requestId, old);
      },
    );
    if (answer.requestId !== null) this.asked.push(answer.requestId);
    if (answer.result === 'unknown' && answer.requestId !== null) this.unanswered.push(answer.requestId);
    this.last = answer;
    return answer;
  }
}
