import { type ErrorName, errorCode } from '../../shared/libvirt/flags.ts';
import type { Caller } from './domains.ts';
import { LibvirtError } from './errors.ts';
import { type Args, type Procedure, procedures, type Result } from './procedures.ts';

type Name = keyof typeof procedures;
export type Answers = {
  [N in Name]?: (
    args: Args<(typeof procedures)[N]>,
  ) => Result<(typeof procedures)[N]> | Promise<Result<(typeof procedures)[N]>>;
};
const nameOf = new Map<number, Name>(Object.entries(procedures).map(([name, row]) => [row.number, name as Name]));

/** For tests: answers procedures with functions; one that is missing is NO_SUPPORT. */
export class FakeCaller implements Caller {
  readonly calls: { name: Name; args: unknown }[] = [];

  constructor(private readonly answers: Answers) {}

  async call<A, R>(procedure: Procedure<A, R>, args: A): Promise<R> {
    const name = nameOf.get(procedure.number);
    if (!name) throw new Error(`procedure ${procedure.number} has no name`);
    this.calls.push({ name, args });
    const answer = this.answers[name] as ((args: A) => R | Promise<R>) | undefined;
    if (!answer) throw refusal('NO_SUPPORT');
    return answer(args);
  }

  /** The arguments of every call of one procedure. */
  args(name: Name): unknown[] {
    return this.calls.filter((call) => call.name === name).map((call) => call.args);
  }
}

export function refusal(name: ErrorName): LibvirtError {
  return new LibvirtError({ code: errorCode[name], domain: 10, level: 2, message: name });
}
