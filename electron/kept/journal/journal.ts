import { randomUUID } from 'node:crypto';
import { isRevert } from '../../../shared/activity/groups.ts';
import { problemOf } from '../../../shared/errors.ts';
import { type Requested, requested } from '../../../shared/request-problems.ts';
import type { Found, Host, JournalEntry, KeptXml, Problem } from '../../../shared/schema.ts';
import { hostKey } from '../../hosts/host-key.ts';
import { nothingDone, ProblemError, reasonIn, toProblem } from '../../hosts/problems.ts';
import { ConnectionError } from '../../libvirt/errors.ts';
import { readXml, withoutConfigs } from '../../libvirt/xml.ts';
import { reasonOf } from '../reason.ts';
import type { AppendFile } from './file.ts';
import { type Asked, type JournalRecord, type JournalResult, type Line, parseLines, withLine } from './lines.ts';

export type Request = Pick<
  Asked,
  'operationId' | 'kind' | 'domain' | 'snapshot' | 'flags' | 'plan' | 'currentBefore' | 'losses' | 'virsh' | 'batch'
> & {
  readonly host: Pick<Host, 'name' | 'uri' | 'kind'>;
};
export interface JournalOptions {
  readonly file: AppendFile;
  /** The user of this computer. */
  readonly who: string;
  readonly log: (line: string) => void;
  /** Told where the journal cannot be read. */
  readonly tell?: (problem: Problem) => void;
}

/** Everything that libvirt was ever asked to change, written down before it was asked and after it answered. */
export class Journal {
  #records = new Map<string, JournalRecord>();
  /** Requests whose answer somebody in this process waits for. */
  #awaited = new Set<string>();

  private constructor(private readonly options: JournalOptions) {}

  /** Reads what earlier runs have written. A journal that cannot be read is reported, and goes on from here. */
  static async open(options: JournalOptions): Promise<Journal> {
    const journal = new Journal(options);
    try {
      for await (const line of parseLines(options.file.lines(), options.log)) withLine(journal.#records, line);
    } catch (error) {
      options.log(`the journal could not be read: ${error}`);
      options.tell?.(problemOf('JOURNAL_NOT_READ', { reason: reasonOf(error) }, String(error)));
    }
    return journal;
  }

  /**
   * Writes down that libvirt is about to be asked.
   * @param requestId where it has to be known before
   * @param xml of what is about to be destroyed or replaced, without secrets
   * @throws ProblemError JOURNAL_FAILED
   */
  async begin(
    request: Request,
    { requestId = randomUUID(), xml }: { requestId?: string | undefined; xml?: string | undefined } = {},
  ): Promise<string> {
    const { name, uri, kind } = request.host;
    const asked: Asked = {
      type: 'asked',
      at: Date.now(),
      who: this.options.who,
      ...request,
      requestId,
      host: { name, uri, kind },
    };
    await this.#write(asked, ...(xml === undefined ? [] : [{ type: 'xml', requestId, at: asked.at, xml } as const]));
    this.#awaited.add(requestId);
    return requestId;
  }

  /**
   * Asks libvirt, and writes down what it answered. When no answer came, the request stays open until somebody
   * resolves or abandons it.
   */
  async answer<T>(requestId: string, hostName: string, ask: () => Promise<T>): Promise<T> {
    try {
      const value = await ask();
      await this.answered(requestId, 'done');
      return value;
    } catch (error) {
      if (!(error instanceof ConnectionError)) {
        const problem = toProblem(error, hostName, this.#requested(requestId));
        await this.answered(requestId, nothingDone(error) ? 'refused' : 'failed', problem);
      }
      throw error;
    }
  }

  async answered(requestId: string, result: JournalResult, problem?: Problem): Promise<void> {
    this.#awaited.delete(requestId);
    const asked = this.#records.get(requestId)?.asked;
    if (problem && asked) {
      const { host, domain, kind, snapshot } = asked;
      this.options.log(`${host.name}: ${kind} “${snapshot}” of ${domain.name} ${result}: ${reasonIn(problem)}`);
    }
    const line: Line = { type: 'answered', requestId, at: Date.now(), result };
    await this.#tell(problem ? { ...line, problem } : line);
  }

  /** How things were found after the answer. */
  async found(requestId: string, found: Found | null, differences: readonly string[]): Promise<void> {
    await this.#tell({ type: 'found', requestId, at: Date.now(), found, differences: [...differences] });
  }

  /** How things were found when no answer had come. */
  async resolved(
    requestId: string,
    result: JournalResult,
    found: Found | null,
    differences: readonly string[],
  ): Promise<void> {
    this.#awaited.delete(requestId);
    const known = this.#records.get(requestId)?.entry;
    const isKnown =
      known?.resolved === true &&
      JSON.stringify([known.result, known.found, known.differences]) === JSON.stringify([result, found, differences]);
    if (isKnown) return;
    await this.#tell({ type: 'resolved', requestId, at: Date.now(), result, found, differences: [...differences] });
  }

  /** Nobody waits for this answer any more: it is to be found out when the host is back. */
  abandon(requestId: string): void {
    this.#awaited.delete(requestId);
  }

  /**
   * The requests to a host that have no answer, and that nobody waits for; of those whose domain was looked at already
   * the ones that may still be done: asked since a moment, and with nothing asked of the domain after them.
   * @param since milliseconds since 1970
   */
  unsettled(host: Pick<Host, 'uri' | 'kind'>, since: number): { readonly asked: Asked; readonly wasSeen: boolean }[] {
    const all = [...this.#records.values()].filter(({ asked }) => hostKey(asked.host) === hostKey(host));
    const lastOn = new Map(all.map(({ asked }) => [asked.domain.uuid, asked.requestId]));
    return all
      .filter(({ entry, asked: { at, domain, requestId } }) =>
        entry.result === null
          ? !this.#awaited.has(requestId)
          : entry.resolved && entry.result === 'unknown' && at >= since && lastOn.get(domain.uuid) === requestId,
      )
      .map(({ asked, entry }) => ({ asked, wasSeen: entry.resolved }));
  }

  /** Newest first. */
  list(filter: { host?: Pick<Host, 'uri' | 'kind'>; uuid?: string; limit: number }): JournalEntry[] {
    return [...this.#records.values()]
      .filter(({ asked }) => filter.host === undefined || hostKey(asked.host) === hostKey(filter.host))
      .filter(({ asked }) => filter.uuid === undefined || asked.domain.uuid === filter.uuid)
      .map(({ entry }) => entry)
      .reverse()
      .slice(0, filter.limit);
  }

  /** Of each domain the last revert that was asked for, or undo of one. */
  lastReverts(): JournalEntry[] {
    const reverts = [...this.#records.values()].filter(({ entry }) => isRevert(entry));
    return [
      ...new Map(reverts.map(({ asked, entry }) => [`${hostKey(asked.host)} ${asked.domain.uuid}`, entry])).values(),
    ];
  }

  /** The XML that was kept for these requests, in the order in which it was. */
  async xml(...requestIds: readonly string[]): Promise<KeptXml[]> {
    const wanted = new Set(requestIds);
    const kept: KeptXml[] = [];
    for await (const line of parseLines(this.options.file.lines(), () => {}))
      if (line.type === 'xml' && wanted.has(line.requestId)) kept.push({ name: await nameIn(line.xml), xml: line.xml });
    return kept;
  }

  async close(): Promise<void> {
    await this.options.file.close();
  }

  #requested(requestId: string): Requested | undefined {
    const kind = this.#records.get(requestId)?.asked.kind;
    return kind && requested[kind];
  }

  async #write(...lines: readonly Line[]): Promise<void> {
    try {
      await this.options.file.append(...lines.map((line) => JSON.stringify(line)));
    } catch (error) {
      throw new ProblemError('JOURNAL_FAILED', {}, error instanceof Error ? error.message : String(error));
    }
    for (const line of lines) withLine(this.#records, line);
  }

  /** After the fact: what has been done cannot be refused for a full disk, only reported. */
  async #tell(line: Line): Promise<void> {
    await this.#write(line).catch((error: unknown) => {
      this.options.log(`the journal could not be written: ${error}`);
      withLine(this.#records, line);
    });
  }
}

/** The snapshot or the domain that a text is of. */
async function nameIn(xml: string): Promise<string> {
  const [text, root] = isOfDomain(xml) ? [xml, 'domain'] : [withoutConfigs(xml), 'domainsnapshot'];
  try {
    return (await readXml(text, root)).at('name')?.text ?? '';
  } catch {
    return ''; // it was kept as it came
  }
}

function isOfDomain(xml: string): boolean {
  return /^\s*(<\?xml[^>]*\?>\s*)?<domain[\s>]/.test(xml);
}
