import { randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { importRows } from '../../shared/host-list/compare.ts';
import { hostFileText, type ReadHost, readHostFile } from '../../shared/host-list/file.ts';
import type { Host, HostExport, HostImportDone, HostImportPlan, HostImportRow } from '../../shared/schema.ts';
import { withoutSecrets } from '../redact.ts';
import type { HostPool } from './host-pool.ts';
import { ProblemError } from './problems.ts';

/** Plans that are held at a time; the oldest goes. */
const PLANS_KEPT = 4;

/** The list as a file; the simulated host is nowhere else. */
export function exportHosts(hosts: readonly Host[]): HostExport {
  const real = hosts.filter(({ kind }) => kind !== 'simulated');
  return { fileName: 'snapkeel-hosts.json', text: hostFileText(real), count: real.length };
}

interface Held {
  readonly hosts: readonly ReadHost[];
  readonly rows: readonly HostImportRow[];
}

/** Lists of hosts from files: read, told of, and then taken over. */
export class HostImports {
  #held = new Map<string, Held>();

  constructor(private readonly pool: HostPool) {}

  /** What would come of each host of a file. @throws ProblemError HOSTS_UNREADABLE */
  plan(text: string): HostImportPlan {
    const read = readHostFile(text);
    if ('unreadable' in read) throw new ProblemError('HOSTS_UNREADABLE', { reason: read.unreadable });
    const rows = this.#rowsOf(read.hosts);
    const planId = randomUUID();
    this.#held.set(planId, { hosts: read.hosts, rows });
    for (const old of [...this.#held.keys()].slice(0, -PLANS_KEPT)) this.#held.delete(old);
    return { planId, rows };
  }

  /**
   * Adds hosts and connects to them.
   * @param replace whether what the file says of hosts that are in the list counts too
   * @throws ProblemError NO_PLAN, HOSTS_CHANGED, or that it cannot be kept: nothing was done
   */
  async run(planId: string, replace: boolean): Promise<HostImportDone> {
    const held = this.#held.get(planId);
    if (!held) throw new ProblemError('NO_PLAN');
    const now = this.#rowsOf(held.hosts);
    if (!isDeepStrictEqual(now, held.rows)) throw new ProblemError('HOSTS_CHANGED');
    const taken = held.hosts.flatMap((host, at) => {
      const verdict = now[at]?.verdict;
      const counts = verdict === 'add' || (replace && verdict === 'differs');
      return counts && 'details' in host ? [{ uri: host.uri, details: host.details, verdict }] : [];
    });
    await this.pool.keep(taken);
    this.#held.delete(planId);
    const added = taken.filter(({ verdict }) => verdict === 'add').length;
    return { added, changed: taken.length - added };
  }

  #rowsOf(hosts: readonly ReadHost[]): HostImportRow[] {
    const said = this.pool.said();
    return importRows(hosts, (uri) => said.get(uri)).map((row) => ({ ...row, uri: withoutSecrets(row.uri) }));
  }
}
