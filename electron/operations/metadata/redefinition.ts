import { deleteFlag } from '../../../shared/libvirt/flags.ts';
import type { AnyType } from '../../../shared/operations/operation.ts';
import { forgetSnapshot, redefineFlags, redefineSnapshot } from '../../libvirt/redefine.ts';
import { snapshotXml } from '../../libvirt/snapshots.ts';
import type { Answer } from '../engine/ask.ts';
import type { Work } from '../engine/driver.ts';

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

/** The steps of one change of metadata, each with the XML that it replaces kept, without secrets. */
export class Redefining {
  /** The answer to the last step; null when nothing was asked. */
  last: Answer<void> | null = null;

  /** @param currentBefore the current snapshot when the operation began */
  constructor(
    readonly work: Work<AnyType>,
    private readonly currentBefore: string | null,
  ) {}

  redefine({ name, xml, state, moveCurrent, line }: Redefinition): Promise<Answer<void>> {
    const { session, plan } = this.work;
    const flags = redefineFlags(state, moveCurrent);
    return this.#ask(name, flags, line, () => redefineSnapshot(session.writes, plan.uuid, xml, flags));
  }

  forget(name: string, line: string): Promise<Answer<void>> {
    const { session, plan } = this.work;
    return this.#ask(name, deleteFlag.metadataOnly, line, () => forgetSnapshot(session.writes, plan.uuid, name));
  }

  async #ask(snapshot: string, flags: number, line: string, call: () => Promise<void>): Promise<Answer<void>> {
    const { session, plan, ask } = this.work;
    const keepXml = await snapshotXml(session.reads, plan.uuid, snapshot).catch(() => undefined); // there may be none yet
    const { currentBefore } = this;
    this.last = await ask({ kind: 'redefine', snapshot, flags, plan: [line], currentBefore, keepXml }, call);
    return this.last;
  }
}
