import { afterAll, afterEach, beforeAll, beforeEach, expect } from 'vitest';
import type { ProblemCode } from '../../shared/errors.ts';
import { isRoot, sshdAvailable } from '../lab/available.ts';
import { type Lab, startLab } from '../lab/lab.ts';
import { type Sshd, type SshdOptions, startSshd } from '../lab/sshd.ts';
import { sentence } from './reach.ts';
import { type Client, clients, Person } from './ssh-person.ts';

/** How long a test of servers may take on a busy machine. Milliseconds. */
export const timeout = 120_000;

/** Whether a lab may have servers that let passwords in. */
export const available = isRoot() ? sshdAvailable() : { ok: false as const, reason: 'passwords of a lab need root' };

/** For a `describe`: a lab, and for each of its tests somebody who comes to servers there. */
export class SshServers {
  lab!: Lab;
  person!: Person;
  readonly servers: Sshd[] = [];

  constructor() {
    beforeAll(async () => {
      this.lab = await startLab();
    }, timeout);
    beforeEach(async () => {
      this.person = await Person.at();
    });
    afterEach(async () => {
      await this.person.leave();
      for (const sshd of this.servers.splice(0)) await sshd.stop();
    }, timeout);
    afterAll(() => this.lab?.stop(), timeout);
  }

  /** A server that the person knows, and an address without a key. */
  readonly serve = async (options: SshdOptions = {}) => {
    const sshd = await startSshd(this.lab, options);
    this.servers.push(sshd);
    await this.person.know(sshd.knownHostsLine);
    return { sshd, address: `qemu+ssh://${sshd.user}@${sshd.host}:${sshd.port}/system` };
  };

  /** The person gets as far as libvirt. */
  readonly connects = async (client: Client, address: string) => {
    const found = await this.person.connect(client, this.lab, address);
    expect(typeof found === 'string' ? found : sentence(found)).toMatch(/^(SSH|ssh) to /);
  };

  /** All that the person reads of why they could not connect; nothing in it is missing. */
  readonly refused = async (client: Client, address: string, code: ProblemCode) => {
    const problem = await this.person.connect(client, this.lab, address);
    if (typeof problem === 'string') throw new Error(`connected: ${problem}`);
    expect(problem, sentence(problem)).toMatchObject({ code });
    const text = `${problem.what} ${problem.next}`;
    expect(text).not.toMatch(/unknown|undefined|[[\]{}] /);
    return { text, problem };
  };
}

/** Each row by each client. */
export function bothClients<T extends object>(rows: readonly T[]): (T & { readonly client: Client })[] {
  return rows.flatMap((row) => clients.map((client) => ({ client, ...row })));
}
